"""The set in force as the tables of a workbook, for download, checking and changing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.accounts.models import Department
from app.db import db
from app.indicators.catalogue_columns import SHEETS
from app.indicators.models import (
    BaseItem,
    Benchmark,
    Dimension,
    Equivalence,
    Formula,
    Indicator,
    PlanTarget,
    Standard,
)
from app.indicators.queries import current_set
from app.indicators.workbook import CatalogueTables, Rows

_SOURCES: dict[str, Any] = {
    "dimensions": Dimension,
    "indicators": Indicator,
    "base_items": BaseItem,
    "formulas": Formula,
    "standards": Standard,
    "plan_targets": PlanTarget,
    "benchmarks": Benchmark,
    "equivalences": Equivalence,
}
#: Columns whose name in the workbook differs from the table's.
_RENAMED: dict[str, dict[str, str]] = {
    "indicators": {"responsible_department_zh": "departments_zh", "formula": "definition_zh"},
    "base_items": {"min": "minimum", "max": "maximum"},
    "formulas": {"formula": "text"},
}


def tables_of(exam_year: int) -> CatalogueTables:
    """The tables of the set in force, with all departments; NotFound ``no-indicator-set``."""
    set_id = current_set(exam_year).id
    departments = db.session.execute(select(Department).order_by(Department.code)).scalars().all()
    tables: dict[str, Rows] = {"departments": [_row("departments", each) for each in departments]}
    for name, table in _SOURCES.items():
        found: Sequence[Any] = (
            db.session.execute(select(table).where(table.set_id == set_id).order_by(table.position))
            .scalars()
            .all()
        )
        tables[name] = [_row(name, each) for each in found]
    return CatalogueTables(**tables)


def _row(table: str, each: Any) -> dict[str, Any]:
    renamed = _RENAMED.get(table, {})
    return {
        column.name: _value(table, column.name, each, renamed.get(column.name, column.name))
        for column in SHEETS[table].columns
        if column.required
    }


def _value(table: str, column: str, each: Any, attribute: str) -> Any:
    if table == "indicators" and column == "dimension":
        return each.dimension_code
    if table == "indicators" and column == "source_kinds":
        return ";".join(each.source_kinds)
    if table == "base_items" and column == "department_zh":
        return each.department.name_zh if each.department else None
    return getattr(each, attribute)
