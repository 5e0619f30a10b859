"""The workbook a department fills: instructions, one sheet for each level, and what it is, hidden."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from app.accounts.models import Department
from app.db import db
from app.errors import NotFound
from app.i18n import named
from app.reporting.asking import TEMPLATE_ID, Asked, asked_of, item_name, last_year_figures
from app.reporting.campaigns import campaign_by_id
from app.reporting.template_sheets import SheetContext, level_sheet, sheet_name
from app.reporting.wording import unit_name
from app.workbooks.cells import CellValue
from app.workbooks.workbook_writing import CellPlan, SheetPlan, WorkbookMetadata, WorkbookPlan, write_workbook

#: What a department fills in, by (item code, area code): a number or a mark such as 缺.
Filled = Mapping[tuple[str, str], CellValue]


def department_template(*, campaign_id: int, department_id: int, filled: Filled | None = None) -> bytes:
    """The reporting template of a department as .xlsx; ``filled`` stands in its cells already.

    Raises NotFound ``unknown-campaign`` | ``unknown-department-id`` | ``nothing-asked``.
    """
    asked = asked_of(campaign_by_id(campaign_id), department_by_id(department_id))
    context = SheetContext(
        asked=asked,
        last_year=last_year_figures(asked),
        filled=filled or {},
    )
    sheets = [_instructions(asked), *(level_sheet(level, context) for level in asked.levels)]
    title = _title(asked)
    metadata = WorkbookMetadata(TEMPLATE_ID, asked.fingerprint, asked.marks)
    return write_workbook(WorkbookPlan(sheets=sheets, metadata=metadata, title=title))


def template_filename(asked: Asked) -> str:
    """A name people find again among their files."""
    name = named(asked.department.name_zh, asked.department.name_en)
    return _("%(year)s年城市体检填报表_%(department)s.xlsx", year=asked.campaign.exam_year, department=name)


def department_by_id(department_id: int) -> Department:
    """The department; NotFound ``unknown-department-id``."""
    found = db.session.get(Department, department_id)
    if found is None:
        raise NotFound("unknown-department-id", found=department_id)
    return found


def _title(asked: Asked) -> str:
    return _(
        "%(city)s%(year)s年城市体检数据填报表",
        city=named(asked.root.name_zh, asked.root.name_en),
        year=asked.campaign.exam_year,
    )


def _instructions(asked: Asked) -> SheetPlan:
    campaign, department = asked.campaign, asked.department
    facts = [
        (_("填报部门"), named(department.name_zh, department.name_en)),
        (_("数据期"), campaign.vintage),
        (_("截止日期"), campaign.due_on.isoformat()),
        (_("填报数量"), _("%(items)s 项，共 %(cells)s 格", items=len(asked.items), cells=asked.cells)),
    ]
    rows: list[list[CellPlan | CellValue]] = [[CellPlan(_title(asked), "title")], []]
    rows += [[CellPlan(term, "label"), CellPlan(text)] for term, text in facts]
    rows += [[], [CellPlan(_("怎么填"), "title")]]
    rows += [
        [CellPlan(str(number), "label"), CellPlan(text)] for number, text in enumerate(_advice(), start=1)
    ]
    rows += [[], [CellPlan(_("填报内容"), "title")]]
    header = (_("所在表"), _("数据项"), _("单位"), _("小数位"), _("允许范围"), _("口径"))
    rows.append([CellPlan(text, "header") for text in header])
    for level in asked.levels:
        for item in level.items:
            facts_of = (sheet_name(level.level), item_name(item), unit_name(item.unit), item.decimals)
            limits = bounds_text(item.minimum, item.maximum)
            rows.append([CellPlan(each, "label") for each in (*facts_of, limits, item.definition_zh)])
    return SheetPlan(
        name=_("填报说明"),
        rows=rows,
        widths={"A": 14, "B": 34, "C": 14, "D": 8, "E": 18, "F": 80},
        protected=True,
        landscape=True,
    )


def _advice() -> list[str]:
    return [
        _("只填浅黄色的格子；每一格都要填。数据项由多个指标共用，只填一次。"),
        _("只填数字，单位见表头；不要写成“12万”“3公里”。千分位逗号可以有，也可以没有。"),
        _("没有统计到的填“缺”，本地区没有这种情况、不适用的填“不适用”；确实是零才填 0。"),
        _("“全市合计”一行选填：填了就会与各区县、街道之和核对，不一致不能提交。"),
        _("表里的灰色“上年”一列是去年通过的数，供对照，不用改。"),
        _("需要说明的数，可以在格子上加批注，批注会随数据一起提交。"),
        _("不要删除、合并行列，也不要用别的年度或别的部门的表；单位与表头不一致的，请先换算再填。"),
        _("填完后在系统“填报”页面上传；有问题时会列出每一格的位置和改法，改好再传一次即可。"),
    ]


def bounds_text(minimum: float | None, maximum: float | None) -> str:
    """The allowed range, the same in every language: ``0 … 3,000,000``, ``≥ 0``."""
    if minimum is not None and maximum is not None:
        return f"{minimum:,.15g} … {maximum:,.15g}"
    if minimum is not None:
        return f"≥ {minimum:,.15g}"
    return f"≤ {maximum:,.15g}" if maximum is not None else ""
