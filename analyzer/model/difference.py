"""What changed between two versions of an app: the document behind `eduaudit diff`, version 1."""

from __future__ import annotations

from typing import Any, Literal

from .base import Bilingual, DataId, Record, canonical_json
from .facts import App, Coverage
from .record import dataclass
from .report import ReportArtifact
from .severity import Severity

DIFF_SCHEMA: Literal["eduaudit.diff/1"] = "eduaudit.diff/1"

Area = Literal[
    "identity",
    "signers",
    "coverage",
    "packers",
    "anomalies",
    "findings",
    "transmissions",
    "permissions",
    "requests",
    "accesses",
    "sdks",
    "bundles",
    "security",
    "endpoints",
    "components",
    "flags",
    "strings",
]
"""Parts of an app that are compared, in the order of the document."""

DifferenceKind = Literal["new", "first_seen", "gone", "not_seen", "changed"]
"""``new``: only in NEW, and OLD was read in full. ``first_seen``: only in NEW, but OLD was not read in full, so that it
may have been there. ``gone``: only in OLD, and NEW was read in full. ``not_seen``: only in OLD, and NEW was not read
in full: it may still be there. ``changed``: in both, or a fact that every version has."""

Because = Literal["coverage", "chains", "channel", "names_hidden", "rules", "engine", "same_file"]
"""What a reader has to know before he believes a difference. ``coverage``: a side was not read in full; ``chains``: no
call chains were searched on a side; ``channel``: a side did not examine the channel that shows it; ``names_hidden``:
only class names showed it, and the other side has code whose names are obfuscated; ``rules``, ``engine``: the two sides
were made with different rules or another extractor, which can be the whole reason; ``same_file``: both sides are the
same file, so the vendor changed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Record):
    """One field of something that both versions have. `None` is unknown or not there."""

    field: str
    old: str | None
    """Numbers in decimal, truth as ``true`` and ``false``."""
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Record):
    """One difference."""

    area: Area
    kind: DifferenceKind
    weight: Severity
    """How soon a person should look at it; no judgement of its own: only findings are that."""
    subject: str
    """What differs: a permission, SDK id, ``data api actor``, host, component, rule and subject of a finding …"""
    title: Bilingual | None = None
    """The subject in words, where it has a name."""
    data: DataId | None = None
    """For accesses and transmissions: the kind of personal data."""
    api: str | None = None
    """For accesses: by what it is read, as in the report."""
    actor: str | None = None
    """For accesses and requests: by whom; ``unknown`` for code whose owner its names do not tell."""
    direction: Literal["up", "down"] | None = None
    """Up: a later version, a graver level, more; down: the contrary; `None`: neither, or not known."""
    changes: tuple[Change, ...] = ()
    because: tuple[Because, ...] = ()
    old: tuple[str, ...] = ()
    """Where it is seen in OLD: callers, URLs, evidence. Names of classes are evidence only and never compared."""
    new: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Record):
    """Things of both versions that are the same under other class names: no difference."""

    area: Area
    subject: str
    old: str
    """The name, or the actor, in OLD."""
    new: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Record):
    """One of the two versions."""

    source: Literal["package", "facts", "report", "filing"]
    """What was handed in."""
    artifact: ReportArtifact
    app: App
    coverage: Coverage
    channels: dict[str, bool]
    """Which of ``static``, ``policy``, ``filing``, ``traffic`` were examined, as far as they are compared."""
    engine: str
    """Version of the extractor that found the facts."""
    facts_rules: str
    """Hash of the rules with which the facts were named."""
    judged_rules: str
    """Hash of the rules by which the findings were judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffNote(Record):
    """Something that concerns the whole comparison, to be said before all else."""

    code: Literal[
        "other_package",
        "same_file",
        "engine_differs",
        "rules_differ",
        "judged_differently",
        "judged_anew",
        "channels_differ",
        "old_incomplete",
        "new_incomplete",
        "chains_missing",
        "older_version",
        "filing_side",
    ]
    text: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffSummary(Record):
    """Counts, and the answer in one word."""

    verdict: Literal["same", "changed", "unsure"]
    """``same``: no difference, and both sides were read in full; ``unsure``: no difference in what could be read."""
    kinds: dict[str, int]
    """Differences by kind; every kind is present."""
    weights: dict[str, int]
    """Differences by weight; every weight is present."""
    renamed: int
    """Things that are the same under other class names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff(Record):
    """All differences of two versions. Serialise with `dump`: equal input gives equal bytes."""

    schema: Literal["eduaudit.diff/1"] = DIFF_SCHEMA
    tool: str
    old: Side
    new: Side
    notes: tuple[DiffNote, ...]
    summary: DiffSummary
    differences: tuple[Difference, ...]
    """What a person must look at first comes first: by weight, then area, kind and subject."""
    renamed: tuple[Renamed, ...]
    sdk_names: dict[str, str]
    """SDK id → name, of every SDK that a side has."""

    def dump(self) -> str:
        """Return the canonical JSON text."""
        return canonical_json(self)


def diff_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the comparison, generated from these models."""
    from .reading import reader  # noqa: PLC0415  # pydantic: only a JSON Schema needs it

    schema = reader(Diff).json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:eduaudit:schema:diff:1", **schema}
