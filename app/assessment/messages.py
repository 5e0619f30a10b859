"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "seed-negative": _l("随机种子不能小于零（收到 %(found)s）。"),
    "assessed-meanwhile": _l("%(year)s 年度刚刚被另一次评估更新，请稍后刷新查看，必要时再评估一次。"),
    "unknown-assessment": _l("没有编号为 %(found)s 的评估。"),
    "unknown-evaluation": _l("这次评估没有指标 %(found)s 在该区域的评价。"),
    "no-assessment": _l("%(year)s 年度还没有评估。请先在“评估”页运行评估。"),
    "rule-not-a-number": _l("规则“%(field)s”不是数字：%(found)s。"),
    "rule-out-of-range": _l("规则“%(field)s”超出允许范围：%(found)s。"),
    "rule-not-whole": _l("规则“%(field)s”应为整数：%(found)s。"),
    "rule-unknown": _l("未知的规则项：%(fields)s。"),
    "rule-bounds": _l("规则“%(field)s”应为“单位: [下限, 上限]”，且下限小于上限：%(found)s。"),
    "rules-note-too-long": _l("版本说明不能超过 %(most)s 个字。"),
    "unknown-rules": _l("没有规则版本 %(found)s。"),
    "rules-unreadable": _l("规则文件无法读取，应为 JSON 对象。"),
}
