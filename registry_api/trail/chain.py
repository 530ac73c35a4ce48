"""Append to the trail and prove that nothing was changed.

Each row's hash covers the row and the hash before it. One writer at a time keeps the chain linear: on SQLite every
writing transaction is exclusive, on PostgreSQL an advisory lock is held until the commit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.db import now, serialise_writers
from registry_api.trail.models import TrailEntry
from registry_api.trail.supervision import supervise, units_of

GENESIS = "0" * 64
TRAIL_LOCK = 0x45445501
_BATCH = 1000


@dataclass(frozen=True)
class Act:
    """What is to be recorded; the chain adds sequence, time and hashes."""

    actor: str
    role: str
    action: str
    object_kind: str
    object_id: str
    app_id: int | None = None
    province: str | None = None
    reason: str = ""
    payload: dict[str, Any] | None = None
    organization_id: int | None = None
    """The supervised unit, when it is not the app's provider."""
    result: str = ""
    """Result of a supervisory act, when it is not the usual one of its name."""
    basis: str = ""
    """Legal basis of a supervisory act, when it is not the item's own."""


def content_of(entry: TrailEntry) -> dict[str, Any]:
    """Return what the hash of a row covers; plain JSON.

    The supervisory part is left out where there is none: entries from before it existed keep their hashes.
    """
    content: dict[str, Any] = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "role": entry.role,
        "action": entry.action,
        "object": [entry.object_kind, entry.object_id],
        "app": entry.app_id,
        "province": entry.province,
        "reason": entry.reason,
        "payload": entry.payload,
        "prev": entry.prev_hash,
    }
    if entry.item is not None:
        content["supervision"] = {
            "item": entry.item,
            "organ": entry.organ,
            "subject": entry.subject,
            "result": entry.result,
            "basis": entry.basis,
        }
    return content


def hash_of(content: dict[str, Any]) -> str:
    """Return the hash of what `content_of` gives."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(content: dict[str, Any]) -> str:
    """Write content in the one way in which it is hashed."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(entry: TrailEntry) -> str:
    """Return the hash of a row from its content and ``prev_hash``."""
    return hash_of(content_of(entry))


def append(session: Session, act: Act, at: datetime | None = None) -> TrailEntry:
    """Write one act in the caller's transaction and return its row."""
    return append_all(session, [act], at)[0]


def append_all(session: Session, acts: Iterable[Act], at: datetime | None = None) -> list[TrailEntry]:
    """Write several acts at once: one look at the end of the chain serves all, and one at their supervised units."""
    serialise_writers(session, TRAIL_LOCK)
    session.flush()
    last = session.exec(select(TrailEntry.seq, TrailEntry.hash).order_by(col(TrailEntry.seq).desc()).limit(1)).first()
    seq, prev = last or (0, GENESIS)
    rows = []
    acts = list(acts)
    apps = {act.app_id for act in acts if act.app_id is not None and act.organization_id is None}
    units = units_of(session, apps) if len(apps) > 1 else None
    for act in acts:
        seq += 1
        supervision = supervise(
            session,
            act.action,
            act.role,
            province=act.province,
            app_id=act.app_id,
            organization_id=act.organization_id,
            result=act.result,
            basis=act.basis,
            units=units,
        )
        entry = TrailEntry(
            seq=seq,
            at=at or now(),
            actor=act.actor,
            role=act.role,
            action=act.action,
            object_kind=act.object_kind,
            object_id=act.object_id,
            app_id=act.app_id,
            province=act.province,
            reason=act.reason,
            payload=act.payload or {},
            prev_hash=prev,
            hash="",
        )
        if supervision is not None:
            entry.item, entry.organ, entry.subject = supervision.item, supervision.organ, supervision.subject
            entry.result, entry.basis = supervision.result, supervision.basis
        entry.hash = prev = digest(entry)
        rows.append(entry)
    session.add_all(rows)
    session.flush()
    return rows


@dataclass(frozen=True)
class ChainResult:
    """Outcome of a check of the whole trail."""

    entries: int
    head: str
    broken_at: int | None
    why: str


def verify(session: Session) -> ChainResult:
    """Walk the whole trail; the first row that does not fit is named."""
    expected, prev, count = 1, GENESIS, 0
    while True:
        rows = session.exec(
            select(TrailEntry).where(TrailEntry.seq >= expected).order_by(col(TrailEntry.seq)).limit(_BATCH)
        ).all()
        if not rows:
            return ChainResult(count, prev, None, "")
        for row in rows:
            if row.seq != expected:
                return ChainResult(count, prev, expected, f"entry {expected} is missing")
            if row.prev_hash != prev:
                return ChainResult(count, prev, row.seq, f"entry {row.seq} does not follow entry {row.seq - 1}")
            if digest(row) != row.hash:
                return ChainResult(count, prev, row.seq, f"the content of entry {row.seq} was changed")
            prev, expected, count = row.hash, expected + 1, count + 1
        session.expunge_all()


def walk(session: Session, after: int = 0) -> Iterator[TrailEntry]:
    """Yield the entries after ``after`` in their order, a batch in memory at a time."""
    while True:
        rows = session.exec(
            select(TrailEntry).where(TrailEntry.seq > after).order_by(col(TrailEntry.seq)).limit(_BATCH)
        ).all()
        if not rows:
            return
        yield from rows
        after = rows[-1].seq
        session.expunge_all()


SQLITE_GUARDS = (
    "CREATE TRIGGER trail_no_update BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END",
    "CREATE TRIGGER trail_no_delete BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END",
)
"""Triggers for SQLite."""

POSTGRES_GUARDS = (
    """CREATE OR REPLACE FUNCTION trail_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the trail is append-only'; END $$""",
    """CREATE TRIGGER trail_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON trail
    FOR EACH STATEMENT EXECUTE FUNCTION trail_append_only()""",
)
"""Triggers for PostgreSQL."""


SQLITE_REPLACE_GUARD = """CREATE TRIGGER trail_no_replace BEFORE INSERT ON trail
    WHEN EXISTS (SELECT 1 FROM trail WHERE seq = NEW.seq OR hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END"""
"""``INSERT OR REPLACE`` deletes without firing the trigger of deletion."""


def guard_statements(dialect: str) -> tuple[sa.TextClause, ...]:
    """Return the statements that make the trail append-only, for the first migration."""
    return tuple(sa.text(item) for item in (SQLITE_GUARDS if dialect == "sqlite" else POSTGRES_GUARDS))
