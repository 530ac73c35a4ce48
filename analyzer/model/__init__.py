"""The shared vocabulary: pure, frozen types. Imports only the standard library, and pydantic where records are read.

A name is loaded when it is first asked for. Facts are plain dataclasses: the child process that extracts them needs no
pydantic (a third of a second on a slow machine); it comes with reading, rules and the report.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .base import Bilingual, DataId, Record, Sha256, canonical_json, fields_of, record_json, record_plain
    from .channels import (
        Declaration,
        Facts,
        FilingFacts,
        HostAddresses,
        NotAnalysed,
        PolicyFacts,
        PolicyPassage,
        PolicyPoint,
        Readability,
        ResolutionFacts,
        Sending,
        ThirdParty,
        TrafficFacts,
        Transmission,
    )
    from .clause import Channel, Clause
    from .difference import Change, Diff, Difference, DiffNote, DiffSummary, Renamed, Side, diff_schema
    from .errors import EduauditError, RuleDataError, UnreadableInputError
    from .evasion import AMBIGUOUS, EVASION
    from .facts import (
        Access,
        Anomaly,
        App,
        Artifact,
        Bundle,
        Component,
        Coverage,
        CoverageReason,
        Endpoint,
        ManifestFlags,
        Packer,
        Permission,
        PermissionRequest,
        Sdk,
        SdkActivity,
        SdkEffect,
        SdkEvidence,
        SdkState,
        SecurityFact,
        Signer,
        StaticFacts,
        StringFact,
    )
    from .frozen import Frozen
    from .images import ImageFacts, ImageHit
    from .making import make_record, read_record
    from .packaged import PackagedPolicy
    from .report import (
        Finding,
        FindingEvidence,
        GovernanceFact,
        HumanCheck,
        LedgerRow,
        Report,
        ReportArtifact,
        ReportInput,
        Run,
        Summary,
        channels_of,
        fingerprint,
        json_schema,
    )
    from .severity import Severity, Status, Sureness
    from .signing import PastCertificate, SignatureVerdict, SigningItem, SourceStamp

_HOMES = {
    "base": (
        "Bilingual",
        "DataId",
        "Record",
        "Sha256",
        "canonical_json",
        "fields_of",
        "record_json",
        "record_plain",
    ),
    "channels": (
        "Declaration",
        "Facts",
        "FilingFacts",
        "HostAddresses",
        "NotAnalysed",
        "PolicyFacts",
        "PolicyPassage",
        "PolicyPoint",
        "Readability",
        "Sending",
        "ResolutionFacts",
        "ThirdParty",
        "TrafficFacts",
        "Transmission",
    ),
    "clause": ("Channel", "Clause"),
    "difference": ("Change", "Diff", "DiffNote", "DiffSummary", "Difference", "Renamed", "Side", "diff_schema"),
    "errors": ("EduauditError", "RuleDataError", "UnreadableInputError"),
    "evasion": ("AMBIGUOUS", "EVASION"),
    "facts": (
        "Access",
        "Anomaly",
        "App",
        "Artifact",
        "Bundle",
        "Component",
        "Coverage",
        "CoverageReason",
        "Endpoint",
        "ManifestFlags",
        "Packer",
        "Permission",
        "PermissionRequest",
        "Sdk",
        "SdkActivity",
        "SdkActivity",
        "SdkEffect",
        "SdkEvidence",
        "SecurityFact",
        "SdkState",
        "SdkState",
        "Signer",
        "StaticFacts",
        "StringFact",
    ),
    "frozen": ("Frozen",),
    "images": ("ImageFacts", "ImageHit"),
    "making": ("make_record", "read_record"),
    "packaged": ("PackagedPolicy",),
    "report": (
        "Finding",
        "FindingEvidence",
        "GovernanceFact",
        "HumanCheck",
        "LedgerRow",
        "Report",
        "ReportArtifact",
        "ReportInput",
        "Run",
        "Summary",
        "channels_of",
        "fingerprint",
        "json_schema",
    ),
    "severity": ("Severity", "Status", "Sureness"),
    "signing": ("PastCertificate", "SignatureVerdict", "SigningItem", "SourceStamp"),
}
"""Module → the names that it gives."""

_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load ``name`` from its module."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


__all__ = [
    "AMBIGUOUS",
    "EVASION",
    "Access",
    "Anomaly",
    "App",
    "Artifact",
    "Bilingual",
    "Bundle",
    "Change",
    "Channel",
    "Clause",
    "Component",
    "Coverage",
    "CoverageReason",
    "DataId",
    "Declaration",
    "Diff",
    "DiffNote",
    "DiffSummary",
    "Difference",
    "EduauditError",
    "Endpoint",
    "Facts",
    "FilingFacts",
    "Finding",
    "FindingEvidence",
    "Frozen",
    "GovernanceFact",
    "HostAddresses",
    "HumanCheck",
    "ImageFacts",
    "ImageHit",
    "LedgerRow",
    "ManifestFlags",
    "NotAnalysed",
    "PackagedPolicy",
    "Packer",
    "PastCertificate",
    "Permission",
    "PermissionRequest",
    "PolicyFacts",
    "PolicyPassage",
    "PolicyPoint",
    "Readability",
    "Record",
    "Renamed",
    "Report",
    "ReportArtifact",
    "ReportInput",
    "ResolutionFacts",
    "RuleDataError",
    "Run",
    "Sdk",
    "SdkActivity",
    "SdkEffect",
    "SdkEvidence",
    "SdkState",
    "SecurityFact",
    "Sending",
    "Severity",
    "Sha256",
    "Side",
    "SignatureVerdict",
    "Signer",
    "SigningItem",
    "SourceStamp",
    "StaticFacts",
    "Status",
    "StringFact",
    "Summary",
    "Sureness",
    "ThirdParty",
    "TrafficFacts",
    "Transmission",
    "UnreadableInputError",
    "canonical_json",
    "channels_of",
    "diff_schema",
    "fields_of",
    "fingerprint",
    "json_schema",
    "make_record",
    "read_record",
    "record_json",
    "record_plain",
]
