"""What follows from the results: priority areas and projects; and how the data came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from app.accounts.guards import department_scope
from app.analysis.prioritising import ACTING
from app.dashboard.choosing import Chosen, here
from app.dashboard.doorways import door_href
from app.dashboard.figures import count_figure, figure
from app.i18n import named
from app.renewal.basis import ranking_basis
from app.renewal.models import PriorityArea, Project
from app.renewal.queries import current_priority_run, priority_areas, projects
from app.reporting.queries import board, campaign_of
from app.sources.queries import datasets, measurements
from app.surveys.queries import latest_wave, wave_counts

_AREAS_SHOWN = 6
_PROJECTS_SHOWN = 6
#: So that the first area of the ranking does not fill the whole list.
_PROJECTS_OF_AN_AREA = 2


def renewal_part(choice: Chosen) -> dict[str, Any]:
    """Priority areas and projects of the chosen area."""
    run = current_priority_run(choice.year, choice.root.id)
    ranked = priority_areas(run.id) if run is not None else []
    inside = [row for row in ranked if choice.holds(row.area)]
    acting = [row for row in inside if row.quadrant in ACTING]
    listed = projects(
        exam_year=choice.year,
        root_id=choice.root.id,
        district_id=choice.area.id if choice.area.level == "district" else None,
        area_id=choice.area.id if choice.area.level == "street" else None,
        department_ids=department_scope(),
        area_ids=choice.scope,
    )
    return {
        "ranked": bool(ranked),
        "basis": ranking_basis(run) if run is not None else None,
        "areas": [_priority_row(row) for row in acting[:_AREAS_SHOWN]],
        "areas_count": len(acting),
        "areas_href": here("renewal.priority_areas"),
        "projects": [
            _project_row(row) for row in _foremost(listed, {row.area_id: row.rank for row in ranked})
        ],
        "projects_of_an_area": _PROJECTS_OF_AN_AREA,
        "projects_count": len(listed),
        "projects_href": here("renewal.projects"),
    }


def _foremost(listed: Sequence[Project], ranks: Mapping[int, int]) -> list[Project]:
    """Some projects of the foremost areas, by the rank of the area and then by code."""
    found: list[Project] = []
    counts: Counter[int] = Counter()
    for project in sorted(listed, key=lambda row: (ranks.get(row.area_id, len(ranks) + 1), row.code)):
        counts[project.area_id] += 1
        if counts[project.area_id] <= _PROJECTS_OF_AN_AREA:
            found.append(project)
    return found[:_PROJECTS_SHOWN]


def projects_of_indicator(choice: Chosen, code: str) -> list[dict[str, Any]]:
    """Projects of the city that an indicator gave rise to; departments see their own."""
    listed = projects(
        exam_year=choice.year,
        root_id=choice.root.id,
        indicator_code=code,
        department_ids=department_scope(),
        area_ids=choice.scope,
    )
    return [_project_row(row) for row in listed]


def _priority_row(row: PriorityArea) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "name": named(row.area.name_zh, row.area.name_en),
        "href": here("renewal.area", priority_area_id=row.id),
        "quadrant": row.quadrant,
        "problem": row.problem,
        "potential": row.potential,
        "worst": [each["indicator_code"] for each in row.below_pass[:3]],
    }


def _project_row(row: Project) -> dict[str, Any]:
    department = row.department
    return {
        "name": named(row.name_zh, row.name_en),
        "href": door_href("renewal.project", project_id=row.id),
        "area": named(row.area.name_zh, row.area.name_en),
        "department": named(department.name_zh, department.name_en) if department else "",
        "kind": row.kind,
        "state": row.state,
    }


def collection_part(choice: Chosen) -> list[dict[str, Any]]:
    """How the data of the three sources came in, as key facts of the whole city."""
    return [*_survey_facts(choice), *_report_facts(choice), *_source_facts(choice)]


def _survey_facts(choice: Chosen) -> list[dict[str, Any]]:
    wave = latest_wave(choice.year, choice.root.id)
    if wave is None:
        return [{"label": _("问卷"), **figure(None), "note": _("这一年没有问卷")}]
    told = wave_counts(wave.id)
    note = _(
        "收到 %(received)s 份，其中 %(flagged)s 份有质量标记",
        received=f"{told.received:,}",
        flagged=f"{told.flagged:,}",
    )
    href = door_href("surveys.wave", wave_id=wave.id) or here("dashboard.satisfaction")
    return [{"label": _("现在可采用的答卷"), **count_figure(told.used, _("份"), href=href), "note": note}]


def _report_facts(choice: Chosen) -> list[dict[str, Any]]:
    campaign = campaign_of(choice.year, choice.root.id)
    if campaign is None:
        return [{"label": _("部门填报"), **figure(None), "note": _("这一年没有填报任务")}]
    rows = board(campaign.id)
    counts = Counter(row.status for row in rows)
    note = _(
        "共 %(count)s 个部门，已提交 %(sent)s 个", count=len(rows), sent=len(rows) - counts["not_started"]
    )
    href = door_href("reporting.index", year=choice.year) or _sources_page()
    told = count_figure(counts["accepted"], _("份"), href=href)
    return [{"label": _("已通过的填报"), **told, "note": note}]


def _sources_page() -> str:
    """What came of the figures, for those who may not open the files and reports they came in."""
    return here("dashboard.cross_check", show="all")


def _source_facts(choice: Chosen) -> list[dict[str, Any]]:
    brought = datasets(choice.year, choice.root.id)
    runs = [run for run in measurements(choice.year) if run.root_id == choice.root.id]
    if not runs:
        note = _("%(count)s 份数据，还没有测算", count=len(brought)) if brought else _("这一年没有大数据")
        return [{"label": _("大数据数值"), **figure(None), "note": note}]
    facts = runs[0].facts
    count = int(facts.get("recorded", 0)) + int(facts.get("unchanged", 0))
    href = door_href("sources.index", year=choice.year) or _sources_page()
    note = _("来自 %(count)s 份数据", count=len(brought))
    return [{"label": _("大数据数值"), **count_figure(count, _("个"), href=href), "note": note}]
