"""A comparison on a terminal: what must be looked at first, then area by area, then the small things in a few lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table

from analyzer.model.signature import short_name

from .console import as_text
from .difference_places import place_text
from .difference_words import word
from .differences import (
    actor_text,
    because_text,
    by_area,
    detail_text,
    first_of,
    kind_text,
    rest_of,
    subject_text,
)
from .escape import visible
from .prose import Text
from .terminal_views import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from analyzer.model import Diff, Difference, Side

MOST_PLACES = 2
"""Places shown of each side of what is to be looked at first."""
MOST_MINOR = 6
"""Minor differences shown in words, of each area."""
MOST_RENAMED = 4
_KIND_STYLE = {"new": "bold", "first_seen": "bold", "gone": "green", "not_seen": "yellow", "changed": "bold"}
_MARK = {"new": "+", "first_seen": "+?", "gone": "-", "not_seen": "-?", "changed": "~"}


def write(diff: Diff, lang: str, *, color: bool = False, width: int | None = None) -> str:
    """Return the comparison as text of ``width`` columns (the terminal's when `None`), with ANSI colours on demand."""
    return as_text(_blocks(diff, lang), color=color, width=width)


def _blocks(diff: Diff, lang: str) -> Iterable[RenderableType]:
    yield _sides(diff, lang)
    for note in diff.notes:
        yield _hanging("!", Text(visible(note.text.pick(lang)), style="yellow"), 0)
    yield Text("")
    yield _verdict(diff, lang)
    names = diff.sdk_names
    if first := first_of(diff):
        yield _heading(word("first", lang), len(first))
        for area, rows in by_area(first).items():
            yield Padding(Text(word(f"area.{area}", lang), style="bold"), (0, 2))
            for row in rows:
                yield from _entry(diff, row, names, lang, full=True)
    telling, minor = rest_of(diff)
    for area, rows in telling.items():
        yield _heading(word(f"area.{area}", lang), len(rows))
        for row in rows:
            yield from _entry(diff, row, names, lang)
    if minor:
        yield _heading(word("minor", lang), sum(map(len, minor.values())))
        for area, rows in minor.items():
            yield from _minor(area, rows, names, lang)
    if diff.renamed:
        yield _heading(word("renamed", lang), diff.summary.renamed)
        for same in diff.renamed[:MOST_RENAMED]:
            yield Padding(
                Text(
                    f"{word(f'area.{same.area}', lang)}  {visible(same.subject)}: "
                    f"{visible(same.old)} → {visible(same.new)}",
                    style="dim",
                ),
                (0, 2),
            )
        if len(diff.renamed) > MOST_RENAMED:
            yield Padding(Text("… " + word("minor.more", lang), style="dim"), (0, 2))
    yield _foot(diff, lang)


def _heading(text: str, count: int) -> Text:
    return Text.assemble("\n", (f"■ {text}", "bold"), (f"  {count}", "dim"))


def _sides(diff: Diff, lang: str) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, side in (("old", diff.old), ("new", diff.new)):
        table.add_row(word(name, lang), _side(side, lang))
    return table


def _side(side: Side, lang: str) -> Text:
    app, found = side.app, side.artifact
    version = f"{app.version_name or '?'} ({app.version_code if app.version_code is not None else '?'})"
    source = word(f"source.{side.source}", lang)
    if side.source == "filing":
        return Text.assemble(
            (visible(app.label or "?"), "bold"),
            f"  {visible(app.package or '?')}  {visible(app.version_name or '?')}\n",
            (f"{visible(found.name or '')}  {source}", "dim"),
        )
    complete = word("complete" if side.coverage.complete else "incomplete.short", lang)
    digest = f"SHA-256 {found.sha256[:16]}…" if found.sha256 else word("not_examined", lang)
    return Text.assemble(
        (visible(app.label or app.package or found.name or "?"), "bold"),
        f"  {visible(app.package or '?')}  {visible(version)}\n",
        (f"{visible(found.name or '')}  {digest}  {source}  ", "dim"),
        (complete, "dim" if side.coverage.complete else "yellow"),
    )


def _verdict(diff: Diff, lang: str) -> Text:
    text = word(f"verdict.{diff.summary.verdict}", lang).format(n=len(diff.differences))
    counts = "  ".join(
        f"{word(f'kind.{kind}', lang)} {number}" for kind, number in diff.summary.kinds.items() if number
    )
    first = "" if first_of(diff) or not diff.differences else f"   {word('no_first', lang)}"
    return Text.assemble((text, "bold"), (f"   {counts}" if counts else "", ""), (first, "green"))


def _entry(
    diff: Diff, row: Difference, names: dict[str, str], lang: str, *, full: bool = False
) -> Iterable[RenderableType]:
    style = STYLE["critical" if row.weight == "critical" else "high"] if full else _KIND_STYLE[row.kind]
    actor = actor_text(row, names, lang)
    detail = detail_text(row, lang)
    text = Text.assemble(
        (kind_text(row, lang), style),
        "  ",
        (visible(subject_text(row, names, lang)), "bold" if full else ""),
        (f"  {visible(actor)}" if actor else "", ""),
        (f"  {visible(detail)}" if detail else "", "" if full else "dim"),
    )
    yield _hanging(_MARK[row.kind], text, 4 if full else 2)
    if why := because_text(diff, row, lang):
        yield Padding(Text(visible(why), style="yellow"), (0, 0, 0, 9))
    for side, places in (("old", row.old), ("new", row.new)) if full else ():
        label = word(f"{side}.short", lang)
        for place in places[:MOST_PLACES]:
            shown = " ".join(map(short_name, place_text(row, place, names, lang).split(" ")))
            yield Padding(Text(f"{label} {visible(shown)}", style="dim"), (0, 0, 0, 9))
        if len(places) > MOST_PLACES:
            more = word("more", lang).format(n=len(places) - MOST_PLACES)
            yield Padding(Text(f"{label} … {more}", style="dim"), (0, 0, 0, 9))


def _hanging(mark: str, text: Text, indent: int) -> RenderableType:
    """Return a paragraph whose later lines begin below its first word."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=2, style="bold")
    table.add_column(overflow="fold")
    table.add_row(mark, text)
    return Padding(table, (0, 0, 0, indent))


def _minor(area: str, rows: list[Difference], names: dict[str, str], lang: str) -> Iterable[RenderableType]:
    counts = Counter(f"{word(f'kind.{row.kind}', lang)}" for row in rows)
    said = "  ".join(f"{kind} {number}" for kind, number in counts.items())
    yield Padding(Text.assemble((word(f"area.{area}", lang), "bold"), (f"  {said}", "dim")), (0, 2))
    for row in rows[:MOST_MINOR]:
        parts = (subject_text(row, names, lang), actor_text(row, names, lang), detail_text(row, lang))
        shown = "  ".join(visible(part) for part in parts if part)
        yield _hanging(_MARK[row.kind], Text(shown, style="dim"), 4)
    if len(rows) > MOST_MINOR:
        more = word("more", lang).format(n=len(rows) - MOST_MINOR)
        yield Padding(Text(f"   … {more}; {word('minor.more', lang)}", style="dim"), (0, 0, 0, 4))


def _foot(diff: Diff, lang: str) -> Text:
    one, other = diff.old, diff.new
    rules = one.judged_rules if one.judged_rules == other.judged_rules else f"{one.judged_rules} → {other.judged_rules}"
    engine = one.engine if one.engine == other.engine else f"{one.engine} → {other.engine}"
    return Text(
        f"\neduaudit {diff.tool} · {word('rules_version', lang)} {rules} · {word('engine', lang)} {engine}", style="dim"
    )
