"""Supervisory items (互联网+监管) and the templates of notices: `rules/supervision/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from analyzer.model import Bilingual, RuleDataError
from analyzer.model.base import Pattern
from analyzer.model.record import dataclass

from .reading import read_mapping
from .rows import Row, build_rows

Name = Annotated[str, Pattern(r"^[a-z][a-z0-9_]*$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisoryItem(Row):
    """One supervisory item: which acts of the trail belong to it, and on what they rest."""

    id: Name
    title: Bilingual
    code: str
    """Code in the directory of items."""
    kind: str
    """监管行为类型."""
    basis: str
    acts: dict[str, Name]
    """Action of the trail, such as ``filing.approve`` → result that is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTemplate(Row):
    """The text of one kind of notice. ``{name}`` is filled in when the notice is drafted."""

    id: Name
    title: Bilingual
    mark: str
    """Characters of the document number, such as 教APP整改."""
    term: int
    """Working days that the provider has by default."""
    opening: str
    demand: str
    closing: str
    escalates_to: Name | None = None
    """The kind of notice that follows when the term runs out."""
    note: Bilingual | None = None


FIELDS = frozenset({"provider", "uscc", "app", "package", "version", "number", "due", "count", "term"})
"""What a template may ask for; ``due`` stays in the text until the notice is issued."""


def parse_supervisory_items(root: Path) -> dict[str, SupervisoryItem]:
    """Read the items, by id. Raise `RuleDataError` when one act is in two items."""
    path = root / "supervision" / "items.yaml"
    items = build_rows(SupervisoryItem, path, read_mapping(path)) if path.exists() else {}
    seen: dict[str, str] = {}
    for item in items.values():
        for act in item.acts:
            if act in seen:
                raise RuleDataError(f"{path}: {item.id}: {act} belongs to {seen[act]} already")
            seen[act] = item.id
    return items


def parse_notice_templates(root: Path) -> dict[str, NoticeTemplate]:
    """Read the templates, by kind of notice. Raise `RuleDataError` for a field that is never filled in."""
    from string import Formatter  # noqa: PLC0415  # only needed when rules have changed

    path = root / "supervision" / "notices.yaml"
    rows = build_rows(NoticeTemplate, path, read_mapping(path)) if path.exists() else {}
    for row in rows.values():
        for part in ("opening", "demand", "closing"):
            try:
                names = {name for _, name, _, _ in Formatter().parse(getattr(row, part)) if name is not None}
            except ValueError as error:
                raise RuleDataError(f"{path}: {row.id}: {part}: {error}") from error
            if names - FIELDS:
                raise RuleDataError(f"{path}: {row.id}: {part}: unknown field {', '.join(sorted(names - FIELDS))}")
        if not 1 <= row.term <= 60:
            raise RuleDataError(f"{path}: {row.id}: term: 1 to 60 working days")
        if row.escalates_to is not None and row.escalates_to not in rows:
            raise RuleDataError(f"{path}: {row.id}: escalates_to: no template {row.escalates_to}")
    return rows
