"""Land cover by street, from the year's newest raster: km2, and the pixels they were counted from."""

from __future__ import annotations

from collections.abc import Collection

from app.analysis.built_up import LandCover, land_cover
from app.analysis.rasters import RasterError
from app.sources.evidence import Evidence, Figures, Measured
from app.sources.grounds import Ground
from app.sources.models import Dataset
from app.sources.reading import LAND_COVERS

GREEN = ("forest", "shrub", "grass")
BLUE_GREEN = ("water", "wetland", *GREEN)
PERMEABLE = (*BLUE_GREEN, "cropland", "bare")
#: Item → where it counts (``everywhere`` in the street, or in its ``built`` part alone) and which covers.
COVER_RULES: dict[str, tuple[str, Collection[str]]] = {
    "area_total_rs": ("everywhere", LAND_COVERS),
    "area_built_rs": ("built", LAND_COVERS),
    "area_green_built_rs": ("built", GREEN),
    "area_bluegreen_rs": ("everywhere", BLUE_GREEN),
    "area_permeable_rs": ("built", PERMEABLE),
}


def measure_land_cover(dataset: Dataset, ground: Ground) -> Measured:
    """km2 of each item and of each cover in each street; nothing where a newer raster counts."""
    if ground.built_up is None or dataset.id != ground.raster_id:
        return Measured({}, {})
    figures: Figures = {}
    counted: Figures = {}
    covers = land_cover(ground.built_up, ground.zones, ground.class_table)
    for street, cover in zip(ground.streets, covers, strict=True):
        for code, rule in COVER_RULES.items():
            figures[code, street.id] = _km2(cover, *rule)
        counted |= {(f"everywhere:{name}", street.id): km2 for name, km2 in cover.everywhere.items()}
        counted |= {(f"built:{name}", street.id): km2 for name, km2 in cover.built_up.items()}
    return Measured(figures, counted)


def pixels_behind(dataset: Dataset, ground: Ground, name: str, street: int) -> Evidence | None:
    """The pixels of each class in a street (its index), and those of them that a figure counts."""
    if ground.built_up is None or dataset.id != ground.raster_id:
        return None
    where, _colon, cover_name = name.partition(":")
    rule = COVER_RULES.get(name) or (where, (cover_name,))
    if rule[0] not in {"everywhere", "built"} or not set(rule[1]) <= set(LAND_COVERS):
        return None
    try:
        (cover,) = land_cover(ground.built_up, [ground.zones[street]], ground.class_table)
    except RasterError as error:
        # A street beside the raster has no pixel; the run counted none there either.
        if error.code != "raster-misses-zones":
            raise
        cover = LandCover({}, {}, {}, {})
    return _evidence(ground, cover, rule, dataset.facts["pixel_area_m2"] / 1e6)


def _km2(cover: LandCover, where: str, covers: Collection[str]) -> float:
    areas = cover.everywhere if where == "everywhere" else cover.built_up
    return sum(areas.get(name, 0.0) for name in covers)


def _evidence(
    ground: Ground, cover: LandCover, rule: tuple[str, Collection[str]], pixel_km2: float
) -> Evidence:
    codes = list(cover.pixels)
    names = [ground.class_table[code] for code in codes]
    chosen = cover.pixels if rule[0] == "everywhere" else cover.built_up_pixels
    counted = [chosen.get(code, 0) if name in rule[1] else 0 for code, name in zip(codes, names, strict=True)]
    columns = {
        "code": codes,
        "cover": names,
        "pixels": list(cover.pixels.values()),
        "built_pixels": [cover.built_up_pixels.get(code, 0) for code in codes],
        "counted_pixels": counted,
        "km2": [pixels * pixel_km2 for pixels in counted],
    }
    adding = ("pixels", "built_pixels", "counted_pixels", "km2")
    sums = {name: float(sum(columns[name])) for name in adding}
    return Evidence("pixels", _km2(cover, *rule), columns, sums, {"pixel_area_m2": pixel_km2 * 1e6})
