"""Exam years, catalogue, values, adoptions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "exam_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data_date", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_exam_years")),
    )
    op.create_table(
        "indicator_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_indicator_sets_is_current")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_indicator_sets_exam_year_exam_years")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_sets")),
        sa.UniqueConstraint("exam_year", "is_current", name=op.f("uq_indicator_sets_exam_year_is_current")),
        sa.UniqueConstraint("exam_year", "version", name=op.f("uq_indicator_sets_exam_year_version")),
    )
    op.create_table(
        "indicator_values",
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("source_kind", sa.String(length=20), nullable=False),
        sa.Column("vintage", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("numerator", sa.Float(), nullable=True),
        sa.Column("denominator", sa.Float(), nullable=True),
        sa.Column("standard_error", sa.Float(), nullable=True),
        sa.Column("sample_size", sa.Integer(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("inputs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.Column("provenance_kind", sa.String(length=40), nullable=False),
        sa.Column("provenance_id", sa.String(length=120), nullable=False),
        sa.Column("superseded_by_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(value is null) = (state in ('not_applicable', 'missing'))",
            name=op.f("ck_indicator_values_value_of_state"),
        ),
        sa.CheckConstraint(
            "source_kind in ('official', 'field_survey', 'remote_sensing', 'mobile_signalling', 'internet', 'survey')",
            name=op.f("ck_indicator_values_source_kind"),
        ),
        sa.CheckConstraint(
            "state in ('reported', 'derived', 'modelled', 'not_applicable', 'missing')",
            name=op.f("ck_indicator_values_state"),
        ),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_indicator_values_is_current")),
        sa.CheckConstraint(
            "sample_size is null or sample_size >= 0", name=op.f("ck_indicator_values_sample_size")
        ),
        sa.CheckConstraint(
            "standard_error is null or standard_error >= 0", name=op.f("ck_indicator_values_standard_error")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_indicator_values_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_indicator_values_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["indicator_values.id"],
            name=op.f("fk_indicator_values_superseded_by_id_indicator_values"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_values")),
        sa.UniqueConstraint(
            "indicator_code",
            "area_id",
            "exam_year",
            "source_kind",
            "vintage",
            "is_current",
            name="uq_indicator_values_key",
        ),
    )
    op.create_index(op.f("ix_indicator_values_area_id"), "indicator_values", ["area_id"], unique=False)
    op.create_index(
        "ix_indicator_values_current", "indicator_values", ["exam_year", "is_current"], unique=False
    )
    op.create_index(
        op.f("ix_indicator_values_superseded_by_id"), "indicator_values", ["superseded_by_id"], unique=False
    )
    op.create_table(
        "item_values",
        sa.Column("item_code", sa.String(length=60), nullable=False),
        sa.Column("source_kind", sa.String(length=20), nullable=False),
        sa.Column("vintage", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.Column("provenance_kind", sa.String(length=40), nullable=False),
        sa.Column("provenance_id", sa.String(length=120), nullable=False),
        sa.Column("superseded_by_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(value is null) = (state in ('not_applicable', 'missing'))",
            name=op.f("ck_item_values_value_of_state"),
        ),
        sa.CheckConstraint(
            "source_kind in ('official', 'field_survey', 'remote_sensing', 'mobile_signalling', 'internet', 'survey')",
            name=op.f("ck_item_values_source_kind"),
        ),
        sa.CheckConstraint(
            "state in ('reported', 'derived', 'modelled', 'not_applicable', 'missing')",
            name=op.f("ck_item_values_state"),
        ),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_item_values_is_current")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_item_values_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_item_values_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["item_values.id"], name=op.f("fk_item_values_superseded_by_id_item_values")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_values")),
        sa.UniqueConstraint(
            "item_code",
            "area_id",
            "exam_year",
            "source_kind",
            "vintage",
            "is_current",
            name="uq_item_values_key",
        ),
    )
    op.create_index(op.f("ix_item_values_area_id"), "item_values", ["area_id"], unique=False)
    op.create_index("ix_item_values_current", "item_values", ["exam_year", "is_current"], unique=False)
    op.create_index(
        op.f("ix_item_values_superseded_by_id"), "item_values", ["superseded_by_id"], unique=False
    )
    op.create_table(
        "satisfactions",
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("standard_error", sa.Float(), nullable=True),
        sa.Column("sample_size", sa.Integer(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.Column("provenance_kind", sa.String(length=40), nullable=False),
        sa.Column("provenance_id", sa.String(length=120), nullable=False),
        sa.Column("superseded_by_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_satisfactions_is_current")),
        sa.CheckConstraint(
            "score is null or (score >= 0 and score <= 100)", name=op.f("ck_satisfactions_score")
        ),
        sa.CheckConstraint(
            "standard_error is null or standard_error >= 0", name=op.f("ck_satisfactions_standard_error")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_satisfactions_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_satisfactions_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["satisfactions.id"],
            name=op.f("fk_satisfactions_superseded_by_id_satisfactions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfactions")),
        sa.UniqueConstraint(
            "indicator_code",
            "area_id",
            "exam_year",
            "is_current",
            name=op.f("uq_satisfactions_indicator_code_area_id_exam_year_is_current"),
        ),
    )
    op.create_index(op.f("ix_satisfactions_area_id"), "satisfactions", ["area_id"], unique=False)
    op.create_index(
        op.f("ix_satisfactions_superseded_by_id"), "satisfactions", ["superseded_by_id"], unique=False
    )
    op.create_table(
        "adoptions",
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("value_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("needs_decision", sa.Boolean(), nullable=False),
        sa.Column("manner", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comparisons", sa.JSON(), nullable=False),
        sa.Column("considered", sa.JSON(), nullable=False),
        sa.Column("reason_text", sa.String(length=1000), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.Column("provenance_kind", sa.String(length=40), nullable=False),
        sa.Column("provenance_id", sa.String(length=120), nullable=False),
        sa.Column("superseded_by_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "manner = 'automatic' or reason_text <> ''", name=op.f("ck_adoptions_written_reason")
        ),
        sa.CheckConstraint("manner in ('automatic', 'by_hand')", name=op.f("ck_adoptions_manner")),
        sa.CheckConstraint(
            "verdict in ('agree', 'differ', 'single_source', 'no_value')", name=op.f("ck_adoptions_verdict")
        ),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_adoptions_is_current")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_adoptions_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_adoptions_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["adoptions.id"], name=op.f("fk_adoptions_superseded_by_id_adoptions")
        ),
        sa.ForeignKeyConstraint(
            ["value_id"], ["indicator_values.id"], name=op.f("fk_adoptions_value_id_indicator_values")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoptions")),
        sa.UniqueConstraint(
            "indicator_code",
            "area_id",
            "exam_year",
            "is_current",
            name=op.f("uq_adoptions_indicator_code_area_id_exam_year_is_current"),
        ),
    )
    op.create_index(op.f("ix_adoptions_area_id"), "adoptions", ["area_id"], unique=False)
    op.create_index("ix_adoptions_current", "adoptions", ["exam_year", "is_current"], unique=False)
    op.create_index(op.f("ix_adoptions_superseded_by_id"), "adoptions", ["superseded_by_id"], unique=False)
    op.create_index(op.f("ix_adoptions_value_id"), "adoptions", ["value_id"], unique=False)
    op.create_table(
        "base_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("source_kind", sa.String(length=20), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("collect_level", sa.String(length=12), nullable=False),
        sa.Column("value_type", sa.String(length=20), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Float(), nullable=True),
        sa.Column("definition_zh", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "collect_level in ('city', 'district', 'street', 'community', 'grid')",
            name=op.f("ck_base_items_collect_level"),
        ),
        sa.CheckConstraint(
            "source_kind in ('official', 'field_survey', 'remote_sensing', 'mobile_signalling', 'internet', 'survey')",
            name=op.f("ck_base_items_source_kind"),
        ),
        sa.CheckConstraint("decimals >= 0 and decimals <= 9", name=op.f("ck_base_items_decimals")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_base_items_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_base_items_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_base_items")),
        sa.UniqueConstraint("set_id", "code", name=op.f("uq_base_items_set_id_code")),
    )
    op.create_index(op.f("ix_base_items_department_id"), "base_items", ["department_id"], unique=False)
    op.create_table(
        "benchmarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_benchmarks_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benchmarks")),
    )
    op.create_index(op.f("ix_benchmarks_set_id"), "benchmarks", ["set_id"], unique=False)
    op.create_table(
        "dimensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.CheckConstraint("kind in ('common', 'special')", name=op.f("ck_dimensions_kind")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_dimensions_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dimensions")),
        sa.UniqueConstraint("set_id", "code", name=op.f("uq_dimensions_set_id_code")),
    )
    op.create_table(
        "equivalences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("from_code", sa.String(length=60), nullable=False),
        sa.Column("to_year", sa.Integer(), nullable=False),
        sa.Column("to_code", sa.String(length=60), nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("comparable", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "relation in ('same', 'renamed', 'redefined', 'new', 'dropped', 'split', 'merged')",
            name=op.f("ck_equivalences_relation"),
        ),
        sa.CheckConstraint("from_year < to_year", name=op.f("ck_equivalences_order")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_equivalences_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equivalences")),
    )
    op.create_index(op.f("ix_equivalences_set_id"), "equivalences", ["set_id"], unique=False)
    op.create_table(
        "formulas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("source_kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("aggregation", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("survey_estimator", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "aggregation in ('ratio', 'sum', 'max', 'weighted_mean', 'none')",
            name=op.f("ck_formulas_aggregation"),
        ),
        sa.CheckConstraint(
            "level in ('city', 'district', 'street', 'community', 'grid')", name=op.f("ck_formulas_level")
        ),
        sa.CheckConstraint(
            "source_kind in ('official', 'field_survey', 'remote_sensing', 'mobile_signalling', 'internet', 'survey')",
            name=op.f("ck_formulas_source_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_formulas_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formulas")),
        sa.UniqueConstraint(
            "set_id",
            "indicator_code",
            "source_kind",
            name=op.f("uq_formulas_set_id_indicator_code_source_kind"),
        ),
    )
    op.create_table(
        "indicators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("dimension_code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("source_kinds", sa.JSON(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("departments_zh", sa.String(length=200), nullable=False),
        sa.Column("spatial_level", sa.String(length=12), nullable=False),
        sa.Column("definition_zh", sa.Text(), nullable=False),
        sa.Column("nature", sa.String(length=12), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("official_years", sa.String(length=200), nullable=False),
        sa.Column("certainty", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "direction in ('positive', 'negative', 'range')", name=op.f("ck_indicators_direction")
        ),
        sa.CheckConstraint("nature in ('guiding', 'bottom_line')", name=op.f("ck_indicators_nature")),
        sa.CheckConstraint("origin in ('official', 'proposal')", name=op.f("ck_indicators_origin")),
        sa.CheckConstraint(
            "spatial_level in ('city', 'district', 'street', 'community', 'grid')",
            name=op.f("ck_indicators_spatial_level"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_indicators_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_indicators_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicators")),
        sa.UniqueConstraint("set_id", "code", name=op.f("uq_indicators_set_id_code")),
    )
    op.create_index(op.f("ix_indicators_department_id"), "indicators", ["department_id"], unique=False)
    op.create_table(
        "plan_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("op", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("value_high", sa.Float(), nullable=True),
        sa.CheckConstraint("(op = 'range') = (value_high is not null)", name=op.f("ck_plan_targets_range")),
        sa.CheckConstraint("op in ('>=', '<=', 'range')", name=op.f("ck_plan_targets_op")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_plan_targets_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_targets")),
        sa.UniqueConstraint(
            "set_id",
            "indicator_code",
            "exam_year",
            name=op.f("uq_plan_targets_set_id_indicator_code_exam_year"),
        ),
    )
    op.create_table(
        "standards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("citation", sa.String(length=500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("op", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("value_high", sa.Float(), nullable=True),
        sa.CheckConstraint("(op = 'range') = (value_high is not null)", name=op.f("ck_standards_range")),
        sa.CheckConstraint(
            "kind in ('national_standard', 'exemplary_standard')", name=op.f("ck_standards_kind")
        ),
        sa.CheckConstraint("op in ('>=', '<=', 'range')", name=op.f("ck_standards_op")),
        sa.CheckConstraint(
            "valid_to is null or valid_from is null or valid_to >= valid_from",
            name=op.f("ck_standards_validity"),
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["indicator_sets.id"], name=op.f("fk_standards_set_id_indicator_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standards")),
    )
    op.create_index(op.f("ix_standards_set_id"), "standards", ["set_id"], unique=False)


def downgrade() -> None:
    """Remove them again."""
    op.drop_index(op.f("ix_standards_set_id"), table_name="standards")
    op.drop_table("standards")
    op.drop_table("plan_targets")
    op.drop_index(op.f("ix_indicators_department_id"), table_name="indicators")
    op.drop_table("indicators")
    op.drop_table("formulas")
    op.drop_index(op.f("ix_equivalences_set_id"), table_name="equivalences")
    op.drop_table("equivalences")
    op.drop_table("dimensions")
    op.drop_index(op.f("ix_benchmarks_set_id"), table_name="benchmarks")
    op.drop_table("benchmarks")
    op.drop_index(op.f("ix_base_items_department_id"), table_name="base_items")
    op.drop_table("base_items")
    op.drop_index(op.f("ix_adoptions_value_id"), table_name="adoptions")
    op.drop_index(op.f("ix_adoptions_superseded_by_id"), table_name="adoptions")
    op.drop_index("ix_adoptions_current", table_name="adoptions")
    op.drop_index(op.f("ix_adoptions_area_id"), table_name="adoptions")
    op.drop_table("adoptions")
    op.drop_index(op.f("ix_satisfactions_superseded_by_id"), table_name="satisfactions")
    op.drop_index(op.f("ix_satisfactions_area_id"), table_name="satisfactions")
    op.drop_table("satisfactions")
    op.drop_index(op.f("ix_item_values_superseded_by_id"), table_name="item_values")
    op.drop_index("ix_item_values_current", table_name="item_values")
    op.drop_index(op.f("ix_item_values_area_id"), table_name="item_values")
    op.drop_table("item_values")
    op.drop_index(op.f("ix_indicator_values_superseded_by_id"), table_name="indicator_values")
    op.drop_index("ix_indicator_values_current", table_name="indicator_values")
    op.drop_index(op.f("ix_indicator_values_area_id"), table_name="indicator_values")
    op.drop_table("indicator_values")
    op.drop_table("indicator_sets")
    op.drop_table("exam_years")
