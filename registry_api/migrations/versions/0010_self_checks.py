"""Self-checks of providers, which workers perform like audits and which are thrown away after some days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "self_check",
        sa.Column("id", sa.String(length=42), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("artifact_upload", sa.String(length=36), nullable=False),
        sa.Column("policy_upload", sa.String(length=36), nullable=True),
        sa.Column("filing_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("enqueued", sa.Integer(), nullable=False),
        sa.Column("enqueued_at", UtcDateTime(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(length=2000), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_self_check_key_id_api_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_check")),
    )
    op.create_index(op.f("ix_self_check_key_id"), "self_check", ["key_id"], unique=False)
    op.create_index(op.f("ix_self_check_requested_at"), "self_check", ["requested_at"], unique=False)
    op.create_index(op.f("ix_self_check_state"), "self_check", ["state"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("self_check")
