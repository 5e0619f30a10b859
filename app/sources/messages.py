"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "delivered-areas-changed": _l(
        "“%(title)s”里有 %(count)s 个区划代码在本年度数据日期没有生效，没有测算。"
        "请用当日有效的代码重新上传该表。"
    ),
    "dataset-kind-unknown": _l("没有数据类型“%(found)s”。"),
    "dataset-invalid": _l(
        "数据文件有 %(count)s 处问题，没有导入任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "dataset-crs-missing": _l(
        "请写明数据的坐标系：wgs84、cgcs2000、gcj02、bd09 或 EPSG 代码（如 EPSG:4490）。"
        "坐标系不对会使位置偏移数百米。"
    ),
    "dataset-note-missing": _l("请填写数据来源说明。"),
    "dataset-empty": _l("文件里没有数据。请检查后重新上传。"),
    "dataset-exists": _l(
        "%(year)s 年度已有内容相同的数据“%(title)s”，没有再存一份。要改填坐标系等说明，请先撤回那一份再上传。"
    ),
    "dataset-elsewhere": _l(
        "文件里的 %(count)s 行没有一行在“%(found)s”范围内。请检查所选的城市、坐标系和文件。"
    ),
    "dataset-withdrawn": _l("这份数据已经撤回。"),
    "withdrawal-reason-missing": _l("请写明撤回的理由。"),
    "dataset-vintage-unreadable": _l(
        "数据期“%(found)s”不能读取，应是不晚于 %(year)s 年的真实时期，写成 2023、2023-09 或 2023-09-15。"
    ),
    "points-file-unreadable": _l(
        "GeoJSON 文件不能读取。请检查文件是否完整，并以 FeatureCollection 导出后重新上传。"
    ),
    "point-unreadable": _l("这个要素不是点（坐标应为数字），或没有文字的 category 属性。"),
    "geopackage-unreadable": _l("GeoPackage 文件不能读取。请重新导出后上传。"),
    "geopackage-layers": _l("GeoPackage 里应有且只有一个点图层，现在有 %(found)s 个。"),
    "geopackage-without-crs": _l("GeoPackage 的点图层没有坐标系。请在导出时写入坐标系后重新上传。"),
    "geopackage-without-category": _l("GeoPackage 的点图层没有 category 字段。"),
    "geopackage-crs-differs": _l(
        "GeoPackage 自带的坐标系是 %(found)s，与所填的 %(told)s 不同。请改正文件，或不填坐标系。"
    ),
    "boundaries-missing": _l("“%(found)s”还没有街道边界。请先在“区域”页上传边界。"),
    "column-not-numeric": _l("这一列应为数字，文件里是 %(found)s。"),
    "number-unusable": _l("有 %(count)s 行的数为空、为负或不是有限的数，第一处是“%(found)s”。"),
    "no-night-hours": _l("数据里没有夜间（%(first)s 时至 %(last)s 时）的记录。请检查时间和时区。"),
    "class-without-name": _l("栅格里有类别 %(found)s（%(pixels)s 个像元），类别表里没有。请补充类别表。"),
    "raster-not-projected": _l(
        "栅格的坐标系（%(found)s）以度为单位。请投影到以米为单位的坐标系（如 EPSG:4548）后重新上传。"
    ),
    "raster-not-north-up": _l("栅格没有正北朝上的定位。请重新导出后上传。"),
    "outside-cgcs2000": _l("经度 %(longitude)s 不在我国的投影带内。请检查坐标系和经纬度顺序。"),
    "zone-unusable": _l("第 %(index)s 个区域的边界图形不能使用。请重新上传边界。"),
    "class-table-missing": _l("土地覆盖栅格需要类别表（像元值 → 类别名称）。"),
    "class-table-invalid": _l("“类别表”一栏有 %(count)s 处问题，没有导入任何内容。请在该栏按行改正。"),
    "class-code-unusable": _l("像元值“%(found)s”不能使用，应为 0 至 %(highest)s 的整数。"),
    "class-name-unknown": _l("类别名称“%(found)s”不认识；应为 %(expected)s 之一。"),
    "item-not-big-data": _l("数据项“%(found)s”不是大数据来源的数据项，不能由此导入。"),
    "hour-unreadable": _l("时间“%(found)s”不能读取，应写成带时区的 ISO 8601，如 2024-05-14T03:00+08:00。"),
    "nothing-to-measure": _l("%(exam_year)s 年还没有可以计算的大数据文件，请先上传。"),
    "parquet-unreadable": _l("Parquet 文件不能读取。请重新导出后上传。"),
    "csv-unreadable": _l("信令文件不能读取。请上传 Parquet，或 UTF-8 编码、带表头的 CSV。"),
    "signalling-too-slow": _l(
        "检查这份表超过了 %(seconds)s 秒，已停止，没有导入。请按时段拆分，或以 Parquet 导出后再传。"
    ),
    "signalling-too-large": _l("检查这份表需要的内存过多，已停止，没有导入。请按时段拆分后再传。"),
    "too-many-cells-counted": _l("表里的网格超过 %(limit)s 个，不像一座城市。请检查坐标和网格后再传。"),
    "figure-beyond-city": _l("%(found)s km² 比整个城市（%(expected)s km²）还大。请检查数值和单位。"),
    "cell-size-missing": _l("数据没有 size 列。请填写网格边长（米）；边长不对，人口密度会差数倍。"),
    "cell-sizes-differ": _l("网格边长不一致：%(found)s 米。一份数据只能有一种边长。"),
    "cell-size-unusable": _l("网格边长“%(found)s”不能使用，应为 %(least)s 至 %(largest)s 米。"),
    "columns-missing": _l("缺少列：%(missing)s。文件里有的列：%(found)s。"),
    "raster-without-crs": _l(
        "栅格文件没有坐标系。请在导出时写入坐标系（如 EPSG:4490 或 EPSG:4548）后重新上传。"
    ),
    "raster-not-integer": _l("栅格的像元值不是整数类别。请上传分类后的土地覆盖栅格。"),
    "raster-without-data": _l("栅格在城市范围内全是无数据的像元。请检查无数据值和范围后重新上传。"),
    "raster-many-bands": _l("栅格有多个波段，应只有一个类别波段。"),
    "raster-too-large": _l(
        "栅格有 %(width)s×%(height)s 个像元，最多 %(limit)s 个，每边最多 %(side)s 个。"
        "请按城市范围裁剪后重新上传。"
    ),
    "raster-block-too-large": _l(
        "栅格内部的分块过大（%(rows)s×%(columns)s），读取时会占满内存。请按 512×512 分块导出后重新上传。"
    ),
    "raster-unreadable": _l("栅格文件不能读取。请上传 GeoTIFF。"),
    "raster-class-out-of-range": _l("栅格的类别值 %(found)s 超出范围（0—%(highest)s）。"),
    "raster-misses-zones": _l("栅格没有覆盖任何区域。请检查坐标系和范围。"),
    "crs-missing": _l("没有给出坐标系。"),
    "crs-unknown": _l("坐标系不认识；可用 wgs84、cgcs2000、gcj02、bd09 或 EPSG 代码。"),
    "coordinates-out-of-range": _l("坐标超出范围，请检查经度、纬度是否颠倒，坐标系是否正确。"),
}
