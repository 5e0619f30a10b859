"""A small city examined through the doors of its rooms: reports, points, survey, assessment, projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.accounts.managing import Grant, add_user, department_coded
from app.areas.models import Area
from app.assessment.judging import assess
from app.audit import acting_as
from app.db import db, unit_of_work, utcnow
from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.indicators.importing import import_catalogue
from app.indicators.items import NewItem, record_items
from app.indicators.workbook import catalogue_workbook
from app.renewal.planning import propose_projects
from app.renewal.prioritising import prioritise
from app.reporting.campaigns import open_campaign
from app.reporting.filling import fill
from app.reporting.reviewing import CellReasonInput, accept, return_report
from app.reporting.submitting import submit
from app.reporting.templates import department_template
from app.sources.importing import import_dataset
from app.sources.measuring import measure
from tests.dashboard.made_catalogue import tables
from tests.dashboard.made_places import CITY, EAST, STREETS, WEST, make_places
from tests.dashboard.made_survey import hold_other_survey, hold_survey

PASSWORD = "a long enough password"


@dataclass(frozen=True)
class MadeCity:
    """What tests need of the city."""

    root_id: int
    wave_id: int
    run_id: int


def add_staff() -> None:
    """One account of each kind that reads results."""
    for name in ("exam_office", "analyst", "viewer", "administrator"):
        add_user(username=name, display_name=name, password=PASSWORD, grants=[Grant(name)])
    reporter = Grant("department_reporter", department_code="stats")
    add_user(username="reporter", display_name="统计填报员", password=PASSWORD, grants=[reporter])
    limited = {
        "district-analyst": Grant("analyst", area_code=EAST),
        "city-analyst": Grant("analyst", area_code=CITY),
        "district-viewer": Grant("viewer", area_code=EAST),
        "district-reporter": Grant("department_reporter", department_code="stats", area_code=EAST),
    }
    for name, grant in limited.items():
        add_user(username=name, display_name=name, password=PASSWORD, grants=[grant])
    add_user(username="field", display_name="外业", password=PASSWORD, grants=[Grant("field_worker")])


def make_city(few: str | None = None) -> MadeCity:
    """Build it all: 2023 by recorded items, 2024 by reports, points, survey, assessment, renewal.

    ``few``: an area of which only three residents answer.
    """
    with unit_of_work(), acting_as("test:builder"):
        root = make_places()
        for year in (2023, 2024):
            content = catalogue_workbook(tables(year))
            import_catalogue(content=content, filename=f"{year}.xlsx", exam_year=year)
        add_staff()
        record_year_before(root)
        _file_reports(root)
        _bring_points(root)
        wave = hold_survey(root, few)
        hold_other_survey()
        for year in (2023, 2024):
            derive(exam_year=year, root_id=root.id)
            cross_check_year(exam_year=year, root_id=root.id)
            run = assess(exam_year=year, root_id=root.id)
        ranked = prioritise(exam_year=2024, root_id=root.id)
        propose_projects(priority_run_id=ranked.id)
        return MadeCity(root.id, wave.id, run.id)


FIGURES: dict[str, dict[str, float]] = {
    "park": dict(zip(STREETS, (4.0, 9.0, 6.0, 2.0), strict=True)),
    "built": dict(zip(STREETS, (10.0, 10.0, 8.0, 5.0), strict=True)),
    "pop_resident": dict(zip(STREETS, (5200, 4100, 3900, 2800), strict=True)),
    "water": {EAST: 90000, WEST: 20000},
    "unsafe": dict(zip(STREETS, (0, 0, 2, 0), strict=True)),
    "shelters": {CITY: 7},
    "stations": {CITY: 4},
}


def record_year_before(root: Area) -> None:
    """The base items of 2023, a tenth less than those of 2024."""
    areas = {area.code: area.id for area in db.session.query(Area)}
    rows = [
        NewItem(
            item_code=item,
            area_id=areas[code],
            exam_year=2023,
            source_kind="official",
            vintage="2022",
            value=float(value) * 0.9,
            provenance=("test", 1),
        )
        for item, by_area in FIGURES.items()
        for code, value in by_area.items()
    ]
    record_items(rows=rows)


def _file_reports(root: Area) -> None:
    """The statistics bureau is returned once and then accepted; the fire department is accepted at once."""
    campaign = open_campaign(exam_year=2024, root_id=root.id, due_on=utcnow().date() + timedelta(days=30))
    asked = {"stats": ("park", "built", "pop_resident", "water"), "fire": ("unsafe", "shelters", "stations")}
    for code, items in asked.items():
        department = department_coded(code)
        template = department_template(campaign_id=campaign.id, department_id=department.id)
        figures = {(item, area): value for item in items for area, value in FIGURES[item].items()}
        filed = {"campaign_id": campaign.id, "department_id": department.id, "filename": f"{code}.xlsx"}
        if code == "stats":
            wrong = figures | {("park", STREETS[0]): 9.9}
            first = submit(content=fill(template, wrong), **filed)
            reason = CellReasonInput("park", STREETS[0], "与去年相差过大")
            return_report(version_id=first.id, reasons=[reason])
        version = submit(content=fill(template, figures), **filed)
        accept(version_id=version.id)


def _bring_points(root: Area) -> None:
    """Parks as points: their service area contradicts the report."""
    lines = [f"{117.005 + 0.012 * i},{29.31 + 0.02 * (i % 4)},wgs84,park,公园{i}" for i in range(16)]
    content = ("lon,lat,crs,category,name\n" + "\n".join(lines) + "\n").encode()
    import_dataset(
        kind="points",
        title="兴趣点 2023",
        content=content,
        filename="points.csv",
        exam_year=2024,
        root=root,
        vintage="2023",
        crs="wgs84",
        source_note="测试用",
    )
    measure(exam_year=2024, root=root)
