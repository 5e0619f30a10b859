"""What must hold between the sheets of a catalogue; every breach is told with its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.analysis.formulas import FormulaError, names, parse, previous_names, split
from app.errors import Place
from app.indicators.area_tree import RANKS
from app.indicators.models import SOURCE_KINDS
from app.indicators.reading import ReadCatalogue
from app.workbooks.table_content import TableRow

#: Kinds of items that a department brings; the others come from big data.
_REPORTED_KINDS = ("official", "field_survey")
_SEPARATORS = re.compile(r"[;；、,，/]")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "departments": ("code",),
    "dimensions": ("code",),
    "indicators": ("code",),
    "base_items": ("code",),
    "formulas": ("indicator_code", "source_kind"),
    "standards": ("indicator_code", "kind", "valid_from"),
    "plan_targets": ("indicator_code", "exam_year"),
    "benchmarks": ("indicator_code", "place", "year"),
    "equivalences": ("from_year", "from_code", "to_year", "to_code"),
}


class CatalogueCheck:
    """The checks of one catalogue; :meth:`places` runs all of them.

    ``departments`` are those already known, name → code; ``exam_year`` is the year of the set.
    """

    def __init__(self, read: ReadCatalogue, departments: Mapping[str, str], exam_year: int) -> None:
        self._read = read
        self._exam_year = exam_year
        self._known_departments = departments
        own = {str(row["name_zh"]): str(row["code"]) for row in read.rows("departments")}
        self.departments = {**departments, **own}
        self._dimensions = _codes(read.rows("dimensions")) | {
            str(row["name_zh"]) for row in read.rows("dimensions")
        }
        self._indicators = {str(row["code"]): row for row in read.rows("indicators")}
        self._items = {str(row["code"]): row for row in read.rows("base_items")}

    def places(self) -> list[Place]:
        """Every problem, sheet by sheet and row by row."""
        found = [*self._twins(), *self._departments_taken(), *self._emptiness()]
        checks: tuple[tuple[str, Callable[[TableRow], Iterable[Place]]], ...] = (
            ("indicators", self._indicator),
            ("base_items", self._item),
            ("formulas", self._formula),
            ("standards", self._standard),
            ("plan_targets", lambda row: self._bound("plan_targets", row)),
            ("benchmarks", lambda row: self._indicator_known("benchmarks", row)),
            ("equivalences", self._equivalence),
        )
        for table, check in checks:
            for row in self._read.rows(table):
                found.extend(check(row))
        return found

    def department_of(self, text: object) -> str | None:
        """Code of the department named in a cell; of several the first, which reports."""
        written = str(text or "").strip()
        if written in self.departments:
            return self.departments[written]
        return self.departments.get(_SEPARATORS.split(written)[0].strip())

    def _twins(self) -> list[Place]:
        found = []
        for table, columns in _KEYS.items():
            seen: set[tuple[object, ...]] = set()
            for row in self._read.rows(table):
                key = tuple(row.get(column) for column in columns)
                if key in seen:
                    told = " ".join(str(part) for part in key if part is not None)
                    found.append(self._read.place(table, row, columns[0], "catalogue-row-twice", found=told))
                seen.add(key)
        return found

    def _departments_taken(self) -> list[Place]:
        found = []
        seen: dict[str, str] = {}
        for row in self._read.rows("departments"):
            name, code = str(row["name_zh"]), str(row["code"])
            holder = seen.get(name) or self._known_departments.get(name, code)
            if holder != code:
                found.append(
                    self._read.place("departments", row, "name_zh", "department-name-taken", holder=holder)
                )
            seen[name] = code
        return found

    def _emptiness(self) -> list[Place]:
        if "indicators" not in self._read.tables or self._indicators:
            return []
        return [Place("catalogue-empty", {}, sheet=self._read.tables["indicators"].sheet)]

    def _indicator(self, row: TableRow) -> Iterable[Place]:
        if row["dimension"] is not None and row["dimension"] not in self._dimensions:
            yield self._read.place("indicators", row, "dimension", "unknown-dimension-cell")
        kinds = kinds_of(row.get("source_kinds"))
        if row["source_kinds"] is not None and (
            set(kinds) - set(SOURCE_KINDS) or len(set(kinds)) < len(kinds)
        ):
            yield self._read.place("indicators", row, "source_kinds", "source-kinds-unreadable")
        department = row.get("responsible_department_zh")
        if department is not None and self.department_of(department) is None:
            yield self._read.place("indicators", row, "responsible_department_zh", "unknown-department-name")
        yield from self._stated(row)

    def _stated(self, row: TableRow) -> Iterable[Place]:
        """A standard written beside the indicator counts only when its own sheet has it too."""
        for column in ("national_standard", "exemplary_standard"):
            listed = {
                each["indicator_code"] for each in self._read.rows("standards") if each["kind"] == column
            }
            if row.get(column) is not None and row["code"] not in listed:
                yield self._read.place("indicators", row, column, "standard-not-listed")
        planned = {each["indicator_code"] for each in self._read.rows("plan_targets")}
        if row.get("plan_target") is not None and row["code"] not in planned:
            yield self._read.place("indicators", row, "plan_target", "standard-not-listed")

    def _item(self, row: TableRow) -> Iterable[Place]:
        department = row.get("department_zh")
        if department is not None and self.department_of(department) is None:
            yield self._read.place("base_items", row, "department_zh", "unknown-department-name")
        if department is None and row["source_kind"] in _REPORTED_KINDS:
            yield self._read.place("base_items", row, "department_zh", "item-without-department")
        low, high = _number(row.get("min")), _number(row.get("max"))
        if low is not None and high is not None and low > high:
            yield self._read.place("base_items", row, "max", "bounds-crossed", low=low)

    def _formula(self, row: TableRow) -> Iterable[Place]:
        yield from self._indicator_known("formulas", row)
        kind, text = row["source_kind"], row.get("formula")
        owner = self._indicators.get(str(row["indicator_code"]))
        listed = kinds_of(owner.get("source_kinds")) if owner is not None else []
        if listed and kind is not None and kind not in listed:
            yield self._read.place("formulas", row, "source_kind", "source-kind-not-of-indicator")
        if kind == "survey":
            if text is not None:
                yield self._read.place("formulas", row, "formula", "survey-formula")
        elif text is None:
            yield self._read.place("formulas", row, "formula", "value-missing", expected="formula")
        else:
            yield from self._formula_text(row, str(text))

    def _formula_text(self, row: TableRow, text: str) -> Iterable[Place]:
        try:
            expression = parse(text)
        except FormulaError as error:
            facts = {"found": text, **error.facts, "position": error.position + 1}
            yield self._read.place("formulas", row, "formula", error.code, **facts)
            return
        for name in sorted(names(expression) | previous_names(expression)):
            item = self._items.get(name)
            if item is None:
                yield self._read.place("formulas", row, "formula", "formula-unknown-item", found=name)
            elif _coarser(item.get("collect_level"), row.get("level")):
                level = str(item["collect_level"])
                yield self._read.place("formulas", row, "level", "item-too-coarse", item=name, level=level)
        if row["aggregation"] == "ratio":
            ratio = split(expression)
            if ratio is None or not ratio.additive:
                yield self._read.place("formulas", row, "aggregation", "formula-no-ratio", found=text)

    def _standard(self, row: TableRow) -> Iterable[Place]:
        yield from self._bound("standards", row)
        start, end = row.get("valid_from"), row.get("valid_to")
        if start is not None and end is not None and str(end) < str(start):
            yield self._read.place("standards", row, "valid_to", "validity-crossed")

    def _bound(self, table: str, row: TableRow) -> Iterable[Place]:
        yield from self._indicator_known(table, row)
        low, high = _number(row.get("value")), _number(row.get("value_high"))
        if (row["op"] == "range") != (high is not None) and row["op"] is not None:
            yield self._read.place(table, row, "value_high", "range-incomplete")
        elif low is not None and high is not None and high < low:
            yield self._read.place(table, row, "value_high", "bounds-crossed", low=low)

    def _indicator_known(self, table: str, row: TableRow) -> Iterable[Place]:
        code = row["indicator_code"]
        if code is not None and str(code) not in self._indicators:
            yield self._read.place(table, row, "indicator_code", "indicator-not-listed")

    def _equivalence(self, row: TableRow) -> Iterable[Place]:
        start, end = _number(row.get("from_year")), _number(row.get("to_year"))
        if start is not None and end is not None and start >= end:
            yield self._read.place("equivalences", row, "to_year", "years-crossed")
        code = row.get("to_code")
        listed = code is None or str(code) in self._indicators or str(code) in self._items
        if end == self._exam_year and not listed:
            yield self._read.place("equivalences", row, "to_code", "indicator-not-listed")
        relation = row.get("relation")
        needed = {"new": ("to_code",), "dropped": ("from_code",), "same": ()}
        for column in needed.get(str(relation), ("from_code", "to_code")):
            if relation is not None and row.get(column) is None:
                yield self._read.place("equivalences", row, column, "value-missing", expected=column)
        if relation == "same" and (row.get("from_code") is None) != (row.get("to_code") is None):
            yield self._read.place("equivalences", row, "to_code", "value-missing", expected="to_code")


def kinds_of(text: object) -> list[str]:
    """Source kinds of a cell, in order: ``official;remote_sensing``."""
    return [part.strip() for part in re.split(r"[;；]", str(text or "")) if part.strip()]


def _codes(rows: Iterable[TableRow]) -> set[str]:
    return {str(row["code"]) for row in rows}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _coarser(collected: object, computed: object) -> bool:
    """Whether an item is asked for at a coarser level than the formula is computed at."""
    return str(collected) in RANKS and str(computed) in RANKS and RANKS[str(collected)] < RANKS[str(computed)]
