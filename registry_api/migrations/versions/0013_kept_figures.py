"""Figures counted beforehand, and an index by which the apps that ship an SDK are read page by page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "kept_figures",
        sa.Column("reach", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=110), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("reach", "name", name=op.f("pk_kept_figures")),
    )
    op.create_index("ix_shipped_sdk_sdk_app_version_id", "shipped_sdk", ["sdk", "app_version_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_shipped_sdk_sdk_app_version_id", table_name="shipped_sdk")
    op.drop_table("kept_figures")
