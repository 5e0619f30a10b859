"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "unknown-measure": _l("地图不能显示“%(found)s”。请从“显示内容”里重新选择。"),
    "area-not-in-year": _l(
        "“%(name)s”（%(found)s）在 %(year)s 年度没有生效。当年与它前后相承的区域：%(others)s。"
        "请改选区域或年度。"
    ),
    "scope-not-in-year": _l(
        "您负责的区域在 %(year)s 年度没有生效的代码，可能已合并、拆分或换码。"
        "请改选年度，或请体检办更新您的权限。"
    ),
    "no-shapes": _l("这个层级的地区还没有边界，画不出地图。请先在“区域”页导入边界。"),
    "unknown-explanation": _l("没有可以解释的“%(found)s”。请从数字上的链接进入。"),
    "no-rows-behind": _l("这里没有“%(found)s”的逐条清单。请从数字上的链接进入。"),
    "no-results-yet": _l("还没有城市或指标库，没有结果可以给出。请先导入地区和指标库。"),
    "not-assessed": _l("%(year)s 年度还没有评价结果。请先在“评估记录”页运行一次评价。"),
    "no-responses-for-you": _l("单份答卷只对体检办和分析人员开放。"),
}
