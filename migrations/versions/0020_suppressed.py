"""Too few answers to be shown are a state of a value; surveys and forms have English names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_NAMES = (("survey_waves", "name_en", 200), ("forms", "title_en", 300))
_TABLES = ("indicator_values", "evaluations")
_WITH = ("reported", "derived", "modelled", "not_applicable", "suppressed", "missing")
_WITHOUT = tuple(each for each in _WITH if each != "suppressed")
_ABSENCES_WITH = ("not_applicable", "suppressed", "missing", "not_collected", "undecided")
_ABSENCES_WITHOUT = tuple(each for each in _ABSENCES_WITH if each != "suppressed")


def upgrade() -> None:
    """Allow the state, and give it to what was recorded as missing though there were answers."""
    _check(_WITH, _ABSENCES_WITH)
    for table, column, length in _NAMES:
        op.add_column(table, sa.Column(column, sa.String(length), nullable=False, server_default=""))
    op.execute(
        "UPDATE indicator_values SET state = 'suppressed' WHERE state = 'missing'"
        " AND provenance_kind = 'survey_estimate' AND sample_size > 0"
    )
    op.execute(
        "UPDATE evaluations SET state = 'suppressed', absence = 'suppressed' WHERE state = 'missing'"
        " AND value_id IN (SELECT id FROM indicator_values WHERE state = 'suppressed')"
    )


def downgrade() -> None:
    """Call them missing again."""
    op.execute("UPDATE indicator_values SET state = 'missing' WHERE state = 'suppressed'")
    op.execute("UPDATE evaluations SET state = 'missing', absence = 'missing' WHERE state = 'suppressed'")
    _check(_WITHOUT, _ABSENCES_WITHOUT)
    for table, column, _length in _NAMES:
        op.drop_column(table, column)


def _check(states: tuple[str, ...], absences: tuple[str, ...]) -> None:
    empty = tuple(each for each in states if each in absences)
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            for name in ("state", "value_of_state"):
                batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_state"), f"state in {states}")
            batch.create_check_constraint(
                op.f(f"ck_{table}_value_of_state"), f"(value is null) = (state in {empty})"
            )
    with op.batch_alter_table("evaluations") as batch:
        batch.drop_constraint(op.f("ck_evaluations_absence"), type_="check")
        batch.create_check_constraint(
            op.f("ck_evaluations_absence"), f"absence is null or absence in {absences}"
        )
