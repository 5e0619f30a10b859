"""Texts of the room's codes: what is wrong, what was expected, what to do."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

_CAMPAIGNS: dict[str, LazyString] = {
    "unknown-campaign": _l("没有编号为 %(found)s 的填报任务。"),
    "campaign-exists": _l("%(city)s%(year)s 年的填报任务已经建立。"),
    "campaign-vintage": _l(
        "数据期“%(found)s”不能使用：应是不晚于 %(year)s 年的真实时期，写成 2023、2023-09 或 2023-09-15。"
    ),
    "campaign-root": _l("填报任务必须属于一个城市；“%(found)s”不是城市。"),
    "campaign-level-empty": _l("%(city)s没有 %(level)s 一级的区划，无法布置填报。请先导入区划。"),
    "campaign-closed": _l("%(year)s 年的填报已经结束，不再接收数据。如需补报，请联系体检办公室。"),
    "nothing-to-report": _l("%(year)s 年的指标库里没有需要部门填报的数据项。请检查“责任部门”和数据来源。"),
    "nothing-asked": _l("这次填报没有布置给%(department)s的数据项。"),
    "unknown-department-id": _l("没有编号为 %(found)s 的部门。"),
    "unknown-report": _l("没有编号为 %(found)s 的填报。"),
    "unknown-version": _l("没有编号为 %(found)s 的填报版本。"),
    "unknown-event": _l("没有编号为 %(found)s 的填报记录。"),
    "unknown-figure": _l("没有编号为 %(found)s 的填报数。"),
    "unknown-channel": _l("不认识的提交方式“%(found)s”。"),
    "due-date-missing": _l("请填写截止日期。"),
}
_FILES: dict[str, LazyString] = {
    "report-file-refused": _l("无法打开这个文件。%(reason)s要上传的是从本系统下载的 .xlsx 填报表。"),
    "report-file-file-empty": _l("文件“%(filename)s”是空的。请重新选择文件。"),
    "report-file-file-too-large": _l("文件“%(filename)s”太大，不像是填报表。请上传从本系统下载的填报表。"),
    "report-file-old-format": _l("“%(filename)s”是旧的 .xls 格式。请在 Excel 中另存为 .xlsx 后再上传。"),
    "report-file-password-protected": _l("“%(filename)s”设有打开密码。请去掉密码后再上传。"),
    "fill-cell-unknown": _l("填报表里没有“%(item)s”在“%(area)s”的格子。"),
    "template-missing": _l("这不是本系统的填报表。请先下载填报表，在表中填写后上传。"),
    "template-altered": _l("填报表的内部标识被改动过，无法确认是哪一份。请重新下载填报表，把数据粘贴过去。"),
    "template-outdated": _l("这份填报表已经过期，填报内容后来有调整。请重新下载填报表，把数据粘贴过去。"),
    "template-other-exam-year": _l("这是 %(found)s 年的填报表，这里需要 %(expected)s 年的。"),
    "template-other-root": _l("这是另一个城市（%(found)s）的填报表，这里需要 %(expected)s 的。"),
    "template-other-department": _l("这是另一个部门（%(found)s）的填报表，不能在这里提交。"),
    "report-invalid": _l("填报表有 %(count)s 处问题，没有保存任何数据。改好后重新上传即可。"),
    "report-sheet-missing": _l("缺少工作表“%(expected)s”。请不要删除工作表；可重新下载填报表。"),
    "report-sheet-twice": _l("这张工作表与“%(found)s”重复。请删除多余的一张。"),
    "report-code-missing": _l("找不到“%(expected)s”所在的行或列。请不要删除行列；可重新下载填报表。"),
    "report-code-twice": _l("编码“%(found)s”出现了两次，可能是复制了整行或整列。请删除多余的行列。"),
    "report-code-unknown": _l("这里没有要求填报编码为“%(found)s”的数据项。请删除这一行或列。"),
    "report-cells-merged": _l("单元格 %(found)s 被合并，无法知道数据属于哪里。请取消合并，每格单独填写。"),
    "report-unit-changed": _l(
        "“%(item)s”的单位被改成“%(found)s”，应为“%(expected)s”。请改回单位并换算数据。"
    ),
    "report-figure-outside": _l("数 %(found)s 不在任何要填的格子里，不会被读取。请移到应填的格子，或删除。"),
    "report-sum-differs": _l(
        "“%(item)s”的全市合计填了 %(found)s，各区县、街道之和是 %(expected)s。请改正其中之一，或不填合计。"
    ),
}
_CELLS: dict[str, LazyString] = {
    "figure-blank": _l(
        "“%(item)s”（%(area)s）没有填。应填 %(expected)s；没有统计到填“缺”，不适用填“不适用”。"
    ),
    "figure-not-a-number": _l("“%(item)s”（%(area)s）填的“%(found)s”不是数。应填 %(expected)s。"),
    "figure-bad-grouping": _l("“%(item)s”（%(area)s）填的“%(found)s”逗号位置不对。应填 %(expected)s。"),
    "figure-not-finite": _l("“%(item)s”（%(area)s）填的“%(found)s”不是一个确定的数。应填 %(expected)s。"),
    "figure-ambiguous-mark": _l(
        "“%(item)s”（%(area)s）填的“%(found)s”说不清是零、没有统计到还是不适用。"
        "是零填 0，没有统计到填“缺”，不适用填“不适用”。"
    ),
    "figure-number-with-unit": _l(
        "“%(item)s”（%(area)s）填的“%(found)s”带有单位。只填数字，应为 %(expected)s。"
    ),
    "figure-percent": _l("“%(item)s”（%(area)s）填的“%(found)s”是百分数，这里应填 %(expected)s 的数量。"),
    "figure-formula-error": _l("“%(item)s”（%(area)s）的公式结果是错误“%(found)s”。请改正公式或直接填数。"),
    "figure-formula-not-computed": _l(
        "“%(item)s”（%(area)s）的公式 %(found)s 还没有算出结果。请在 Excel 中打开并保存，或直接填数。"
    ),
    "figure-date-not-number": _l(
        "“%(item)s”（%(area)s）被 Excel 变成了日期“%(found)s”。请重新填数，应为 %(expected)s。"
    ),
    "figure-boolean-not-number": _l(
        "“%(item)s”（%(area)s）填的是逻辑值“%(found)s”，不是数。应填 %(expected)s。"
    ),
    "figure-not-an-integer": _l("“%(item)s”（%(area)s）填了 %(found)s，应为整数：%(expected)s。"),
    "figure-below-minimum": _l("“%(item)s”（%(area)s）填了 %(found)s，太小，应在 %(expected)s 之内。"),
    "figure-above-maximum": _l(
        "“%(item)s”（%(area)s）填了 %(found)s，太大，应在 %(expected)s 之内。请检查单位。"
    ),
}
_SECOND_LOOKS: dict[str, LazyString] = {
    "figure-jump": _l(
        "“%(item)s”（%(area)s）填了 %(found)s，上年是 %(last_year)s，相差超过 %(factor)s 倍。"
        "请核对单位和口径。"
    ),
    "figure-part-exceeds-whole": _l(
        "“%(item)s”（%(area)s）填了 %(found)s，大于“%(whole)s”的 %(whole_value)s；"
        "指标“%(indicator)s”会超过 100%%。请核对。"
    ),
    "figure-total-below-parts": _l("“%(item)s”的全市合计 %(found)s 小于已填各地之和 %(parts)s。请核对。"),
    "figure-returned-unchanged": _l("“%(item)s”（%(area)s）上次被退回，这次没有改动。退回原因：%(reason)s"),
}
_DECISIONS: dict[str, LazyString] = {
    "figure-returned": _l("“%(item)s”（%(area)s）退回原因：%(reason)s"),
    "report-accepted": _l("%(year)s 年的填报已经通过。需要更正时，请体检办公室先重新打开。"),
    "report-unchanged": _l("内容与第 %(number)s 版相同，没有存为新的一版。"),
    "report-step-impossible": _l("填报现在的状态（%(status)s）不能做这一步（%(step)s）。请刷新页面。"),
    "report-changed-meanwhile": _l("这份填报刚刚被别人改动。请刷新页面后再试。"),
    "version-outdated": _l("这是第 %(found)s 版，已经有更新的第 %(newest)s 版。请打开最新一版再处理。"),
    "return-without-reason": _l("退回必须写明原因：选定格子并写原因，或写一段总的意见。"),
    "return-invalid": _l("有 %(count)s 处退回原因需要改正，没有退回。"),
    "return-cell-unknown": _l("这一版没有“%(item)s”在“%(area)s”的数。"),
    "return-cell-twice": _l("“%(item)s”在“%(area)s”的退回原因写了两次。"),
    "return-cell-reason-missing": _l("“%(item)s”在“%(area)s”没有写退回原因。"),
    "accept-with-reasons": _l("有的格子写了退回原因，不能同时通过。请退回，或清空原因后再通过。"),
    "reopening-reason-missing": _l("重新打开已通过的填报必须写明原因。"),
}

TEXTS: dict[str, LazyString] = {**_CAMPAIGNS, **_FILES, **_CELLS, **_SECOND_LOOKS, **_DECISIONS}
