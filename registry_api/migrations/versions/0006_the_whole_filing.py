"""The whole life of a filing: changes, corrections, bans, attachments, systems, schools' filings, cases, claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry_api.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REFERENCES = (
    ("filing", "system_id", "business_system"),
    ("filing", "previous_id", "filing"),
    ("organization", "superior_id", "organization"),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "business_system",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_business_system_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_system")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_business_system_organization_id_name")),
    )
    with op.batch_alter_table("business_system") as batch_op:
        batch_op.create_index(batch_op.f("ix_business_system_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_business_system_province"), ["province"], unique=False)

    op.create_table(
        "package_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("package", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("claimant_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("claimant_province", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signer_md5", sa.String(length=32), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=16), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_package_claim_app_id_app")),
        sa.ForeignKeyConstraint(
            ["claimant_id"], ["organization.id"], name=op.f("fk_package_claim_claimant_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["organization.id"], name=op.f("fk_package_claim_holder_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_claim")),
    )
    with op.batch_alter_table("package_claim") as batch_op:
        batch_op.create_index(batch_op.f("ix_package_claim_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_claim_claimant_id"), ["claimant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_claim_claimant_province"), ["claimant_province"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_claim_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_claim_province"), ["province"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_claim_state"), ["state"], unique=False)

    op.create_table(
        "filing_ban",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=16), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_filing_ban_app_id_app")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_ban_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_filing_ban_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_ban")),
    )
    with op.batch_alter_table("filing_ban") as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_ban_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_ban_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "filing_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("pointers", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requested_by", sa.String(length=16), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_change_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_change")),
    )
    with op.batch_alter_table("filing_change") as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_change_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "user_filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("provider_filing_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("superior_id", sa.Integer(), nullable=True),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("use_mode", sa.String(length=20), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=True),
        sa.Column("corrections", sa.JSON(), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("submitted_by", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("filed_at", UtcDateTime(), nullable=True),
        sa.Column("invalid_since", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_user_filing_app_id_app")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_user_filing_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["provider_filing_id"], ["filing.id"], name=op.f("fk_user_filing_provider_filing_id_filing")
        ),
        sa.ForeignKeyConstraint(
            ["superior_id"], ["organization.id"], name=op.f("fk_user_filing_superior_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_filing")),
    )
    with op.batch_alter_table("user_filing") as batch_op:
        batch_op.create_index(batch_op.f("ix_user_filing_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_filing_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_filing_provider_filing_id"), ["provider_filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_filing_province"), ["province"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_filing_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_filing_superior_id"), ["superior_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=True),
        sa.Column("user_filing_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_by", sa.String(length=16), nullable=True),
        sa.Column("delete_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_attachment_blob_sha256_blob")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_attachment_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["user_filing_id"], ["user_filing.id"], name=op.f("fk_attachment_user_filing_id_user_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment") as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_user_filing_id"), ["user_filing_id"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=True),
        sa.Column("user_filing_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=300), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("raised_by", sa.String(length=16), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=16), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_correction_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["user_filing_id"], ["user_filing.id"], name=op.f("fk_correction_user_filing_id_user_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction") as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_user_filing_id"), ["user_filing_id"], unique=False)

    op.create_table(
        "review_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=True),
        sa.Column("user_filing_id", sa.Integer(), nullable=True),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("superior_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("clock_started_at", UtcDateTime(), nullable=False),
        sa.Column("paused_intervals", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("calendar_version", sa.String(length=200), nullable=True),
        sa.Column("claimed_by", sa.String(length=16), nullable=True),
        sa.Column("claimed_name", sa.String(length=200), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_review_case_app_id_app")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_review_case_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_review_case_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["superior_id"], ["organization.id"], name=op.f("fk_review_case_superior_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["user_filing_id"], ["user_filing.id"], name=op.f("fk_review_case_user_filing_id_user_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_case")),
    )
    with op.batch_alter_table("review_case") as batch_op:
        batch_op.create_index(batch_op.f("ix_review_case_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_case_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_case_province"), ["province"], unique=False)
        batch_op.create_index("ix_review_case_queue", ["state", "due_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_case_superior_id"), ["superior_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_case_user_filing_id"), ["user_filing_id"], unique=False)

    # Not in batch mode: SQLite would make the table anew, and its rows are referred to by others.
    for added in (
        sa.Column("platform", sa.String(length=10), nullable=False, server_default="android"),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rectify_by", sa.Date(), nullable=True),
        sa.Column("rectify_provisional", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("filed_at", UtcDateTime(), nullable=True),
        sa.Column("reported_at", UtcDateTime(), nullable=True),
    ):
        op.add_column("filing", added)
    # Until now nothing but the approval and a suspension wrote the day of decision.
    op.execute("UPDATE filing SET filed_at = decided_at WHERE number IS NOT NULL")
    for table, column, target in _REFERENCES:
        name = f"fk_{table}_{column}_{target}"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {target} (id)")
    op.create_index("ix_filing_system_id", "filing", ["system_id"], unique=False)
    op.create_index("ix_organization_superior_id", "organization", ["superior_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_organization_superior_id", "organization")
    op.drop_index("ix_filing_system_id", "filing")
    for table, column, _ in reversed(_REFERENCES):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for column in ("reported_at", "filed_at", "rectify_provisional", "rectify_by", "rounds", "decided_by", "platform"):
        op.execute(f"ALTER TABLE filing DROP COLUMN {column}")
    op.drop_table("review_case")
    op.drop_table("correction")
    op.drop_table("attachment")
    op.drop_table("user_filing")
    op.drop_table("filing_change")
    op.drop_table("filing_ban")
    op.drop_table("package_claim")
    op.drop_table("business_system")
