"""The frame, the form's places and the answers of a wave are those of the areas of its exam."""

from __future__ import annotations

from datetime import date

import pytest

from app.areas.models import Area
from app.areas.queries import area_by_code
from app.db import db
from app.errors import Invalid
from app.indicators.exam_years import keep_exam_year
from app.surveys.designing import create_wave, place_choices
from app.surveys.models import FrameUnit, Response, Wave
from app.surveys.sampling import draw_sample, import_frame
from app.surveys.summaries import wave_summary
from app.workbooks.csv_writing import write_csv
from tests.areas.changing import CHANGE, tell
from tests.surveys.conftest import Send, answer, dice, questions_of_city

OLD, NEW = "360201001", "360202009"
COLUMNS = ("community_code", "households", "population")


@pytest.fixture
def waves(small_city: Area) -> dict[int, Wave]:
    """Street 360201001 goes over to the other district, under another code, in 2024."""
    tell((NEW, "新街道", "street", "360202", OLD))
    for year in (2023, 2024):
        keep_exam_year(year=year, data_date=date(year, 6, 30))
    made = {
        year: create_wave(
            exam_year=year, root_id=small_city.id, name=f"{year}", form_id=f"survey_{year}",
            title_zh="测试", version="1", questions=questions_of_city(),
        )
        for year in (2023, 2024)
    }  # fmt: skip
    db.session.commit()
    return made


def frame(*codes: str) -> bytes:
    return write_csv([(code, 100, 300) for code in codes], columns=COLUMNS)


def test_communities_stand_in_the_street_and_district_of_the_exam(waves: dict[int, Wave]) -> None:
    found = {}
    for year, wave in waves.items():
        import_frame(wave_id=wave.id, content=frame(f"{OLD}001", "360202001001"), filename="f.csv")
        units = db.session.query(FrameUnit, Area).join(Area, Area.id == FrameUnit.area_id)
        rows = units.filter(FrameUnit.wave_id == wave.id, Area.code == f"{OLD}001").all()
        found[year] = [(unit.stratum, unit.street_kind, area.valid_from) for unit, area in rows]
    assert found == {
        2023: [("360201", "subdistrict", date(2020, 1, 1))],
        2024: [("360202", "other", CHANGE)],
    }


def test_a_community_that_begins_later_is_refused_with_the_day(waves: dict[int, Wave]) -> None:
    tell(("360201002009", "新社区", "community", "360201002", ""))
    import_frame(wave_id=waves[2024].id, content=frame("360201002009"), filename="f.csv")
    with pytest.raises(Invalid) as caught:
        import_frame(wave_id=waves[2023].id, content=frame("360201002009", "nowhere"), filename="f.csv")
    assert [(place.code, place.facts["found"]) for place in caught.value.places] == [
        ("area-not-in-force", "360201002009"),
        ("unknown-area", "nowhere"),
    ]


def test_the_form_offers_the_places_of_the_exam(waves: dict[int, Wave], small_city: Area) -> None:
    found = {}
    for year in waves:
        streets, communities = place_choices(year, small_city)
        places = {each.value: each.columns["street_code"] for each in communities}
        found[year] = (len(communities), places[f"{OLD}001"], {OLD, NEW} & {each.value for each in streets})
    assert found == {2023: (8, OLD, {OLD}), 2024: (8, NEW, {NEW})}


def test_an_answer_is_placed_in_the_areas_of_the_exam(waves: dict[int, Wave], send: Send) -> None:
    for number, (year, wave) in enumerate(waves.items()):
        street = OLD if year == 2023 else NEW
        send(wave, answer(dice(number), f"{OLD}001") | {"street": street}, number)
    codes = {area.id: area.code for area in db.session.query(Area)}
    rows = db.session.query(Response, Wave).join(Wave, Wave.id == Response.wave_id)
    placed = {
        wave.exam_year: [codes.get(each) for each in (row.district_id, row.street_id, row.community_id)]
        for row, wave in rows
    }
    assert placed == {2023: ["360201", OLD, f"{OLD}001"], 2024: ["360202", NEW, f"{OLD}001"]}


def test_the_sample_is_counted_in_the_districts_of_the_exam(waves: dict[int, Wave]) -> None:
    drawn = {}
    for year, wave in waves.items():
        import_frame(
            wave_id=wave.id, content=frame(f"{OLD}001", f"{OLD}002", "360202001001"), filename="f.csv"
        )
        draw_sample(wave_id=wave.id, psus=3, units_per_psu=2, seed=1)
        told = wave_summary(wave.id)
        drawn[year] = {each.area.code: each.sampled for each in told.by_district}
    assert drawn == {2023: {"360201": 4, "360202": 2}, 2024: {"360201": 0, "360202": 6}}
    assert area_by_code(NEW).valid_from == CHANGE
