"""Call chains as people read them: short names, how each step is reached, and why a chain is not certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model.chains import Chain, doubt_sentence, folded, offsets_text

from .words import word

if TYPE_CHECKING:
    from analyzer.model import Access, PermissionRequest, Report
    from analyzer.model.report import CallPath

    Site = Access | PermissionRequest

SECTIONS = ("early", "doubt", "later", "no_path", "unknown")
"""Ids of the sections of reads, gravest first."""


def chain_of(site: Site | CallPath, lang: str) -> Chain:
    """Return the chain of an access, a request or a piece of evidence; an empty one where there is none."""
    return folded(site.chain, site.links, site.entry, lang)


def offsets(site: Site | CallPath) -> str:
    """Return the offsets of the call in its method."""
    return offsets_text(site.offsets)


def doubt_text(site: Site | CallPath, reasons: dict[str, str], lang: str) -> str:
    """Say why the level is not certain; ``reasons`` has the rules' texts for doubts without words of their own."""
    return doubt_sentence(site.doubt, site.guard, site.level, lang, otherwise=reasons.get(site.doubt or ""))


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
