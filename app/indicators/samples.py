"""A small catalogue that can be uploaded as it is, to be filled with a city's own."""

from __future__ import annotations

from flask_babel import gettext as _

from app.indicators.workbook import CatalogueTables, catalogue_workbook


def sample_workbook() -> bytes:
    """A workbook with all sheets and columns, and one indicator with what it is computed from."""
    office = _("示例部门")
    return catalogue_workbook(
        CatalogueTables(
            departments=[{"code": "example", "name_zh": office, "name_en": "Example department"}],
            dimensions=[{"code": "EX", "name_zh": _("示例维度"), "name_en": "Example", "kind": "common"}],
            indicators=[
                {
                    "code": "EX01",
                    "dimension": "EX",
                    "name_zh": _("人均公园面积（示例）"),
                    "name_en": "Park area per person (example)",
                    "unit": "m2",
                    "direction": "positive",
                    "source_kinds": "official",
                    "responsible_department_zh": office,
                    "spatial_level": "district",
                    "formula": _("公园面积 ÷ 常住人口"),
                    "nature": "guiding",
                    "origin": "proposal",
                }
            ],
            base_items=[
                _item("park_area", _("公园面积"), "Park area", "m2", office),
                _item("pop_resident", _("常住人口"), "Residents", "person", office),
            ],
            formulas=[
                {
                    "indicator_code": "EX01",
                    "source_kind": "official",
                    "formula": "park_area / pop_resident",
                    "aggregation": "ratio",
                    "level": "district",
                }
            ],
        )
    )


def _item(code: str, name_zh: str, name_en: str, unit: str, department: str) -> dict[str, object]:
    return {
        "code": code,
        "name_zh": name_zh,
        "name_en": name_en,
        "unit": unit,
        "source_kind": "official",
        "department_zh": department,
        "collect_level": "district",
        "value_type": "amount",
        "decimals": 0,
        "min": 0,
    }
