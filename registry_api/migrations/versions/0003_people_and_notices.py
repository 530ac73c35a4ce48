"""Supervisory parts of the trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.trail.chain import SQLITE_REPLACE_GUARD

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_TRAIL: tuple[tuple[str, sa.types.TypeEngine[str]], ...] = (
    ("item", sa.String(length=40)),
    ("organ", sa.String(length=10)),
    ("subject", sa.String(length=400)),
    ("result", sa.String(length=40)),
    ("basis", sa.Text()),
)


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    """Apply."""
    # No batch here: it would copy the trail into a new table, and leave its triggers behind.
    for name, kind in _TRAIL:
        op.add_column("trail", sa.Column(name, kind, nullable=True))
    op.create_index(op.f("ix_trail_item"), "trail", ["item"], unique=False)
    if _sqlite():
        op.execute(sa.text(SQLITE_REPLACE_GUARD))


def downgrade() -> None:
    """Take back."""
    if _sqlite():
        op.execute(sa.text("DROP TRIGGER trail_no_replace"))
    op.drop_index(op.f("ix_trail_item"), table_name="trail")
    for name, _ in reversed(_TRAIL):
        op.drop_column("trail", name)
