"""A city small enough to be judged by hand: two districts, three streets, six indicators."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.accounts.managing import keep_department
from app.areas.models import Area
from app.db import db
from app.indicators.adopting import cross_check_year
from app.indicators.exam_years import keep_exam_year
from app.indicators.models import (
    Benchmark,
    Dimension,
    Equivalence,
    Formula,
    Indicator,
    IndicatorSet,
    PlanTarget,
    Standard,
)
from app.indicators.satisfaction import record_satisfaction
from app.indicators.values import NewValue, record_many

BEGUN = date(2020, 1, 1)
CITY, NORTH, SOUTH = "360200", "360201", "360202"
STREETS = ("360201001", "360201002", "360202001")

#: code: dimension, unit, direction, nature, aggregation
INDICATORS: dict[str, tuple[str, str, str, str, str]] = {
    "EC01": ("EC", "%", "positive", "guiding", "ratio"),
    "EC02": ("EC", "m2/person", "positive", "guiding", "ratio"),
    "TR01": ("TR", "min", "negative", "guiding", "ratio"),
    "TR02": ("TR", "bays", "negative", "guiding", "sum"),
    "SA01": ("SA", "buildings", "negative", "bottom_line", "sum"),
    "SA02": ("SA", "ratio", "range", "guiding", "ratio"),
}


@dataclass
class SmallCity:
    """The areas by code, and the ids of the catalogue's rows."""

    areas: dict[str, Area]
    sets: dict[int, int] = field(default_factory=dict)

    @property
    def root(self) -> Area:
        return self.areas[CITY]

    def id(self, code: str) -> int:
        return self.areas[code].id


def make_city(streets: tuple[str, ...] = STREETS) -> SmallCity:
    """The areas."""
    areas: dict[str, Area] = {}

    def add(code: str, level: str, parent: str | None) -> None:
        area = Area(
            code=code,
            name_zh=f"区域{code}",
            name_en=f"Area {code}",
            level=level,
            parent_id=areas[parent].id if parent else None,
            valid_from=BEGUN,
        )
        db.session.add(area)
        db.session.flush()
        areas[code] = area

    add(CITY, "city", None)
    add(NORTH, "district", CITY)
    add(SOUTH, "district", CITY)
    for code in streets:
        add(code, "street", code[:6])
    return SmallCity(areas)


def add_catalogue(city: SmallCity, year: int) -> IndicatorSet:
    """The set of a year: dimensions EC, TR, SA and the six indicators, without standards."""
    keep_exam_year(year=year)
    department = keep_department(code="housing", name_zh="市住房和城乡建设局", name_en="Housing bureau")
    made = IndicatorSet(
        exam_year=year, version=1, is_current=True, filename="a.xlsx", sha256="0" * 64, imported_by="test"
    )
    db.session.add(made)
    db.session.flush()
    city.sets[year] = made.id
    for place, (code, zh) in enumerate((("EC", "生态宜居"), ("TR", "交通便捷"), ("SA", "安全韧性"))):
        dimension = Dimension(code=code, name_zh=zh, name_en=code, kind="common", position=place)
        dimension.set_id = made.id
        db.session.add(dimension)
    for place, (code, facts) in enumerate(INDICATORS.items()):
        _add_indicator(made.id, place, code, facts, department.id)
    # A row with blank codes declares the pair of years: the same codes are the same indicators.
    for before in (year - 2, year - 1):
        pair: dict[str, Any] = {"from_year": before, "to_year": year, "relation": "same", "comparable": True}
        db.session.add(Equivalence(set_id=made.id, position=before, from_code="", to_code="", **pair))
    db.session.flush()
    return made


def _add_indicator(set_id: int, place: int, code: str, facts: tuple[str, ...], department_id: int) -> None:
    dimension, unit, direction, nature, aggregation = facts
    db.session.add(
        Indicator(
            set_id=set_id,
            position=place,
            code=code,
            dimension_code=dimension,
            name_zh=f"指标{code}",
            name_en=f"Indicator {code}",
            unit=unit,
            direction=direction,
            source_kinds=["official"],
            department_id=department_id,
            departments_zh="市住房和城乡建设局",
            spatial_level="street",
            definition_zh="",
            nature=nature,
            origin="proposal",
            official_years="",
            certainty="",
            note="",
        )
    )
    db.session.add(
        Formula(
            set_id=set_id,
            position=place,
            indicator_code=code,
            source_kind="official",
            text="a / b",
            aggregation=aggregation,
            level="street",
        )
    )


def add_standard(city: SmallCity, year: int, code: str, kind: str, op: str, value: float, **more: Any) -> int:
    """A standard; returns its id."""
    row = Standard(
        set_id=city.sets[year],
        position=more.pop("position", 0),
        indicator_code=code,
        kind=kind,
        op=op,
        value=value,
        citation="GB 0000",
        status="verified_text",
        **more,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_target(city: SmallCity, year: int, code: str, op: str, value: float) -> int:
    """A plan target; returns its id."""
    row = PlanTarget(
        set_id=city.sets[year],
        position=0,
        indicator_code=code,
        exam_year=year,
        op=op,
        value=value,
        status="invented",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_benchmark(city: SmallCity, year: int, code: str, value: float) -> int:
    """The value of another city; returns its id."""
    row = Benchmark(
        set_id=city.sets[year],
        position=0,
        place="Meissen",
        indicator_code=code,
        value=value,
        year=year,
        source="a source",
        status="found",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_values(
    city: SmallCity, year: int, values: dict[str, dict[str, float | str | tuple[float, float]]]
) -> dict[tuple[str, str], int]:
    """Values by indicator and area code: a number, (number, standard error), or a state. Adopts them."""
    rows, keys = [], []
    for code, by_area in values.items():
        for area, given in by_area.items():
            value, error = given if isinstance(given, tuple) else (given, None)
            state = value if isinstance(value, str) else "reported"
            rows.append(
                NewValue(
                    indicator_code=code,
                    area_id=city.id(area),
                    exam_year=year,
                    source_kind="official",
                    vintage=str(year - 1),
                    value=None if isinstance(value, str) else float(value),
                    state=state,
                    standard_error=error,
                    method="test",
                    provenance=("test", 1),
                )
            )
            keys.append((code, area))
    ids = record_many(rows=rows).ids
    cross_check_year(exam_year=year, root_id=city.root.id)
    return dict(zip(keys, ids, strict=True))


def add_satisfaction(
    city: SmallCity, year: int, code: str, area: str, score: float, error: float = 1.0
) -> int:
    """Satisfaction with an indicator's matter; returns its id."""
    return record_satisfaction(
        indicator_code=code,
        area_id=city.id(area),
        exam_year=year,
        score=score,
        standard_error=error,
        sample_size=100,
        method="test",
        provenance=("test", 1),
    ).id
