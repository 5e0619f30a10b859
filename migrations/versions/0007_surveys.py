"""Waves, samples, responses, weights, estimates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "survey_waves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("design", sa.String(length=12), nullable=False),
        sa.Column("vintage", sa.String(length=20), nullable=False),
        sa.Column("settings_version", sa.Integer(), nullable=False),
        sa.Column("settings_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("design in ('two_stage', 'strata', 'open')", name=op.f("ck_survey_waves_design")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_survey_waves_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_survey_waves_form_id_forms")),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_survey_waves_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_waves")),
        sa.UniqueConstraint(
            "exam_year", "root_id", "name", name=op.f("uq_survey_waves_exam_year_root_id_name")
        ),
        sa.UniqueConstraint("form_id", name=op.f("uq_survey_waves_form_id")),
    )
    op.create_index(op.f("ix_survey_waves_root_id"), "survey_waves", ["root_id"], unique=False)
    op.create_table(
        "survey_draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("psus", sa.Integer(), nullable=False),
        sa.Column("units_per_psu", sa.Integer(), nullable=False),
        sa.Column("frame_digest", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_draws_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_draws")),
        sa.UniqueConstraint("wave_id", name=op.f("uq_survey_draws_wave_id")),
    )
    op.create_table(
        "survey_frame_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=60), nullable=False),
        sa.Column("street_kind", sa.String(length=40), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.CheckConstraint("households > 0", name=op.f("ck_survey_frame_units_households")),
        sa.CheckConstraint("population > 0", name=op.f("ck_survey_frame_units_population")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_survey_frame_units_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_frame_units_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_frame_units")),
        sa.UniqueConstraint("wave_id", "area_id", name=op.f("uq_survey_frame_units_wave_id_area_id")),
    )
    op.create_index(op.f("ix_survey_frame_units_area_id"), "survey_frame_units", ["area_id"], unique=False)
    op.create_table(
        "survey_strata",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("population", sa.Float(), nullable=False),
        sa.CheckConstraint("population > 0", name=op.f("ck_survey_strata_population")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_survey_strata_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_strata_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_strata")),
        sa.UniqueConstraint("wave_id", "area_id", name=op.f("uq_survey_strata_wave_id_area_id")),
        sa.UniqueConstraint("wave_id", "code", name=op.f("uq_survey_strata_wave_id_code")),
    )
    op.create_index(op.f("ix_survey_strata_area_id"), "survey_strata", ["area_id"], unique=False)
    op.create_table(
        "survey_wave_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_wave_settings_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_wave_settings")),
        sa.UniqueConstraint("wave_id", "version", name=op.f("uq_survey_wave_settings_wave_id_version")),
    )
    op.create_index(op.f("ix_survey_wave_settings_digest"), "survey_wave_settings", ["digest"], unique=False)
    op.create_table(
        "survey_weight_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cases", sa.String(length=12), nullable=False),
        sa.Column("settings_version", sa.Integer(), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("recipe_digest", sa.String(length=64), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("weights_digest", sa.String(length=64), nullable=False),
        sa.Column("diagnostics", sa.JSON(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("cases in ('used', 'all', 'unflagged')", name=op.f("ck_survey_weight_runs_cases")),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_survey_weight_runs_is_current")),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_weight_runs_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_weight_runs")),
        sa.UniqueConstraint(
            "wave_id", "cases", "is_current", name=op.f("uq_survey_weight_runs_wave_id_cases_is_current")
        ),
        sa.UniqueConstraint("wave_id", "number", name=op.f("uq_survey_weight_runs_wave_id_number")),
    )
    op.create_table(
        "survey_estimates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("group_variable", sa.String(length=60), nullable=False),
        sa.Column("group_category", sa.String(length=60), nullable=False),
        sa.Column("statistic", sa.String(length=8), nullable=False),
        sa.Column("estimate", sa.Float(), nullable=True),
        sa.Column("se", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("weighted_n", sa.Float(), nullable=False),
        sa.Column("deff", sa.Float(), nullable=True),
        sa.Column("df", sa.Float(), nullable=True),
        sa.Column("psus", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("dont_know_share", sa.Float(), nullable=True),
        sa.Column("suppressed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(group_variable = '') = (group_category = '')", name=op.f("ck_survey_estimates_group")
        ),
        sa.CheckConstraint(
            "measure in ('question', 'dimension', 'overall')", name=op.f("ck_survey_estimates_measure")
        ),
        sa.CheckConstraint("statistic in ('mean', 'top2')", name=op.f("ck_survey_estimates_statistic")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_survey_estimates_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["survey_weight_runs.id"], name=op.f("fk_survey_estimates_run_id_survey_weight_runs")
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_estimates_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_estimates")),
        sa.UniqueConstraint(
            "run_id",
            "measure",
            "code",
            "statistic",
            "area_id",
            "group_variable",
            "group_category",
            name="uq_survey_estimates_key",
        ),
    )
    op.create_index(op.f("ix_survey_estimates_area_id"), "survey_estimates", ["area_id"], unique=False)
    op.create_index("ix_survey_estimates_run_area", "survey_estimates", ["run_id", "area_id"], unique=False)
    op.create_index(op.f("ix_survey_estimates_wave_id"), "survey_estimates", ["wave_id"], unique=False)
    op.create_table(
        "survey_sample_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("frame_unit_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=60), nullable=False),
        sa.Column("psu", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("first_stage", sa.Float(), nullable=False),
        sa.Column("second_stage", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("certainty", sa.Boolean(), nullable=False),
        sa.Column("variance_stratum", sa.String(length=120), nullable=False),
        sa.Column("variance_psu", sa.String(length=120), nullable=False),
        sa.Column("variance_population", sa.Float(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("disposition", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "disposition in ('pending', 'respondent', 'nonrespondent', 'ineligible', 'unknown')",
            name=op.f("ck_survey_sample_units_disposition"),
        ),
        sa.CheckConstraint(
            "probability > 0 and probability <= 1", name=op.f("ck_survey_sample_units_probability")
        ),
        sa.ForeignKeyConstraint(
            ["frame_unit_id"],
            ["survey_frame_units.id"],
            name=op.f("fk_survey_sample_units_frame_unit_id_survey_frame_units"),
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_survey_sample_units_link_id_links")),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_sample_units_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_sample_units")),
        sa.UniqueConstraint("frame_unit_id", "unit", name=op.f("uq_survey_sample_units_frame_unit_id_unit")),
    )
    op.create_index(op.f("ix_survey_sample_units_link_id"), "survey_sample_units", ["link_id"], unique=False)
    op.create_index(
        "ix_survey_sample_units_wave_id_stratum", "survey_sample_units", ["wave_id", "stratum"], unique=False
    )
    op.create_table(
        "survey_responses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("sample_unit_id", sa.Integer(), nullable=True),
        sa.Column("answered_unit_id", sa.Integer(), nullable=True),
        sa.Column("disposition", sa.String(length=12), nullable=False),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("device", sa.String(length=32), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("street_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("flag_count", sa.Integer(), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "disposition in ('complete', 'refused', 'ineligible')",
            name=op.f("ck_survey_responses_disposition"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_unit_id"],
            ["survey_sample_units.id"],
            name=op.f("fk_survey_responses_answered_unit_id_survey_sample_units"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["areas.id"], name=op.f("fk_survey_responses_community_id_areas")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["areas.id"], name=op.f("fk_survey_responses_district_id_areas")
        ),
        sa.ForeignKeyConstraint(
            ["sample_unit_id"],
            ["survey_sample_units.id"],
            name=op.f("fk_survey_responses_sample_unit_id_survey_sample_units"),
        ),
        sa.ForeignKeyConstraint(
            ["street_id"], ["areas.id"], name=op.f("fk_survey_responses_street_id_areas")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_survey_responses_submission_id_submissions")
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_responses_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_responses")),
        sa.UniqueConstraint("answered_unit_id", name=op.f("uq_survey_responses_answered_unit_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_survey_responses_submission_id")),
    )
    op.create_index(
        op.f("ix_survey_responses_community_id"), "survey_responses", ["community_id"], unique=False
    )
    op.create_index(
        op.f("ix_survey_responses_district_id"), "survey_responses", ["district_id"], unique=False
    )
    op.create_index(
        op.f("ix_survey_responses_sample_unit_id"), "survey_responses", ["sample_unit_id"], unique=False
    )
    op.create_index(op.f("ix_survey_responses_street_id"), "survey_responses", ["street_id"], unique=False)
    op.create_index(
        "ix_survey_responses_wave_id_usable", "survey_responses", ["wave_id", "usable"], unique=False
    )
    op.create_table(
        "survey_response_weights",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("base_weight", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_survey_response_weights_weight")),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_responses.id"],
            name=op.f("fk_survey_response_weights_response_id_survey_responses"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["survey_weight_runs.id"],
            name=op.f("fk_survey_response_weights_run_id_survey_weight_runs"),
        ),
        sa.PrimaryKeyConstraint("run_id", "response_id", name=op.f("pk_survey_response_weights")),
    )
    op.create_index(
        op.f("ix_survey_response_weights_response_id"),
        "survey_response_weights",
        ["response_id"],
        unique=False,
    )


def downgrade() -> None:
    """Remove them again."""
    op.drop_index(op.f("ix_survey_response_weights_response_id"), table_name="survey_response_weights")
    op.drop_table("survey_response_weights")
    op.drop_index("ix_survey_responses_wave_id_usable", table_name="survey_responses")
    op.drop_index(op.f("ix_survey_responses_street_id"), table_name="survey_responses")
    op.drop_index(op.f("ix_survey_responses_sample_unit_id"), table_name="survey_responses")
    op.drop_index(op.f("ix_survey_responses_district_id"), table_name="survey_responses")
    op.drop_index(op.f("ix_survey_responses_community_id"), table_name="survey_responses")
    op.drop_table("survey_responses")
    op.drop_index("ix_survey_sample_units_wave_id_stratum", table_name="survey_sample_units")
    op.drop_index(op.f("ix_survey_sample_units_link_id"), table_name="survey_sample_units")
    op.drop_table("survey_sample_units")
    op.drop_index(op.f("ix_survey_estimates_wave_id"), table_name="survey_estimates")
    op.drop_index("ix_survey_estimates_run_area", table_name="survey_estimates")
    op.drop_index(op.f("ix_survey_estimates_area_id"), table_name="survey_estimates")
    op.drop_table("survey_estimates")
    op.drop_table("survey_weight_runs")
    op.drop_index(op.f("ix_survey_wave_settings_digest"), table_name="survey_wave_settings")
    op.drop_table("survey_wave_settings")
    op.drop_index(op.f("ix_survey_strata_area_id"), table_name="survey_strata")
    op.drop_table("survey_strata")
    op.drop_index(op.f("ix_survey_frame_units_area_id"), table_name="survey_frame_units")
    op.drop_table("survey_frame_units")
    op.drop_table("survey_draws")
    op.drop_index(op.f("ix_survey_waves_root_id"), table_name="survey_waves")
    op.drop_table("survey_waves")
