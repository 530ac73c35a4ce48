"""All tables in one import, for the migrations and the backup."""

from __future__ import annotations

from sqlmodel import SQLModel

from registry_api.accounts.models import ApiKey, IdempotentReply, WebSession
from registry_api.audits.models import AuditRun, FindingRow, Observation, StoredFacts, TrafficIntake
from registry_api.exchange.webhooks.models import WebhookDelivery, WebhookEndpoint
from registry_api.filings.models import Filing, FilingNumber
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.storage.models import Blob, Upload
from registry_api.trail.models import TrailEntry

metadata = SQLModel.metadata

__all__ = [
    "ApiKey",
    "App",
    "AppVersion",
    "AuditRun",
    "Blob",
    "Filing",
    "FilingNumber",
    "FindingRow",
    "IdempotentReply",
    "Observation",
    "Organization",
    "StoredFacts",
    "TrafficIntake",
    "TrailEntry",
    "Upload",
    "WebSession",
    "WebhookDelivery",
    "WebhookEndpoint",
    "metadata",
]
