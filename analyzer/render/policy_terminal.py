"""The reading of a policy on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding

from .console import as_text
from .escape import visible
from .policy_words import policy_word
from .prose import Text
from .words import word

_MOST = 6
_STYLE = {"critical": "bold red", "high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim"}
Row = tuple[str, str, str]
"""Style, text, and the quote below it."""


def write(document: dict[str, Any], lang: str, *, color: bool = False, width: int | None = None) -> str:
    """Return the document as text, what lacks first."""
    return as_text(_blocks(document, lang), color=color, width=width)


def _blocks(document: dict[str, Any], lang: str) -> Iterator[RenderableType]:
    yield Text(f"{policy_word('title', lang)}  {visible(document['file']['name'])}", style="bold")
    for title, rows in blocks(document, lang):
        yield Text("\n" + title, style="bold")
        if not rows:
            yield Padding(Text(policy_word("none", lang), style="dim"), (0, 2))
        for style, text, quote in rows:
            yield Padding(Text(visible(text), style=style), (0, 2))
            if quote:
                yield Padding(Text(visible(quote), style="dim"), (0, 4))


def blocks(document: dict[str, Any], lang: str) -> Iterator[tuple[str, list[Row]]]:
    """Yield each section's title and rows; the page shows the same."""

    def w(key: str, **values: Any) -> str:
        return policy_word(key, lang, **values)

    def said(rows: list[dict[str, Any]]) -> list[Row]:
        return [("", row["value"], _at(row)) for row in rows]

    yield (
        w("findings"),
        [
            (
                _STYLE[row["severity"]],
                f"{word(row['severity'], lang)} · {w(row['status'])} · {row['title'][lang]}",
                row["explanation"][lang],
            )
            for row in document["findings"]
        ],
    )
    yield w("points"), [_point(row, lang) for row in document["points"]]
    names = document["names"]
    yield w("names"), said([*names["apps"], *names["operators"]])
    yield (
        w("dates"),
        [("", f"{w(kind)} {row['value']}", _at(row)) for kind, rows in document["dates"].items() for row in rows],
    )
    yield (
        w("data"),
        [
            (
                {"yes": "", "denied": "cyan", "general": "dim"}[row["said"]],
                f"{row['title'][lang]} · {w(row['said'])} · {len(row['mentions'])}",
                _at(next(mention for mention in row["mentions"] if mention["said"] == row["said"])),
            )
            for row in sorted(document["data"], key=lambda row: ("yes", "denied", "general").index(row["said"]))
        ],
    )
    for kind in ("sdks", "companies"):
        yield w(kind), [("", row["name"], _at(row)) for row in document[kind]]
    yield (
        w("third_parties"),
        [
            ("", " · ".join(row[key] for key in ("name", "company", "purpose", "data", "link") if row[key]), "")
            for row in document["third_parties"]
        ],
    )
    yield (
        w("permissions"),
        [
            ("", row["title"][lang] + ("" if row["purpose"] else f" · {w('no_purpose')}"), _at(row))
            for row in document["permissions"]
        ],
    )
    for kind in ("rights", "children"):
        yield (
            w(kind),
            [
                ("" if row else "yellow", f"{w(name)}" + ("" if row else f" · {w('absent')}"), _at(row) if row else "")
                for name, row in document[kind].items()
            ],
        )
    yield w("answer_times"), said(document["answer_times"])
    yield w("cross_border"), [("", w(row["value"]), _at(row)) for row in document["cross_border"]]
    yield w("catch_alls"), said(document["catch_alls"][:_MOST]) + _rest(document["catch_alls"], lang)
    yield w("wording"), [("", row["title"][lang], _at(row)) for row in document["wording"]]
    if document["readability"]:
        counts = {**document["readability"], "characters": document["file"]["characters"]}
        yield w("readability"), [("", w("read", **counts), "")]
    yield w("not_judged"), [("", row[lang], "") for row in document["not_judged"]]


def _point(row: dict[str, Any], lang: str) -> Row:
    name = f"{row['id']} {row['title'][lang]}"
    if row["found"] is None:
        return "dim", f"{policy_word('unknown', lang)} · {name}", ""
    if row["found"]:
        return "green", f"{policy_word('found', lang)} · {name}", _at(row)
    lacking = ("、" if lang == "zh" else ", ").join(part[lang] for part in row["missing"])
    only = f"（{policy_word('if', lang)}{row['applies'][lang]}）" if row["applies"] and lang == "zh" else ""
    only = f" ({policy_word('if', lang)}: {row['applies'][lang]})" if row["applies"] and lang == "en" else only
    return "yellow", f"{policy_word('absent', lang)} · {name}{only} · {policy_word('lacks', lang)} {lacking}", ""


def _at(row: dict[str, Any]) -> str:
    return f"@{row['offset']} {row['quote']}"


def _rest(rows: list[dict[str, Any]], lang: str) -> list[Row]:
    more = len(rows) - _MOST
    return [("dim", policy_word("more", lang, n=more), "")] if more > 0 else []
