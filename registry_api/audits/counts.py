"""How many findings there are: kept beside them as they come and change, so that nobody counts two million rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from registry_api.accounts.access import NATIONAL, PROVINCIAL, Actor, scope_of
from registry_api.audits.kept_models import FindingCount, FindingDelta
from registry_api.audits.models import FindingRow
from registry_api.db import serialise_writers
from registry_api.registry import Registry

_FOLDED = 20_000
"""Changes that one transaction folds: SQLite's other writers wait meanwhile."""
_LOCK = 0x45445507
_KIND = ("province", "rule", "severity", "status")


@dataclass(frozen=True)
class Counted:
    """Findings of one kind within reach."""

    province: str
    rule: str
    severity: str
    status: str
    number: int
    newest: int
    """The highest id among them, or among those that were of this kind before."""


def count_kinds(session: Session, actor: Actor) -> list[Counted]:
    """Return how many findings ``actor`` reaches, by province, rule, severity and status; exact at any moment."""
    if actor.role in NATIONAL or (actor.role in PROVINCIAL and actor.province):
        both = sa.union_all(
            _part(FindingCount, FindingCount.newest, actor), _part(FindingDelta, FindingDelta.finding_id, actor)
        ).subquery()
        kind = [both.c[name] for name in _KIND]
        rows = session.execute(
            sa.select(*kind, sa.func.sum(both.c.number), sa.func.max(both.c.newest)).group_by(*kind)
        ).all()
    else:
        kind = [getattr(FindingRow, name) for name in _KIND]
        rows = session.execute(
            sa.select(*kind, sa.func.count(), sa.func.max(col(FindingRow.id)))
            .where(scope_of(FindingRow, actor))
            .group_by(*kind)
        ).all()
    return [
        Counted(province, rule, severity, status, int(number), newest)
        for province, rule, severity, status, number, newest in rows
        if number
    ]


def newest_of_rules(counted: list[Counted]) -> dict[str, int]:
    """Return rule → the id of its newest finding."""
    found: dict[str, int] = {}
    for item in counted:
        found[item.rule] = max(item.newest, found.get(item.rule, 0))
    return found


def clauses_of(session: Session, newest: dict[str, int]) -> dict[str, list[str]]:
    """Return the clauses that the newest finding of each rule cites: all findings of a rule cite the same."""
    # scope: the ids are those of findings within reach
    rows = session.execute(
        sa.select(col(FindingRow.rule), col(FindingRow.document)).where(col(FindingRow.id).in_(newest.values()))
    ).all()
    return {rule: [str(item) for item in document.get("clauses", ())] for rule, document in rows}


def _part(table: Any, newest: Any, actor: Actor) -> Any:
    kind = [getattr(table, name).label(name) for name in _KIND]
    statement = sa.select(*kind, col(table.number).label("number"), col(newest).label("newest"))
    # scope: the table has no owner but the province, and only who sees all of a province's findings comes here
    return statement if actor.role in NATIONAL else statement.where(col(table.province) == actor.province)


def fold(registry: Registry) -> int:
    """Add what has changed to the counts, some thousand changes a transaction; return how many there were."""
    total = 0
    while True:
        with registry.database.read() as session:
            if session.exec(select(FindingDelta.id).limit(1)).first() is None:
                return total
        with registry.database.write() as session:
            serialise_writers(session, _LOCK)
            total += _fold(session)


def _fold(session: Session) -> int:
    first = select(FindingDelta.id).order_by(col(FindingDelta.id)).limit(_FOLDED)
    columns = [getattr(FindingDelta, name) for name in (*_KIND, "number", "finding_id")]
    # What is taken away is what is added: a row that another transaction is still writing is in neither.
    rows = session.execute(delete(FindingDelta).where(col(FindingDelta.id).in_(first)).returning(*columns)).all()
    numbers: Counter[tuple[Any, ...]] = Counter()
    newest: dict[tuple[Any, ...], int] = {}
    for *kind, number, finding_id in rows:
        key = tuple(kind)
        numbers[key] += number
        newest[key] = max(newest.get(key, 0), finding_id)
    if rows:
        table: Any = FindingCount.__table__  # type: ignore[attr-defined]  # every table model has it
        dialect = session.get_bind().dialect.name
        from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415 - only where something is folded

        insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
        statement = insert.on_conflict_do_update(
            index_elements=list(_KIND),
            set_={
                "number": table.c.number + insert.excluded.number,
                "newest": sa.case(
                    (insert.excluded.newest > table.c.newest, insert.excluded.newest), else_=table.c.newest
                ),
            },
        )
        values = [
            {**dict(zip(_KIND, key, strict=True)), "number": numbers[key], "newest": newest[key]}
            for key in sorted(numbers)
        ]
        session.connection().execute(statement, values)
    return len(rows)
