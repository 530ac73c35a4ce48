"""Runs of a round that share a job, findings that know whether their document has changed, rules in their order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("audit_run", sa.Column("bundle", sa.String(length=36), nullable=True))
    op.create_index(op.f("ix_audit_run_bundle"), "audit_run", ["bundle"], unique=False)
    # Empty means that the digest is not known: the next audit writes document and digest once more.
    op.add_column("finding", sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))
    op.create_index("ix_finding_counted", "finding", ["rule", "status", "severity", "province"], unique=False)
    op.create_index("ix_finding_standing", "finding", ["province", "severity", "status"], unique=False)
    changed = sa.text("outcome IN ('gone', 'reopened')")
    op.create_index(
        "ix_observation_changed",
        "observation",
        ["outcome", "finding_id"],
        unique=False,
        sqlite_where=changed,
        postgresql_where=changed,
    )
    op.create_table(
        "rule_set",
        sa.Column("rules", sa.String(length=60), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("rules", name=op.f("pk_rule_set")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("rule_set")
    op.drop_index("ix_observation_changed", "observation")
    op.drop_index("ix_finding_standing", "finding")
    op.drop_index("ix_finding_counted", "finding")
    op.execute("ALTER TABLE finding DROP COLUMN digest")
    op.drop_index("ix_audit_run_bundle", "audit_run")
    op.execute("ALTER TABLE audit_run DROP COLUMN bundle")
