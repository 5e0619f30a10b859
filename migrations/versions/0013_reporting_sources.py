"""Datasets and measurements belong to exam years; the cell size of signalling tables is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tie both tables to their exam years; cells were taken as squares of 500 m until now."""
    _add_missing_years()
    with op.batch_alter_table("datasets") as batch:
        batch.add_column(sa.Column("cell_m", sa.Float(), nullable=True))
    op.execute("update datasets set cell_m = 500 where kind = 'signalling_stock'")
    with op.batch_alter_table("datasets") as batch:
        batch.create_foreign_key(
            op.f("fk_datasets_exam_year_exam_years"), "exam_years", ["exam_year"], ["year"]
        )
        batch.create_check_constraint(op.f("ck_datasets_crs"), "crs is not null or kind = 'delivered_table'")
        batch.create_check_constraint(
            op.f("ck_datasets_cell_m"), "(cell_m is not null) = (kind = 'signalling_stock')"
        )
        batch.create_check_constraint(op.f("ck_datasets_cell_m_positive"), "cell_m is null or cell_m > 0")
    with op.batch_alter_table("measurements") as batch:
        batch.create_foreign_key(
            op.f("fk_measurements_exam_year_exam_years"), "exam_years", ["exam_year"], ["year"]
        )


def _add_missing_years() -> None:
    """Datasets could be brought for a year before its exam was made: make it as it is made by default."""
    years = sa.table(
        "exam_years",
        sa.column("year", sa.Integer),
        sa.column("data_date", sa.Date),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    used = "select exam_year from datasets union select exam_year from measurements"
    query = f"select exam_year from ({used}) as used where exam_year not in (select year from exam_years)"  # noqa: S608
    now = datetime.now(UTC)
    missing = [
        {"year": year, "data_date": date(year - 1, 12, 31), "created_at": now}
        for (year,) in op.get_bind().execute(sa.text(query))
    ]
    if missing:
        op.bulk_insert(years, missing)


def downgrade() -> None:
    """Untie them again."""
    with op.batch_alter_table("measurements") as batch:
        batch.drop_constraint(op.f("fk_measurements_exam_year_exam_years"), type_="foreignkey")
    with op.batch_alter_table("datasets") as batch:
        batch.drop_constraint(op.f("ck_datasets_cell_m_positive"), type_="check")
        batch.drop_constraint(op.f("ck_datasets_cell_m"), type_="check")
        batch.drop_constraint(op.f("ck_datasets_crs"), type_="check")
        batch.drop_constraint(op.f("fk_datasets_exam_year_exam_years"), type_="foreignkey")
        batch.drop_column("cell_m")
