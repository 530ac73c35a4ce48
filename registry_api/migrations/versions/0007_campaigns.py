"""Weekly rounds that know their week, and special campaigns with the apps that they take in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# ``weekly:2026-W47:12``; the number of changes of runs from before stays unknown, which is not the same as none.
_WEEKS = "UPDATE audit_run SET week = substr(dedupe, 8, 8) WHERE kind = 'weekly' AND dedupe LIKE 'weekly:____-W__:%'"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("audit_run") as batch_op:
        batch_op.add_column(sa.Column("week", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("changes", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_audit_run_week"), ["week"], unique=False)
    op.execute(sa.text(_WEEKS))
    op.create_table(
        "weekly_round",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=True),
        sa.Column("drafted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_weekly_round")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=True),
        sa.Column("provinces", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("use_modes", sa.JSON(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("closing", sa.JSON(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index(op.f("ix_campaign_province"), "campaign", ["province"], unique=False)
    op.create_table(
        "campaign_app",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("app_version_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_campaign_app_app_id_app")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_app_campaign_id_campaign")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_campaign_app_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "app_id", name=op.f("pk_campaign_app")),
    )
    op.create_index(op.f("ix_campaign_app_app_id"), "campaign_app", ["app_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("campaign_app")
    op.drop_table("campaign")
    op.drop_table("weekly_round")
    op.drop_index("ix_audit_run_week", "audit_run")
    for column in ("changes", "week"):  # not in batch mode: others refer to the rows of the table
        op.execute(f"ALTER TABLE audit_run DROP COLUMN {column}")
