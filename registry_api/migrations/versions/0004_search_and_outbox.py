"""Search by pairs of characters, the state of an app's newest filing, indexes of lists, webhooks, SDKs of apps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime
from registry_api.filings.newest import drop_statements, newest_statements
from registry_api.organizations.search import grams_of, index_statements, search_text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEXES = (
    ("organization", "ix_organization_name", ["name", "id"]),
    ("organization", "ix_organization_province_id", ["province", "id"]),
    ("app", "ix_app_name", ["name", "id"]),
    ("app", "ix_app_province_id", ["province", "id"]),
    ("app", "ix_app_filing_state", ["filing_state", "id"]),
    ("app", "ix_app_province_filing_state", ["province", "filing_state", "id"]),
    ("filing", "ix_filing_state_id", ["state", "id"]),
    ("filing", "ix_filing_province_state", ["province", "state", "id"]),
    ("filing", "ix_filing_updated_at", ["updated_at", "id"]),
    ("filing", "ix_filing_province_updated_at", ["province", "updated_at", "id"]),
    ("finding", "ix_finding_province_id", ["province", "id"]),
    ("finding", "ix_finding_last_seen_at", ["last_seen_at", "id"]),
)
_SEARCHED = ("app", "organization")


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    with op.batch_alter_table("app") as batch_op:
        batch_op.add_column(sa.Column("grams", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("newest_filing_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("filing_state", sa.String(length=30), nullable=True))
    with op.batch_alter_table("organization") as batch_op:
        batch_op.add_column(sa.Column("search", sa.String(length=4000), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("grams", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("upload") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=20), nullable=False, server_default="unknown"))
    _create_webhooks()
    for table, name, columns in _INDEXES:
        op.create_index(name, table, columns)
    for table in _SEARCHED:
        for statement in index_statements(connection.dialect.name, table):
            connection.execute(statement)
    _fill(connection)
    for statement in newest_statements(connection.dialect.name):
        connection.execute(statement)


def _create_webhooks() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_index("ix_webhook_endpoint_state", "webhook_endpoint", ["state"])
    op.create_index("ix_webhook_endpoint_created_by", "webhook_endpoint", ["created_by"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoint.id"],
            name=op.f("fk_webhook_delivery_endpoint_id_webhook_endpoint"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("endpoint_id", "seq", name=op.f("uq_webhook_delivery_endpoint_id_seq")),
    )
    op.create_index("ix_webhook_delivery_state", "webhook_delivery", ["state", "next_at"])


def _fill(connection: sa.Connection) -> None:
    for row in connection.execute(
        sa.text(
            "SELECT app.id, app.name, package, organization.name "
            "FROM app JOIN organization ON organization.id = organization_id"
        )
    ).all():
        text = search_text(row[1], row[2], row[3])
        connection.execute(
            sa.text("UPDATE app SET search = :text, grams = :grams WHERE id = :id"),
            {"text": text, "grams": grams_of(text), "id": row[0]},
        )
    for row in connection.execute(sa.text("SELECT id, name, uscc FROM organization")).all():
        text = search_text(row[1], row[2])
        connection.execute(
            sa.text("UPDATE organization SET search = :text, grams = :grams WHERE id = :id"),
            {"text": text, "grams": grams_of(text), "id": row[0]},
        )


def downgrade() -> None:
    """Take back."""
    connection = op.get_bind()
    for statement in drop_statements(connection.dialect.name):
        connection.execute(statement)
    for table in _SEARCHED:
        if connection.dialect.name == "sqlite":
            for part in ("insert", "update", "delete"):
                connection.execute(sa.text(f"DROP TRIGGER {table}_grams_{part}"))
            connection.execute(sa.text(f"DROP TABLE {table}_fts"))
        else:
            op.drop_index(f"ix_{table}_grams", table)
    for table, name, _ in reversed(_INDEXES):
        op.drop_index(name, table)
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_endpoint")
    for table, columns in (
        ("upload", ("kind",)),
        ("organization", ("search", "grams")),
        ("app", ("grams", "newest_filing_id", "filing_state")),
    ):
        for column in columns:  # not in batch mode: SQLite would make the table anew, and others refer to its rows
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
