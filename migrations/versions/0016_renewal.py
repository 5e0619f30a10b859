"""Projects by their events; projects entered by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_STATES = "('proposed', 'accepted', 'under_way', 'done', 'closed_out', 'dropped')"
_NEWEST = """(select {column} from project_events e where e.project_id = projects.id
    order by e.number desc limit 1)"""


def upgrade() -> None:
    """Number the events, let them tell the plan, and take state and plan off the projects."""
    with op.batch_alter_table("project_events") as table:
        table.add_column(sa.Column("number", sa.Integer(), nullable=True))
        table.add_column(sa.Column("plan_year", sa.Integer(), nullable=True))
    op.execute(
        "update project_events set number = (select count(*) from project_events e"
        " where e.project_id = project_events.project_id and e.id <= project_events.id)"
    )
    op.execute(
        'insert into project_events (project_id, number, from_state, to_state, plan_year, note, "at", "by")'
        " select id, (select max(number) from project_events e where e.project_id = projects.id) + 1,"
        " state, state, plan_year, '', created_at, created_by from projects where plan_year is not null"
    )
    with op.batch_alter_table("project_events") as table:
        table.alter_column("number", existing_type=sa.Integer(), nullable=False)
        table.create_unique_constraint(op.f("uq_project_events_project_id_number"), ["project_id", "number"])
        table.create_check_constraint(op.f("ck_project_events_number"), "(number = 1) = (from_state is null)")
        table.drop_index(op.f("ix_project_events_project_id"))
    with op.batch_alter_table("projects") as table:
        table.drop_index("ix_projects_list")
        for name in ("plan_year", "kind", "state"):
            table.drop_constraint(op.f(f"ck_projects_{name}"), type_="check")
            table.drop_column(name)
        table.add_column(sa.Column("cost", sa.Float(), nullable=True))
        table.add_column(sa.Column("start_year", sa.Integer(), nullable=True))
        table.add_column(sa.Column("end_year", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_projects_cost"), "cost is null or cost >= 0")
        table.create_check_constraint(op.f("ck_projects_years"), "start_year <= end_year")
        table.create_index("ix_projects_list", ["root_id", "exam_year"], unique=False)


def downgrade() -> None:
    """Write state and plan back to the projects; the events of planning go."""
    with op.batch_alter_table("projects") as table:
        table.drop_index("ix_projects_list")
        table.drop_constraint(op.f("ck_projects_cost"), type_="check")
        table.drop_constraint(op.f("ck_projects_years"), type_="check")
        for name in ("cost", "start_year", "end_year"):
            table.drop_column(name)
        table.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="reserve"))
        table.add_column(sa.Column("plan_year", sa.Integer(), nullable=True))
        table.add_column(sa.Column("state", sa.String(length=12), nullable=False, server_default="proposed"))
    op.execute(f"update projects set state = {_NEWEST.format(column='to_state')}")  # noqa: S608
    op.execute(f"update projects set plan_year = {_NEWEST.format(column='plan_year')}")  # noqa: S608
    op.execute("update projects set kind = 'planned' where plan_year is not null")
    with op.batch_alter_table("projects") as table:
        table.alter_column("kind", existing_type=sa.String(length=10), server_default=None)
        table.alter_column("state", existing_type=sa.String(length=12), server_default=None)
        table.create_check_constraint(
            op.f("ck_projects_plan_year"), "(kind = 'planned') = (plan_year is not null)"
        )
        table.create_check_constraint(op.f("ck_projects_kind"), "kind in ('reserve', 'planned')")
        table.create_check_constraint(op.f("ck_projects_state"), f"state in {_STATES}")
        table.create_index("ix_projects_list", ["root_id", "exam_year", "state"], unique=False)
    op.execute("delete from project_events where from_state = to_state")
    with op.batch_alter_table("project_events") as table:
        table.drop_constraint(op.f("uq_project_events_project_id_number"), type_="unique")
        table.drop_constraint(op.f("ck_project_events_number"), type_="check")
        table.drop_column("number")
        table.drop_column("plan_year")
        table.create_index(op.f("ix_project_events_project_id"), ["project_id"], unique=False)
