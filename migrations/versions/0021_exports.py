"""Exports of submissions are kept for some days; submissions are read in batches by id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "form_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", app.db.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", app.db.types.UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind in ('csv', 'xlsx', 'geojson')", name=op.f("ck_form_exports_kind")),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_exports_form_id_forms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_exports")),
    )
    op.create_index(op.f("ix_form_exports_form_id"), "form_exports", ["form_id"])
    op.create_index(op.f("ix_form_exports_expires_at"), "form_exports", ["expires_at"])
    op.create_index("ix_submissions_form_id_id", "submissions", ["form_id", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_submissions_form_id_id", "submissions")
    op.drop_table("form_exports")
