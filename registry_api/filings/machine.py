"""What all tables of transitions share: the typed edge, the step along it, and the one code that takes it.

`Machine.apply` is the only code that changes a state. It writes the trail in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from registry_api.accounts.access import Actor
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.trail.chain import Act, append_all

SYSTEM = "system"
"""The role of the registry itself."""


@dataclass(frozen=True)
class Step:
    """What an event brings along, and who causes it."""

    actor: str
    role: str
    key_id: str | None = None
    reason: str = ""
    corrections: tuple[dict[str, str], ...] = ()
    replies: tuple[tuple[int, str], ...] = ()
    """Answers to correction items: (id of the item, what was done)."""
    organization_id: int | None = None
    """Organisation of the one who acts, for members."""
    due_on: date | None = None
    """Day that an order sets."""
    payload: tuple[tuple[str, Any], ...] = ()
    """What else belongs into the trail."""


type Guard[R] = Callable[[Session, R, Step], FieldError | None]
type Effect[R] = Callable[[Session, R, Step], None]


@dataclass(frozen=True)
class Transition[S: StrEnum, E: StrEnum, R]:
    """One edge of a table: (state, event) → state, for whom, under which guards, with which effects."""

    source: S
    event: E
    target: S
    roles: frozenset[str]
    guards: tuple[Guard[R], ...] = ()
    effects: tuple[Effect[R], ...] = ()
    after: tuple[Effect[R], ...] = ()
    """Effects on other records, which the trail tells after the step that caused them."""


class Machine[S: StrEnum, E: StrEnum, R]:
    """A table of transitions and what moves along it; ``noun`` names the records in trail and messages."""

    def __init__(self, noun: str, states: type[S], events: type[E], table: tuple[Transition[S, E, R], ...]) -> None:
        self.noun, self.states, self.events, self.table = noun, states, events, table
        self._by_key = {(item.source, item.event): item for item in table}

    def find(self, state: str, event: str, role: str) -> Transition[S, E, R]:
        """Return the edge; raises ``illegal-transition`` when there is none, ``forbidden`` when not this role's."""
        transition = self._by_key.get((self.states(state), self.events(event)))
        if transition is None:
            possible = sorted(item.event.value for item in self.table if item.source == state)
            raise RegistryError(
                "illegal-transition",
                f"a {self.noun.replace('_', ' ')} in state {state} knows no {event}; "
                f"possible: {', '.join(possible) or 'nothing'}",
            )
        if role not in transition.roles:
            raise RegistryError("forbidden", f"{event} is not for role {role}")
        return transition

    def apply(self, session: Session, row: R, event: E, step: Step) -> Transition[S, E, R]:
        """Move ``row`` along one edge in the caller's transaction: effects and trail; or raise, changing nothing."""
        return self.apply_all(session, [row], event, step)[0]

    def apply_all(self, session: Session, rows: Sequence[R], event: E, step: Step) -> list[Transition[S, E, R]]:
        """Move several rows by the same event; one that may not go stops all."""
        taken = []
        acts = []
        for row in rows:
            taken.append(self._move(session, row, event, step))
            acts.append(self._act(row, taken[-1], step))
        session.flush()
        append_all(session, acts)
        for row, transition in zip(rows, taken, strict=True):
            for effect in transition.after:
                effect(session, row, step)
        return taken

    def _move(self, session: Session, row: Any, event: E, step: Step) -> Transition[S, E, R]:
        transition = self.find(row.state, event, step.role)
        refusals = [item for guard in transition.guards if (item := guard(session, row, step))]
        if refusals:
            raise RegistryError("illegal-transition", "; ".join(item.message for item in refusals), refusals)
        for effect in transition.effects:
            effect(session, row, step)
        row.state = transition.target.value
        row.updated_at = now()
        session.add(row)
        return transition

    def _act(self, row: Any, transition: Transition[S, E, R], step: Step) -> Act:
        payload: dict[str, Any] = {
            "from": transition.source.value,
            "to": transition.target.value,
            "number": getattr(row, "number", None),
            "corrections": [dict(item) for item in step.corrections],
            **dict(step.payload),
        }
        if step.due_on:
            payload["due_on"] = step.due_on.isoformat()
        return Act(
            actor=step.actor,
            role=step.role,
            action=f"{self.noun}.{transition.event.value}",
            object_kind=self.noun,
            object_id=str(row.id),
            app_id=row.app_id,
            province=row.province,
            reason=step.reason,
            payload=payload,
        )


def step_of(actor: Actor, reason: str = "", corrections: tuple[dict[str, str], ...] = (), **more: Any) -> Step:
    """Return the step of a key's holder."""
    return Step(
        actor.label, actor.role.value, actor.key_id, reason, corrections, organization_id=actor.organization_id, **more
    )


def system_step(reason: str = "", corrections: tuple[dict[str, str], ...] = (), **more: Any) -> Step:
    """Return a step of the registry itself."""
    return Step(SYSTEM, SYSTEM, None, reason, corrections, **more)
