"""Where the XML of an instance in quarantine is kept, apart from the digest of what was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there lies under the digest of its own bytes."""
    with op.batch_alter_table("quarantine") as batch:
        batch.add_column(sa.Column("sha256", sa.String(length=64), nullable=True))
    op.execute("update quarantine set sha256 = digest")
    with op.batch_alter_table("quarantine") as batch:
        batch.alter_column("sha256", existing_type=sa.String(length=64), nullable=False)


def downgrade() -> None:
    """Remove it again; the XML is found by its digest where nothing in it was changed."""
    with op.batch_alter_table("quarantine") as batch:
        batch.drop_column("sha256")
