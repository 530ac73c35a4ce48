"""The shared vocabulary: pure, frozen types. Imports only the standard library and pydantic.

A name is loaded when it is first asked for: errors and severities cost nothing, pydantic comes with the first record. A
command so can start its child process before it pays for records (a third of a second on a slow machine).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .base import Bilingual, DataId, Frozen, Sha256, canonical_json
    from .clause import Channel, Clause
    from .errors import EduauditError, RuleDataError, UnreadableInputError
    from .facts import (
        Access,
        Anomaly,
        App,
        Artifact,
        Component,
        Coverage,
        CoverageReason,
        Declaration,
        Endpoint,
        Facts,
        FilingFacts,
        ManifestFlags,
        NotAnalysed,
        Packer,
        Permission,
        PolicyFacts,
        PolicyPoint,
        Sdk,
        SdkEvidence,
        Signer,
        StaticFacts,
        StringFact,
        TrafficFacts,
        Transmission,
    )
    from .report import (
        Finding,
        FindingEvidence,
        HumanCheck,
        LedgerRow,
        Report,
        ReportArtifact,
        Run,
        Summary,
        fingerprint,
        json_schema,
    )
    from .severity import Severity, Status, Sureness

_HOMES = {
    "base": ("Bilingual", "DataId", "Frozen", "Sha256", "canonical_json"),
    "clause": ("Channel", "Clause"),
    "errors": ("EduauditError", "RuleDataError", "UnreadableInputError"),
    "facts": (
        "Access",
        "Anomaly",
        "App",
        "Artifact",
        "Component",
        "Coverage",
        "CoverageReason",
        "Declaration",
        "Endpoint",
        "Facts",
        "FilingFacts",
        "ManifestFlags",
        "NotAnalysed",
        "Packer",
        "Permission",
        "PolicyFacts",
        "PolicyPoint",
        "Sdk",
        "SdkEvidence",
        "Signer",
        "StaticFacts",
        "StringFact",
        "TrafficFacts",
        "Transmission",
    ),
    "report": (
        "Finding",
        "FindingEvidence",
        "HumanCheck",
        "LedgerRow",
        "Report",
        "ReportArtifact",
        "Run",
        "Summary",
        "fingerprint",
        "json_schema",
    ),
    "severity": ("Severity", "Status", "Sureness"),
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
    "Access",
    "Anomaly",
    "App",
    "Artifact",
    "Bilingual",
    "Channel",
    "Clause",
    "Component",
    "Coverage",
    "CoverageReason",
    "DataId",
    "Declaration",
    "EduauditError",
    "Endpoint",
    "Facts",
    "FilingFacts",
    "Finding",
    "FindingEvidence",
    "Frozen",
    "HumanCheck",
    "LedgerRow",
    "ManifestFlags",
    "NotAnalysed",
    "Packer",
    "Permission",
    "PolicyFacts",
    "PolicyPoint",
    "Report",
    "ReportArtifact",
    "RuleDataError",
    "Run",
    "Sdk",
    "SdkEvidence",
    "Severity",
    "Sha256",
    "Signer",
    "StaticFacts",
    "Status",
    "StringFact",
    "Summary",
    "Sureness",
    "TrafficFacts",
    "Transmission",
    "UnreadableInputError",
    "canonical_json",
    "fingerprint",
    "json_schema",
]
