"""Settings of the residents' page, since when a form is in its state, codes that go on with a draft, answers per device."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    with op.batch_alter_table("forms") as batch:
        batch.add_column(sa.Column("state_since", app.db.types.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("one_page", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("device_drafts", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column("device_limit", sa.Integer(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_forms_device_limit"), "device_limit is null or device_limit > 0"
        )
    with op.batch_alter_table("drafts") as batch:
        batch.add_column(sa.Column("resume_digest", sa.String(length=64), nullable=True))
        batch.create_unique_constraint(op.f("uq_drafts_resume_digest"), ["resume_digest"])
        batch.create_index("ix_drafts_link_id_instance_id", ["link_id", "instance_id"])
    op.create_table(
        "device_counts",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("device_digest", sa.String(length=64), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_device_counts_form_id_forms")),
        sa.PrimaryKeyConstraint("form_id", "device_digest", name=op.f("pk_device_counts")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("device_counts")
    with op.batch_alter_table("drafts") as batch:
        batch.drop_index("ix_drafts_link_id_instance_id")
        batch.drop_constraint(op.f("uq_drafts_resume_digest"), type_="unique")
        batch.drop_column("resume_digest")
    with op.batch_alter_table("forms") as batch:
        batch.drop_constraint(op.f("ck_forms_device_limit"), type_="check")
        batch.drop_column("device_limit")
        batch.drop_column("device_drafts")
        batch.drop_column("one_page")
        batch.drop_column("state_since")
