"""Long work of the room: weighting (flags first) and estimating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import utcnow
from app.jobs import Link, Progress, register_daily, register_job, register_words
from app.surveys.bank_importing import KEPT, forget_uploads
from app.surveys.estimating import compare_cases, estimate
from app.surveys.flagging import flag_responses
from app.surveys.wave_queries import count_runs, current_run, wave_by_id, wave_name
from app.surveys.weighting import MarginUse, weigh

WEIGH, ESTIMATE, FORGET = "surveys.weigh", "surveys.estimate", "surveys.forget-uploads"


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job(WEIGH, weigh_wave, leads_to=_weights_lead_to)
    register_job(ESTIMATE, estimate_wave, leads_to=_estimates_lead_to)
    register_daily(FORGET, forget)
    register_words(FORGET, lambda _facts: _("删除没有确认的题目表"), {"uploads": _l("删除的题目表")})
    register_words(
        WEIGH,
        lambda facts: _("加权：%(name)s", name=wave_name(wave_by_id(facts["wave_id"]))),
        {
            "run": _l("第几次加权"),
            "received": _l("收到的答卷"),
            "flagged": _l("有质量标记的答卷"),
            "used": _l("参与计算的答卷"),
            "largest_gap": _l("与人口表的最大相对差"),
        },
    )
    register_words(
        ESTIMATE,
        lambda facts: _("满意度估计：%(name)s", name=wave_name(wave_by_id(facts["wave_id"]))),
        {
            "estimates": _l("估计值（含各地区、各人群）"),
            "satisfactions": _l("记入指标的满意度"),
            "values": _l("记入指标的数值"),
        },
    )


def forget(_progress: Progress) -> dict[str, Any]:
    """Delete the question lists that were uploaded and never confirmed."""
    return {"uploads": forget_uploads(before=utcnow() - KEPT)}


def weigh_wave(
    _progress: Progress,
    *,
    wave_id: int,
    margin_table: str | None = None,
    margins: Sequence[Mapping[str, Any]] = (),
    totals: Mapping[str, float] | None = None,
    trim_median_ratio: float | None = None,
) -> dict[str, Any]:
    """Flag the answers, then weigh those that count; ``margins`` are MarginUse as JSON."""
    flagged = flag_responses(wave_id=wave_id)
    uses = [MarginUse(**{**use, "leave_out": tuple(use.get("leave_out", ()))}) for use in margins]
    run = weigh(
        wave_id=wave_id,
        margin_table=margin_table,
        margins=uses,
        totals=totals,
        trim_median_ratio=trim_median_ratio,
    )
    return {
        "run": count_runs(run),
        "received": flagged.received,
        "flagged": flagged.flagged,
        "used": flagged.used,
        "largest_gap": run.diagnostics["largest_gap"],
    }


def estimate_wave(_progress: Progress, *, wave_id: int, compare: bool = True) -> dict[str, Any]:
    """Estimate the present weights; ``compare`` adds the city's figures with other cases."""
    done = estimate(wave_id=wave_id)
    run = current_run(wave_id)
    if compare and run is not None:
        compare_cases(wave_id=wave_id, recipe=run.recipe)
    return {
        "run": done.run_id,
        "estimates": done.estimates,
        "satisfactions": done.satisfactions,
        "values": done.values,
    }


def _weights_lead_to(arguments: Mapping[str, Any], _result: Mapping[str, Any]) -> list[Link]:
    href = url_for("surveys.wave", wave_id=arguments["wave_id"])
    return [
        Link(_("权数的诊断"), f"{href}#weights"),
        Link(_("下一步：估计满意度"), f"{href}#weights", is_next=True),
    ]


def _estimates_lead_to(arguments: Mapping[str, Any], _result: Mapping[str, Any]) -> list[Link]:
    wave = wave_by_id(arguments["wave_id"])
    place = {"year": wave.exam_year, "area": wave.root.code}
    return [
        Link(_("满意度"), url_for("dashboard.satisfaction", wave=wave.id, **place)),
        Link(_("问卷与加权"), url_for("surveys.wave", wave_id=wave.id)),
        Link(_("下一步：看评价要不要更新"), url_for("dashboard.overview", **place), is_next=True),
    ]
