"""Areas with validity dates, and population margins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "areas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("geometry", sa.JSON(), nullable=True),
        sa.Column("source_crs", sa.String(length=20), nullable=True),
        sa.Column("schematic", sa.Boolean(), nullable=False),
        sa.Column("in_frame", sa.Boolean(), nullable=False),
        sa.Column("source_note", sa.String(length=300), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(level = 'city') = (parent_id is null)", name=op.f("ck_areas_root")),
        sa.CheckConstraint(
            "level in ('city', 'district', 'street', 'community', 'grid', 'functional')",
            name=op.f("ck_areas_level"),
        ),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_areas_validity")),
        sa.ForeignKeyConstraint(["parent_id"], ["areas.id"], name=op.f("fk_areas_parent_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_areas_code_valid_from")),
    )
    op.create_index(op.f("ix_areas_code"), "areas", ["code"], unique=False)
    op.create_index(op.f("ix_areas_level"), "areas", ["level"], unique=False)
    op.create_index(op.f("ix_areas_parent_id"), "areas", ["parent_id"], unique=False)
    op.create_table(
        "functional_memberships",
        sa.Column("functional_area_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["functional_area_id"],
            ["areas.id"],
            name=op.f("fk_functional_memberships_functional_area_id_areas"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["areas.id"], name=op.f("fk_functional_memberships_member_id_areas")
        ),
        sa.PrimaryKeyConstraint("functional_area_id", "member_id", name=op.f("pk_functional_memberships")),
    )
    op.create_index(
        op.f("ix_functional_memberships_member_id"), "functional_memberships", ["member_id"], unique=False
    )
    op.create_table(
        "margin_tables",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("reference_year", sa.Integer(), nullable=False),
        sa.Column("source_note", sa.String(length=500), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_margin_tables_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_margin_tables")),
        sa.UniqueConstraint("name", name=op.f("uq_margin_tables_name")),
    )
    op.create_index(op.f("ix_margin_tables_root_id"), "margin_tables", ["root_id"], unique=False)
    op.create_table(
        "margin_cells",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("variable", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("persons", sa.Float(), nullable=False),
        sa.CheckConstraint("persons >= 0", name=op.f("ck_margin_cells_persons")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_margin_cells_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["table_id"], ["margin_tables.id"], name=op.f("fk_margin_cells_table_id_margin_tables")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_margin_cells")),
        sa.UniqueConstraint(
            "table_id",
            "area_id",
            "variable",
            "category",
            name=op.f("uq_margin_cells_table_id_area_id_variable_category"),
        ),
    )
    op.create_index(op.f("ix_margin_cells_area_id"), "margin_cells", ["area_id"], unique=False)
    op.create_index(op.f("ix_margin_cells_table_id"), "margin_cells", ["table_id"], unique=False)


def downgrade() -> None:
    """Remove them again."""
    op.drop_index(op.f("ix_margin_cells_table_id"), table_name="margin_cells")
    op.drop_index(op.f("ix_margin_cells_area_id"), table_name="margin_cells")
    op.drop_table("margin_cells")
    op.drop_index(op.f("ix_margin_tables_root_id"), table_name="margin_tables")
    op.drop_table("margin_tables")
    op.drop_index(op.f("ix_functional_memberships_member_id"), table_name="functional_memberships")
    op.drop_table("functional_memberships")
    op.drop_index(op.f("ix_areas_parent_id"), table_name="areas")
    op.drop_index(op.f("ix_areas_level"), table_name="areas")
    op.drop_index(op.f("ix_areas_code"), table_name="areas")
    op.drop_table("areas")
