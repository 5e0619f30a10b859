"""Degrees of freedom of survey errors, keys of standards and benchmarks, first rules of judgement.

Stops where a set in the database holds two standards or benchmarks of one key, which no import lets pass.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OF_AN_ERROR = ("indicator_values", "satisfactions")
_OF_A_JUDGEMENT = (("evaluations", "degrees_of_freedom"), ("evaluations", "satisfaction_degrees"))
_STANDARD = ["set_id", "indicator_code", "kind"]
_BENCHMARK = ["set_id", "indicator_code", "place"]
_KEYS = (("standards", _STANDARD, "valid_from"), ("benchmarks", _BENCHMARK, "year"))


def upgrade() -> None:
    """Add columns, keys and checks."""
    # A column with its own check needs no copy of the table on SQLite, which would break what points to it.
    for table in _OF_AN_ERROR:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN degrees_of_freedom FLOAT"
            f" CONSTRAINT ck_{table}_degrees_of_freedom CHECK (degrees_of_freedom is null"
            " or (degrees_of_freedom >= 1 and standard_error is not null))"
        )
    for table, column in _OF_A_JUDGEMENT:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} FLOAT")
    for table in ("standards", "plan_targets"):
        with op.batch_alter_table(table) as batch:
            batch.create_check_constraint(
                op.f(f"ck_{table}_order"), "value_high is null or value_high >= value"
            )
    for table, columns, last in _KEYS:
        undated = sa.text(f"{last} is null")
        op.create_index(f"uq_{table}_key", table, [*columns, last], unique=True)
        op.create_index(
            f"uq_{table}_key_undated",
            table,
            columns,
            unique=True,
            sqlite_where=undated,
            postgresql_where=undated,
        )
    # The first rules were laid down for whichever year was judged first; they count from ever.
    op.execute(
        "UPDATE rule_versions SET valid_from_year = 0, version = (SELECT count(*) FROM rule_versions AS held"
        " WHERE held.note = 'first rules' AND held.id <= rule_versions.id) WHERE note = 'first rules'"
    )


def downgrade() -> None:
    """Take them away again; the first rules stay valid from ever."""
    for table, _columns, _last in _KEYS:
        op.drop_index(f"uq_{table}_key_undated", table_name=table)
        op.drop_index(f"uq_{table}_key", table_name=table)
    for table in ("standards", "plan_targets"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_order"), type_="check")
    # A later migration may have copied the table, and then the check is no longer the column's own.
    for table in _OF_AN_ERROR:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_degrees_of_freedom"), type_="check")
            batch.drop_column("degrees_of_freedom")
    for table, column in _OF_A_JUDGEMENT:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
