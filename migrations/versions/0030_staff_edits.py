"""Staff edit submissions: a draft may be of a submission, and an edit knows who made it and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a draft has a link or a submission."""
    with op.batch_alter_table("submissions") as batch:
        batch.add_column(sa.Column("edited_by", sa.String(length=80)))
        batch.add_column(sa.Column("edit_reason", sa.String(length=500)))
    with op.batch_alter_table("drafts") as batch:
        batch.alter_column("link_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("edits_id", sa.Integer()))
        batch.add_column(sa.Column("editor", sa.String(length=80)))
        batch.add_column(sa.Column("reason", sa.Text()))
        batch.create_foreign_key(op.f("fk_drafts_edits_id_submissions"), "submissions", ["edits_id"], ["id"])
        batch.create_check_constraint(op.f("ck_drafts_owner"), "(link_id is null) <> (edits_id is null)")
        batch.create_index(op.f("ix_drafts_edits_id"), ["edits_id"])


def downgrade() -> None:
    """Drop them; what staff had begun to edit is gone."""
    op.execute("DELETE FROM draft_files WHERE draft_id IN (SELECT id FROM drafts WHERE edits_id IS NOT NULL)")
    op.execute("DELETE FROM drafts WHERE edits_id IS NOT NULL")
    with op.batch_alter_table("drafts") as batch:
        batch.drop_index(op.f("ix_drafts_edits_id"))
        batch.drop_constraint(op.f("ck_drafts_owner"), type_="check")
        batch.drop_constraint(op.f("fk_drafts_edits_id_submissions"), type_="foreignkey")
        batch.drop_column("reason")
        batch.drop_column("editor")
        batch.drop_column("edits_id")
        batch.alter_column("link_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("submissions") as batch:
        batch.drop_column("edit_reason")
        batch.drop_column("edited_by")
