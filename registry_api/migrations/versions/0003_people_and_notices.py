"""Supervisory parts of the trail; notices and lists; accounts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime
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


def _moment(name: str, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime(), nullable=not required)


def _text(name: str, length: int | None = None, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length=length), nullable=not required)


def _number(name: str, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=not required)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _make_notices() -> None:
    op.create_table(
        "notice",
        _number("id", required=True),
        _text("kind", 20, required=True),
        _text("state", 20, required=True),
        _text("number", 60),
        _text("batch", 60),
        _number("app_id", required=True),
        _number("organization_id", required=True),
        _text("province", 2, required=True),
        _number("parent_id"),
        sa.Column("findings", sa.JSON(), nullable=False),
        _text("body", required=True),
        _text("basis", required=True),
        _number("term", required=True),
        _text("drafted_by", 100, required=True),
        _text("signed_by", 100),
        _moment("signed_at"),
        _moment("issued_at"),
        _moment("clock_from"),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        _text("calendar", 200),
        _moment("received_at"),
        _text("received_by", 100),
        _text("reply"),
        _moment("replied_at"),
        sa.Column("attachments", sa.JSON(), nullable=False),
        _text("reaudit_run_id", 36),
        _moment("ended_at"),
        _text("reason", 4000),
        _moment("created_at", required=True),
        _moment("updated_at", required=True),
        _number("version", required=True),
        _refers("notice", "app_id", "app"),
        _refers("notice", "organization_id", "organization"),
        _refers("notice", "parent_id", "notice"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("number", name=op.f("uq_notice_number")),
    )
    for column in ("app_id", "batch", "organization_id", "parent_id", "province"):
        op.create_index(op.f(f"ix_notice_{column}"), "notice", [column])
    op.create_index("ix_notice_state_due_on", "notice", ["state", "due_on"])
    op.create_table(
        "notice_serial",
        _text("kind", 20, required=True),
        _text("province", 2, required=True),
        _number("year", required=True),
        _number("last", required=True),
        sa.PrimaryKeyConstraint("kind", "province", "year", name=op.f("pk_notice_serial")),
    )
    op.create_table(
        "listing",
        _number("id", required=True),
        _text("kind", 10, required=True),
        _number("organization_id", required=True),
        _number("app_id"),
        _text("province", 2, required=True),
        _text("reason", required=True),
        _text("basis", required=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        _text("created_by", 100, required=True),
        _moment("created_at", required=True),
        _moment("ended_at"),
        _text("ended_reason", 4000),
        _refers("listing", "organization_id", "organization"),
        _refers("listing", "app_id", "app"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    for column in ("app_id", "province"):
        op.create_index(op.f(f"ix_listing_{column}"), "listing", [column])
    op.create_index("ix_listing_organization_id_kind", "listing", ["organization_id", "kind"])


def _make_accounts() -> None:
    op.create_table(
        "account",
        _text("id", 16, required=True),
        _text("login", 60, required=True),
        _text("name", 200, required=True),
        _text("password_hash", 200),
        _text("oidc_subject", 400),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        _number("failures", required=True),
        _moment("locked_until"),
        _moment("created_at", required=True),
        _moment("last_sign_in_at"),
        _moment("disabled_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_account_oidc_subject")),
    )
    op.add_column("api_key", _text("user_id", 16))
    op.create_index(op.f("ix_api_key_user_id"), "api_key", ["user_id"])
    op.add_column("web_session", _moment("seen_at"))


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
    _make_notices()
    _make_accounts()


def downgrade() -> None:
    """Take back."""
    op.drop_column("web_session", "seen_at")
    op.drop_index(op.f("ix_api_key_user_id"), table_name="api_key")
    op.drop_column("api_key", "user_id")
    op.drop_table("account")
    for table in ("listing", "notice_serial", "notice"):
        op.drop_table(table)
    if _sqlite():
        op.execute(sa.text("DROP TRIGGER trail_no_replace"))
    op.drop_index(op.f("ix_trail_item"), table_name="trail")
    for name, _ in reversed(_TRAIL):
        op.drop_column("trail", name)
