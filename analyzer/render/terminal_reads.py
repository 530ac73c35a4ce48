"""Who reads what on a terminal: chains from start-up in full, other ones by entry point, permissions asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding

from analyzer.model.chains import Step

from .chains import chain_of, doubt_text, in_sections, moment, offsets, searched
from .escape import visible
from .prose import Text
from .words import actor_name, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from analyzer.model import Access, PermissionRequest, Report
    from analyzer.model.report import CallPath


MOST_LATER = 30
"""Lines of reads that start-up does not reach; the files hold all of them."""


def chain_text(site: Access | PermissionRequest | CallPath, lang: str) -> Text:
    """Return a chain in one paragraph, the middle of a long one counted: ``应用启动 App.onCreate › 调用 Sdk.init``."""
    chain = chain_of(site, lang)
    parts: list[tuple[str, str] | str] = []

    def add(steps: tuple[Step, ...]) -> None:
        for step in steps:
            if parts:
                parts.append((" › ", "dim"))
            parts.append((f"{visible(step.link)} " if step.link else "", "dim"))
            parts.append(visible(step.name))

    add(chain.head)
    if chain.middle:
        parts.append((f" › … {word('steps_more', lang).format(n=len(chain.middle))} …", "dim"))
    add(chain.tail)
    if at := offsets(site):
        parts.append((f"  {word('offset', lang)} {at}", "dim"))
    return Text.assemble(*parts)


def reads_by_section(report: Report, lang: str) -> Iterator[tuple[str, int, list[RenderableType]]]:
    """Yield heading, number of reads, and lines of every section that says how code is reached."""
    titles = {row.data: row.title.pick(lang) for row in report.ledger}
    names = {sdk.id: sdk.name for sdk in report.sdks}
    for name, kinds in in_sections(report).items():
        if name in {"no_path", "unknown"}:
            continue
        lines: list[RenderableType] = []
        for data, rows in kinds.items():
            for actor, first, more in _by_actor(rows):
                head = Text.assemble(
                    (visible(titles.get(data, data)), "bold"),
                    f"  {visible(actor_name(actor, names, lang))}",
                    (f"  (+{more})" if more else "", "dim"),
                )
                lines.append(Padding(head, (0, 2)))
                lines.append(Padding(chain_text(first, lang), (0, 4)))
                if doubt := doubt_text(first, {}, lang):
                    lines.append(Padding(Text(visible(doubt), style="yellow"), (0, 4)))
        if name == "later" and len(lines) > MOST_LATER:
            lines = [*lines[:MOST_LATER], Padding(Text("… " + word("human_more", lang), style="dim"), (0, 2))]
        yield word(f"reads_{name}", lang), sum(map(len, kinds.values())), lines


def _by_actor(rows: list[Access]) -> list[tuple[str, Access, int]]:
    found: dict[str, list[Access]] = {}
    for row in rows:
        if row.weak is None:
            found.setdefault(row.actor, []).append(row)
    return [(actor, same[0], len(same) - 1) for actor, same in found.items()]


def requests(report: Report, lang: str) -> Iterator[RenderableType]:
    """Yield one paragraph for each place that asks for permissions."""
    names = {sdk.id: sdk.name for sdk in report.sdks}
    complete = searched(report)
    levels = ("before_consent", "reachable", "present")
    for row in sorted(report.permission_requests, key=lambda row: (levels.index(row.level), row.actor, row.caller)):
        asked = word("joint", lang).join(name.removeprefix("android.permission.") for name in row.permissions)
        head = Text.assemble(
            (moment(row, lang, complete=complete), "bold red" if row.level == "before_consent" else "bold"),
            f"  {visible(asked) or word('permissions_unknown', lang)}",
            (f"  {visible(actor_name(row.actor, names, lang))}", "dim"),
        )
        yield Padding(head, (0, 2))
        yield Padding(chain_text(row, lang) if row.chain else Text(visible(row.caller), style="dim"), (0, 4))
        if doubt := doubt_text(row, {}, lang):
            yield Padding(Text(visible(doubt), style="yellow"), (0, 4))
