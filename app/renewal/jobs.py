"""Long work of the room."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.areas.queries import root_name
from app.jobs import Progress, register_job, register_words
from app.renewal.planning import propose_projects
from app.renewal.potential import part_name
from app.renewal.prioritising import prioritise
from app.renewal.words import QUADRANT_TEXTS


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job("renewal.prioritise", _prioritise)
    register_words(
        "renewal.prioritise",
        lambda facts: _(
            "排出 %(city)s %(year)s 年度重点片区",
            city=root_name(facts["root_id"]),
            year=facts["exam_year"],
        ),
        {
            "areas": _l("比较的片区"),
            "quadrants": _l("各象限的片区"),
            "parts_used": _l("用到的潜力因素"),
            "projects_added": _l("新建议的项目"),
            "projects_kept": _l("已有的项目"),
        },
        {"quadrants": lambda code: str(QUADRANT_TEXTS.get(code, code)), "parts_used": part_name},
    )


def _prioritise(
    _progress: Progress, *, exam_year: int, root_id: int, propose: bool = False
) -> dict[str, Any]:
    run = prioritise(exam_year=exam_year, root_id=root_id)
    facts: dict[str, Any] = {"run": run.id, **run.facts}
    if propose:
        proposed = propose_projects(priority_run_id=run.id)
        facts |= {"projects_added": proposed.added, "projects_kept": proposed.kept}
    return facts
