"""Findings counted as they come and change, reports of rounds that are kept, and two indexes for lists and progress."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KIND = ("province", "rule", "severity", "status")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "finding_count",
        *_kind_columns(),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*_KIND, name=op.f("pk_finding_count")),
    )
    op.create_table(
        "finding_delta",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        *_kind_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_delta")),
    )
    op.create_table(
        "kept_round",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("reach", sa.String(length=2), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("week", "reach", name=op.f("pk_kept_round")),
    )
    op.execute(
        f"INSERT INTO finding_count ({', '.join(_KIND)}, number, newest)"  # noqa: S608 - names of columns
        f" SELECT {', '.join(_KIND)}, count(*), max(id) FROM finding GROUP BY {', '.join(_KIND)}"
    )
    for statement in _sqlite_triggers() if _on_sqlite() else _postgres_triggers():
        op.execute(statement)
    op.drop_index("ix_finding_counted", "finding")
    op.create_index("ix_finding_province_last_seen_at", "finding", ["province", "last_seen_at", "id"], unique=False)
    op.create_index("ix_audit_run_progress", "audit_run", ["week", "app_id", "state", "changes"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_audit_run_progress", "audit_run")
    op.drop_index("ix_finding_province_last_seen_at", "finding")
    op.create_index("ix_finding_counted", "finding", ["rule", "status", "severity", "province"], unique=False)
    for part in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER finding_counted_{part}" + ("" if _on_sqlite() else " ON finding"))
    if not _on_sqlite():
        op.execute("DROP FUNCTION finding_counted()")
    op.drop_table("kept_round")
    op.drop_table("finding_delta")
    op.drop_table("finding_count")


def _kind_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    ]


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _delta(row: str, number: int) -> str:
    values = ", ".join(f"{row}.{name}" for name in ("id", *_KIND))
    return f"INSERT INTO finding_delta (finding_id, {', '.join(_KIND)}, number) VALUES ({values}, {number});"  # noqa: S608 - names of columns


_CHANGED = " OR ".join(f"old.{name} <> new.{name}" for name in _KIND)


def _sqlite_triggers() -> list[str]:
    head = "CREATE TRIGGER finding_counted_"
    return [
        f"{head}insert AFTER INSERT ON finding BEGIN {_delta('new', 1)} END",
        (
            f"{head}update AFTER UPDATE OF {', '.join(_KIND)} ON finding WHEN {_CHANGED}"
            f" BEGIN {_delta('old', -1)} {_delta('new', 1)} END"
        ),
        f"{head}delete AFTER DELETE ON finding BEGIN {_delta('old', -1)} END",
    ]


def _postgres_triggers() -> list[str]:
    head, call = "CREATE TRIGGER finding_counted_", "FOR EACH ROW {}EXECUTE FUNCTION finding_counted()"
    return [
        (
            "CREATE FUNCTION finding_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP <> 'INSERT' THEN {_delta('old', -1)} END IF;"
            f" IF TG_OP <> 'DELETE' THEN {_delta('new', 1)} END IF;"
            " RETURN NULL; END $$"
        ),
        f"{head}insert AFTER INSERT ON finding {call.format('')}",
        f"{head}update AFTER UPDATE OF {', '.join(_KIND)} ON finding {call.format(f'WHEN ({_CHANGED}) ')}",
        f"{head}delete AFTER DELETE ON finding {call.format('')}",
    ]
