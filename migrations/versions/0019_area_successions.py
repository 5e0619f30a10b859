"""Which areas came out of which: merged, split, renamed under another code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "area_successions",
        sa.Column("later_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("earlier_id <> later_id", name=op.f("ck_area_successions_two_areas")),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["areas.id"], name=op.f("fk_area_successions_earlier_id_areas")
        ),
        sa.ForeignKeyConstraint(["later_id"], ["areas.id"], name=op.f("fk_area_successions_later_id_areas")),
        sa.PrimaryKeyConstraint("later_id", "earlier_id", name=op.f("pk_area_successions")),
    )
    op.create_index(op.f("ix_area_successions_earlier_id"), "area_successions", ["earlier_id"])


def downgrade() -> None:
    """Remove it again."""
    op.drop_index(op.f("ix_area_successions_earlier_id"), table_name="area_successions")
    op.drop_table("area_successions")
