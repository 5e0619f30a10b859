"""Counts of flags and answers, kept where they are found so that no page reads all answers."""

from __future__ import annotations

from collections import Counter, defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_waves = sa.table("survey_waves", sa.column("id"), sa.column("root_id"), sa.column("flag_counts", sa.JSON()))
_responses = sa.table(
    "survey_responses",
    sa.column("id"),
    sa.column("wave_id"),
    sa.column("district_id"),
    sa.column("street_id"),
    sa.column("answers", sa.JSON()),
    sa.column("flags", sa.JSON()),
    sa.column("flag_count"),
)
_settings = sa.table(
    "survey_wave_settings", sa.column("wave_id"), sa.column("version"), sa.column("settings", sa.JSON())
)
_runs = sa.table(
    "survey_weight_runs",
    sa.column("id"),
    sa.column("wave_id"),
    sa.column("cases"),
    sa.column("settings_version"),
)
_weights = sa.table("survey_response_weights", sa.column("run_id"), sa.column("response_id"))
_estimates = sa.table("survey_estimates", sa.column("run_id"))


def upgrade() -> None:
    """Add the counts and fill them from what was flagged and estimated before."""
    with op.batch_alter_table("survey_waves") as batch:
        batch.add_column(sa.Column("flag_counts", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("survey_waves") as batch:
        batch.alter_column("flag_counts", server_default=None)
    counts = op.create_table(
        "survey_answer_counts",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["areas.id"], name=op.f("fk_survey_answer_counts_area_id_areas")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["survey_weight_runs.id"],
            name=op.f("fk_survey_answer_counts_run_id_survey_weight_runs"),
        ),
        sa.PrimaryKeyConstraint("run_id", "area_id", name=op.f("pk_survey_answer_counts")),
    )
    op.create_index(
        op.f("ix_survey_answer_counts_area_id"), "survey_answer_counts", ["area_id"], unique=False
    )
    _fill_flags()
    _fill_answers(counts)


def _fill_flags() -> None:
    connection = op.get_bind()
    for wave_id in connection.execute(sa.select(_waves.c.id)).scalars().all():
        query = sa.select(_responses.c.flags).where(
            _responses.c.wave_id == wave_id, _responses.c.flag_count > 0
        )
        found = Counter(flag["code"] for flags in connection.execute(query).scalars() for flag in flags)
        change = sa.update(_waves).where(_waves.c.id == wave_id)
        connection.execute(change.values(flag_counts=dict(sorted(found.items()))))


def _fill_answers(counts: sa.Table) -> None:
    connection = op.get_bind()
    query = (
        sa.select(_runs.c.id, _waves.c.root_id, _settings.c.settings)
        .join(_waves, _waves.c.id == _runs.c.wave_id)
        .join(
            _settings,
            sa.and_(_settings.c.wave_id == _runs.c.wave_id, _settings.c.version == _runs.c.settings_version),
        )
        .where(_runs.c.cases == "used", _runs.c.id.in_(sa.select(_estimates.c.run_id)))
    )
    for run_id, root_id, settings in connection.execute(query).all():
        coded = [each["name"] for each in settings["questions"] if each["type"].startswith("select")]
        found = _counted(run_id, root_id, coded)
        if found:
            rows = [{"run_id": run_id, "area_id": area, "counts": told} for area, told in found.items()]
            connection.execute(counts.insert(), rows)


def _counted(run_id: int, root_id: int, coded: list[str]) -> dict[int, dict[str, Counter[str]]]:
    query = (
        sa.select(_responses.c.district_id, _responses.c.street_id, _responses.c.answers)
        .join(_weights, _weights.c.response_id == _responses.c.id)
        .where(_weights.c.run_id == run_id)
    )
    found: dict[int, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for district_id, street_id, answers in op.get_bind().execute(query):
        for name in coded:
            if (value := answers.get(name)) is None:
                continue
            codes = value if isinstance(value, list) else [str(value)]
            for area_id in (root_id, district_id, street_id):
                if area_id is not None:
                    found[area_id][name].update(codes)
    return found


def downgrade() -> None:
    """Remove them again."""
    op.drop_index(op.f("ix_survey_answer_counts_area_id"), table_name="survey_answer_counts")
    op.drop_table("survey_answer_counts")
    with op.batch_alter_table("survey_waves") as batch:
        batch.drop_column("flag_counts")
