"""Call chains as people read them: short names, how each step is reached, and why a chain is not certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model.record import dataclass
from analyzer.model.signature import short_name, split_guard

from .words import WORDS, word

if TYPE_CHECKING:
    from analyzer.model import Access, PermissionRequest, Report
    from analyzer.model.report import CallPath

    Site = Access | PermissionRequest

SHOWN_STEPS = 7
"""Steps of a chain that are shown at once; what lies between the first and the last ones folds."""
_HEAD, _TAIL = 3, 3
SECTIONS = ("early", "doubt", "later", "no_path", "unknown")
"""Ids of the sections of reads, gravest first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One method of a chain."""

    link: str
    """How it is reached, in words; of the first step the kind of entry point."""
    name: str
    """``Class.method``."""
    signature: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain, cut where it folds; `middle` is empty for a short one."""

    head: tuple[Step, ...]
    middle: tuple[Step, ...]
    tail: tuple[Step, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of its steps."""
        return (*self.head, *self.middle, *self.tail)


def chain_of(site: Site | CallPath, lang: str) -> Chain:
    """Return the chain of an access, a request or a piece of evidence; an empty one where there is none."""
    if not site.chain:
        return Chain((), (), ())
    links = [word(f"link.{link}", lang) for link in site.links]
    first = word(f"entry.{site.entry}", lang) if f"entry.{site.entry}" in WORDS else site.entry or ""
    names = [first, *links, *[""] * (len(site.chain) - 1 - len(links))]
    rows = tuple(Step(link, short_name(step), step) for link, step in zip(names, site.chain, strict=False))
    if len(rows) <= SHOWN_STEPS:
        return Chain(rows, (), ())
    return Chain(rows[:_HEAD], rows[_HEAD:-_TAIL], rows[-_TAIL:])


def offsets(site: Site | CallPath) -> str:
    """Return the offsets of the call in its method, such as ``0x1a, 0x2c``; the rest of many is counted."""
    shown = ", ".join(f"{offset:#x}" for offset in site.offsets[:4])
    return f"{shown} (+{len(site.offsets) - 4})" if len(site.offsets) > 4 else shown


def doubt_text(site: Site | CallPath, reasons: dict[str, str], lang: str) -> str:
    """Say why the level is not certain, with flag and place of a guard; empty where it is certain.

    ``reasons`` has the texts of the rules for doubts that this program has no words for.
    """
    if not site.doubt:
        return ""
    key = f"doubt.{site.doubt}"
    text = word(key, lang) if key in WORDS else reasons.get(site.doubt, site.doubt)
    if not (site.level == "reachable" and site.doubt == "consent_guard"):  # asking first is as it should be
        text = word("doubt.not_certain", lang) + text
    if not site.guard:
        return text
    kind, name, where = split_guard(site.guard)
    if not where:
        return f"{text} ({name})" if lang == "en" else f"{text}（{name}）"
    title = word(f"guard.{kind}", lang) if f"guard.{kind}" in WORDS else kind
    if lang == "en":
        return f"{text} ({title} “{name}”, {word('guard.in', lang)} {short_name(where)})"
    return f"{text}（{title}“{name}”，{word('guard.in', lang)} {short_name(where)}）"


def searched(report: Report) -> bool:
    """Tell whether the lack of a path means something: chains were looked for in code that was read in full."""
    sites: tuple[Site, ...] = (*report.accesses, *report.permission_requests)
    looked = report.coverage.entries is not None or any(site.level != "present" for site in sites)
    return looked and report.coverage.complete


def section_of(site: Site, *, complete: bool) -> str:
    """Return the section in which a read stands, one of `SECTIONS`."""
    if site.level == "before_consent":
        return "doubt" if site.doubt else "early"
    if site.level == "reachable":
        return "later"
    return "no_path" if complete else "unknown"


def moment(site: Site, lang: str, *, complete: bool) -> str:
    """Say when permissions are asked for."""
    return word(f"moment.{'unknown' if site.level == 'present' and not complete else site.level}", lang)


def in_sections(report: Report) -> dict[str, dict[str, list[Access]]]:
    """Return section → data id → reads, by actor with the shortest chain first; empty sections are left out."""
    complete = searched(report)
    found: dict[str, dict[str, list[Access]]] = {}
    sensitive = {row.data for row in report.ledger if row.sensitive}
    said = {row.data for row in report.accesses if row.weak is None}
    kinds = sorted(
        {row.data for row in report.accesses}, key=lambda data: (data not in said, data not in sensitive, data)
    )
    rank = {data: number for number, data in enumerate(kinds)}
    rows = sorted(
        report.accesses, key=lambda row: (rank.get(row.data, len(rank)), row.data, len(row.chain), row.caller)
    )
    for row in rows:
        found.setdefault(section_of(row, complete=complete), {}).setdefault(row.data, []).append(row)
    return {name: found[name] for name in SECTIONS if name in found}
