"""All reads of the room, from where they stand."""

from __future__ import annotations

from app.surveys.result_queries import (
    GroupRow,
    ResultRow,
    answer_counts,
    estimated_run,
    group_results,
    results,
)
from app.surveys.summaries import (
    AreaCounts,
    DistrictCount,
    WaveCounts,
    WaveSummary,
    WeightFacts,
    area_counts,
    wave_counts,
    wave_summary,
    weight_facts,
)
from app.surveys.visit_queries import (
    PENDING,
    CommunityVisits,
    UnitLink,
    community_visits,
    unit_links,
    units_of_community,
)
from app.surveys.wave_queries import (
    current_run,
    draw_of,
    frame_size,
    latest_wave,
    responses,
    strata,
    wave_by_id,
    wave_name,
    waves,
)

__all__ = [
    "PENDING",
    "AreaCounts",
    "CommunityVisits",
    "DistrictCount",
    "GroupRow",
    "ResultRow",
    "UnitLink",
    "WaveCounts",
    "WaveSummary",
    "WeightFacts",
    "answer_counts",
    "area_counts",
    "community_visits",
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
    "units_of_community",
    "wave_by_id",
    "wave_counts",
    "wave_name",
    "wave_summary",
    "waves",
    "weight_facts",
]
