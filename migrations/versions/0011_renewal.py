"""Priority areas, projects, work plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "work_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_work_plans_is_current")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_work_plans_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_work_plans_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_plans")),
        sa.UniqueConstraint(
            "root_id", "plan_year", "is_current", name=op.f("uq_work_plans_root_id_plan_year_is_current")
        ),
        sa.UniqueConstraint(
            "root_id", "plan_year", "number", name=op.f("uq_work_plans_root_id_plan_year_number")
        ),
    )
    op.create_table(
        "priority_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("assessment_run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.CheckConstraint("is_current is null or is_current", name=op.f("ck_priority_runs_is_current")),
        sa.ForeignKeyConstraint(
            ["assessment_run_id"],
            ["assessment_runs.id"],
            name=op.f("fk_priority_runs_assessment_run_id_assessment_runs"),
        ),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_priority_runs_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_priority_runs_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_runs")),
        sa.UniqueConstraint(
            "exam_year", "root_id", "is_current", name=op.f("uq_priority_runs_exam_year_root_id_is_current")
        ),
        sa.UniqueConstraint(
            "exam_year", "root_id", "number", name=op.f("uq_priority_runs_exam_year_root_id_number")
        ),
    )
    op.create_index(
        op.f("ix_priority_runs_assessment_run_id"), "priority_runs", ["assessment_run_id"], unique=False
    )
    op.create_index(op.f("ix_priority_runs_root_id"), "priority_runs", ["root_id"], unique=False)
    op.create_table(
        "priority_areas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Float(), nullable=True),
        sa.Column("potential", sa.Float(), nullable=True),
        sa.Column("priority", sa.Float(), nullable=True),
        sa.Column("quadrant", sa.String(length=10), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("below_pass", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "quadrant in ('act', 'remedy', 'seize', 'keep', 'no_basis')",
            name=op.f("ck_priority_areas_quadrant"),
        ),
        sa.CheckConstraint(
            "potential is null or (potential >= 0 and potential <= 100)",
            name=op.f("ck_priority_areas_potential"),
        ),
        sa.CheckConstraint(
            "priority is null or (priority >= 0 and priority <= 100)", name=op.f("ck_priority_areas_priority")
        ),
        sa.CheckConstraint(
            "problem is null or (problem >= 0 and problem <= 60)", name=op.f("ck_priority_areas_problem")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_priority_areas_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["priority_runs.id"], name=op.f("fk_priority_areas_run_id_priority_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_areas")),
        sa.UniqueConstraint("run_id", "area_id", name=op.f("uq_priority_areas_run_id_area_id")),
        sa.UniqueConstraint("run_id", "rank", name=op.f("uq_priority_areas_run_id_rank")),
    )
    op.create_index(op.f("ix_priority_areas_area_id"), "priority_areas", ["area_id"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("priority_area_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("dimension_code", sa.String(length=20), nullable=False),
        sa.Column("indicator_codes", sa.JSON(), nullable=False),
        sa.Column("evaluation_ids", sa.JSON(), nullable=False),
        sa.Column("name_zh", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("measure_zh", sa.Text(), nullable=False),
        sa.Column("measure_en", sa.Text(), nullable=False),
        sa.Column("remedies_version", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(kind = 'planned') = (plan_year is not null)", name=op.f("ck_projects_plan_year")
        ),
        sa.CheckConstraint("kind in ('reserve', 'planned')", name=op.f("ck_projects_kind")),
        sa.CheckConstraint(
            "state in ('proposed', 'accepted', 'under_way', 'done', 'closed_out', 'dropped')",
            name=op.f("ck_projects_state"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_projects_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_projects_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["district_id"], ["areas.id"], name=op.f("fk_projects_district_id_areas")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_projects_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(
            ["priority_area_id"],
            ["priority_areas.id"],
            name=op.f("fk_projects_priority_area_id_priority_areas"),
        ),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_projects_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("code", name=op.f("uq_projects_code")),
    )
    op.create_index(op.f("ix_projects_area_id"), "projects", ["area_id"], unique=False)
    op.create_index(op.f("ix_projects_department_id"), "projects", ["department_id"], unique=False)
    op.create_index(op.f("ix_projects_district_id"), "projects", ["district_id"], unique=False)
    op.create_index("ix_projects_list", "projects", ["root_id", "exam_year", "state"], unique=False)
    op.create_index(op.f("ix_projects_priority_area_id"), "projects", ["priority_area_id"], unique=False)
    op.create_table(
        "project_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=True),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "from_state is null or from_state in ('proposed', 'accepted', 'under_way', 'done', 'closed_out', 'dropped')",
            name=op.f("ck_project_events_from_state"),
        ),
        sa.CheckConstraint(
            "to_state in ('proposed', 'accepted', 'under_way', 'done', 'closed_out', 'dropped')",
            name=op.f("ck_project_events_to_state"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_events_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_events")),
    )
    op.create_index(op.f("ix_project_events_project_id"), "project_events", ["project_id"], unique=False)
    op.create_table(
        "work_plan_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("functional_area_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_work_plan_items_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["areas.id"], name=op.f("fk_work_plan_items_district_id_areas")
        ),
        sa.ForeignKeyConstraint(
            ["functional_area_id"], ["areas.id"], name=op.f("fk_work_plan_items_functional_area_id_areas")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["work_plans.id"], name=op.f("fk_work_plan_items_plan_id_work_plans")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_work_plan_items_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_plan_items")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_work_plan_items_plan_id_position")),
        sa.UniqueConstraint("plan_id", "project_id", name=op.f("uq_work_plan_items_plan_id_project_id")),
    )
    op.create_index(op.f("ix_work_plan_items_project_id"), "work_plan_items", ["project_id"], unique=False)


def downgrade() -> None:
    """Remove them again."""
    op.drop_index(op.f("ix_work_plan_items_project_id"), table_name="work_plan_items")
    op.drop_table("work_plan_items")
    op.drop_index(op.f("ix_project_events_project_id"), table_name="project_events")
    op.drop_table("project_events")
    op.drop_index(op.f("ix_projects_priority_area_id"), table_name="projects")
    op.drop_index("ix_projects_list", table_name="projects")
    op.drop_index(op.f("ix_projects_district_id"), table_name="projects")
    op.drop_index(op.f("ix_projects_department_id"), table_name="projects")
    op.drop_index(op.f("ix_projects_area_id"), table_name="projects")
    op.drop_table("projects")
    op.drop_index(op.f("ix_priority_areas_area_id"), table_name="priority_areas")
    op.drop_table("priority_areas")
    op.drop_index(op.f("ix_priority_runs_root_id"), table_name="priority_runs")
    op.drop_index(op.f("ix_priority_runs_assessment_run_id"), table_name="priority_runs")
    op.drop_table("priority_runs")
    op.drop_table("work_plans")
