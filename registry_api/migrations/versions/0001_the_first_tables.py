"""The first tables, and the triggers that make the trail append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime
from registry_api.trail.chain import guard_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one statement for each table and index
    """Apply."""
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "filing_number",
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("province", name=op.f("pk_filing_number")),
    )
    op.create_table(
        "idempotent_reply",
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("route", sa.String(length=300), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "idempotency_key", name=op.f("pk_idempotent_reply")),
    )
    with op.batch_alter_table("idempotent_reply") as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotent_reply_created_at"), ["created_at"], unique=False)

    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organization_uscc")),
    )
    with op.batch_alter_table("organization") as batch_op:
        batch_op.create_index(batch_op.f("ix_organization_province"), ["province"], unique=False)

    op.create_table(
        "stored_facts",
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("engine", sa.String(length=60), nullable=False),
        sa.Column("rules", sa.String(length=60), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("input_sha256", "kind", "engine", name=op.f("pk_stored_facts")),
    )
    op.create_table(
        "trail",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_kind", sa.String(length=30), nullable=False),
        sa.Column("object_id", sa.String(length=60), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=True),
        sa.Column("province", sa.String(length=2), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_trail")),
        sa.UniqueConstraint("hash", name=op.f("uq_trail_hash")),
    )
    with op.batch_alter_table("trail") as batch_op:
        batch_op.create_index(batch_op.f("ix_trail_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_trail_object_id"), ["object_id"], unique=False)

    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=16), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_api_key_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_table(
        "app",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("current_version_id", sa.Integer(), nullable=True),
        sa.Column("search", sa.String(length=4000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_app_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app")),
        sa.UniqueConstraint("package", name=op.f("uq_app_package")),
    )
    with op.batch_alter_table("app") as batch_op:
        batch_op.create_index(batch_op.f("ix_app_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_app_province"), ["province"], unique=False)

    op.create_table(
        "app_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("artifact_sha256", sa.String(length=64), nullable=False),
        sa.Column("artifact_name", sa.String(length=300), nullable=False),
        sa.Column("artifact_size", sa.BigInteger(), nullable=False),
        sa.Column("policy_sha256", sa.String(length=64), nullable=True),
        sa.Column("policy_name", sa.String(length=300), nullable=True),
        sa.Column("version_name", sa.String(length=200), nullable=True),
        sa.Column("version_code", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_app_version_app_id_app")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_version")),
        sa.UniqueConstraint("app_id", "artifact_sha256", name=op.f("uq_app_version_app_id_artifact_sha256")),
    )
    with op.batch_alter_table("app_version") as batch_op:
        batch_op.create_index(batch_op.f("ix_app_version_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_app_version_artifact_sha256"), ["artifact_sha256"], unique=False)

    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("corrections", sa.JSON(), nullable=False),
        sa.Column("decision_reason", sa.String(length=4000), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("submitted_by", sa.String(length=16), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_filing_app_id_app")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_filing_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("number", name=op.f("uq_filing_number")),
    )
    with op.batch_alter_table("filing") as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_province"), ["province"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_state"), ["state"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("sureness", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=1000), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("first_run_id", sa.String(length=36), nullable=False),
        sa.Column("last_run_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_finding_app_id_app")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_finding_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("app_id", "fingerprint", name=op.f("uq_finding_app_id_fingerprint")),
    )
    with op.batch_alter_table("finding") as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_province"), ["province"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_rule"), ["rule"], unique=False)
        batch_op.create_index("ix_finding_status_severity", ["status", "severity"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_upload_blob_sha256_blob")),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_upload_key_id_api_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_web_session_key_id_api_key")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    with op.batch_alter_table("web_session") as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_key_id"), ["key_id"], unique=False)

    op.create_table(
        "audit_run",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("app_version_id", sa.Integer(), nullable=True),
        sa.Column("filing_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("dedupe", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("enqueued", sa.Integer(), nullable=False),
        sa.Column("enqueued_at", UtcDateTime(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requested_by", sa.String(length=16), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_detail", sa.String(length=2000), nullable=True),
        sa.Column("engine", sa.String(length=60), nullable=True),
        sa.Column("rules", sa.String(length=60), nullable=True),
        sa.Column("inputs", sa.String(length=64), nullable=True),
        sa.Column("extracted", sa.Boolean(), nullable=True),
        sa.Column("report_sha256", sa.String(length=64), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_audit_run_app_id_app")),
        sa.ForeignKeyConstraint(
            ["app_version_id"], ["app_version.id"], name=op.f("fk_audit_run_app_version_id_app_version")
        ),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_audit_run_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_run")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_audit_run_dedupe")),
    )
    with op.batch_alter_table("audit_run") as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_run_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_run_requested_at"), ["requested_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_run_state"), ["state"], unique=False)

    op.create_table(
        "traffic_intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("app_version_id", sa.Integer(), nullable=True),
        sa.Column("facts_sha256", sa.String(length=64), nullable=False),
        sa.Column("flows", sa.Integer(), nullable=False),
        sa.Column("transmissions", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("received_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_traffic_intake_app_id_app")),
        sa.ForeignKeyConstraint(
            ["app_version_id"], ["app_version.id"], name=op.f("fk_traffic_intake_app_version_id_app_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traffic_intake")),
        sa.UniqueConstraint("app_id", "facts_sha256", name=op.f("uq_traffic_intake_app_id_facts_sha256")),
    )
    with op.batch_alter_table("traffic_intake") as batch_op:
        batch_op.create_index(batch_op.f("ix_traffic_intake_app_id"), ["app_id"], unique=False)

    op.create_table(
        "observation",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_observation_finding_id_finding")),
        sa.ForeignKeyConstraint(["run_id"], ["audit_run.id"], name=op.f("fk_observation_run_id_audit_run")),
        sa.PrimaryKeyConstraint("finding_id", "run_id", name=op.f("pk_observation")),
    )
    with op.batch_alter_table("observation") as batch_op:
        batch_op.create_index(batch_op.f("ix_observation_run_id"), ["run_id"], unique=False)
    for statement in guard_statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:  # noqa: PLR0915 - one statement for each table and index
    """Take back."""
    with op.batch_alter_table("observation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_observation_run_id"))

    op.drop_table("observation")
    with op.batch_alter_table("traffic_intake") as batch_op:
        batch_op.drop_index(batch_op.f("ix_traffic_intake_app_id"))

    op.drop_table("traffic_intake")
    with op.batch_alter_table("audit_run") as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_run_state"))
        batch_op.drop_index(batch_op.f("ix_audit_run_requested_at"))
        batch_op.drop_index(batch_op.f("ix_audit_run_app_id"))

    op.drop_table("audit_run")
    with op.batch_alter_table("web_session") as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_key_id"))

    op.drop_table("web_session")
    op.drop_table("upload")
    with op.batch_alter_table("finding") as batch_op:
        batch_op.drop_index("ix_finding_status_severity")
        batch_op.drop_index(batch_op.f("ix_finding_rule"))
        batch_op.drop_index(batch_op.f("ix_finding_province"))
        batch_op.drop_index(batch_op.f("ix_finding_organization_id"))
        batch_op.drop_index(batch_op.f("ix_finding_app_id"))

    op.drop_table("finding")
    with op.batch_alter_table("filing") as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_state"))
        batch_op.drop_index(batch_op.f("ix_filing_province"))
        batch_op.drop_index(batch_op.f("ix_filing_organization_id"))
        batch_op.drop_index(batch_op.f("ix_filing_app_id"))

    op.drop_table("filing")
    with op.batch_alter_table("app_version") as batch_op:
        batch_op.drop_index(batch_op.f("ix_app_version_artifact_sha256"))
        batch_op.drop_index(batch_op.f("ix_app_version_app_id"))

    op.drop_table("app_version")
    with op.batch_alter_table("app") as batch_op:
        batch_op.drop_index(batch_op.f("ix_app_province"))
        batch_op.drop_index(batch_op.f("ix_app_organization_id"))

    op.drop_table("app")
    op.drop_table("api_key")
    with op.batch_alter_table("trail") as batch_op:
        batch_op.drop_index(batch_op.f("ix_trail_object_id"))
        batch_op.drop_index(batch_op.f("ix_trail_app_id"))

    op.drop_table("trail")
    op.drop_table("stored_facts")
    with op.batch_alter_table("organization") as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_province"))

    op.drop_table("organization")
    with op.batch_alter_table("idempotent_reply") as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotent_reply_created_at"))

    op.drop_table("idempotent_reply")
    op.drop_table("filing_number")
    op.drop_table("blob")
