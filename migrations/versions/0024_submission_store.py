"""What staff made of what is in quarantine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("quarantine") as batch:
        batch.add_column(sa.Column("outcome", sa.String(length=10)))
        batch.add_column(sa.Column("outcome_reason", sa.String(length=500)))
        batch.add_column(sa.Column("resolved_at", app.db.types.UtcDateTime()))
        batch.add_column(sa.Column("resolved_by", sa.String(length=80)))
        batch.add_column(sa.Column("submission_id", sa.Integer()))
        batch.create_check_constraint(op.f("ck_quarantine_outcome"), "outcome in ('adopted','dismissed')")
        batch.create_foreign_key(
            op.f("fk_quarantine_submission_id_submissions"), "submissions", ["submission_id"], ["id"]
        )
        batch.create_index(op.f("ix_quarantine_submission_id"), ["submission_id"])


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("quarantine") as batch:
        batch.drop_index(op.f("ix_quarantine_submission_id"))
        batch.drop_constraint(op.f("fk_quarantine_submission_id_submissions"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_quarantine_outcome"), type_="check")
        for name in ("submission_id", "resolved_by", "resolved_at", "outcome_reason", "outcome"):
            batch.drop_column(name)
