"""Forms, versions, links, submissions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(length=150), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('draft', 'open', 'closing', 'closed')", name=op.f("ck_forms_state")),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_forms_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forms")),
        sa.UniqueConstraint("form_id", name=op.f("uq_forms_form_id")),
    )
    op.create_index(op.f("ix_forms_root_id"), "forms", ["root_id"], unique=False)
    op.create_table(
        "form_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column("xform", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.String(length=32), nullable=False),
        sa.Column("definition_key", sa.String(length=64), nullable=False),
        sa.Column("workbook_sha256", sa.String(length=64), nullable=True),
        sa.Column("workbook_name", sa.String(length=255), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("coarsen", sa.JSON(), nullable=False),
        sa.Column("consent_path", sa.String(length=500), nullable=True),
        sa.Column("consent_value", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_versions_form_id_forms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_versions")),
        sa.UniqueConstraint("form_id", "version", name=op.f("uq_form_versions_form_id_version")),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("submission_limit", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('open', 'personal', 'openrosa', 'test')", name=op.f("ck_links_kind")),
        sa.CheckConstraint(
            "submission_limit is null or submission_limit > 0", name=op.f("ck_links_submission_limit")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_links_form_id_forms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("token", name=op.f("uq_links_token")),
    )
    op.create_index(op.f("ix_links_form_id"), "links", ["form_id"], unique=False)
    op.create_index(op.f("ix_links_subject"), "links", ["subject"], unique=False)
    op.create_table(
        "form_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("md5", sa.String(length=32), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["form_versions.id"], name=op.f("fk_form_files_version_id_form_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_files")),
        sa.UniqueConstraint("version_id", "file_name", name=op.f("uq_form_files_version_id_file_name")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_quarantine_form_id_forms")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_quarantine_link_id_links")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("form_id", "digest", "reason", name=op.f("uq_quarantine_form_id_digest_reason")),
    )
    op.create_index(op.f("ix_quarantine_link_id"), "quarantine", ["link_id"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("version_text", sa.String(length=200), nullable=False),
        sa.Column("instance_id", sa.String(length=255), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("disposition", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.String(length=255), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.String(length=20), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_state", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "channel in ('web', 'openrosa', 'api', 'import')", name=op.f("ck_submissions_channel")
        ),
        sa.CheckConstraint("disposition in ('complete','refused')", name=op.f("ck_submissions_disposition")),
        sa.CheckConstraint(
            "review_state in ('received', 'approved', 'has_issues', 'rejected')",
            name=op.f("ck_submissions_review_state"),
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_submissions_form_id_forms")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_submissions_link_id_links")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["submissions.id"], name=op.f("fk_submissions_replaces_id_submissions")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["form_versions.id"], name=op.f("fk_submissions_version_id_form_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("form_id", "instance_id", name=op.f("uq_submissions_form_id_instance_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_submissions_receipt")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_submissions_replaces_id")),
    )
    op.create_index(op.f("ix_submissions_link_id"), "submissions", ["link_id"], unique=False)
    op.create_index(op.f("ix_submissions_version_id"), "submissions", ["version_id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_key", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("rejected", sa.JSON(), nullable=False),
        sa.Column("screen", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_drafts_link_id_links")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_drafts_submission_id_submissions")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["form_versions.id"], name=op.f("fk_drafts_version_id_form_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("draft_key", name=op.f("uq_drafts_draft_key")),
    )
    op.create_index("ix_drafts_link_id_sent_at", "drafts", ["link_id", "sent_at"], unique=False)
    op.create_index(op.f("ix_drafts_submission_id"), "drafts", ["submission_id"], unique=False)
    op.create_index(op.f("ix_drafts_updated_at"), "drafts", ["updated_at"], unique=False)
    op.create_index(op.f("ix_drafts_version_id"), "drafts", ["version_id"], unique=False)
    op.create_table(
        "submission_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=True),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_submission_files_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_files")),
        sa.UniqueConstraint(
            "submission_id",
            "file_name",
            "sha256",
            name=op.f("uq_submission_files_submission_id_file_name_sha256"),
        ),
    )
    op.create_table(
        "draft_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_draft_files_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_files")),
        sa.UniqueConstraint("draft_id", "file_name", name=op.f("uq_draft_files_draft_id_file_name")),
    )


def downgrade() -> None:
    """Remove them again."""
    op.drop_table("draft_files")
    op.drop_table("submission_files")
    op.drop_index(op.f("ix_drafts_version_id"), table_name="drafts")
    op.drop_index(op.f("ix_drafts_updated_at"), table_name="drafts")
    op.drop_index(op.f("ix_drafts_submission_id"), table_name="drafts")
    op.drop_index("ix_drafts_link_id_sent_at", table_name="drafts")
    op.drop_table("drafts")
    op.drop_index(op.f("ix_submissions_version_id"), table_name="submissions")
    op.drop_index(op.f("ix_submissions_link_id"), table_name="submissions")
    op.drop_table("submissions")
    op.drop_index(op.f("ix_quarantine_link_id"), table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_table("form_files")
    op.drop_index(op.f("ix_links_subject"), table_name="links")
    op.drop_index(op.f("ix_links_form_id"), table_name="links")
    op.drop_table("links")
    op.drop_table("form_versions")
    op.drop_index(op.f("ix_forms_root_id"), table_name="forms")
    op.drop_table("forms")
