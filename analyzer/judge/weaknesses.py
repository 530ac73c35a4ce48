"""Security facts as the checks need them: whose code counts, how certain, how grave, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.model import Bilingual, FindingEvidence, SecurityFact, Severity, Status

from .case import Case
from .evidence import of_path
from .names import joined
from .parties import collects_nothing
from .reach import lowered

_SHOWN = 8
_ORDER = {"proven": 0, "probable": 1, "present": 2}
_REACHED = Bilingual(
    zh="有从入口点到达它的调用链（见证据）。", en="A call chain from an entry point leads to it (see the evidence)."
)
_UNSURE = Bilingual(
    zh="到达它的调用链不能完全确定（见证据）。", en="The call chain that leads to it is not certain (see the evidence)."
)
_UNREACHED = Bilingual(zh="没有找到从入口点到达它的调用链。", en="No call chain from an entry point to it was found.")
_CONDITION = Bilingual(
    zh="是否总是如此未能确定（有条件，或未看到其使用）。",
    en="Whether it is always so is not certain: there is a condition, or its use was not seen.",
)


def facts_of(case: Case, *kinds: str) -> tuple[SecurityFact, ...]:
    """Return the facts of some kinds that count: not those in libraries that collect nothing and are in every app.

    The most certain come first, those that an entry point reaches before the others.
    """
    rows = [row for row in (case.static.security if case.static else ()) if row.kind in kinds]
    rows = [row for row in rows if not (row.caller and _of_library(case, row))]
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                _ORDER[row.certainty], row.level == "present", row.doubt is not None, len(row.chain),
                row.caller, row.file, row.detail, row.offsets,
            ),
        )
    )  # fmt: skip


def kinds_of(case: Case, check: str) -> tuple[str, ...]:
    """Return the kinds of facts that a check reports, by the rules."""
    return tuple(row.id for row in case.catalogue.security.values() if row.check == check)


def _of_library(case: Case, row: SecurityFact) -> bool:
    return collects_nothing(row.actor, case.catalogue)


def runs(row: SecurityFact) -> bool:
    """Tell whether a fact stands without doubt: a file or the manifest says it, or certainly reached code."""
    if row.certainty != "proven":
        return False
    return not row.caller or (row.level != "present" and row.doubt is None)


def status_of(rows: Iterable[SecurityFact]) -> Status:
    """Return `proven` when one of the facts stands without doubt."""
    return Status.PROVEN if any(map(runs, rows)) else Status.SUSPECTED


def severity_of(rows: Sequence[SecurityFact], severity: Severity) -> Severity:
    """Return a severity, one lower for each: nothing is seen to use it, and no chain leads to any of it."""
    if all(row.certainty == "present" for row in rows):
        severity = lowered(severity)
    if all(row.caller and row.level == "present" for row in rows):
        severity = lowered(severity)
    return severity


def how(rows: Sequence[SecurityFact]) -> Bilingual:
    """Say how the code is reached, and what is not certain of it."""
    said = []
    if any(row.level != "present" and row.doubt is None for row in rows):
        said.append(_REACHED)
    elif any(row.level != "present" for row in rows):
        said.append(_UNSURE)
    else:
        said.append(_UNREACHED)
    if all(row.certainty != "proven" for row in rows):
        said.append(_CONDITION)
    return Bilingual(zh="".join(one.zh for one in said), en=" ".join(one.en for one in said))


def details(rows: Iterable[SecurityFact]) -> Bilingual:
    """List what the facts are about, each once; what goes beyond is counted."""
    return named(row.detail for row in rows)


def named(texts: Iterable[str]) -> Bilingual:
    """List texts that are the same in both languages, each once and in their order; what goes beyond is counted."""
    found = list(dict.fromkeys(text for text in texts if text))
    shown = joined(Bilingual(zh=one.replace(", ", "、").replace(": ", "："), en=one) for one in found[:_SHOWN])
    more = len(found) - _SHOWN
    return shown if more <= 0 else Bilingual(zh=f"{shown.zh} 等 {len(found)} 项", en=f"{shown.en} and {more} more")


def titles(case: Case, rows: Iterable[SecurityFact]) -> Bilingual:
    """List the kinds of the facts in words."""
    kinds = dict.fromkeys(row.kind for row in rows)
    return joined(case.catalogue.security[kind].title for kind in kinds if kind in case.catalogue.security)


def of_security(row: SecurityFact) -> FindingEvidence:
    """Show the place and what is there; with the chain that leads to it where there is one."""
    where = f"{row.caller} [{row.actor}]" if row.caller else row.file
    excerpt = " · ".join(dict.fromkeys(text for text in (row.detail, row.api) if text))
    return FindingEvidence(kind="security", where=where, excerpt=excerpt or row.kind, path=of_path(row))


def shown(rows: Iterable[SecurityFact]) -> tuple[FindingEvidence, ...]:
    """Return all facts as evidence, in their order, each once."""
    return tuple(dict.fromkeys(map(of_security, rows)))
