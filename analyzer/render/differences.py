"""A comparison of two versions for people: in which order and in which words; terminal and page show the same."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, get_args

from analyzer.model.signature import short_name

from .difference_places import gap_names
from .difference_words import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analyzer.model import Change, Diff, Difference

    Groups = Mapping[str, list[Difference]]

FORMATS = {"terminal": "difference_terminal", "html": "difference_page"}
FIRST = frozenset({"critical", "high"})
"""Weights of what a person looks at before all else."""
_YES = {"true", "false"}


def render_diff(diff: Diff, form: str, lang: str = "zh", *, color: bool = False, width: int | None = None) -> str:
    """Return a comparison as ``terminal``, ``json`` or ``html``; both languages are in the JSON."""
    if form == "json":
        return diff.dump()
    written: str = import_module(f".{FORMATS[form]}", __package__).write(diff, lang, color=color, width=width)
    return written


def first_of(diff: Diff) -> list[Difference]:
    """Return what must be looked at first, in the document's order."""
    return [row for row in diff.differences if row.weight in FIRST]


def by_area(rows: Iterable[Difference]) -> Groups:
    """Return the rows by area, in the order in which the areas come."""
    found: dict[str, list[Difference]] = {}
    for row in rows:
        found.setdefault(row.area, []).append(row)
    return found


def rest_of(diff: Diff) -> tuple[Groups, Groups]:
    """Return what is not to be looked at first, by area: what tells something, and what seldom does (``info``)."""
    rest = [row for row in sorted(diff.differences, key=_place) if row.weight not in FIRST]
    return by_area(row for row in rest if row.weight != "info"), by_area(row for row in rest if row.weight == "info")


def _place(row: Difference) -> int:
    from analyzer.model.difference import Area  # noqa: PLC0415  # the order is the model's

    return get_args(Area).index(row.area)


def kind_text(row: Difference, lang: str) -> str:
    """Return the kind of a difference in one word; a change says in which direction."""
    if row.kind != "changed":
        return word(f"kind.{row.kind}", lang)
    suffix = f".{row.direction}" if row.direction and row.area in {"accesses", "requests", "findings", "sdks"} else ""
    family = {"sdks": "version", "findings": "graver"}.get(row.area, "level") if suffix else ""
    return word(f"kind.changed{'.' + family if family else ''}{suffix}", lang)


def subject_text(row: Difference, names: Mapping[str, str], lang: str) -> str:
    """Return what differs in words; ``names``: SDK id → name."""
    title = row.title.pick(lang) if row.title else ""
    shown = row.subject
    if row.area == "accesses":
        shown = " · ".join(part for part in (title or row.data or "", short_name(row.api or "")) if part)
    elif row.area in {"identity", "flags", "coverage", "signers"}:
        head, _, rest = row.subject.partition(" ")
        key = f"{row.area}.{head}"
        shown = f"{word(key, lang)} {rest[:16]}".strip()
    elif row.area == "findings":
        shown = f"{title} · {_about(row.subject.partition(' ')[2], names, lang)}"
    elif row.area == "requests":
        shown = row.subject.rpartition(" ")[0]
    elif row.area in {"sdks", "packers"} and title:
        shown = f"{title} ({row.subject})"
    elif row.area == "permissions":
        shown = row.subject.removeprefix("android.permission.")
    elif row.area == "endpoints" and title:
        shown = f"{row.subject} · {_about(title.partition(', ')[0], names, lang)}"
    elif row.area == "transmissions" and title:
        shown = f"{title} · {row.subject.partition(' ')[2]}"
    return shown


def _about(subject: str, names: Mapping[str, str], lang: str) -> str:
    """Return what a finding is about: SDKs by name, an actor with a category of data by both, all else as it is."""
    from .words import actor_name  # noqa: PLC0415  # the report's words are many

    actor, slash, category = subject.partition("/")
    known = actor in {"app", "unknown"} or actor.startswith(("sdk:", "lib:"))
    if known:
        named = actor_name(actor, dict(names), lang)
        return f"{named} · {word(category, lang)}" if slash else named
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # only a finding about a kind of data needs it

    datum = load_catalogue().personal_data.get(subject) if subject not in names else None
    return datum.title.pick(lang) if datum else names.get(subject, subject)


def actor_text(row: Difference, names: Mapping[str, str], lang: str) -> str:
    """Return by whom, in words; empty where nobody acts."""
    from .words import actor_name  # noqa: PLC0415  # the report's words are many

    return actor_name(row.actor, dict(names), lang) if row.actor else ""


def change_text(row: Change, lang: str) -> str:
    """Return a changed field as ``version 1.0 → 2.0``."""
    name, _, level = row.field.partition(".")
    field = word(f"field.{name}", lang) if not level else word(f"level.{level}", lang)
    text = f"{field} {value_text(row.old, row.field, lang)} → {value_text(row.new, row.field, lang)}"
    return f"{text} {word('sites', lang)}" if level else text


def value_text(value: str | None, field: str, lang: str) -> str:
    """Return a value in words; a missing one is not known."""
    if value is None or value == "":
        return word("unknown" if field in {"version", "label"} else "none", lang)
    if field == "level":
        return word(f"level.{value.replace('?', '_doubtful')}", lang)
    if value in _YES or field in {"severity", "status", "confidence", "state"}:
        return word(f"value.{value}", lang)
    return value


def because_text(diff: Diff, row: Difference, lang: str) -> str:
    """Return why a difference may be none; empty where nothing speaks against it.

    Where a side was not read in full, the reasons of its coverage are named: of OLD for what NEW shows first.
    """
    side = diff.old if row.kind == "first_seen" else diff.new
    gaps = gap_names((reason.code for reason in side.coverage.reasons), lang)
    parts = []
    for reason in row.because:
        text = word(f"because.{reason}", lang)
        named = reason == "coverage" and gaps and row.area != "transmissions"
        parts.append(f"{text}{'' if lang == 'zh' else ' '}{gaps}" if named else text)
    return word("joint", lang).join(parts)


def facts_text(row: Difference, lang: str) -> str:
    """Return what is known of something that one side has: level, version, gravity."""
    parts = []
    for one in row.changes:
        value = one.new if one.old in {None, "0"} else one.old
        if value is None or (one.field == "sites" and value == "1"):
            continue
        shown = value_text(value, one.field, lang)
        parts.append(f"{shown} {word('sites', lang)}" if one.field == "sites" else shown)
    return word("joint", lang).join(parts)


def detail_text(row: Difference, lang: str) -> str:
    """Return the fields of a difference in one line."""
    two_sided = row.kind == "changed" or any(one.old and one.new and one.field != "sites" for one in row.changes)
    if two_sided:
        return word("joint", lang).join(change_text(one, lang) for one in row.changes)
    return facts_text(row, lang)
