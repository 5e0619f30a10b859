"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "no-street-scores": _l(
        "%(year)s 年度的评估没有任何街道得分，不能排出重点片区。请先采用街道一级的指标值，再重新评估。"
    ),
    "no-ranking": _l("%(year)s 年度还没有排出重点片区。请先在“片区”页排序，再生成项目。"),
    "prioritised-meanwhile": _l("%(year)s 年度的片区刚刚被另一次排序更新，请刷新后查看。"),
    "unknown-priority-run": _l("没有编号为 %(found)s 的片区排序。"),
    "unknown-priority-area": _l("没有编号为 %(found)s 的片区。"),
    "unknown-project": _l("没有编号为 %(found)s 的项目。"),
    "unknown-work-plan": _l("没有编号为 %(found)s 的年度计划。"),
    "project-state-unknown": _l("没有“%(found)s”这种项目状态。"),
    "project-state-change": _l("项目不能从“%(from_state)s”直接变为“%(to_state)s”。"),
    "project-note-missing": _l("放弃项目需要写明理由。"),
    "project-changed-meanwhile": _l("这个项目刚刚被别人改动，请刷新后再操作。"),
    "project-name-missing": _l("请填写项目名称。"),
    "project-exists": _l("这个区域已有同名的项目“%(name)s”（%(code)s），没有再新增。"),
    "project-reason-missing": _l("请写明为什么手工录入这个项目。"),
    "project-text-too-long": _l("文字太长，最多 %(limit)s 个字。"),
    "project-indicators-missing": _l("请至少填写一个针对的指标。"),
    "project-indicator-unknown": _l("%(year)s 年度指标库里没有指标“%(found)s”。"),
    "project-cost": _l("投资估算应是不小于 0 的数（万元）。"),
    "project-years": _l("起止年份应是四位年份，且先起后止。"),
    "project-number-unreadable": _l("“%(found)s”不是数。"),
    "project-plan-year": _l("计划年度应在 %(year)s 年度体检之后，且不晚于其后三十年。"),
    "project-not-open": _l("只有拟议或入库的项目可以改变计划年度。"),
    "no-projects": _l("没有可以列入 %(year)s 年计划的项目。请先从重点片区生成项目。"),
    "project-of-other-city": _l("项目 %(found)s 不属于这座城市，不能列入计划。"),
    "plan-year-missing": _l("请填写计划年度。"),
    "renewal-year-missing": _l("请选择体检年度。"),
    "plan-made-meanwhile": _l("%(year)s 年计划刚刚被另一次编制更新，请刷新后查看。"),
}
