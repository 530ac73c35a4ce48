"""Secrets of webhooks are sealed with a key beside the record; the column keeps its width."""

from __future__ import annotations

from pathlib import Path

from alembic import context, op

from registry_api.exchange.webhooks.sealing import seal_plain, unseal_all

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    seal_plain(op.get_bind(), _data())


def downgrade() -> None:
    """Take back."""
    unseal_all(op.get_bind(), _data())


def _data() -> Path:
    data: Path = context.config.attributes["data"]
    return data
