"""The catalogue of the made city: small, with every kind of indicator a page must show."""

from __future__ import annotations

from typing import Any

from app.indicators.workbook import CatalogueTables


def _rows(columns: str, *lines: str) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(","), line.split("|"), strict=True)) for line in lines]


def _indicator(
    code: str,
    dimension: str,
    name_zh: str,
    name_en: str,
    unit: str,
    *,
    kinds: str = "official",
    best: str = "positive",
    level: str = "street",
    office: str = "市统计局",
) -> dict[str, Any]:
    return {
        "code": code,
        "dimension": dimension,
        "name_zh": name_zh,
        "name_en": name_en,
        "unit": unit,
        "direction": best,
        "source_kinds": kinds,
        "responsible_department_zh": office,
        "spatial_level": "district" if kinds == "survey" else level,
        "formula": f"{name_zh}的口径",
        "nature": "guiding",
        "origin": "proposal",
        "official_years": "",
        "certainty": "",
        "note": "",
    }


_ITEM = (
    "code,name_zh,name_en,unit,source_kind,department_zh,collect_level,value_type,decimals,min,max,"
    "definition_zh"
)


def tables(year: int) -> CatalogueTables:
    """Seven indicators: two sources, a bottom line, a survey one, one without standard, one not collected."""
    return CatalogueTables(
        departments=_rows(
            "code,name_zh,name_en", "stats|市统计局|Statistics bureau", "fire|市消防局|Fire department"
        ),
        dimensions=_rows(
            "code,name_zh,name_en,kind",
            "EC|生态宜居|Ecology|common",
            "TR|交通便捷|Transport|common",
            "SA|安全韧性|Safety|common",
        ),
        indicators=[
            _indicator("EC01", "生态宜居", "公园覆盖率", "Park coverage", "%", kinds="official;internet"),
            _indicator("EC02", "生态宜居", "人均水面", "Water per person", "m2/person", level="district"),
            _indicator(
                "TR01", "交通便捷", "通勤时间", "Commuting time", "min", kinds="survey", best="negative"
            ),
            _indicator(
                "SA01",
                "安全韧性",
                "危房",
                "Dangerous buildings",
                "buildings",
                best="negative",
                office="市消防局",
            )
            | {"nature": "bottom_line"},
            _indicator("SA02", "安全韧性", "避难场所", "Shelters", "count", level="city", office="市消防局"),
            _indicator("SA03", "安全韧性", "管网漏损", "Leakage", "%", level="city", office="市消防局"),
            _indicator(
                "SA04", "安全韧性", "消防站", "Fire stations", "count", level="city", office="市消防局"
            ),
        ],
        base_items=_rows(
            _ITEM,
            "park|公园覆盖面积|Covered by parks|km2|official|市统计局|street|area|2|0||覆盖面积",
            "built|建成区面积|Built-up area|km2|official|市统计局|street|area|2|0||建成区",
            "pop_resident|常住人口|Residents|persons|official|市统计局|street|count|0|0||常住人口",
            "water|水面面积|Water|m2|official|市统计局|district|area|0|0||水面",
            "unsafe|危房栋数|Unsafe buildings|buildings|official|市消防局|street|count|0|0||栋数",
            "shelters|避难场所数|Shelters|count|official|市消防局|city|count|0|0||个数",
            "stations|消防站数|Fire stations|count|official|市消防局|city|count|0|0||个数",
            "area_park_cov_poi|公园服务覆盖|Park service area|km2|internet||street|area|2|0||500 米",
        ),
        formulas=_rows(
            "indicator_code,source_kind,formula,aggregation,level,survey_estimator,note",
            "EC01|official|park / built * 100|ratio|street||",
            "EC01|internet|area_park_cov_poi / built * 100|ratio|street||",
            "EC02|official|water / pop_resident|ratio|district||",
            "TR01|survey||none|district|mean(tr_minutes)|",
            "SA01|official|unsafe|sum|street||",
            "SA02|official|shelters|none|city||",
            "SA04|official|stations|none|city||",
        ),
        standards=_rows(
            "indicator_code,kind,op,value,value_high,citation,valid_from,valid_to,status,note",
            "EC01|national_standard|>=|60||国家标准甲|||verified_text|",
            "EC01|exemplary_standard|>=|90||示范标准（待核）|2020-01-01||to_check|",
            "TR01|national_standard|<=|30||国家标准乙|||verified_text|",
            "SA01|national_standard|<=|0||底线要求|||verified_text|",
        ),
        plan_targets=_rows(
            "indicator_code,exam_year,op,value,value_high,status,note",
            f"EC01|{year}|>=|75||invented_for_demonstration|",
            f"SA02|{year}|>=|5||invented_for_demonstration|",
            f"SA04|{year}|>=|3||invented_for_demonstration|",
        ),
        benchmarks=_rows(
            "place,indicator_code,value,year,source,status", "Meissen|EC01|70||statistics|found"
        ),
        equivalences=_rows(
            "from_year,from_code,to_year,to_code,relation,comparable,note",
            f"{year - 1}||{year}||same|yes|",
            f"{year - 1}|EC02|{year}|EC02|redefined|no|口径改变",
        ),
    )
