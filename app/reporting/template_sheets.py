"""The sheets of a template. Codes in a first row and column nobody sees say what each cell is.

At the level of the city there is one area and many items: a row for each item. At the others there are
many areas: a row for each area, and for each item a column of this year with last year beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.areas.models import Area
from app.indicators.models import BaseItem
from app.reporting.asking import Asked, AskedLevel, area_name, item_name
from app.reporting.wording import unit_name
from app.workbooks.cells import CellValue, column_letter
from app.workbooks.workbook_writing import CellPlan, SheetPlan, ValidationPlan

Row = list[CellPlan | CellValue]

#: Codes: what stands in the hidden row and column.
ITEM, AREA, LEVEL, UNIT = "item:", "area:", "level:", "unit:"
_FIRST_AREA_ROW = 6
_FIRST_ITEM_ROW = 4
_FIRST_ITEM_COLUMN = 4
_WIDEST_BOUND = 10**15
_HAIRLINE = 0.1


@dataclass(frozen=True)
class SheetContext:
    """What all sheets of a template share."""

    asked: Asked
    last_year: dict[tuple[str, int], float]
    filled: Mapping[tuple[str, str], CellValue]

    def value(self, item: BaseItem, area: Area) -> CellValue:
        """What stands in the cell already."""
        return self.filled.get((item.code, area.code))

    def last(self, item: BaseItem, area: Area) -> float | None:
        """Last year's figure, where one is in force."""
        return self.last_year.get((item.code, area.id))


def sheet_name(level: str) -> str:
    """The sheet of a level."""
    return {"city": _("全市"), "district": _("区县"), "street": _("街道")}[level]


def level_sheet(level: AskedLevel, context: SheetContext) -> SheetPlan:
    """The sheet of one level."""
    return _city_sheet(level, context) if level.level == "city" else _area_sheet(level, context)


def has_total(item: BaseItem) -> bool:
    """Whether the city's own figure may be given beside those of its parts."""
    return item.additive


def _city_sheet(level: AskedLevel, context: SheetContext) -> SheetPlan:
    city = level.areas[0]
    header = (_("数据项"), _("单位"), _this_year(context), _("上年"), _("口径"))
    rows: list[Row] = [
        [_code(LEVEL, "city"), None, _code(UNIT), _code(AREA, city.code)],
        [None, CellPlan(_heading(level, context), "title")],
        [None, *(CellPlan(text, "header") for text in header)],
    ]
    validations = []
    for row, item in enumerate(level.items, start=_FIRST_ITEM_ROW):
        rows.append(
            [
                _code(ITEM, item.code),
                CellPlan(item_name(item), "label"),
                CellPlan(unit_name(item.unit), "label"),
                _input(context.value(item, city), item),
                _last(context.last(item, city), item),
                CellPlan(item.definition_zh, "note"),
            ]
        )
        validations.append(_validation(item, f"D{row}"))
    return SheetPlan(
        name=sheet_name("city"),
        rows=rows,
        widths={"A": _HAIRLINE, "B": 34, "C": 14, "D": 18, "E": 18, "F": 90},
        heights={1: 1, 2: 26},
        frozen="D4",
        validations=tuple(validations),
        protected=True,
        landscape=True,
    )


def _area_sheet(level: AskedLevel, context: SheetContext) -> SheetPlan:
    with_total = any(has_total(item) for item in level.items)
    rows = _area_header(level, context)
    if with_total:
        rows.append(_total_row(level, context))
    rows += [_area_row(area, level, context) for area in level.areas]
    last_row = len(rows)
    widths: dict[str, float] = {"A": _HAIRLINE, "B": 13, "C": 26}
    validations = []
    for column, item in _columns(level):
        letter = column_letter(column)
        widths |= {letter: 15, column_letter(column + 1): 12}
        first = _FIRST_AREA_ROW + (1 if with_total else 0)
        cells = f"{letter}{first}:{letter}{last_row}"
        if with_total and has_total(item):
            # The bounds of an item hold for one cell whatever the area, so the total is checked alike.
            cells = f"{letter}{_FIRST_AREA_ROW} {cells}"
        validations.append(_validation(item, cells))
    return SheetPlan(
        name=sheet_name(level.level),
        rows=rows,
        widths=widths,
        heights={1: 1, 2: 26, 3: 48},
        frozen=f"D{_FIRST_AREA_ROW}",
        merged=tuple(f"{column_letter(c)}3:{column_letter(c + 1)}3" for c, _item in _columns(level)),
        validations=tuple(validations),
        protected=True,
        landscape=True,
    )


def _columns(level: AskedLevel) -> list[tuple[int, BaseItem]]:
    return [(_FIRST_ITEM_COLUMN + 2 * place, item) for place, item in enumerate(level.items)]


def _area_header(level: AskedLevel, context: SheetContext) -> list[Row]:
    codes: Row = [_code(LEVEL, level.level), None, None]
    names: Row = [None, CellPlan(_("代码"), "header"), CellPlan(_("名称"), "header")]
    units: Row = [_code(UNIT), CellPlan(None, "label"), CellPlan(_("单位"), "label")]
    years: Row = [None, CellPlan(None, "label"), CellPlan(_("年度"), "label")]
    for item in level.items:
        codes += [_code(ITEM, item.code), None]
        names += [CellPlan(item_name(item), "header", comment=_definition(item)), CellPlan(None, "header")]
        units += [CellPlan(unit_name(item.unit), "label"), CellPlan(None, "label")]
        years += [CellPlan(_this_year(context), "label"), CellPlan(_("上年"), "label")]
    return [codes, [None, CellPlan(_heading(level, context), "title")], names, units, years]


def _total_row(level: AskedLevel, context: SheetContext) -> Row:
    city = context.asked.root
    row: Row = [
        _code(AREA, city.code),
        CellPlan(city.code, "total"),
        CellPlan(_("全市合计（选填）"), "total"),
    ]
    for item in level.items:
        if has_total(item):
            row += [_input(context.value(item, city), item), _last(context.last(item, city), item)]
        else:
            row += [CellPlan("—", "total"), CellPlan(None, "total")]
    return row


def _area_row(area: Area, level: AskedLevel, context: SheetContext) -> Row:
    row: Row = [_code(AREA, area.code), CellPlan(area.code, "label"), CellPlan(area_name(area), "label")]
    for item in level.items:
        row += [_input(context.value(item, area), item), _last(context.last(item, area), item)]
    return row


def _code(prefix: str, code: str = "") -> CellPlan:
    # The format shows nothing of a text: the code is there for the reading, not for people.
    return CellPlan(prefix + code, number_format=";;;")


def _input(value: CellValue, item: BaseItem) -> CellPlan:
    return CellPlan(value, "input", number_format=_number_format(item))


def _last(value: float | None, item: BaseItem) -> CellPlan:
    return CellPlan(value, "label", number_format=_number_format(item))


def _number_format(item: BaseItem) -> str:
    return "#,##0" + ("." + "0" * item.decimals if item.decimals else "")


def _validation(item: BaseItem, cells: str) -> ValidationPlan:
    marks = _("没有统计到填“缺”，不适用填“不适用”。")
    unit = _("单位：%(unit)s。", unit=unit_name(item.unit))
    return ValidationPlan(
        cells=cells,
        kind="whole" if item.decimals == 0 else "decimal",
        minimum=_bound(item.minimum, -_WIDEST_BOUND),
        maximum=_bound(item.maximum, _WIDEST_BOUND),
        prompt_title=item_name(item),
        prompt=f"{unit}{marks}\n{item.definition_zh}",
        error_title=item_name(item),
        error=_("这里应填数字。") + unit + marks,
        # Not a stop: the two marks are words, and what is wrong is told with all the rest on upload.
        strict=False,
    )


def _bound(bound: float | None, otherwise: int) -> float:
    if bound is None:
        return otherwise
    return int(bound) if bound == int(bound) else bound


def _definition(item: BaseItem) -> str:
    return f"{item_name(item)} ({unit_name(item.unit)})\n{item.definition_zh}"


def _heading(level: AskedLevel, context: SheetContext) -> str:
    return _(
        "%(year)s年城市体检 · %(level)s数据",
        year=context.asked.campaign.exam_year,
        level=sheet_name(level.level),
    )


def _this_year(context: SheetContext) -> str:
    return _("本年（%(vintage)s）", vintage=context.asked.campaign.vintage)
