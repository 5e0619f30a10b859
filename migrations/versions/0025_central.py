"""Comments on submissions; drafts of forms and phones of a project, for scripts that speak to ODK Central."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "submission_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("made_at", app.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_submission_comments_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_comments")),
    )
    op.create_index(op.f("ix_submission_comments_submission_id"), "submission_comments", ["submission_id"])
    _drafts()
    _app_users()


def _drafts() -> None:
    op.create_table(
        "form_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(length=150), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column("xform", sa.LargeBinary(), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("source_name", sa.String(length=255), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", app.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_form_drafts_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_drafts")),
        sa.UniqueConstraint("form_id", name=op.f("uq_form_drafts_form_id")),
    )
    op.create_index(op.f("ix_form_drafts_root_id"), "form_drafts", ["root_id"])
    op.create_table(
        "form_draft_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("updated_at", app.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["form_drafts.id"],
            name=op.f("fk_form_draft_files_draft_id_form_drafts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_draft_files")),
        sa.UniqueConstraint("draft_id", "file_name", name=op.f("uq_form_draft_files_draft_id_file_name")),
    )


def _app_users() -> None:
    op.create_table(
        "app_users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(length=150), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", app.db.types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", app.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_app_users_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_users")),
        sa.UniqueConstraint("token", name=op.f("uq_app_users_token")),
    )
    op.create_index(op.f("ix_app_users_root_id"), "app_users", ["root_id"])
    op.create_table(
        "app_user_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_user_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_user_id"], ["app_users.id"], name=op.f("fk_app_user_links_app_user_id_app_users")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_app_user_links_link_id_links")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user_links")),
        sa.UniqueConstraint("link_id", name=op.f("uq_app_user_links_link_id")),
    )
    op.create_index(op.f("ix_app_user_links_app_user_id"), "app_user_links", ["app_user_id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("app_user_links", "app_users", "form_draft_files", "form_drafts", "submission_comments"):
        op.drop_table(table)
