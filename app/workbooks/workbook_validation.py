"""Rules for what may be typed into a cell; long choice lists stand on a hidden sheet."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import openpyxl
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.workbooks.cells import CellValue, column_letter
from app.workbooks.faults import UnwritableContent
from app.workbooks.workbook_plan import ValidationPlan

LISTS_SHEET = "_lists"
_LONGEST_INLINE = 255
_TYPES = {"list": "list", "decimal": "decimal", "whole": "whole", "date": "date", "text-length": "textLength"}
_LONGEST_TITLE = 32
_LONGEST_PROMPT = 255
_FIRST_DAY = datetime.date(1899, 12, 30)


class ChoiceLists:
    """The choice lists that do not fit into a rule, one column each; equal lists are written once."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, ...], int] = {}

    def reference(self, choices: tuple[str, ...]) -> str:
        """Formula that names the list: quoted text where it fits, else a range of the hidden sheet."""
        inline = ",".join(choices)
        plain = not any("," in choice or '"' in choice or choice != choice.strip() for choice in choices)
        if plain and len(inline) <= _LONGEST_INLINE:
            return f'"{inline}"'
        column = column_letter(self._columns.setdefault(choices, len(self._columns) + 1))
        return f"'{LISTS_SHEET}'!${column}$1:${column}${len(choices)}"

    def write(self, workbook: openpyxl.Workbook) -> None:
        """Add the hidden sheet, when any list needs it."""
        if not self._columns:
            return
        page = workbook.create_sheet(LISTS_SHEET)
        for choices, column in self._columns.items():
            for row, choice in enumerate(choices, start=1):
                cell = page.cell(row, column, choice)
                cell.data_type = "s"
        page.sheet_state = "hidden"
        page.protection.sheet = True


def add_validations(page: Worksheet, rules: Sequence[ValidationPlan], lists: ChoiceLists) -> None:
    """Put the rules on a sheet; raises UnwritableContent no-choices or bound-missing."""
    for rule in rules:
        validation = DataValidation(
            type=_TYPES[rule.kind],  # type: ignore[arg-type]
            allow_blank=rule.allow_blank,
            showErrorMessage=True,
            showInputMessage=bool(rule.prompt or rule.prompt_title),
            errorStyle="stop" if rule.strict else "warning",
            promptTitle=rule.prompt_title[:_LONGEST_TITLE] or None,
            prompt=rule.prompt[:_LONGEST_PROMPT] or None,
            errorTitle=rule.error_title[:_LONGEST_TITLE] or None,
            error=rule.error[:_LONGEST_PROMPT] or None,
        )
        if rule.kind == "list":
            if not rule.choices:
                raise UnwritableContent("no-choices", {"sheet": page.title, "cell": rule.cells})
            validation.formula1 = lists.reference(rule.choices)
        else:
            _bound(validation, rule, page.title)
        for span in rule.cells.split():
            validation.add(span)
        page.add_data_validation(validation)


def _bound(validation: DataValidation, rule: ValidationPlan, sheet: str) -> None:
    low, high = _limit(rule.minimum), _limit(rule.maximum)
    if low is not None and high is not None:
        validation.operator, validation.formula1, validation.formula2 = "between", low, high
    elif low is not None:
        validation.operator, validation.formula1 = "greaterThanOrEqual", low
    elif high is not None:
        validation.operator, validation.formula1 = "lessThanOrEqual", high
    else:
        raise UnwritableContent("bound-missing", {"sheet": sheet, "cell": rule.cells})


def _limit(value: CellValue) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        value = value.date()
    # A rule knows a date only by its serial number.
    return str((value - _FIRST_DAY).days) if isinstance(value, datetime.date) else str(value)
