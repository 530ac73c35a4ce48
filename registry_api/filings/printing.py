"""The tables of transitions as people read them: the lines of a command and the page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from registry_api.filings.machine import Transition
from registry_api.filings.transitions import TRANSITIONS
from registry_api.filings.user_transitions import USER_TRANSITIONS

AnyEdge = Transition[Any, Any, Any]


def names_of(step: Any) -> str:
    """Return the name of a guard or an effect as words."""
    return str(step.__name__).strip("_").replace("_", " ")


def lines() -> Iterable[str]:
    """Yield both tables as lines of a terminal."""
    for title, table in _tables():
        yield f"# {title}"
        for item in table:
            roles = ", ".join(sorted(item.roles))
            asked = f"  [{', '.join(map(names_of, item.guards))}]" if item.guards else ""
            yield f"{item.source.value:<24} {item.event.value:<21} → {item.target.value:<24} {roles}{asked}"


def markdown() -> str:
    """Return both tables as Markdown."""
    parts = []
    for title, table in _tables():
        rows = [
            f"### {title}",
            "",
            "| state | event | new state | roles | guards | effects |",
            "|---|---|---|---|---|---|",
        ]
        rows += [
            f"| {item.source.value} | {item.event.value} | {item.target.value} | {', '.join(sorted(item.roles))} "
            f"| {', '.join(map(names_of, item.guards)) or '–'} "
            f"| {', '.join(map(names_of, (*item.effects, *item.after))) or '–'} |"
            for item in table
        ]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _tables() -> tuple[tuple[str, tuple[AnyEdge, ...]], ...]:
    return (("Provider filings (提供者备案)", TRANSITIONS), ("User filings (使用者备案)", USER_TRANSITIONS))
