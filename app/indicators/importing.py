"""Importing a catalogue: all of it as a new version of the year's set, or nothing with every problem told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from app.accounts.managing import keep_department
from app.accounts.models import Department
from app.audit import current_actor
from app.db import Base, db
from app.errors import Invalid, Place
from app.indicators.catalogue_columns import SHEETS
from app.indicators.checking import CatalogueCheck, kinds_of
from app.indicators.exam_years import keep_exam_year
from app.indicators.models import (
    BaseItem,
    Benchmark,
    Dimension,
    Equivalence,
    Formula,
    Indicator,
    IndicatorSet,
    PlanTarget,
    Standard,
)
from app.indicators.reading import ReadCatalogue, read_catalogue
from app.storage import storage
from app.workbooks.table_content import TableRow

#: What a set may have none of. The departments belong to no set and are never lost with it.
_OPTIONAL_TABLES: Mapping[str, type[Standard | PlanTarget | Benchmark | Equivalence]] = {
    "standards": Standard,
    "plan_targets": PlanTarget,
    "benchmarks": Benchmark,
    "equivalences": Equivalence,
}


def import_catalogue(
    *, content: bytes, filename: str, exam_year: int, data_date: date | None = None, note: str = ""
) -> IndicatorSet:
    """Read a catalogue workbook and make it the set in force of an exam year, as a new version.

    The exam year is made when it is not there; departments of the sheet 部门 are kept. Raises Invalid
    ``catalogue-invalid`` with a place for every problem (a sheet that is not there though the set in force
    has rows of it is one), and then changes nothing; raises the
    exceptions of ``workbooks`` when the file cannot be opened.
    """
    read = read_catalogue(content)
    known = dict(db.session.execute(select(Department.name_zh, Department.code)).all())
    check = CatalogueCheck(read, known, exam_year)
    # Faulty cells are empty in the tables, so the checks between the sheets would only echo them.
    places = [*read.places, *_lost_sheets(read, exam_year)] or check.places()
    if places:
        raise Invalid("catalogue-invalid", count=len(places), places=places)
    keep_exam_year(year=exam_year, data_date=data_date)
    made = _new_version(exam_year, filename, content, note)
    for row in read.rows("departments"):
        keep_department(**_texts(row, "code", "name_zh", "name_en"))
    _add_rows(read, check, made.id)
    db.session.flush()
    return made


def _lost_sheets(read: ReadCatalogue, exam_year: int) -> Iterator[Place]:
    """Sheets that the file is without though the year's set in force has rows of them: a slip, not a wish."""
    for name, model in _OPTIONAL_TABLES.items():
        if name not in read.tables:
            held = (
                select(func.count())
                .select_from(model)
                .join(IndicatorSet, IndicatorSet.id == model.set_id)
                .where(IndicatorSet.exam_year == exam_year, IndicatorSet.is_current.is_(True))
            )
            if count := db.session.execute(held).scalar_one():
                sheet = SHEETS[name].name
                yield Place("catalogue-sheet-lost", {"found": sheet, "count": count}, sheet=sheet)


def _new_version(exam_year: int, filename: str, content: bytes, note: str) -> IndicatorSet:
    newest = select(func.max(IndicatorSet.version)).where(IndicatorSet.exam_year == exam_year)
    version = (db.session.execute(newest).scalar() or 0) + 1
    db.session.execute(
        update(IndicatorSet)
        .where(IndicatorSet.exam_year == exam_year, IndicatorSet.is_current.is_(True))
        .values(is_current=None)
    )
    digest, _size = storage().put(content)
    made = IndicatorSet(
        exam_year=exam_year,
        version=version,
        is_current=True,
        filename=filename[-200:],
        sha256=digest,
        note=note[:500],
        imported_by=current_actor(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _add_rows(read: ReadCatalogue, check: CatalogueCheck, set_id: int) -> None:
    ids = dict(db.session.execute(select(Department.code, Department.id)).all())

    def department(text: object) -> int | None:
        code = check.department_of(text)
        return ids[code] if code is not None else None

    by_name = {str(row["name_zh"]): str(row["code"]) for row in read.rows("dimensions")}
    makers: Mapping[str, Callable[[TableRow], Base]] = {
        "dimensions": lambda row: Dimension(**_texts(row, "code", "name_zh", "name_en", "kind")),
        "indicators": lambda row: _indicator(row, by_name, department(row.get("responsible_department_zh"))),
        "base_items": lambda row: _item(row, department(row.get("department_zh"))),
        "formulas": _formula,
        "standards": _standard,
        "plan_targets": _plan_target,
        "benchmarks": _benchmark,
        "equivalences": _equivalence,
    }
    for table, make in makers.items():
        for position, row in enumerate(read.rows(table), start=1):
            each: Any = make(row)
            each.set_id, each.position = set_id, position
            db.session.add(each)


def _texts(row: TableRow, *columns: str) -> dict[str, str]:
    """Texts of a row; what is blank stays blank."""
    return {column: str(row.get(column)) if row.get(column) is not None else "" for column in columns}


def _bound(row: TableRow) -> dict[str, Any]:
    return {"op": row["op"], "value": row["value"], "value_high": row.get("value_high")}


def _indicator(row: TableRow, dimensions: Mapping[str, str], department_id: int | None) -> Indicator:
    dimension = str(row["dimension"])
    texts = ("code", "name_zh", "name_en", "unit", "direction", "spatial_level", "nature", "origin")
    return Indicator(
        dimension_code=dimensions.get(dimension, dimension),
        source_kinds=kinds_of(row["source_kinds"]),
        department_id=department_id,
        departments_zh=str(row.get("responsible_department_zh") or ""),
        definition_zh=row["formula"],
        **_texts(row, *texts, "official_years", "certainty", "note"),
    )


def _item(row: TableRow, department_id: int | None) -> BaseItem:
    texts = (
        "code",
        "name_zh",
        "name_en",
        "unit",
        "source_kind",
        "collect_level",
        "value_type",
        "definition_zh",
    )
    return BaseItem(
        department_id=department_id,
        decimals=row["decimals"],
        minimum=row.get("min"),
        maximum=row.get("max"),
        **_texts(row, *texts),
    )


def _formula(row: TableRow) -> Formula:
    texts = ("indicator_code", "source_kind", "aggregation", "level", "survey_estimator", "note")
    return Formula(text=str(row.get("formula") or ""), **_texts(row, *texts))


def _standard(row: TableRow) -> Standard:
    return Standard(
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
        **_bound(row),
        **_texts(row, "indicator_code", "kind", "citation", "status", "note"),
    )


def _plan_target(row: TableRow) -> PlanTarget:
    return PlanTarget(
        exam_year=row["exam_year"], **_bound(row), **_texts(row, "indicator_code", "status", "note")
    )


def _benchmark(row: TableRow) -> Benchmark:
    return Benchmark(
        value=row["value"],
        year=row.get("year"),
        **_texts(row, "place", "indicator_code", "source", "status"),
    )


def _equivalence(row: TableRow) -> Equivalence:
    return Equivalence(
        from_year=row["from_year"],
        to_year=row["to_year"],
        comparable=row["comparable"] == "yes",
        **_texts(row, "from_code", "to_code", "relation", "note"),
    )
