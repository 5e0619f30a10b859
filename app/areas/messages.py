"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "unknown-area": _l("没有代码为“%(found)s”的区域。请检查区划代码。"),
    "area-not-in-force": _l(
        "“%(found)s”在 %(day)s 没有生效。请改用当日有效的代码，或检查该区域的生效和失效日期。"
    ),
    "unknown-predecessor": _l("前身代码“%(found)s”既不在表中，也不在系统里。"),
    "predecessor-level": _l("前身“%(found)s”应与本区域同级；城市没有前身。"),
    "predecessor-later": _l("“%(found)s”不早于“%(later)s”生效，不能是它的前身。请检查生效日期。"),
    "part-without-parent": _l(
        "“%(found)s”的上级拆分后不再有效，表中没有说明它归哪一个。请在表中列出“%(found)s”和新的上级代码。"
    ),
    "root-not-a-city": _l("区域 %(found)s 不是城市一级，请选择整座城市。"),
    "unknown-margin-table": _l("没有名为“%(found)s”的人口边际表。"),
    "area-table-invalid": _l(
        "区域表有 %(count)s 处问题，没有导入任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "unknown-parent": _l("上级代码“%(found)s”既不在表中，也不在系统里。"),
    "parent-missing": _l("“%(found)s”不是城市，必须填写上级代码。"),
    "city-with-parent": _l("城市没有上级，请把上级代码“%(found)s”留空。"),
    "city-level": _l("“%(found)s”已在系统里，不能改为城市，也不能由城市改为下级。请改正级别。"),
    "parent-level": _l("上级“%(found)s”的级别应高于本级（city > district > street > community > grid）。"),
    "child-level": _l("下级“%(found)s”的级别不低于修改后的级别，不能这样修改。"),
    "validity-order": _l("失效日期 %(found)s 早于生效日期。"),
    "area-outside-root": _l("区域“%(found)s”不在所选城市里，或不存在。请检查区划代码。"),
    "code-twice": _l("代码“%(found)s”出现了两次。"),
    "boundary-file-invalid": _l(
        "边界文件不能读取，或没有要素。请上传 GeoJSON、GeoPackage 或打包为 zip 的 Shapefile，"
        "要素含 code 或 adcode 属性。"
    ),
    "boundaries-invalid": _l(
        "边界文件有 %(count)s 处问题，没有导入任何内容。请按下面的要素序号逐一修改后重新上传。"
    ),
    "boundary-days": _l("边界文件里有 %(found)s 个不同的生效日期，最多 %(limit)s 个。请按日期拆分后再传。"),
    "boundary-elsewhere": _l("“%(found)s”的图形完全在上级“%(parent)s”的范围之外。请检查坐标系和经纬度顺序。"),
    "boundary-layers": _l("边界文件里应当只有一个图层，现有 %(count)s 个。"),
    "boundary-not-area": _l("“%(found)s”的图形不是面（Polygon 或 MultiPolygon），或不完整。"),
    "boundary-crs-missing": _l("请选择边界文件的坐标系。坐标系不对会使位置偏移数百米。"),
    "membership-table-invalid": _l(
        "功能区成员表有 %(count)s 处问题，没有导入任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "membership-functional-code": _l("“%(found)s”不是功能区。请先在区域表里以 functional 级别导入它。"),
    "membership-member-code": _l("“%(found)s”是功能区，不能作为另一个功能区的成员。"),
    "membership-share": _l("占比必须大于 0。不在功能区里的区域请不要列出。"),
    "margin-table-invalid": _l(
        "人口边际表有 %(count)s 处问题，没有导入任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "margin-table-empty": _l("人口边际表里没有数据，没有保存。请至少填一行。"),
    "margin-table-exists": _l("已有名为“%(found)s”的人口边际表，请换一个名称。"),
    "margin-of-nobody": _l("变量“%(found)s”的人数合计为零，不能用于加权。请检查人数。"),
    "area-code-unusable": _l("代码“%(found)s”不能使用：只能由英文字母、数字和连字符组成。"),
    "margin-source-missing": _l("请填写人口边际表的来源说明。"),
}
