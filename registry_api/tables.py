"""All tables in one import, for the migrations and the backup."""

from __future__ import annotations

from sqlmodel import SQLModel

from registry_api.accounts.models import Account, ApiKey, IdempotentReply, WebSession
from registry_api.audits.models import AuditRun, FindingRow, Observation, StoredFacts, TrafficIntake
from registry_api.filings.models import Filing, FilingNumber
from registry_api.notices.models import Listing, Notice, NoticeSerial
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.storage.models import Blob, Upload
from registry_api.trail.models import TrailEntry

metadata = SQLModel.metadata

__all__ = [
    "Account",
    "ApiKey",
    "App",
    "AppVersion",
    "AuditRun",
    "Blob",
    "Filing",
    "FilingNumber",
    "FindingRow",
    "IdempotentReply",
    "Listing",
    "Notice",
    "NoticeSerial",
    "Observation",
    "Organization",
    "StoredFacts",
    "TrafficIntake",
    "TrailEntry",
    "Upload",
    "WebSession",
    "metadata",
]
