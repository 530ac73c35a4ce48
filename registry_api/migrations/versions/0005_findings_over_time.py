"""Findings with decisions: statuses that say who ended them, waivers, and which app ships which SDK."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OURS = """
UPDATE finding SET status = 'retracted' WHERE status = 'gone'
AND id IN (SELECT finding_id FROM observation WHERE outcome = 'gone' AND cause = 'rules')
AND id NOT IN (SELECT finding_id FROM observation WHERE outcome = 'gone' AND cause = 'input')
"""


def upgrade() -> None:
    """Apply."""
    # Not in batch mode: SQLite would make the table anew, and observations refer to its rows.
    op.add_column("finding", sa.Column("gist", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("finding", sa.Column("notice_id", sa.Integer(), nullable=True))
    op.create_index("ix_finding_rule_status", "finding", ["rule", "status"], unique=False)
    op.execute(sa.text(_OURS))
    op.execute(sa.text("UPDATE finding SET status = 'rectified' WHERE status = 'gone'"))
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("gist", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("approved_by", sa.String(length=100), nullable=False),
        sa.Column("approved_role", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_waiver_app_id_app")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_waiver_finding_id_finding")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_waiver_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    with op.batch_alter_table("waiver") as batch_op:
        for name in ("app_id", "province", "organization_id", "finding_id", "until"):
            batch_op.create_index(batch_op.f(f"ix_waiver_{name}"), [name], unique=False)
    op.create_table(
        "shipped_sdk",
        sa.Column("app_version_id", sa.Integer(), nullable=False),
        sa.Column("sdk", sa.String(length=100), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=True),
        sa.Column("version_key", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=True),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_shipped_sdk_app_id_app")),
        sa.ForeignKeyConstraint(
            ["app_version_id"], ["app_version.id"], name=op.f("fk_shipped_sdk_app_version_id_app_version")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_shipped_sdk_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("app_version_id", "sdk", name=op.f("pk_shipped_sdk")),
    )
    with op.batch_alter_table("shipped_sdk") as batch_op:
        batch_op.create_index(batch_op.f("ix_shipped_sdk_app_id"), ["app_id"], unique=False)
        batch_op.create_index("ix_shipped_sdk_sdk_version_key", ["sdk", "version_key"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("shipped_sdk")
    op.drop_table("waiver")
    op.execute(sa.text("UPDATE finding SET status = 'gone' WHERE status IN ('rectified', 'retracted')"))
    op.execute(sa.text("UPDATE finding SET status = 'open' WHERE status NOT IN ('gone', 'open', 'reopened')"))
    op.drop_index("ix_finding_rule_status", "finding")
    for column in ("notice_id", "gist"):
        op.execute(f"ALTER TABLE finding DROP COLUMN {column}")
