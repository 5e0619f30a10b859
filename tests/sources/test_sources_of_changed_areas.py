"""Each year is measured over the streets of its own exam."""

from __future__ import annotations

from datetime import date

import pytest

from app.areas.models import Area
from app.areas.queries import area_by_code
from app.db import db, unit_of_work
from app.errors import Invalid
from app.indicators.exam_years import keep_exam_year
from app.sources.importing import import_dataset
from app.sources.measuring import measure
from app.workbooks.csv_writing import write_csv
from tests.areas.changing import CHANGE, tell
from tests.sources.conftest import CLASSES, Import, figures, raster, town

DELIVERED = ("area_code", "item_code", "value")


def test_a_measurement_counts_the_streets_of_the_exam(city: Area, bring: Import) -> None:
    bring("land_cover", raster(town()), class_table=CLASSES)
    tell(("3602C", "新街道", "street", "3602", "3602B"))
    with unit_of_work():
        # The successor covers the same ground.
        old, new = area_by_code("3602B", on=date(2023, 12, 31)), area_by_code("3602C")
        new.geometry, new.source_crs = old.geometry, old.source_crs
    with unit_of_work():
        measure(exam_year=2024, root=city)
    assert {code for item, code in figures() if item == "area_total_rs"} == {"3602A", "3602B"}
    with unit_of_work():
        keep_exam_year(year=2024, data_date=CHANGE)
        measure(exam_year=2024, root=city)
    # Measured again, the figures of the ended street are withdrawn.
    assert {code for item, code in figures() if item == "area_total_rs"} == {"3602A", "3602C"}


def test_a_delivered_table_names_the_streets_of_the_exam(bare_city: Area, bring: Import) -> None:
    tell(("3602C", "新街道", "street", "3602", "3602B"))
    with pytest.raises(Invalid) as caught:
        import_dataset(
            kind="delivered_table", content=write_csv([("3602C", "visitors_ms", 5)], columns=DELIVERED),
            title="x", filename="d.csv", exam_year=2024, root=bare_city, vintage="2023", crs=None,
            source_note="测试",
        )  # fmt: skip
    assert [(place.code, place.facts["day"]) for place in caught.value.places] == [
        ("area-not-in-force", "2023-12-31")
    ]
    bring("delivered_table", write_csv([("3602B", "visitors_ms", 5)], columns=DELIVERED))
    with unit_of_work():
        measure(exam_year=2024, root=bare_city)
    assert figures() == {("visitors_ms", "3602B"): 5}
    keep_exam_year(year=2024, data_date=CHANGE)
    db.session.commit()
    with pytest.raises(Invalid) as caught:
        measure(exam_year=2024, root=bare_city)
    assert (caught.value.code, [place.facts["found"] for place in caught.value.places]) == (
        "delivered-areas-changed",
        ["3602B"],
    )
