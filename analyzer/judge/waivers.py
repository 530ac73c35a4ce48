"""Waivers: accepted findings, each with its reason, who accepted it, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analyzer.model import Finding, UnreadableInputError
from analyzer.model.record import dataclass

_KEYS = {"fingerprint", "rule", "subject", "reason", "approver", "until"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One accepted finding: by fingerprint, or by rule and subject (no subject: every subject of the rule)."""

    fingerprint: str | None = None
    rule: str | None = None
    subject: str | None = None
    reason: str
    approver: str
    until: dt.date
    """Last day on which it holds."""

    def covers(self, finding: Finding) -> bool:
        """Tell whether it is about this finding."""
        if self.fingerprint is not None:
            return self.fingerprint == finding.fingerprint
        return self.rule == finding.rule and self.subject in {None, finding.subject}


def reason_for(finding: Finding, waivers: Iterable[Waiver]) -> str | None:
    """Return why a finding is waived, with approver and end; `None` where no waiver covers it."""
    covering = [row for row in waivers if row.covers(finding)]
    if not covering:
        return None
    chosen = min(covering, key=lambda row: (row.fingerprint is None, row.subject is None, row.until, row.reason))
    return f"{chosen.reason} ({chosen.approver}, {chosen.until.isoformat()})"


def read_waivers(path: Path, today: dt.date) -> tuple[Waiver, ...]:
    """Read a waivers file: a YAML list of {fingerprint | rule (+ subject), reason, approver, until}.

    Raise `UnreadableInputError` naming the entry for a missing reason or approver, an end in the past, an unknown key,
    or neither fingerprint nor rule: a waiver that is not in order must not hide anything.
    """
    import yaml  # noqa: PLC0415  # most audits have no waivers

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or "cannot be read") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableInputError(path, f"is not YAML: {' '.join(str(error).split())}") from error
    if data is None:
        return ()
    if not isinstance(data, list):
        raise UnreadableInputError(path, "a list of waivers is expected")
    return tuple(_waiver(path, number, row, today) for number, row in enumerate(data, start=1))


def _waiver(path: Path, number: int, row: Any, today: dt.date) -> Waiver:
    def wrong(why: str) -> UnreadableInputError:
        return UnreadableInputError(path, f"waiver {number}: {why}")

    if not isinstance(row, dict):
        raise wrong("a mapping is expected")
    if unknown := sorted(str(key) for key in row if key not in _KEYS):
        raise wrong(f"unknown key {', '.join(unknown)}")
    if bool(row.get("fingerprint")) == bool(row.get("rule")):
        raise wrong("give either fingerprint or rule")
    if row.get("fingerprint") and row.get("subject"):
        raise wrong("subject goes with rule, not with fingerprint")
    for key in ("reason", "approver"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise wrong(f"{key} is missing")
    for key in ("fingerprint", "rule", "subject"):
        if row.get(key) is not None and not isinstance(row[key], str):
            raise wrong(f"{key} must be text: put it in quotes")
    until = _date(row.get("until"))
    if until is None:
        raise wrong("until is missing or no date (YYYY-MM-DD)")
    if until < today:
        raise wrong(f"expired on {until.isoformat()}")
    return Waiver(**{**row, "until": until})


def _date(value: Any) -> dt.date | None:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else None
