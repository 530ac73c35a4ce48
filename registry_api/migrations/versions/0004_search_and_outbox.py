"""Search by pairs of characters, the state of an app's newest filing, indexes of lists, webhooks, SDKs of apps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

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
    for table, name, columns in _INDEXES:
        op.create_index(name, table, columns)
    for table in _SEARCHED:
        for statement in index_statements(connection.dialect.name, table):
            connection.execute(statement)
    _fill(connection)
    for statement in newest_statements(connection.dialect.name):
        connection.execute(statement)


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
    for table, columns in (
        ("upload", ("kind",)),
        ("organization", ("search", "grams")),
        ("app", ("grams", "newest_filing_id", "filing_state")),
    ):
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
