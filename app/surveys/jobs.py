"""Long work of the room: weighting (flags first) and estimating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.jobs import Progress, register_job
from app.surveys.estimating import compare_cases, estimate
from app.surveys.flagging import flag_responses
from app.surveys.wave_queries import current_run
from app.surveys.weighting import MarginUse, weigh


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job("surveys.weigh", weigh_wave)
    register_job("surveys.estimate", estimate_wave)


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
