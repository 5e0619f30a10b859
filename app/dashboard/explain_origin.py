"""Where a recorded figure came from: a cell of a report, a dataset with rules, a survey with weights."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.guards import ANALYSTS, RESULTS, area_scope, is_within, permit_area
from app.dashboard.choosing import areas_named, here
from app.dashboard.doorways import door_href, is_analyst
from app.dashboard.figures import estimate_figure, figure
from app.db import db
from app.errors import Forbidden, NotFound, whole_number
from app.i18n import named
from app.indicators.queries import values_of
from app.reporting.queries import resolve_figure
from app.sources.queries import resolve as resolve_measurement
from app.sources.words import ZONE_NAMES
from app.surveys.models import Response, Wave, WeightRun
from app.surveys.presenting import STEP_NAMES
from app.surveys.queries import (
    ResultRow,
    WeightFacts,
    responses,
    results,
    wave_by_id,
    wave_summary,
)
from app.surveys.wave_settings import settings_version

_PER_PAGE = 50
_RULE_NAMES = {
    "built_up": _l("建成区的判定"),
    "coverage_m": _l("服务半径（米）"),
    "grid_m": _l("网格边长（米）"),
    "dense_persons_km2": _l("高密度的界限（人/平方公里）"),
    "night_hours": _l("夜间时段"),
    "time_zone": _l("时区"),
    "zone": _l("统计范围"),
}
#: Facilities and bounds as the measuring names them.
_PLACE_NAMES = {
    "park": _l("公园"),
    "shop": _l("便民商店"),
    "elder_service": _l("养老服务"),
    "middle_school": _l("中学"),
    "bus_stop": _l("公交站"),
    "hospital": _l("医院"),
    "fire_station": _l("消防站"),
    "window_m": _l("窗口边长（米）"),
    "least_share": _l("建设用地最小占比"),
}


def explain_figure(key: str) -> dict[str, Any]:
    """A figure of a department's report: department, version, sheet and cell; NotFound ``unknown-figure``."""
    if whole_number(key) is None:
        raise NotFound("unknown-figure", found=key[:40])
    source = resolve_figure(key)
    department = named(source.department_zh, source.department_en)
    return {
        "title": _("%(department)s填报的一个数", department=department),
        "facts": [
            {"term": _("部门"), "text": department},
            {"term": _("体检年度"), "text": str(source.exam_year)},
            {"term": _("填报版本"), "text": _("第 %(number)s 版", number=source.version_number)},
            {"term": _("位置"), "text": f"{source.sheet} · {source.cell}" if source.cell else source.sheet},
            {"term": _("提交时间"), "text": source.submitted_at},
            {"term": _("文件"), "text": source.filename},
            {"term": _("文件校验"), "text": source.sha256[:16]},
        ],
        "links": [_link(_("打开这份填报"), door_href("reporting.version", version_id=source.version_id))],
    }


def explain_measurement(key: str) -> dict[str, Any]:
    """A figure measured from big data: the dataset and the rules; NotFound when there is none."""
    if any(whole_number(part) is None for part in key.partition(":")[::2]):
        raise NotFound("unknown-explanation", found=key[:40])
    run, dataset = resolve_measurement(key)
    rules = [
        {"term": str(_RULE_NAMES.get(name, name)), "text": _rule_words(name, rule)}
        for name, rule in run.rules.items()
    ]
    return {
        "title": _("由数据“%(title)s”测算", title=dataset.title),
        "facts": [
            {"term": _("数据"), "text": dataset.title},
            {"term": _("文件"), "text": dataset.file_name},
            {"term": _("数据时期"), "text": dataset.vintage},
            {"term": _("坐标系"), "text": dataset.crs},
            {"term": _("来源说明"), "text": dataset.source_note or None},
            {"term": _("文件校验"), "text": dataset.sha256[:16]},
            {"term": _("测算时间"), "text": run.made_at},
        ],
        "rules": rules,
        "links": [_link(_("打开这份数据"), door_href("sources.one", dataset_id=dataset.id))],
    }


def _rule_words(name: str, rule: Any) -> str:
    """A rule of measuring as people read it."""
    if isinstance(rule, dict):
        return _("；").join(f"{_PLACE_NAMES.get(each, each)} {value:g}" for each, value in rule.items())
    if isinstance(rule, list) and len(rule) == 2:
        return f"{rule[0]}–{rule[1]}"
    if isinstance(rule, float):
        return f"{rule:,.10g}"
    return str(ZONE_NAMES.get(rule, rule)) if name == "zone" else str(rule)


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
    rows = results(wave.id, measure="question", level="city", codes=linked) if linked else []
    told = _survey(wave, run, _("问卷对指标 %(code)s 的估计", code=code), rows)
    return told | {"values": _values(wave.exam_year, code, key)}


def _values(exam_year: int, code: str, key: str) -> list[dict[str, Any]]:
    """The indicator's values that came of this estimate, by area."""
    scope = area_scope(RESULTS)
    every = values_of(exam_year, indicator_code=code, source_kind="survey")
    found = [each for each in every if is_within(scope, each.area_id)]
    names = areas_named(each.area_id for each in found)
    return [
        {
            "area": names[each.area_id],
            "figure": figure(
                each.value,
                unit=each.unit,
                state=each.state,
                standard_error=each.standard_error,
                degrees_of_freedom=each.degrees_of_freedom,
            ),
            "se": each.standard_error,
            "n": each.sample_size,
        }
        for each in found
        if (each.provenance_kind, each.provenance_id) == ("survey_estimate", key)
    ]


def explain_estimate(key: str) -> dict[str, Any]:
    """A question's result, ``<wave>:<question>``."""
    wave_text, _colon, code = key.partition(":")
    wave_id = whole_number(wave_text)
    if wave_id is None:
        raise NotFound("unknown-explanation", found=key[:40])
    wave = wave_by_id(wave_id)
    rows = results(wave.id, measure="question", level="city", codes=[code])
    if not rows:
        raise NotFound("unknown-explanation", found=code[:40])
    return _survey(wave, None, named(rows[0].label_zh, rows[0].label_en), rows)


def _survey(wave: Wave, run: WeightRun | None, title: str, rows: list[ResultRow]) -> dict[str, Any]:
    """The wave behind a figure: answers, weights, and the results of the questions it stands on."""
    told = wave_summary(wave.id)
    links = [_link(_("看全部满意度"), here("dashboard.satisfaction", wave=wave.id))]
    if is_analyst():
        links.append(
            _link(_("看答卷（不含个人信息）"), here("dashboard.explain", kind="responses", key=wave.id))
        )
    return {
        "title": title,
        "facts": [
            {"term": _("问卷"), "text": wave.name},
            {"term": _("收到答卷"), "text": f"{told.counts.received:,}"},
            {"term": _("有效答卷"), "text": f"{told.counts.used:,}"},
            *(_weight_facts(told.weights, run) if told.weights is not None else []),
        ],
        "estimates": [_estimate_row(row) for row in rows],
        "steps": [_step(each) for each in (told.weights.steps if told.weights is not None else [])],
        "links": links,
    }


def _weight_facts(weights: WeightFacts, run: WeightRun | None) -> list[dict[str, Any]]:
    """The weighting in force; a figure made with an earlier one says so."""
    facts = [
        {"term": _("加权"), "text": _("第 %(number)s 次", number=weights.number)},
        {"term": _("是否收敛"), "text": _("是") if weights.converged else _("否")},
        {"term": _("与人口边际的最大差距"), "text": f"{weights.largest_gap:.3g}"},
        {"term": _("最小与最大权数"), "text": f"{weights.minimum:,.2f} – {weights.maximum:,.2f}"},
        {"term": _("加权设计效应"), "text": f"{weights.design_effect:.3f}"},
        {"term": _("相当于简单随机样本"), "text": f"{weights.kish_n:,.0f}"},
    ]
    if run is not None and run.id != weights.run_id:
        facts.append({"term": _("这个数所用的加权"), "text": _("第 %(number)s 次", number=run.number)})
    return facts


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
    """The responses of a wave without anything personal, for analysts; Forbidden for everybody else."""
    if not is_analyst():
        raise Forbidden("no-responses-for-you")
    wave = wave_by_id(whole_number(key) or 0)
    # The list is the whole wave's, so it is for readers of the whole city.
    permit_area(area_scope(ANALYSTS), wave.root_id)
    found, total = responses(wave.id, page=max(page, 1), per_page=_PER_PAGE)
    return {
        "title": _("“%(name)s”的答卷", name=wave.name),
        "rows": [_response_row(each) for each in found],
        "page": max(page, 1),
        "pages": max(1, -(-total // _PER_PAGE)),
        "total": total,
    }


def _response_row(each: Response) -> dict[str, Any]:
    return {
        "id": each.id,
        "received_at": each.received_at,
        "disposition": each.disposition,
        "usable": each.usable,
        "seconds": figure(each.seconds, decimals=0),
        "flags": [flag["code"] for flag in each.flags],
    }


def _link(label: str, href: str | None) -> dict[str, Any] | None:
    return {"label": label, "href": href} if href else None
