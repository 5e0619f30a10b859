"""Long work of the room."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.jobs import Progress, register_job

DERIVE = "indicators.derive"


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job(DERIVE, derive_and_cross_check)


def derive_and_cross_check(_progress: Progress, *, exam_year: int, root_id: int) -> dict[str, Any]:
    """Derive the year's values, then compare the sources and adopt."""
    derived = derive(exam_year=exam_year, root_id=root_id)
    checked = cross_check_year(exam_year=exam_year, root_id=root_id)
    return {
        "derived": asdict(derived) | {"not_collected": list(derived.not_collected)},
        "checked": asdict(checked),
    }
