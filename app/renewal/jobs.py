"""Long work of the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.areas.queries import root_name
from app.jobs import Link, Progress, register_job, register_words
from app.renewal.planning import propose_projects
from app.renewal.potential import part_name
from app.renewal.prioritising import prioritise
from app.renewal.words import QUADRANT_TEXTS

PRIORITISE = "renewal.prioritise"


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job(PRIORITISE, _prioritise, leads_to=_leads_to)
    register_words(
        PRIORITISE,
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


def _leads_to(arguments: Mapping[str, Any], _result: Mapping[str, Any]) -> list[Link]:
    year = arguments["exam_year"]
    return [
        Link(_("重点片区"), url_for("renewal.priority_areas", year=year)),
        Link(_("下一步：生成项目"), url_for("renewal.projects", year=year), is_next=True),
    ]
