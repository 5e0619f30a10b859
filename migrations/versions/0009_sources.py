"""Datasets of big data and what was measured."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "datasets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("vintage", sa.String(length=20), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("crs", sa.String(length=20), nullable=True),
        sa.Column("class_table", sa.JSON(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("source_note", sa.String(length=300), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('points', 'land_cover', 'signalling_stock', 'signalling_commuting', 'delivered_table')",
            name=op.f("ck_datasets_kind"),
        ),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_datasets_size")),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_datasets_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
    )
    op.create_index(op.f("ix_datasets_exam_year"), "datasets", ["exam_year"], unique=False)
    op.create_index(op.f("ix_datasets_kind"), "datasets", ["kind"], unique=False)
    op.create_index(op.f("ix_datasets_root_id"), "datasets", ["root_id"], unique=False)
    op.create_table(
        "measurements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("dataset_ids", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_measurements_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurements")),
    )
    op.create_index(op.f("ix_measurements_exam_year"), "measurements", ["exam_year"], unique=False)
    op.create_index(op.f("ix_measurements_root_id"), "measurements", ["root_id"], unique=False)


def downgrade() -> None:
    """Remove them again."""
    op.drop_index(op.f("ix_measurements_root_id"), table_name="measurements")
    op.drop_index(op.f("ix_measurements_exam_year"), table_name="measurements")
    op.drop_table("measurements")
    op.drop_index(op.f("ix_datasets_root_id"), table_name="datasets")
    op.drop_index(op.f("ix_datasets_kind"), table_name="datasets")
    op.drop_index(op.f("ix_datasets_exam_year"), table_name="datasets")
    op.drop_table("datasets")
