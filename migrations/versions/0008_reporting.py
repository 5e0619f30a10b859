"""Campaigns, reports as immutable versions, events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("vintage", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("area_ids", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_campaigns_state")),
        sa.ForeignKeyConstraint(
            ["exam_year"], ["exam_years.year"], name=op.f("fk_campaigns_exam_year_exam_years")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_campaigns_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("exam_year", "root_id", name=op.f("uq_campaigns_exam_year_root_id")),
    )
    op.create_index(op.f("ix_campaigns_root_id"), "campaigns", ["root_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("item_code", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("level in ('city', 'district', 'street')", name=op.f("ck_assignments_level")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_assignments_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_assignments_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("campaign_id", "item_code", name=op.f("uq_assignments_campaign_id_item_code")),
    )
    op.create_index(op.f("ix_assignments_department_id"), "assignments", ["department_id"], unique=False)
    op.create_table(
        "refused_uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_refused_uploads_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_refused_uploads_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_uploads")),
        sa.UniqueConstraint(
            "campaign_id", "department_id", name=op.f("uq_refused_uploads_campaign_id_department_id")
        ),
    )
    op.create_index(
        op.f("ix_refused_uploads_department_id"), "refused_uploads", ["department_id"], unique=False
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_reports_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_reports_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint(
            "campaign_id", "department_id", name=op.f("uq_reports_campaign_id_department_id")
        ),
    )
    op.create_index(op.f("ix_reports_department_id"), "reports", ["department_id"], unique=False)
    op.create_table(
        "report_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("channel in ('workbook', 'grid', 'api')", name=op.f("ck_report_versions_channel")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_report_versions_number")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_versions_report_id_reports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_versions")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_versions_report_id_number")),
    )
    op.create_table(
        "figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=60), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("sheet", sa.String(length=31), nullable=False),
        sa.Column("cell", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(value is not null) = (state = 'reported')", name=op.f("ck_figures_value_of_state")
        ),
        sa.CheckConstraint(
            "state in ('reported', 'missing', 'not_applicable')", name=op.f("ck_figures_state")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_figures_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["report_versions.id"], name=op.f("fk_figures_version_id_report_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures")),
        sa.UniqueConstraint(
            "version_id", "item_code", "area_id", name=op.f("uq_figures_version_id_item_code_area_id")
        ),
    )
    op.create_index(op.f("ix_figures_area_id"), "figures", ["area_id"], unique=False)
    op.create_table(
        "report_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "kind in ('submitted', 'resubmitted', 'returned', 'accepted', 'reopened', 'withdrawn')",
            name=op.f("ck_report_events_kind"),
        ),
        sa.CheckConstraint("round_no >= 1", name=op.f("ck_report_events_round_no")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_events_report_id_reports")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["report_versions.id"], name=op.f("fk_report_events_version_id_report_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_events")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_events_report_id_number")),
    )
    op.create_index(op.f("ix_report_events_version_id"), "report_events", ["version_id"], unique=False)
    op.create_table(
        "cell_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=60), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_cell_reasons_area_id_areas")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["report_events.id"], name=op.f("fk_cell_reasons_event_id_report_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_reasons")),
        sa.UniqueConstraint(
            "event_id", "item_code", "area_id", name=op.f("uq_cell_reasons_event_id_item_code_area_id")
        ),
    )
    op.create_index(op.f("ix_cell_reasons_area_id"), "cell_reasons", ["area_id"], unique=False)


def downgrade() -> None:
    """Remove them again."""
    op.drop_index(op.f("ix_cell_reasons_area_id"), table_name="cell_reasons")
    op.drop_table("cell_reasons")
    op.drop_index(op.f("ix_report_events_version_id"), table_name="report_events")
    op.drop_table("report_events")
    op.drop_index(op.f("ix_figures_area_id"), table_name="figures")
    op.drop_table("figures")
    op.drop_table("report_versions")
    op.drop_index(op.f("ix_reports_department_id"), table_name="reports")
    op.drop_table("reports")
    op.drop_index(op.f("ix_refused_uploads_department_id"), table_name="refused_uploads")
    op.drop_table("refused_uploads")
    op.drop_index(op.f("ix_assignments_department_id"), table_name="assignments")
    op.drop_table("assignments")
    op.drop_index(op.f("ix_campaigns_root_id"), table_name="campaigns")
    op.drop_table("campaigns")
