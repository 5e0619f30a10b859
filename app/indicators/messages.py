"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    # Exam years and sets.
    "exam-year-out-of-range": _l("体检年度“%(found)s”不在 %(first)s 与 %(last)s 之间。请检查年份。"),
    "exam-year-unreadable": _l("体检年度“%(found)s”不能读取，应为四位数字，例如 2024。"),
    "unknown-exam-year": _l("没有 %(found)s 年度的体检。请先导入该年度的指标库。"),
    "no-indicator-set": _l("%(found)s 年度还没有指标库。请先在“指标库”页上传。"),
    "unknown-indicator": _l("%(year)s 年度的指标库里没有指标“%(found)s”。请检查代码。"),
    "unknown-base-item": _l("%(year)s 年度的指标库里没有数据项“%(found)s”。请检查代码。"),
    "unknown-dimension": _l("%(year)s 年度的指标库里没有维度“%(found)s”。"),
    "unknown-value": _l("没有编号为 %(found)s 的数值。"),
    "unknown-area-id": _l("没有编号为 %(found)s 的区域。"),
    # Recording.
    "unknown-source-kind": _l("数据来源“%(found)s”不认识。"),
    "unknown-state": _l("数值状态不认识：%(found)s。"),
    "value-state": _l(
        "“%(named)s”的数值与状态不符：%(found)s。“不适用”“样本过少”和“缺失”不带数值，其余状态必须有数值。"
    ),
    "value-not-finite": _l("“%(named)s”的数值不是有限的数：%(found)s。"),
    "vintage-unreadable": _l(
        "“%(named)s”的数据时期“%(found)s”不能使用：应是不晚于体检年度的真实时期，"
        "写成 2023、2023-09 或 2023-09-15。"
    ),
    "value-twice": _l("同一数值在一次记录中出现了两次：%(found)s。"),
    "bad-precision": _l("“%(named)s”的标准误或样本量不正确：%(found)s。"),
    "score-out-of-range": _l("满意度得分应在 0 到 100 之间，现为 %(found)s。"),
    "recorded-meanwhile": _l("就在刚才，另一次操作记录了同样的数值。请重试。"),
    # Adoption by hand.
    "adoption-reason-missing": _l("请写明采用这个数值的理由。"),
    "adoption-reason-too-long": _l("理由最多 %(limit)s 个字符，请缩短。"),
    "value-not-of-place": _l(
        "数值 %(found)s 不是指标“%(named)s”在这个区域、这个年度的现行数值。请刷新页面后重选。"
    ),
    # Importing a catalogue.
    "catalogue-invalid": _l(
        "指标库有 %(count)s 处问题，没有导入任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "catalogue-sheet-missing": _l("缺少工作表“%(found)s”。请按上传处“下载样表”得到的工作簿补上。"),
    "catalogue-sheet-lost": _l(
        "缺少工作表“%(found)s”，而现行指标库里有 %(count)s 行。请补上这张表；"
        "如确实没有，请保留只有表头的空表。"
    ),
    "catalogue-empty": _l("这张表里没有指标。请至少填一行。"),
    "catalogue-row-twice": _l("“%(found)s”出现了两次。请删去重复的一行。"),
    "catalogue-text-too-long": _l("文字有 %(found)s 个字符，超过上限 %(limit)s。请缩短。"),
    "department-name-taken": _l("部门名称“%(found)s”已属于代码“%(holder)s”。请使用原代码或换一个名称。"),
    "unknown-dimension-cell": _l("“维度”表里没有“%(found)s”。请先在该表添加。"),
    "source-kinds-unreadable": _l(
        "数据来源“%(found)s”有不认识或重复的一项；用分号隔开，例如 official;remote_sensing。"
    ),
    "unknown-department-name": _l("“部门”表里没有“%(found)s”。请先在该表添加，或改为表中的名称。"),
    "item-without-department": _l("部门填报和现场调查的数据项必须写明填报部门。"),
    "bounds-crossed": _l("上限 %(found)s 小于下限 %(low)s。请对调或更正。"),
    "range-incomplete": _l("方向为 range 时必须有上限，其余方向不能有上限。"),
    "validity-crossed": _l("失效日期 %(found)s 早于生效日期。请更正。"),
    "years-crossed": _l("新年度 %(found)s 必须晚于原年度。"),
    "indicator-not-listed": _l("“指标”表里没有“%(found)s”。请检查代码。"),
    "standard-not-listed": _l("这里写了“%(found)s”，但“标准”或“规划目标”表里没有这一条。请补到该表。"),
    "source-kind-not-of-indicator": _l("“指标”表没有为这个指标列出来源“%(found)s”。请补上或更正。"),
    "survey-formula": _l("问卷来源由抽样估计得出，不能有计算公式。请清空这一格。"),
    "item-too-coarse": _l("数据项“%(item)s”只采集到 %(level)s，不能在更细的层级 %(found)s 计算。"),
    "formula-no-ratio": _l("汇总方式 ratio 需要“分子÷分母”的公式，且两边都能相加；现为“%(found)s”。"),
    "formula-unknown-item": _l("公式中的“%(found)s”不是“基础数据项”表里的代码。"),
    "formula-empty": _l("公式是空的。"),
    "formula-too-long": _l("公式有 %(length)s 个字符，超过上限 %(limit)s。"),
    "formula-bad-character": _l("公式第 %(position)s 个字符处有不能使用的字符“%(found)s”。"),
    "formula-bad-number": _l("公式第 %(position)s 个字符处的数字“%(found)s”不能读取。"),
    "formula-unexpected": _l("公式第 %(position)s 个字符处不应出现“%(found)s”。"),
    "formula-unexpected-end": _l("公式没有写完：第 %(position)s 个字符处缺少内容。"),
    "formula-unknown-function": _l(
        "公式第 %(position)s 个字符处的函数“%(found)s”不认识；可用 max、min、abs、prev。"
    ),
    "formula-wrong-arity": _l("公式第 %(position)s 个字符处的函数“%(found)s”不能带 %(count)s 个参数。"),
    "formula-reserved-name": _l("公式第 %(position)s 个字符处的“%(found)s”是函数名，不能作数据项代码。"),
    "formula-too-deep": _l("公式过于复杂（上限 %(limit)s）。请拆分。"),
}
