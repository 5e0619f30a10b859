"""What became of the indicators a project was to raise, one exam later."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.areas.predecessors import Predecessors
from app.assessment.models import Evaluation
from app.assessment.queries import current_run, evaluations, evaluations_by_id
from app.db import db
from app.indicators.exam_years import exam_year_of
from app.indicators.history import EquivalenceTable
from app.renewal.models import Project


@dataclass(frozen=True)
class Effect:
    """Scores of an indicator in the project's area before and after; ``change`` None where one is missing.

    ``comparable`` is what the equivalence sheet says of the two years, and whether the area of then is one
    area now; otherwise there is no change told.
    """

    project: Project
    indicator_code: str
    score_before: float | None
    score_after: float | None
    comparable: bool

    @property
    def change(self) -> float | None:
        """Points gained (or lost)."""
        if not self.comparable or self.score_before is None or self.score_after is None:
            return None
        return self.score_after - self.score_before


def effects(exam_year: int, root_id: int) -> list[Effect]:
    """Projects of earlier exams (the dropped left out) against the assessment in force of ``exam_year``.

    By project code, then in the order of its indicators. Empty without an assessment.
    """
    run = current_run(exam_year, root_id)
    if run is None:
        return []
    listed = _earlier_projects(exam_year, root_id)
    before = evaluations_by_id({each for project in listed for each in project.evaluation_ids})
    after = {(each.area_id, each.indicator_code): each for each in evaluations(run.id, level="street")}
    codes = sorted({code for _area_id, code in after})
    sheets, years = EquivalenceTable(), {each.exam_year for each in listed}
    later_codes = {year: _later_codes(sheets, year, exam_year, codes) for year in years}
    later_areas = _later_areas({area_id for area_id, _code in after}, years)
    return [
        _effect(
            before[evaluation_id],
            project,
            after,
            later_codes[project.exam_year],
            later_areas[project.exam_year],
        )
        for project in listed
        for evaluation_id in project.evaluation_ids
    ]


def _earlier_projects(exam_year: int, root_id: int) -> list[Project]:
    query = (
        select(Project)
        .options(joinedload(Project.area), joinedload(Project.department))
        .where(Project.root_id == root_id, Project.exam_year < exam_year, Project.state != "dropped")
        .order_by(Project.code)
    )
    return list(db.session.execute(query).scalars())


def _later_codes(sheets: EquivalenceTable, from_year: int, to_year: int, codes: list[str]) -> dict[str, str]:
    """For each code of the earlier year the comparable one of the later year."""
    found: dict[str, str] = {}
    for code in codes:
        counterpart = sheets.earlier(code, from_year, to_year)
        if counterpart.comparable and counterpart.code is not None:
            found.setdefault(counterpart.code, code)
    return found


def _later_areas(area_ids: set[int], years: set[int]) -> dict[int, dict[int, int]]:
    """By year: the area of then → the area it is now; those that merged or were split have none."""
    known = Predecessors(area_ids)
    found: dict[int, dict[int, int]] = {}
    for year in years:
        day = exam_year_of(year).data_date
        pasts = {area_id: known.on(area_id, day) for area_id in sorted(area_ids)}
        single = {area_id: past for area_id, past in pasts.items() if past.is_whole and len(past.areas) == 1}
        found[year] = {past.areas[0].id: area_id for area_id, past in single.items()}
    return found


def _effect(
    before: Evaluation,
    project: Project,
    after: dict[tuple[int, str], Evaluation],
    later_codes: dict[str, str],
    later_areas: dict[int, int],
) -> Effect:
    later = later_codes.get(before.indicator_code)
    area_id = later_areas.get(project.area_id)
    now = None if later is None or area_id is None else after.get((area_id, later))
    return Effect(
        project,
        before.indicator_code,
        before.score,
        None if now is None else now.score,
        later is not None and area_id is not None,
    )
