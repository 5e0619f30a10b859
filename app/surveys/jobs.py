"""Long work of the room: weighting (flags first) and estimating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.jobs import Progress, register_job, register_words
from app.surveys.estimating import compare_cases, estimate
from app.surveys.flagging import flag_responses
from app.surveys.wave_queries import current_run, wave_by_id, wave_name
from app.surveys.weighting import MarginUse, weigh


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job("surveys.weigh", weigh_wave)
    register_job("surveys.estimate", estimate_wave)
    register_words(
        "surveys.weigh",
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
        "surveys.estimate",
        lambda facts: _("满意度估计：%(name)s", name=wave_name(wave_by_id(facts["wave_id"]))),
        {
            "estimates": _l("估计值（含各地区、各人群）"),
            "satisfactions": _l("记入指标的满意度"),
            "values": _l("记入指标的数值"),
        },
    )


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
        "run": run.number,
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
