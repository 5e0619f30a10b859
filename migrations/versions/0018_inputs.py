"""Datasets that were withdrawn, with the reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when and why a dataset was withdrawn."""
    with op.batch_alter_table("datasets") as batch:
        batch.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("withdrawal_reason", sa.String(length=500), nullable=True))
        batch.create_check_constraint(
            op.f("ck_datasets_withdrawal"), "(withdrawn_at is null) = (withdrawal_reason is null)"
        )


def downgrade() -> None:
    """Remove them again."""
    with op.batch_alter_table("datasets") as batch:
        batch.drop_constraint(op.f("ck_datasets_withdrawal"), type_="check")
        batch.drop_column("withdrawal_reason")
        batch.drop_column("withdrawn_at")
