"""The vendor's and the regulator's parts of the report on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding

from .escape import visible
from .fixes import fix_list
from .mismatches import mismatches
from .prose import Text
from .views import fix_name, spot
from .words import cell, subject_name, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from analyzer.model import Finding, Report

STYLE = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim"}
MOST_PLACES = 2


def fixes(report: Report, lang: str) -> Iterator[RenderableType]:
    """Yield the list of what to mend: SDK by SDK, file by file."""
    names = {sdk.id: sdk.name for sdk in report.sdks}
    groups = fix_list(report)
    yield _heading(word("fixes", lang), len(groups))
    if not groups:
        yield Padding(word("fixes.none", lang), (0, 2))
    for group in groups:
        yield Text.assemble(
            "\n  ",
            (visible(fix_name(group, names, lang)), "bold"),
            (f"  {word(f'fix.{group.kind}', lang)}  {len(group.fixes)}", "dim"),
        )
        for fix in group.fixes:
            yield Padding(
                _line(fix.finding, report, lang, named=bool(group.name) and group.name in fix.finding.subject),
                (0, 0, 0, 4),
            )
            for item in fix.places[:MOST_PLACES]:
                yield Padding(Text("· " + visible(spot(item, lang)), "dim"), (0, 0, 0, 8))
            if len(fix.places) > MOST_PLACES:
                yield Padding(
                    Text("· " + word("more", lang).format(n=len(fix.places) - MOST_PLACES), "dim"), (0, 0, 0, 8)
                )
            yield Padding(Text("→ " + visible(fix.finding.advice.pick(lang)), "green"), (0, 0, 0, 8))


def contradictions(report: Report, lang: str) -> Iterator[RenderableType]:
    """Yield what the channels say against each other."""
    found = mismatches(report)
    yield _heading(word("mismatches", lang), sum(map(len, found)))
    if not any(found):
        yield Padding(word("mismatch.none", lang), (0, 2))
    for key, rows in (("undeclared", found.undeclared), ("unseen", found.unseen)):
        if rows:
            yield Padding(Text(word(f"mismatch.{key}", lang), "bold"), (0, 2))
        for row in rows:
            signs = "  ".join(f"{word(name, lang)} {cell(getattr(row, name))}" for name in ("present", "observed"))
            title = row.title.pick(lang) + (" *" if row.sensitive else "")
            yield Padding(Text.assemble(visible(title), (f"  {row.data}  {signs}", "dim")), (0, 4))
    if found.findings:
        yield Padding(Text(word("findings", lang), "bold"), (0, 2))
    for finding in found.findings:
        yield Padding(_line(finding, report, lang), (0, 4))


def _line(finding: Finding, report: Report, lang: str, *, named: bool = False) -> Text:
    """Return a finding in a line; ``named``: what it is about stands above it already."""
    sure = word("proven" if finding.status == "proven" else "status.suspected", lang)
    return Text.assemble(
        (f" {word(finding.severity, lang)} ", STYLE[finding.severity]),
        f" {visible(finding.title.pick(lang))}  ",
        ("" if named else visible(subject_name(finding.subject, report, lang)) + "  ", "dim"),
        (f"[{sure}]", "dim"),
    )


def _heading(text: str, count: int) -> Text:
    return Text.assemble("\n", (f"■ {text}", "bold"), (f"  {count}", "dim"))
