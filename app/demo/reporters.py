"""How the demonstration's departments fill their workbooks: mostly right, some wrong at first."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.figures import Reporters, items

#: Departments whose first workbook holds a slip of the pen that the reading door must refuse.
REFUSED_FIRST = {"civil_affairs": "约12", "transport": "不清楚"}
#: Departments whose first report is accepted by the door and returned by the exam office with a reason.
RETURNED_FIRST = {
    "health": "与上年相比变化过大，请核对统计口径后重报。",
    "housing_construction": "数字疑似多录一位，请按台账核对。",
    "statistics": "请核对是否为年末数。",
}
#: The department whose accepted report of the last year is open again; its figures stay in force meanwhile.
REOPENED = "statistics"
REOPENED_BECAUSE = "年报数据即将定稿，请核对后提交更正。"
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")

Cells = dict[tuple[str, str], float | int | str]


@dataclass(frozen=True)
class Attempt:
    """One filling of a department's workbook and which cell in it is wrong."""

    cells: Cells
    wrong: tuple[str, str] | None


def right_cells(reporters: Reporters, asked: list[tuple[str, str]]) -> Cells:
    """The right figures of the cells a department is asked for; some typed in a person's manner."""
    cells: Cells = {}
    for number, (code, area) in enumerate(sorted(asked)):
        value = reporters.figure(code, area)
        if value is None:
            cells[code, area] = "不适用"
        elif number % 211 == 7:
            cells[code, area] = _plain(value).translate(_FULL_WIDTH)
        else:
            cells[code, area] = int(value) if items()[code].decimals == 0 else value
    return cells


def first_attempt(department: str, cells: Cells) -> Attempt:
    """What the department sends first."""
    if department in REFUSED_FIRST:
        wrong = min(cells)
        return Attempt({**cells, wrong: REFUSED_FIRST[department]}, wrong)
    if department in RETURNED_FIRST:
        numbers = [cell for cell, value in sorted(cells.items()) if isinstance(value, int) and value > 1]
        wrong = numbers[0] if numbers else min(cells)
        value = cells[wrong]
        spoiled = value * 2 if isinstance(value, int | float) else value
        return Attempt({**cells, wrong: spoiled}, wrong)
    return Attempt(cells, None)


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)
