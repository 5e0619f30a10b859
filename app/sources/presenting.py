"""What reading a file found, as tables of its page."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.i18n import listing
from app.sources.models import Dataset
from app.sources.words import COVER_NAMES, PLACE_NAMES


def read_tables(dataset: Dataset) -> dict[str, Any]:
    """The classes or categories of a file as columns and rows, and its other facts by their names."""
    facts = dict(dataset.facts)
    classes, categories = facts.pop("classes", None), facts.pop("categories", None)
    columns, rows = [{"key": "name", "label": _("类别")}], []
    if classes is not None:
        columns += [
            _number("pixels", _("像元")),
            _number("km2", _("面积（平方公里）"), decimals=2),
        ]
        rows = [_class_row(dataset, code, pixels) for code, pixels in classes.items()]
    elif categories is not None:
        columns.append(_number("count", _("地点")))
        rows = [{"name": str(PLACE_NAMES.get(each, each)), "count": n} for each, n in categories.items()]
    return {"columns": columns, "rows": rows, "facts": [_fact(name, each) for name, each in facts.items()]}


def _number(key: str, label: str, *, decimals: int = 0) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "number", "decimals": decimals}


def _class_row(dataset: Dataset, code: str, pixels: int) -> dict[str, Any]:
    cover = (dataset.class_table or {}).get(code, "")
    pixel_km2 = dataset.facts["pixel_area_m2"] / 1e6
    return {"name": f"{code} {COVER_NAMES.get(cover, cover)}", "pixels": pixels, "km2": pixels * pixel_km2}


def _fact(name: str, found: Any) -> dict[str, str]:
    terms = {
        "rows": _("行数"),
        "columns": _("列"),
        "items": _("数据项"),
        "width": _("宽（像元）"),
        "height": _("高（像元）"),
        "pixel_area_m2": _("像元面积（平方米）"),
    }
    text = listing(found) if isinstance(found, list) else f"{found:,.10g}"
    return {"term": terms.get(name, name), "text": text}
