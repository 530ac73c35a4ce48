"""What the source keys of the large tables stand for, `rules/evidence.yaml`, and the reasons for weak rows."""

from __future__ import annotations

from pathlib import Path

from analyzer.model.base import Bilingual, Record
from analyzer.model.record import dataclass

from .reading import build, read_mapping, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSource(Record):
    """A place where facts of APIs, SDKs and hosts were found.

    A source in a row is a key, with a detail after a colon where the source has parts (``v2fly:tencent``, ``apks:16``).
    Of a host, a final ``^`` says that only a domain above it is listed there, ``>`` that only hosts below it are.
    """

    id: str
    title: Bilingual
    detailed: bool = False
    """Whether a detail may follow after a colon."""
    counts: bool = True
    """Whether it counts as an independent source."""


def source_key(source: str) -> str:
    """Return the key of a source as a row writes it, without detail and mark."""
    return source.rstrip("^>").partition(":")[0]


def parse_evidence(root: Path) -> dict[str, EvidenceSource]:
    """Read the list of sources, by key. Raise `RuleDataError` when malformed."""
    path = root / "evidence.yaml"
    rows: dict[str, EvidenceSource] = {}
    for key, record in read_mapping(path).items():
        build(rows, EvidenceSource, path, key, record)
    return rows


def parse_weak_reasons(root: Path) -> dict[str, Bilingual]:
    """Read the reasons why a row alone proves nothing, by id. Raise `RuleDataError` when malformed."""
    path = root / "weak_reasons.yaml"
    return {key: validate(Bilingual, f"{path}: {key}", record) for key, record in read_mapping(path).items()}
