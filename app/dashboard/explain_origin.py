"""Where a recorded figure came from: a cell of a report, a dataset with rules, a survey with weights."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.accounts.guards import (
    RESULTS,
    area_scope,
    department_scope,
    is_within,
    permit_area,
    permit_city,
    works_for_city,
)
from app.accounts.wording import actor_name
from app.areas.models import Area
from app.audit import record_access
from app.dashboard.choosing import areas_named, here
from app.dashboard.doorways import door_href, is_analyst, link
from app.dashboard.figures import estimate_figure, figure, measured_figure
from app.dashboard.paging import paged
from app.db import db
from app.db.paging import PER_PAGE
from app.errors import Forbidden, NotFound, describe, whole_number
from app.i18n import named
from app.indicators.queries import catalogue, values_of
from app.indicators.tracing import named_items
from app.reporting.permitting import may_read
from app.reporting.queries import FigureSource, resolve_figure
from app.surveys.models import Response, Wave, WeightRun
from app.surveys.presenting import STEP_NAMES
from app.surveys.queries import (
    ResultRow,
    WeightFacts,
    responses,
    results,
    wave_by_id,
    wave_counts,
    wave_name,
    weight_facts,
)
from app.surveys.wave_settings import settings_version


def explain_figure(key: str) -> dict[str, Any]:
    """A figure of a department's report with its cell, version and file; NotFound ``unknown-figure``."""
    if whole_number(key) is None:
        raise NotFound("unknown-figure", found=key[:40])
    source = resolve_figure(key)
    permit_area(area_scope(RESULTS), source.area_id)
    department = named(source.department_zh, source.department_en)
    item = named_items(source.exam_year, [source.item_code]).get(source.item_code)
    name = named(item.name_zh, item.name_en) if item else source.item_code
    report = _report_href(source)
    return {
        "title": _("%(area)s的“%(item)s”", area=named(source.area_zh, source.area_en), item=name),
        "figure": figure(
            source.value,
            unit=item.unit if item else None,
            state=source.state,
            decimals=item.decimals if item else None,
        ),
        "facts": [
            {"term": _("部门"), "text": department},
            {"term": _("体检年度"), "text": str(source.exam_year)},
            {"term": _("填报版本"), "text": _("第 %(number)s 版", number=source.version_number)},
            {"term": _("位置"), "text": f"{source.sheet} · {source.cell}" if source.cell else source.sheet},
            *_filing_facts(source),
        ],
        "links": [link(_("打开填报表里的这一格"), report)],
        "indicators": _indicators_made_of(source),
        "note": None if report else _("填报表只有%(department)s和体检办能打开。", department=department),
    }


def _indicators_made_of(source: FigureSource) -> list[dict[str, str]]:
    """The indicators whose formulas name the figure's item, in the catalogue's order, with their pages."""
    known = catalogue(source.exam_year)
    codes = known.codes_made_of(source.item_code)
    place = {"year": source.exam_year, "area": db.session.get_one(Area, source.area_id).code}
    return [
        {
            "name": named(each.name_zh, each.name_en),
            "href": here("dashboard.indicator", code=each.code, **place),
        }
        for each in known.indicators
        if each.code in codes
    ]


def _report_href(source: FigureSource) -> str | None:
    """The row of the figure in its report, for those who may read that report."""
    if not may_read(source.department_id):
        return None
    anchor = f"figure-{source.figure_id}"
    return door_href("reporting.version", version_id=source.version_id, _anchor=anchor)


def _filing_facts(source: FigureSource) -> list[dict[str, Any]]:
    """When it was filed and accepted; people of other departments get no names and no file."""
    scope = department_scope()
    open_to_reader = scope is None or source.department_id in scope
    told = [
        {"term": _("提交时间"), "text": source.submitted_at},
        {"term": _("通过时间"), "text": source.accepted_at or _("还没有通过")},
    ]
    if source.note:
        told.append({"term": _("填报说明"), "text": source.note})
    if open_to_reader:
        told += [
            {"term": _("提交人"), "text": actor_name(source.submitted_by)},
            {"term": _("通过人"), "text": actor_name(source.accepted_by) if source.accepted_by else None},
            {"term": _("文件"), "text": source.filename},
            {"term": _("文件校验"), "text": source.sha256[:16]},
        ]
    return told


def explain_survey_estimate(key: str) -> dict[str, Any]:
    """An indicator's figure from the survey, ``<weight run>:<indicator>``: wave, run, questions, weights."""
    run_text, _colon, code = key.partition(":")
    run_id = whole_number(run_text)
    run = None if run_id is None else db.session.get(WeightRun, run_id)
    if run is None:
        raise NotFound("unknown-explanation", found=key[:40])
    wave = wave_by_id(run.wave_id)
    settings = settings_version(wave, run.settings_version)
    linked = [each.name for each in settings.scored if code in each.indicator_codes]
    scope = area_scope(RESULTS)
    rows = results(wave.id, level="city", codes=linked, area_ids=scope, run_id=run.id) if linked else []
    return {
        "title": _("问卷对指标 %(code)s 的估计", code=code),
        "estimates": [_estimate_row(row) for row in rows],
        "values": _values(wave.exam_year, code, key),
        **survey_facts(wave, run),
    }


def _values(exam_year: int, code: str, key: str) -> list[dict[str, Any]]:
    """The indicator's values that came of this estimate, by area."""
    scope = area_scope(RESULTS)
    every = values_of(exam_year, indicator_code=code, source_kind="survey")
    found = [each for each in every if is_within(scope, each.area_id)]
    names = areas_named(each.area_id for each in found)
    return [
        {
            "area": names[each.area_id],
            "figure": measured_figure(each),
            "se": each.standard_error,
            "n": each.sample_size,
        }
        for each in found
        if (each.provenance_kind, each.provenance_id) == ("survey_estimate", key)
    ]


def survey_facts(wave: Wave, run: WeightRun) -> dict[str, Any]:
    """The wave behind a figure: answers, weights, and the ways on."""
    weights = weight_facts(run)
    links = [link(_("看全部满意度"), here("dashboard.satisfaction", wave=wave.id))]
    if is_analyst() and works_for_city(wave.root_id):
        links.append(
            link(_("看答卷（不含个人信息）"), here("dashboard.explain", kind="responses", key=wave.id))
        )
    return {
        "facts": [
            {"term": _("问卷"), "text": wave_name(wave)},
            {"term": _("现在收到的答卷"), "text": f"{wave_counts(wave.id).received:,}"},
            *_weight_facts(weights),
        ],
        "steps": [_step(each) for each in weights.steps],
        "links": links,
    }


def _weight_facts(weights: WeightFacts) -> list[dict[str, Any]]:
    """The weighting that the figure was made with."""
    return [
        {"term": _("参与计算的答卷"), "text": f"{weights.answers:,}"},
        {"term": _("加权"), "text": _("第 %(number)s 次", number=weights.number)},
        {"term": _("是否收敛"), "text": _("是") if weights.converged else _("否")},
        {"term": _("与人口边际的最大差距"), "text": f"{weights.largest_gap:.3g}"},
        {"term": _("最小与最大权数"), "text": f"{weights.minimum:,.2f} – {weights.maximum:,.2f}"},
        {"term": _("加权设计效应"), "text": f"{weights.design_effect:.3f}"},
        {"term": _("相当于简单随机样本"), "text": f"{weights.kish_n:,.0f}"},
    ]


def _estimate_row(row: ResultRow) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("n", "se", "deff", "df")}
    return {"text": named(row.label_zh, row.label_en), "figure": estimate_figure(row), **told}


def _step(step: dict[str, Any]) -> dict[str, Any]:
    """A step of the weighting: what it is, whether it converged, and the weights after it."""
    kind = str(step.get("step") or step.get("kind") or step.get("name") or "")
    return {
        "name": str(STEP_NAMES.get(kind, kind)),
        "converged": bool(step.get("converged", True)),
        **{name: step.get(name) for name in ("iterations", "n", "total", "minimum", "maximum")},
        "design_effect": step.get("design_effect"),
    }


def explain_responses(key: str, page: int) -> dict[str, Any]:
    """The responses of a wave without anything personal, for analysts; Forbidden for everybody else.

    Who looked is kept.
    """
    if not is_analyst():
        raise Forbidden("no-responses-for-you")
    wave = wave_by_id(whole_number(key) or 0)
    # The list is the whole wave's, so it is for readers of the whole city.
    permit_city(wave.root_id)
    record_access(subject="survey_responses", subject_id=wave.id, reason=wave.name)
    found, total = responses(wave.id, page=max(page, 1), per_page=PER_PAGE)
    if not found and total:
        page = paged(total, page)["page"]
        found, total = responses(wave.id, page=page, per_page=PER_PAGE)
    return {
        "title": _("“%(name)s”的答卷", name=wave_name(wave)),
        "rows": [_response_row(each) for each in found],
        **paged(total, page),
    }


def _response_row(each: Response) -> dict[str, Any]:
    return {
        "id": each.id,
        "href": door_href("forms.submission", key=each.submission_id),
        "received_at": each.received_at,
        "disposition": each.disposition,
        "usable": each.usable if each.flagged_at is not None else None,
        "seconds": figure(each.seconds, decimals=0),
        "flags": [describe(f"flag-{flag['code']}", flag["facts"]) for flag in each.flags],
    }
