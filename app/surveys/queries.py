"""All reads of the room, from where they stand."""

from __future__ import annotations

from app.surveys.result_queries import GroupRow, ResultRow, estimated_run, group_results, results
from app.surveys.summaries import DistrictCount, WaveSummary, WeightFacts, wave_summary
from app.surveys.wave_queries import (
    UnitLink,
    answer_counts,
    current_run,
    draw_of,
    frame_size,
    latest_wave,
    responses,
    strata,
    unit_links,
    wave_by_id,
    waves,
)

__all__ = [
    "DistrictCount",
    "GroupRow",
    "ResultRow",
    "UnitLink",
    "WaveSummary",
    "WeightFacts",
    "answer_counts",
    "current_run",
    "draw_of",
    "estimated_run",
    "frame_size",
    "group_results",
    "latest_wave",
    "responses",
    "results",
    "strata",
    "unit_links",
    "wave_by_id",
    "wave_summary",
    "waves",
]
