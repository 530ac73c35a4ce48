"""Runs of a round that share a job, and findings that know whether their document has changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    """Take back."""
    op.execute("ALTER TABLE finding DROP COLUMN digest")
    op.drop_index("ix_audit_run_bundle", "audit_run")
    op.execute("ALTER TABLE audit_run DROP COLUMN bundle")
