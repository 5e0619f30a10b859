"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "unknown-area": _l("没有代码为“%(found)s”的区域。请检查区划代码。"),
    "unknown-margin-table": _l("没有名为“%(found)s”的人口边际表。"),
    "area-table-invalid": _l(
        "区域表有 %(count)s 处问题，没有导入任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "unknown-parent": _l("上级代码“%(found)s”既不在表中，也不在系统里。"),
    "code-twice": _l("代码“%(found)s”出现了两次。"),
    "level-unknown": _l(
        "级别“%(found)s”不认识；应为 city、district、street、community、grid 或 functional。"
    ),
    "boundary-file-invalid": _l(
        "边界文件不能读取：%(detail)s。请上传 GeoJSON（FeatureCollection，含 code 或 adcode 属性）。"
    ),
    "boundary-crs-missing": _l("请选择边界文件的坐标系。坐标系不对会使位置偏移数百米。"),
    "margin-table-invalid": _l(
        "人口边际表有 %(count)s 处问题，没有导入任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "margin-source-missing": _l("请填写人口边际表的来源说明。"),
}
