"""The demonstration is computed, not canned: recomputed here by other means, from the raw material."""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from collections.abc import Callable
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from cities import YEAR, summary_of
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Department
from app.accounts.wording import actor_name
from app.analysis.crosschecking import SOURCE_OF
from app.areas.models import Area
from app.areas.queries import area_by_code
from app.db import db, unit_of_work
from app.demo.accounts import kept_access
from app.demo.places import AGE_SHARES, margin_rows
from app.forms.models import Link, Submission
from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.indicators.models import Adoption, Value
from app.indicators.queries import sources_of
from app.reporting.filling import fill
from app.reporting.models import Campaign, Report, ReportVersion
from app.reporting.queries import filled_cells
from app.reporting.reviewing import accept, reopen
from app.reporting.submitting import submit
from app.reporting.templates import department_template
from app.storage import storage
from app.surveys.models import Response, ResponseWeight, SampleUnit, Wave
from app.surveys.queries import current_run, results

SCORES = {"1": 0.0, "2": 25.0, "3": 50.0, "4": 75.0, "5": 100.0}


def _weighted_answers(wave: Wave) -> list[tuple[float, dict[str, str]]]:
    """Weight and raw answers (read from the stored XML by another parser) of the answers in use."""
    run = current_run(wave.id)
    assert run is not None
    rows = db.session.execute(
        select(ResponseWeight.weight, Submission.xml)
        .join(Response, Response.id == ResponseWeight.response_id)
        .join(Submission, Submission.id == Response.submission_id)
        .where(ResponseWeight.run_id == run.id)
    )
    # Another parser than the product's, on XML that the demonstration wrote.
    roots = [(weight, ET.fromstring(xml)) for weight, xml in rows]  # noqa: S314
    return [
        (weight, {node.tag.rpartition("}")[2]: (node.text or "") for node in root.iter()})
        for weight, root in roots
    ]


def _wave() -> Wave:
    return db.session.execute(select(Wave).where(Wave.exam_year == YEAR)).scalar_one()


def test_every_page_says_that_the_city_is_invented(demonstration: Flask) -> None:
    page = demonstration.test_client().get("/accounts/log-in").get_data(as_text=True)
    assert "演示数据" in page
    token = db.session.execute(select(Link.token).where(Link.kind == "open")).scalar_one()
    assert "演示数据" in demonstration.test_client().get(f"/s/{token}").get_data(as_text=True)


def test_satisfaction_is_the_weighted_mean_of_the_stored_answers(demonstration: Flask) -> None:
    answers = _weighted_answers(_wave())
    shown = {row.code: row for row in results(_wave().id, measure="question", level="city")}
    assert len(shown) == 50  # 49 in the dimensions and one overall
    for name in ("ec_park", "tr_park", "overall", "sp_craft"):
        pairs = [(weight, SCORES[given[name]]) for weight, given in answers if given.get(name) in SCORES]
        mean = sum(weight * score for weight, score in pairs) / sum(weight for weight, _score in pairs)
        row = shown.get(name) or results(_wave().id, measure="overall", level="city")[0]
        assert row.estimate == pytest.approx(mean, rel=1e-10)
        assert row.n == len(pairs)


def test_weights_meet_the_uploaded_margins(demonstration: Flask) -> None:
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for weight, given in _weighted_answers(_wave()):
        sums["sex", {"1": "male", "2": "female"}[given["sex"]]] += weight
        sums["district", given["community"][:6]] += weight
        sums["age_band", _band(int(given["age"]))] += weight
    for _area, variable, category, persons in margin_rows(1, YEAR - 1):
        assert sums[variable, category] == pytest.approx(persons, rel=1e-8)


def _band(age: int) -> str:
    return next(band for band in AGE_SHARES if int(band[:2]) <= age <= int(band.partition("-")[2] or 200))


def test_first_answers_alone_count(demonstration: Flask) -> None:
    used = db.session.execute(
        select(Response.sample_unit_id, Response.usable).where(Response.usable.is_(True))
    ).all()
    assert len({unit for unit, _usable in used}) == len(used)
    units = db.session.execute(select(SampleUnit.id)).scalars().all()
    assert len(used) < len(units)


def _road_density(version: ReportVersion, built: ReportVersion) -> float:
    """Roads over built-up land of the city, straight from the cells of the departments' workbooks."""
    return _sum_of(version, "road_length") / _sum_of(built, "area_built")


def _sum_of(version: ReportVersion, item: str) -> float:
    book = openpyxl.load_workbook(io.BytesIO(storage().get(version.sha256)))
    for sheet in book.worksheets:
        heads = {cell.value: cell.column for row in sheet.iter_rows(max_row=1) for cell in row}
        column = heads.get(f"item:{item}")
        if column is not None:
            rows = [
                r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 1).value).startswith("area:3602")
            ]
            found = [sheet.cell(r, column).value for r in rows]
            return sum(float(str(value).translate(_NARROW)) for value in found if value is not None)
    raise AssertionError(f"no column for {item}")


_NARROW = str.maketrans("０１２３４５６７８９．", "0123456789.")


def _newest(department: str) -> ReportVersion:
    return (
        db.session.execute(
            select(ReportVersion)
            .join(Report, Report.id == ReportVersion.report_id)
            .join(Department, Department.id == Report.department_id)
            .where(Department.code == department)
            .order_by(ReportVersion.number.desc())
        )
        .scalars()
        .first()
    )


def _official(indicator: str) -> float | None:
    city = area_by_code("360200")
    return next(
        value.value for value in sources_of(YEAR, indicator, city.id) if value.source_kind == "official"
    )


def test_the_personal_page_is_of_a_dwelling_that_has_not_answered(demonstration: Flask) -> None:
    access = kept_access()
    assert access is not None
    [address] = access.personal_pages.values()
    [community] = access.personal_communities.values()
    assert re.fullmatch(r"\S+ \d{12}", community)
    query = (
        select(Response.id)
        .join(SampleUnit, SampleUnit.id == Response.sample_unit_id)
        .join(Link, Link.id == SampleUnit.link_id)
    )
    token = address.rpartition("/")[2]
    unit = select(SampleUnit.wave_id).join(Link, Link.id == SampleUnit.link_id).where(Link.token == token)
    assert db.session.execute(unit).scalar_one() == _wave().id
    assert db.session.execute(query.where(Link.token == token)).first() is None
    assert demonstration.test_client().get(f"/s/{token}").status_code == 200


def test_an_official_value_follows_from_the_cells_of_two_workbooks(demonstration: Flask) -> None:
    expected = _road_density(_newest("housing_construction"), _newest("natural_resources"))
    assert _official("TR02") == pytest.approx(expected, rel=1e-12)


def test_a_corrected_cell_changes_the_value_as_predicted(demonstration: Flask) -> None:
    campaign = db.session.execute(select(Campaign).where(Campaign.exam_year == YEAR)).scalar_one()
    version = _newest("housing_construction")
    before, built = _official("TR02"), _sum_of(_newest("natural_resources"), "area_built")
    report = db.session.get_one(Report, version.report_id)
    cells = dict(filled_cells(version.id))
    cells["road_length", "360203001"] = float(str(cells["road_length", "360203001"])) + 10.0
    with unit_of_work():
        reopen(report_id=report.id, text="更正道路长度")
    template = department_template(campaign_id=campaign.id, department_id=report.department_id)
    with unit_of_work():
        corrected = submit(
            campaign_id=campaign.id,
            department_id=report.department_id,
            content=fill(template, cells),
            filename="corrected.xlsx",
        )
        accept(version_id=corrected.id)
        root = db.session.execute(select(Area.id).where(Area.code == "360200")).scalar_one()
        derive(exam_year=YEAR, root_id=root)
        cross_check_year(exam_year=YEAR, root_id=root)
    assert before is not None
    assert _official("TR02") == pytest.approx(before + 10.0 / built, rel=1e-9)


def test_the_same_seed_gives_the_same_summary_and_another_seed_another_city(
    demonstration: Flask, build_another: Callable[[int], str]
) -> None:
    first, again, other = demonstration.config["FIRST_SUMMARY"], build_another(1), build_another(2)
    assert first == again
    told, others = json.loads(first), json.loads(other)
    assert told["areas"] == others["areas"]
    assert told["assessment"]["scores"] != others["assessment"]["scores"]


def test_reasons_of_decisions_fit_the_adopted_source(demonstration: Flask) -> None:
    query = select(Adoption, Value).join(Value, Value.id == Adoption.value_id)
    decided = db.session.execute(
        query.where(Adoption.manner == "by_hand", Adoption.is_current.is_(True))
    ).all()
    assert decided
    for adoption, value in decided:
        by_department = SOURCE_OF[value.source_kind] == "official"
        assert ("部门核定" in adoption.reason_text) == by_department, adoption.indicator_code


def test_accounts_are_named_on_the_page_of_a_figure(demonstration: Flask) -> None:
    with demonstration.test_request_context():
        assert actor_name("demo:report-natural_resources") == "演示（市自然资源和规划局）"
        assert actor_name("demo:office") == "演示（体检办公室）"


def test_the_summary_names_no_secret(demonstration: Flask) -> None:
    text = summary_of(demonstration)
    tokens = db.session.execute(select(Link.token)).scalars().all()
    assert not any(token in text for token in tokens)
