"""All tables in one import, for the migrations and the backup."""

from __future__ import annotations

from sqlmodel import SQLModel

from registry_api.accounts.models import Account, ApiKey, IdempotentReply, WebSession
from registry_api.audits.check_models import SelfCheck
from registry_api.audits.kept_models import FindingCount, FindingDelta, KeptRound
from registry_api.audits.models import (
    AuditRun,
    FindingRow,
    Observation,
    RuleSet,
    ShippedSdk,
    StoredFacts,
    TrafficIntake,
    Waiver,
    WeeklyRound,
)
from registry_api.campaigns.models import Campaign, CampaignApp
from registry_api.exchange.webhooks.models import WebhookDelivery, WebhookEndpoint
from registry_api.filings.models import (
    Attachment,
    BusinessSystem,
    Correction,
    Filing,
    FilingBan,
    FilingChange,
    FilingNumber,
    UserFiling,
)
from registry_api.notices.models import Listing, Notice, NoticeSerial
from registry_api.organizations.models import App, AppVersion, Organization, PackageClaim
from registry_api.reviews.models import ReviewCase
from registry_api.statistics.models import KeptFigures
from registry_api.storage.models import Blob, Upload
from registry_api.trail.models import TrailEntry

metadata = SQLModel.metadata

__all__ = [
    "Account",
    "ApiKey",
    "App",
    "AppVersion",
    "Attachment",
    "AuditRun",
    "Blob",
    "BusinessSystem",
    "Campaign",
    "CampaignApp",
    "Correction",
    "Filing",
    "FilingBan",
    "FilingChange",
    "FilingNumber",
    "FindingCount",
    "FindingDelta",
    "FindingRow",
    "IdempotentReply",
    "KeptFigures",
    "KeptRound",
    "Listing",
    "Notice",
    "NoticeSerial",
    "Observation",
    "Organization",
    "PackageClaim",
    "ReviewCase",
    "RuleSet",
    "SelfCheck",
    "ShippedSdk",
    "StoredFacts",
    "TrafficIntake",
    "TrailEntry",
    "Upload",
    "UserFiling",
    "Waiver",
    "WebSession",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WeeklyRound",
    "metadata",
]
