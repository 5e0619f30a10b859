"""Comments on submissions; what staff made of what is in quarantine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "submission_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("made_at", app.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_submission_comments_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_comments")),
    )
    op.create_index(op.f("ix_submission_comments_submission_id"), "submission_comments", ["submission_id"])
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
    op.drop_index(op.f("ix_submission_comments_submission_id"), "submission_comments")
    op.drop_table("submission_comments")
