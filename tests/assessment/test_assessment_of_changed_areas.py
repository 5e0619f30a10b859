"""Each year's assessment judges its own streets; past years count where the ground is the same."""

from __future__ import annotations

from datetime import date

from flask import Flask

from app.assessment.judging import assess
from app.assessment.queries import evaluation, evaluations, score_history
from app.db import db
from app.indicators.exam_years import areas_of_exam, keep_exam_year
from tests.areas.changing import tell
from tests.assessment.small_city import CITY, NORTH, SOUTH, STREETS, add_catalogue, add_values, make_city

MERGED, RENAMED = f"{NORTH}100", f"{SOUTH}100"


def test_a_merged_and_a_renamed_street_are_held_against_what_they_were(app: Flask) -> None:
    city = make_city()
    tell(
        (MERGED, "合并街道", "street", NORTH, " ".join(STREETS[:2])),
        (RENAMED, "新名街道", "street", SOUTH, STREETS[2]),
    )
    runs, judged = {}, {}
    for year in (2023, 2024):
        add_catalogue(city, year)
        keep_exam_year(year=year, data_date=date(year, 6, 30))
        city.areas = {area.code: area for area in areas_of_exam(year, city.root)}
        streets = [code for code, area in city.areas.items() if area.level == "street"]
        bays = dict.fromkeys(streets, 40.0) | {CITY: 40.0 * len(streets)}
        add_values(city, year, {"TR02": bays, "TR01": dict.fromkeys([CITY, *streets], 30.0)})
        runs[year] = assess(exam_year=year, root_id=city.root.id)
        judged[year] = {row.area.code for row in evaluations(runs[year].id, level="street")}
    db.session.commit()
    assert judged == {2023: set(STREETS), 2024: {MERGED, RENAMED}}

    def basis(code: str, area: str) -> list[float | None]:
        """The values of past years that the indicator of 2024 was held against."""
        found = evaluation(runs[2024].id, code, city.id(area))
        rows = [each for each in found.verdicts if each.verdict.yardstick == "past_years"]
        return [row.value for each in rows for row in each.basis]

    # Bays are counted, so those of both former streets are added; minutes are not, and nothing is compared.
    assert (basis("TR02", MERGED), basis("TR01", MERGED)) == ([40.0, 40.0], [])
    assert (basis("TR02", RENAMED), basis("TR01", RENAMED)) == ([40.0], [30.0])
    root_id = city.root.id
    told = {
        code: [year for year, _row in score_history(root_id, city.id(code))] for code in (MERGED, RENAMED)
    }
    assert told == {MERGED: [2024], RENAMED: [2023, 2024]}
