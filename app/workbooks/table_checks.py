"""Check a table against the columns a reader expects, and convert its values; every problem is collected."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping, Sequence

from app.workbooks.cells import CellValue
from app.workbooks.numbers import read_integer, read_number
from app.workbooks.table_content import Table, TableColumn, TableProblem, TableReading, TableRow

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_LOST_DIGITS = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_ERROR_MARK = re.compile(r"#(?:DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!|N/A|SPILL!|CALC!|UNCOMPUTED!)")
_MOST_DIGITS = 1e15
_SHOWN = 100

# A converted value and the code of what is wrong with it, one of them None.
_Converted = tuple[CellValue, str | None]


def heading_key(heading: str) -> str:
    """What two spellings of one heading share: width, case, white space, a mark for required columns."""
    return re.sub(r"[\s*:]+", "", heading.translate(_FULL_WIDTH)).lower()


def known_headings(columns: Sequence[TableColumn]) -> dict[str, str]:
    """Column name by the key of its own name and of each synonym."""
    known: dict[str, str] = {}
    for column in columns:
        for heading in (column.name, *column.synonyms):
            known.setdefault(heading_key(heading), column.name)
    return known


def check_table(table: Table, columns: Sequence[TableColumn]) -> TableReading:
    """Rename columns to their canonical names, convert the values, and collect all problems.

    Columns nobody asked for stay as they are. A table without a required column gives no rows: nobody can
    read what is not there. Problems: column-missing, column-missing-by-name, column-twice, heading-twice,
    value-missing, formula-error, below-minimum, above-maximum, not-a-choice, not-a-date, code-lost-digits and
    those of ``numbers.read_number``.
    """
    problems: list[TableProblem] = []
    chosen = _choose(table, columns, problems)
    rules = {column.name: column for column in columns}
    names = {source: chosen.get(source, source) for source in table.columns}
    places = {names[source]: letters for source, letters in table.places.items() if source in names}
    renamed = Table(
        tuple(names.values()), (), table.sheet, table.header_row, places, table.encoding, table.repeated
    )
    rows = tuple(_checked_row(renamed, row, names, rules, problems) for row in table.rows)
    if any(problem.code == "column-missing" for problem in problems):
        rows = ()
    done = Table(renamed.columns, rows, table.sheet, table.header_row, places, table.encoding, table.repeated)
    return TableReading(done, tuple(problems))


def _choose(table: Table, columns: Sequence[TableColumn], problems: list[TableProblem]) -> dict[str, str]:
    """Canonical name by heading; says which columns are missing or stand there twice."""
    known = known_headings(columns)
    chosen: dict[str, str] = {}
    for heading in table.columns:
        name = known.get(heading_key(heading))
        if name is None:
            continue
        if name in chosen.values():
            problems.append(_heading_problem("column-twice", table, heading, name))
        else:
            chosen[heading] = name
    problems.extend(
        _heading_problem("heading-twice", table, heading, heading.rpartition(" [")[0])
        for heading in table.repeated
    )
    for column in columns:
        if column.required and column.name not in chosen.values():
            expected = [column.name, *column.synonyms]
            row = table.header_row or None
            code = "column-missing" if column.synonyms else "column-missing-by-name"
            missing = TableProblem(code, table.sheet, row, column.name, None, list(table.columns), expected)
            problems.append(missing)
    return chosen


def _heading_problem(code: str, table: Table, heading: str, name: str) -> TableProblem:
    place = table.cell_address(table.header_row, heading) if heading in table.places else None
    return TableProblem(code, table.sheet, table.header_row or None, name, place, heading, "one column")


def _checked_row(
    table: Table,
    row: TableRow,
    names: Mapping[str, str],
    rules: Mapping[str, TableColumn],
    problems: list[TableProblem],
) -> TableRow:
    values: dict[str, CellValue] = {}
    for source, name in names.items():
        found = row.values.get(source)
        rule = rules.get(name)
        if rule is None:
            values[name] = found
            continue
        value, code = _convert(found, rule)
        expected = _expected(rule, code)
        if code is None:
            code, expected = _beyond(value, rule)
        if code is not None:
            cell = table.cell_address(row.number, name)
            shown = found[:_SHOWN] if isinstance(found, str) else found
            problems.append(TableProblem(code, table.sheet, row.number, name, cell, shown, expected))
            value = None
        values[name] = value
    return TableRow(row.number, values)


def _expected(rule: TableColumn, code: str | None) -> object:
    return "a value" if code == "value-missing" else rule.kind


def _convert(found: CellValue, rule: TableColumn) -> _Converted:
    if isinstance(found, str) and _ERROR_MARK.fullmatch(found.strip()):
        return None, "formula-not-computed" if "UNCOMPUTED" in found else "formula-error"
    value, code = _CONVERTERS[rule.kind](found) if found is not None else (None, None)
    if code is None and value is None and rule.filled:
        return None, "value-missing"
    return value, code


def _beyond(value: CellValue, rule: TableColumn) -> tuple[str | None, object]:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if rule.minimum is not None and value < rule.minimum:
            return "below-minimum", rule.minimum
        if rule.maximum is not None and value > rule.maximum:
            return "above-maximum", rule.maximum
    if rule.choices and value is not None and value not in rule.choices:
        return "not-a-choice", list(rule.choices)
    return None, None


def _as_any(found: CellValue) -> _Converted:
    return (found.strip() or None) if isinstance(found, str) else found, None


def _as_text(found: CellValue) -> _Converted:
    if isinstance(found, str):
        return found.strip() or None, None
    if isinstance(found, float) and found.is_integer() and abs(found) < _MOST_DIGITS:
        return str(int(found)), None
    if isinstance(found, (datetime.date, datetime.time)):
        return found.isoformat(), None
    return str(found), None


def _as_code(found: CellValue) -> _Converted:
    """A code keeps every digit; a spreadsheet's number keeps fifteen and no leading zero."""
    if isinstance(found, str):
        text = found.translate(_FULL_WIDTH).strip().lstrip("'")
        return (None, "code-lost-digits") if _LOST_DIGITS.fullmatch(text) else (text or None, None)
    if isinstance(found, float):
        if not math.isfinite(found) or not found.is_integer() or abs(found) >= _MOST_DIGITS:
            return None, "code-lost-digits"
        return str(int(found)), None
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found), None
    return None, "not-a-code"


def _as_number(found: CellValue) -> _Converted:
    reading = read_number(found)
    return reading.value, reading.problem


def _as_integer(found: CellValue) -> _Converted:
    reading = read_integer(found)
    return None if reading.exact is None else int(reading.exact), reading.problem


def _as_date(found: CellValue) -> _Converted:
    if isinstance(found, datetime.datetime):
        return found.date(), None
    if isinstance(found, datetime.date):
        return found, None
    if not isinstance(found, str):
        return None, "not-a-date"
    text = found.translate(_FULL_WIDTH).strip()
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        return (
            (datetime.date(*(int(part) for part in match.groups())), None) if match else (None, "not-a-date")
        )
    except ValueError:
        return None, "not-a-date"


_CONVERTERS: dict[str, Callable[[CellValue], _Converted]] = {
    "any": _as_any,
    "text": _as_text,
    "code": _as_code,
    "number": _as_number,
    "integer": _as_integer,
    "date": _as_date,
}
