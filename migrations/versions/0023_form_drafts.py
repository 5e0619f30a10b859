"""A version of a form is a draft until it is published; a test link may show one version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_DRAFT = sa.text("published_at IS NULL")


def upgrade() -> None:
    """All versions that are there are published."""
    with op.batch_alter_table("form_versions") as batch:
        batch.add_column(sa.Column("made_at", app.db.types.UtcDateTime(), nullable=True))
        batch.alter_column("published_at", existing_type=app.db.types.UtcDateTime(), nullable=True)
    op.execute("UPDATE form_versions SET made_at = published_at")
    with op.batch_alter_table("form_versions") as batch:
        batch.alter_column("made_at", existing_type=app.db.types.UtcDateTime(), nullable=False)
    op.create_index(
        "ix_form_versions_draft",
        "form_versions",
        ["form_id"],
        unique=True,
        sqlite_where=_DRAFT,
        postgresql_where=_DRAFT,
    )
    with op.batch_alter_table("links") as batch:
        batch.add_column(sa.Column("version_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_links_version_id_form_versions"), "form_versions", ["version_id"], ["id"]
        )
    op.create_index(op.f("ix_links_version_id"), "links", ["version_id"])


def downgrade() -> None:
    """A draft becomes a published version: nothing that was uploaded is lost."""
    op.drop_index(op.f("ix_links_version_id"), "links")
    with op.batch_alter_table("links") as batch:
        batch.drop_constraint(op.f("fk_links_version_id_form_versions"), type_="foreignkey")
        batch.drop_column("version_id")
    op.drop_index("ix_form_versions_draft", "form_versions")
    op.execute("UPDATE form_versions SET published_at = made_at WHERE published_at IS NULL")
    with op.batch_alter_table("form_versions") as batch:
        batch.alter_column("published_at", existing_type=app.db.types.UtcDateTime(), nullable=False)
        batch.drop_column("made_at")
