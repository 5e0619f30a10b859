"""Degrees of freedom of survey errors, keys of standards and benchmarks, first rules of judgement."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OF_AN_ERROR = ("indicator_values", "satisfactions")
_OF_A_JUDGEMENT = (("evaluations", "degrees_of_freedom"), ("evaluations", "satisfaction_degrees"))


def upgrade() -> None:
    """Add the columns and keys."""
    # A column with its own check needs no copy of the table on SQLite, which would break what points to it.
    for table in _OF_AN_ERROR:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN degrees_of_freedom FLOAT"
            f" CONSTRAINT ck_{table}_degrees_of_freedom CHECK (degrees_of_freedom is null"
            " or (degrees_of_freedom >= 1 and standard_error is not null))"
        )
    for table, column in _OF_A_JUDGEMENT:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} FLOAT")
    # The first rules were laid down for whichever year was judged first; they count from ever.
    op.execute(
        "UPDATE rule_versions SET valid_from_year = 0, version = (SELECT count(*) FROM rule_versions AS held"
        " WHERE held.note = 'first rules' AND held.id <= rule_versions.id) WHERE note = 'first rules'"
    )


def downgrade() -> None:
    """Take them away again."""
    for table, column in (*((table, "degrees_of_freedom") for table in _OF_AN_ERROR), *_OF_A_JUDGEMENT):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
