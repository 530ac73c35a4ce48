"""Checks: the data beside the code of every check, in `rules/checks/*.yaml`.

A file is a mapping from check id to its record; see `CheckRule` for the keys.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from analyzer.model.base import Bilingual, Record
from analyzer.model.clause import Channel
from analyzer.model.record import dataclass
from analyzer.model.severity import Severity, Sureness

from .reading import build, read_mapping, rule_files

Harm = Literal["forced_paid_use", "unlawful_collection", "vulgar_content", "abuse_of_required_use"]
"""The four named harms: 强制使用收费, 违规采集个人信息, 低俗信息, 强制使用的滥用."""

CHECK_ID = re.compile(r"[A-Z][A-Z0-9_]*(\.[A-Z][A-Z0-9_]*)+")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule(Record):
    """One check: what it is called, how grave, which clauses it rests on, and the words of its findings."""

    id: str
    """Upper-case dotted words, such as ``CONSENT.TRAFFIC_BEFORE``; the `rule` of its findings."""
    title: Bilingual
    explanation: Bilingual
    """May hold ``{name}`` placeholders, such as ``{subject}``; the same ones in both languages."""
    advice: Bilingual
    """How to mend it; placeholders as in `explanation`."""
    severity: Severity
    clauses: tuple[str, ...]
    """Ids of clauses, the one that fits best first."""
    adds: tuple[str, ...] = ()
    """Clauses that single findings cite besides, as the case is; the id of a text stands for any of its clauses."""
    channels: tuple[Channel, ...]
    """The channels whose facts the check reads."""
    harm: Harm | None = None
    source: str
    """Where the rule comes from: the paragraph of the text, or why the check exists."""
    sure: Sureness

    def __post_init__(self) -> None:
        if not CHECK_ID.fullmatch(self.id):
            raise ValueError("a check id is upper-case words with dots, such as ADS.MINORS")

    def placeholders(self) -> frozenset[str]:
        """Return the names of all placeholders in explanation and advice."""
        texts = (self.explanation.zh, self.explanation.en, self.advice.zh, self.advice.en)
        return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))


def parse_checks(root: Path) -> dict[str, CheckRule]:
    """Read ``root/checks/*.yaml``. Raise `RuleDataError` for a malformed file or an id in two places."""
    checks: dict[str, CheckRule] = {}
    for path in rule_files(root / "checks"):
        for key, record in read_mapping(path).items():
            build(checks, CheckRule, path, key, record)
    return checks
