"""A campaign asks for the areas of its exam, and compares with last year where the ground is the same."""

from __future__ import annotations

from datetime import date, timedelta

from app.accounts.managing import department_coded
from app.areas.models import Area
from app.db import db, utcnow
from app.indicators.items import NewItem, record_items
from app.reporting.asking import asked_of, last_year_figures
from app.reporting.campaigns import open_campaign
from tests.areas.changing import tell
from tests.reporting.conftest import City, add_catalogue


def test_each_campaign_asks_for_the_streets_of_its_year(city: City) -> None:
    for year in (2023, 2024):
        add_catalogue(year)
    db.session.commit()
    tell(
        ("360202100", "合并街道", "street", "360202", "360202001 360202002"),
        ("360203101", "西甲街道", "street", "360203", "360203001"),
        ("360203102", "西乙街道", "street", "360203", "360203001"),
        ("360203202", "西城新街道", "street", "360203", "360203002"),
        on=date(2023, 6, 1),
    )
    codes = {area.id: area.code for area in db.session.query(Area)}
    ids = {code: area_id for area_id, code in codes.items()}
    due = utcnow().date() + timedelta(days=30)
    campaigns = {
        year: open_campaign(exam_year=year, root_id=city.root.id, due_on=due) for year in (2023, 2024)
    }
    asked = {year: [codes[each] for each in campaigns[year].area_ids["street"]] for year in campaigns}
    assert asked == {
        2023: ["360202001", "360202002", "360203001", "360203002"],
        2024: ["360202100", "360203101", "360203102", "360203202"],
    }
    record_items(
        rows=[
            NewItem(
                item_code="old_estates", area_id=ids[code], exam_year=2023, source_kind="official",
                vintage="2022", value=value, provenance=("report_version", 1),
            )
            for code, value in (("360202001", 5.0), ("360203001", 6.0), ("360203002", 7.0))
        ]
    )  # fmt: skip
    found = last_year_figures(asked_of(campaigns[2024], department_coded("housing")))
    # Merged and split streets have no figure of last year that theirs could be held against.
    assert {(item, codes[area_id]): value for (item, area_id), value in found.items()} == {
        ("old_estates", "360203202"): 7.0
    }
