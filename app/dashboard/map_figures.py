"""What a map shows: one measure over the districts or streets of a city, and the table beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from app.areas.models import Area
from app.areas.queries import feature_collection
from app.assessment import queries as assessment
from app.dashboard.choosing import Chosen, here
from app.dashboard.figures import decimals_for, interval, unit_words
from app.errors import Invalid, NotFound
from app.i18n import language, named
from app.indicators.queries import Catalogue, catalogue
from app.surveys.queries import latest_wave, results
from app.web.maps import AreaValue, Tiles, folium_map

LEVELS = ("district", "street")
#: 60 passes and 80 is good; most scores lie between, so the classes are finer there.
_SCORE_BREAKS = (0.0, 60.0, 70.0, 75.0, 80.0, 90.0, 100.0)


@dataclass(frozen=True)
class Measure:
    """What is shown: a kind (score, dimension, satisfaction, indicator) and the code it is of."""

    kind: str
    code: str = ""

    @property
    def text(self) -> str:
        """As it stands in the address."""
        return f"{self.kind}:{self.code}" if self.code else self.kind


@dataclass(frozen=True)
class MapFigures:
    """Areas of one level with their values; ``unit`` in the reader's words."""

    measure: Measure
    level: str
    title: str
    unit: str
    decimals: int
    areas: list[Area]
    values: dict[str, AreaValue]

    @property
    def has_shapes(self) -> bool:
        """Whether there is anything to draw."""
        return any(area.has_shape for area in self.areas)

    @property
    def is_schematic(self) -> bool:
        """Whether a drawn shape is a sketch and no boundary."""
        return any(area.has_shape and area.schematic for area in self.areas)


def measure_of(text: str) -> Measure:
    """Read a measure from the address; Invalid ``unknown-measure``."""
    kind, _colon, code = (text or "score").partition(":")
    if kind not in {"score", "dimension", "satisfaction", "indicator"}:
        raise Invalid("unknown-measure", found=text[:40])
    return Measure(kind, code[:40])


def level_of(text: str) -> str:
    """The level asked for; districts unless it is streets."""
    return text if text in LEVELS else "district"


def map_figures(choice: Chosen, measure: Measure, level: str) -> MapFigures:
    """The values of a measure; NotFound ``unknown-indicator``, ``unknown-dimension``."""
    known = catalogue(choice.year)
    title, unit = _title(known, measure)
    values = _values(choice, measure, level)
    decimals = decimals_for(unit, [each.value for each in values.values()])
    return MapFigures(measure, level, title, unit_words(unit), decimals, choice.areas_at(level), values)


def _title(known: Catalogue, measure: Measure) -> tuple[str, str]:
    """The name of what is shown and its unit."""
    if measure.kind == "indicator":
        indicator = known.indicator(measure.code)
        return named(indicator.name_zh, indicator.name_en), indicator.unit
    dimension = known.dimension(measure.code) if measure.code else None
    name = named(dimension.name_zh, dimension.name_en) if dimension is not None else ""
    if measure.kind == "satisfaction":
        return (_("满意度 · %(name)s", name=name) if name else _("居民满意度")), "score"
    return (_("得分 · %(name)s", name=name) if name else _("综合得分")), "score"


def _values(choice: Chosen, measure: Measure, level: str) -> dict[str, AreaValue]:
    if measure.kind == "satisfaction":
        return _opinions(choice, measure, level)
    run = assessment.current_run(choice.year, choice.root.id)
    if run is None:
        return {}
    if measure.kind == "indicator":
        return _evaluated(run.id, measure.code, level)
    if measure.kind == "dimension":
        rows: list[Any] = [
            row
            for row in assessment.dimension_scores(run.id, level=level)
            if row.dimension_code == measure.code
        ]
    else:
        rows = list(assessment.area_scores(run.id, level=level))
    suffix = f":{measure.code}" if measure.code else ""
    return {
        row.area.code: AreaValue(
            value=row.score,
            state="reported" if row.score is not None else "missing",
            low=row.low,
            high=row.high,
            href=here("dashboard.explain", kind="score", key=f"{run.id}:{row.area_id}{suffix}"),
        )
        for row in rows
    }


def _evaluated(run_id: int, code: str, level: str) -> dict[str, AreaValue]:
    values = {}
    for row in assessment.evaluations(run_id, level=level, indicator_code=code):
        low, high = interval(row.value, row.standard_error, row.unit, row.degrees_of_freedom)
        href = here("dashboard.explain", kind="evaluation", key=row.id)
        values[row.area.code] = AreaValue(value=row.value, state=row.state, low=low, high=high, href=href)
    return values


def _opinions(choice: Chosen, measure: Measure, level: str) -> dict[str, AreaValue]:
    wave = latest_wave(choice.year, choice.root.id)
    if wave is None:
        return {}
    kind = "dimension" if measure.code else "overall"
    rows = results(wave.id, measure=kind, level=level, codes=[measure.code] if measure.code else None)
    return {
        row.area_code: AreaValue(
            value=row.estimate,
            state=row.standing,
            low=row.low,
            high=row.high,
            href=here("dashboard.satisfaction", area=row.area_code),
        )
        for row in rows
    }


def map_page(choice: Chosen, measure: Measure, level: str) -> dict[str, Any]:
    """The page around a map for its template."""
    shown = map_figures(choice, measure, level)
    address = here("dashboard.map_document", measure=measure.text, level=level)
    return {
        "shown": shown,
        "rows": table_rows(shown),
        "measures": offered_measures(choice, measure),
        "document_href": address if shown.has_shapes else None,
        "levels": [
            {"value": "district", "label": _("区县"), "selected": level == "district"},
            {"value": "street", "label": _("街道（乡镇）"), "selected": level == "street"},
        ],
        "headline": _headline(shown),
        "empty": not any(value.value is not None for value in shown.values.values()),
    }


def _headline(shown: MapFigures) -> str:
    """What the map shows first: who is lowest and who is highest."""
    known = [area for area in shown.areas if _value(shown, area) is not None]
    if len(known) < 2:
        return shown.title
    ranked = sorted(known, key=lambda area: _value(shown, area) or 0.0)
    low, high = ranked[0], ranked[-1]
    return _(
        "%(title)s：%(low)s最低，%(high)s最高",
        title=shown.title,
        low=named(low.name_zh, low.name_en),
        high=named(high.name_zh, high.name_en),
    )


def _value(shown: MapFigures, area: Area) -> float | None:
    found = shown.values.get(area.code)
    return found.value if found is not None else None


def table_rows(shown: MapFigures) -> list[dict[str, Any]]:
    """The same figures as rows, the lowest first; areas without a value last."""
    rows = [_table_row(area, shown) for area in shown.areas]
    return sorted(rows, key=lambda row: (row["value"]["value"] is None, row["value"]["value"] or 0.0))


def _table_row(area: Area, shown: MapFigures) -> dict[str, Any]:
    value = shown.values.get(area.code, AreaValue(state="missing"))
    return {
        "name": named(area.name_zh, area.name_en),
        "value": {
            "value": value.value,
            "low": value.low,
            "high": value.high,
            "state": value.state,
            "href": value.href,
            "decimals": shown.decimals,
        },
    }


def map_document(choice: Chosen, shown: MapFigures) -> str:
    """The folium document of the figures; NotFound ``no-shapes`` when no area has a shape."""
    if not shown.has_shapes:
        raise NotFound("no-shapes")
    is_score = shown.measure.kind != "indicator"
    districts = choice.areas_at("district") if shown.level == "street" else []
    return folium_map(
        areas=_named_shapes(shown.areas),
        values=shown.values,
        address=lambda name: url_for("static", filename=name),
        title=shown.title,
        unit=shown.unit,
        decimals=shown.decimals,
        breaks=_SCORE_BREAKS if is_score else None,
        caption=None if shown.is_schematic else "",
        outlines=_named_shapes(districts) if districts else None,
        tiles=background(),
        language="zh-CN" if language() == "zh" else "en",
    )


def _named_shapes(areas: list[Area]) -> dict[str, Any]:
    names = {area.id: {"name": named(area.name_zh, area.name_en)} for area in areas}
    return feature_collection(areas, names)


def background() -> Tiles | None:
    """The base map of the operator's choice; none by default, so no request leaves the host."""
    settings = current_app.config["SETTINGS"]
    if not settings.tile_address:
        return None
    return Tiles(address=settings.tile_address, attribution=settings.tile_attribution)


def offered_measures(choice: Chosen, present: Measure) -> list[dict[str, Any]]:
    """Everything a map can show, in groups for the select."""
    known = catalogue(choice.year)
    dimensions = [(each.code, named(each.name_zh, each.name_en)) for each in known.dimensions]
    indicators = [
        (f"indicator:{each.code}", f"{each.code} {named(each.name_zh, each.name_en)}")
        for each in known.indicators
        if each.spatial_level != "city"
    ]
    groups = [
        (_("总体"), [("score", _("综合得分")), ("satisfaction", _("居民满意度"))]),
        (_("维度得分"), [(f"dimension:{code}", name) for code, name in dimensions]),
        (_("维度满意度"), [(f"satisfaction:{code}", name) for code, name in dimensions]),
        (_("指标"), indicators),
    ]
    return [
        {
            "label": label,
            "options": [
                {"value": value, "label": text, "selected": value == present.text} for value, text in options
            ],
        }
        for label, options in groups
    ]
