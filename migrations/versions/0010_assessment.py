"""Runs, evaluations, verdicts, scores, findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from_year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint(
            "valid_from_year", "version", name=op.f("uq_rule_versions_valid_from_year_version")
        ),
    )
    op.create_table(
        "assessment_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("rule_version_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.Column("results_digest", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_assessment_runs_is_current")),
        sa.CheckConstraint("seed >= 0", name=op.f("ck_assessment_runs_seed")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_assessment_runs_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_assessment_runs_root_id_areas")),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_versions.id"],
            name=op.f("fk_assessment_runs_rule_version_id_rule_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_assessment_runs_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_runs")),
        sa.UniqueConstraint(
            "exam_year", "root_id", "is_current", name=op.f("uq_assessment_runs_exam_year_root_id_is_current")
        ),
        sa.UniqueConstraint(
            "exam_year", "root_id", "number", name=op.f("uq_assessment_runs_exam_year_root_id_number")
        ),
    )
    op.create_index(op.f("ix_assessment_runs_root_id"), "assessment_runs", ["root_id"], unique=False)
    op.create_table(
        "area_scores",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("without_error", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("with_error", sa.Integer(), nullable=False),
        sa.CheckConstraint("level in ('city', 'district', 'street')", name=op.f("ck_area_scores_level")),
        sa.CheckConstraint(
            "score is null or (score >= 0 and score <= 100)", name=op.f("ck_area_scores_score")
        ),
        sa.CheckConstraint("scored <= total", name=op.f("ck_area_scores_scored")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_area_scores_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["assessment_runs.id"], name=op.f("fk_area_scores_run_id_assessment_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_scores")),
        sa.UniqueConstraint("run_id", "area_id", name=op.f("uq_area_scores_run_id_area_id")),
    )
    op.create_index(op.f("ix_area_scores_area_id"), "area_scores", ["area_id"], unique=False)
    op.create_table(
        "dimension_scores",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.Column("dimension_code", sa.String(length=20), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("capped", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("with_error", sa.Integer(), nullable=False),
        sa.CheckConstraint("level in ('city', 'district', 'street')", name=op.f("ck_dimension_scores_level")),
        sa.CheckConstraint(
            "score is null or (score >= 0 and score <= 100)", name=op.f("ck_dimension_scores_score")
        ),
        sa.CheckConstraint("scored <= total", name=op.f("ck_dimension_scores_scored")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_dimension_scores_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["dimension_id"], ["dimensions.id"], name=op.f("fk_dimension_scores_dimension_id_dimensions")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["assessment_runs.id"], name=op.f("fk_dimension_scores_run_id_assessment_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dimension_scores")),
        sa.UniqueConstraint(
            "run_id",
            "area_id",
            "dimension_code",
            name=op.f("uq_dimension_scores_run_id_area_id_dimension_code"),
        ),
    )
    op.create_index(op.f("ix_dimension_scores_area_id"), "dimension_scores", ["area_id"], unique=False)
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("adoption_id", sa.Integer(), nullable=True),
        sa.Column("value_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("standard_error", sa.Float(), nullable=True),
        sa.Column("source_kind", sa.String(length=20), nullable=True),
        sa.Column("vintage", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("absence", sa.String(length=20), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("score_low", sa.Float(), nullable=True),
        sa.Column("score_high", sa.Float(), nullable=True),
        sa.Column("score_method", sa.String(length=20), nullable=False),
        sa.Column("score_reason", sa.String(length=40), nullable=False),
        sa.Column("goalposts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("breach", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(length=12), nullable=False),
        sa.Column("grade_reason", sa.String(length=40), nullable=False),
        sa.Column("satisfaction_id", sa.Integer(), nullable=True),
        sa.Column("satisfaction", sa.Float(), nullable=True),
        sa.Column("satisfaction_error", sa.Float(), nullable=True),
        sa.Column("satisfaction_n", sa.Integer(), nullable=True),
        sa.Column("mismatch", sa.Boolean(), nullable=False),
        sa.Column("warning", sa.String(length=10), nullable=False),
        sa.Column("warning_reasons", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(score is null) = (score_method = 'none')", name=op.f("ck_evaluations_method_of_score")
        ),
        sa.CheckConstraint(
            "(value is null) = (state in ('not_applicable', 'missing'))",
            name=op.f("ck_evaluations_value_of_state"),
        ),
        sa.CheckConstraint(
            "absence is null or absence in ('not_applicable', 'missing', 'not_collected', 'undecided')",
            name=op.f("ck_evaluations_absence"),
        ),
        sa.CheckConstraint(
            "grade in ('strength', 'meets', 'shortfall', 'no_basis')", name=op.f("ck_evaluations_grade")
        ),
        sa.CheckConstraint("level in ('city', 'district', 'street')", name=op.f("ck_evaluations_level")),
        sa.CheckConstraint(
            "score_method in ('goalposts', 'trapezoid', 'step', 'target_ratio', 'past_place', 'none')",
            name=op.f("ck_evaluations_score_method"),
        ),
        sa.CheckConstraint(
            "state in ('reported', 'derived', 'modelled', 'not_applicable', 'missing')",
            name=op.f("ck_evaluations_state"),
        ),
        sa.CheckConstraint("warning in ('red', 'yellow', 'none')", name=op.f("ck_evaluations_warning")),
        sa.CheckConstraint(
            "(value is null) = (absence is not null)", name=op.f("ck_evaluations_absence_of_value")
        ),
        sa.CheckConstraint(
            "score is null or (score >= 0 and score <= 100)", name=op.f("ck_evaluations_score")
        ),
        sa.ForeignKeyConstraint(
            ["adoption_id"], ["adoptions.id"], name=op.f("fk_evaluations_adoption_id_adoptions")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_evaluations_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicators.id"], name=op.f("fk_evaluations_indicator_id_indicators")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["assessment_runs.id"], name=op.f("fk_evaluations_run_id_assessment_runs")
        ),
        sa.ForeignKeyConstraint(
            ["satisfaction_id"],
            ["satisfactions.id"],
            name=op.f("fk_evaluations_satisfaction_id_satisfactions"),
        ),
        sa.ForeignKeyConstraint(
            ["value_id"], ["indicator_values.id"], name=op.f("fk_evaluations_value_id_indicator_values")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.UniqueConstraint(
            "run_id", "indicator_code", "area_id", name=op.f("uq_evaluations_run_id_indicator_code_area_id")
        ),
    )
    op.create_index("ix_evaluations_area", "evaluations", ["run_id", "area_id"], unique=False)
    op.create_index(op.f("ix_evaluations_area_id"), "evaluations", ["area_id"], unique=False)
    op.create_index("ix_evaluations_level", "evaluations", ["run_id", "level"], unique=False)
    op.create_index(op.f("ix_evaluations_value_id"), "evaluations", ["value_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("where_ids", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind in ('bottom_line_breach', 'national_standard_failed', 'worse_two_years', 'dissatisfied', 'shortfall_in_parts')",
            name=op.f("ck_findings_kind"),
        ),
        sa.CheckConstraint("level in ('city', 'district', 'street')", name=op.f("ck_findings_level")),
        sa.CheckConstraint("severity in ('red', 'yellow')", name=op.f("ck_findings_severity")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_findings_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_findings_evaluation_id_evaluations")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["assessment_runs.id"], name=op.f("fk_findings_run_id_assessment_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("evaluation_id", "kind", name=op.f("uq_findings_evaluation_id_kind")),
    )
    op.create_index("ix_findings_area", "findings", ["run_id", "area_id"], unique=False)
    op.create_index(op.f("ix_findings_area_id"), "findings", ["area_id"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("yardstick", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("margin", sa.Float(), nullable=True),
        sa.Column("relative_margin", sa.Float(), nullable=True),
        sa.Column("standard_error", sa.Float(), nullable=True),
        sa.Column("threshold", sa.String(length=60), nullable=True),
        sa.Column("basis_kind", sa.String(length=20), nullable=True),
        sa.Column("basis_ids", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "basis_kind is null or basis_kind in ('standard', 'plan_target', 'benchmark', 'value', 'satisfaction')",
            name=op.f("ck_verdicts_basis_kind"),
        ),
        sa.CheckConstraint(
            "outcome in ('met', 'not_met', 'cannot_tell', 'no_basis')", name=op.f("ck_verdicts_outcome")
        ),
        sa.CheckConstraint(
            "yardstick in ('benchmark_city', 'plan_target', 'national_standard', 'exemplary_standard', 'past_years', 'satisfaction')",
            name=op.f("ck_verdicts_yardstick"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_verdicts_evaluation_id_evaluations")
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "yardstick", name=op.f("pk_verdicts")),
    )


def downgrade() -> None:
    """Remove them again."""
    op.drop_table("verdicts")
    op.drop_index(op.f("ix_findings_area_id"), table_name="findings")
    op.drop_index("ix_findings_area", table_name="findings")
    op.drop_table("findings")
    op.drop_index(op.f("ix_evaluations_value_id"), table_name="evaluations")
    op.drop_index("ix_evaluations_level", table_name="evaluations")
    op.drop_index(op.f("ix_evaluations_area_id"), table_name="evaluations")
    op.drop_index("ix_evaluations_area", table_name="evaluations")
    op.drop_table("evaluations")
    op.drop_index(op.f("ix_dimension_scores_area_id"), table_name="dimension_scores")
    op.drop_table("dimension_scores")
    op.drop_index(op.f("ix_area_scores_area_id"), table_name="area_scores")
    op.drop_table("area_scores")
    op.drop_index(op.f("ix_assessment_runs_root_id"), table_name="assessment_runs")
    op.drop_table("assessment_runs")
    op.drop_table("rule_versions")
