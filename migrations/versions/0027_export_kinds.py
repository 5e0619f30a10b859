"""Exports may be SPSS files, Parquet, or the files that came with submissions."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_BEFORE = ("csv", "xlsx", "geojson")
_SINCE = ("sav", "parquet", "media")


def upgrade() -> None:
    """Allow the kinds."""
    _allow((*_BEFORE, *_SINCE))


def downgrade() -> None:
    """Forget the exports of these kinds; they can be made anew."""
    op.execute(f"DELETE FROM form_exports WHERE kind in {_SINCE}")  # noqa: S608 - constants of this file
    _allow(_BEFORE)


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("form_exports") as batch:
        batch.drop_constraint(op.f("ck_form_exports_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_form_exports_kind"), f"kind in {kinds}")
