"""Shares of functional areas; every shape says what its source was in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the share, and hold every shape to its coordinate system."""
    op.execute("update areas set geometry = null where cast(geometry as text) = 'null'")
    op.execute("update areas set source_crs = 'wgs84' where geometry is not null and source_crs is null")
    with op.batch_alter_table("areas") as table:
        table.create_check_constraint(
            op.f("ck_areas_source_crs"), "geometry is null or source_crs is not null"
        )
    with op.batch_alter_table("functional_memberships") as table:
        table.add_column(sa.Column("share", sa.Float(), nullable=False, server_default="1"))
        table.create_check_constraint(op.f("ck_functional_memberships_share"), "share > 0 and share <= 1")
    with op.batch_alter_table("functional_memberships") as table:
        table.alter_column("share", existing_type=sa.Float(), server_default=None)


def downgrade() -> None:
    """Take both away again."""
    with op.batch_alter_table("functional_memberships") as table:
        table.drop_constraint(op.f("ck_functional_memberships_share"), type_="check")
        table.drop_column("share")
    with op.batch_alter_table("areas") as table:
        table.drop_constraint(op.f("ck_areas_source_crs"), type_="check")
