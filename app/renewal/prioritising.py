"""Ranks the streets of a city: where the problems are, and where renewal can do something about them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any, cast

import numpy as np
from sqlalchemy import Table, insert

from app.analysis.prioritising import PriorityArea as Ranked
from app.analysis.prioritising import rank_areas
from app.assessment.queries import ScoresMatrix, current_run, scores_matrix
from app.audit import current_actor, record_event
from app.db import add_newest, db
from app.errors import Conflict, Invalid, NotFound
from app.indicators.items import newest_items
from app.renewal.models import QUADRANTS, PriorityArea, PriorityRun
from app.renewal.potential import POTENTIAL_PARTS, Potential, potential_of

_LEVEL = "street"


def prioritise(*, exam_year: int, root_id: int) -> PriorityRun:
    """Rank the streets by the current assessment and the recorded base items.

    Problem: mean of what the scored indicators lack to 60 points. Potential: the parts of
    :mod:`app.renewal.potential` that are recorded; without any it is None and the facts say so. The run
    supersedes the current one. Raises NotFound ``no-assessment``; Invalid ``no-street-scores``; Conflict
    ``prioritised-meanwhile``.
    """
    assessed = current_run(exam_year, root_id)
    if assessed is None:
        raise NotFound("no-assessment", year=exam_year)
    matrix = scores_matrix(assessed.id, _LEVEL)
    if not matrix.areas or np.isnan(matrix.scores).all():
        raise Invalid("no-street-scores", year=exam_year)
    area_ids = [area.id for area in matrix.areas]
    potential = potential_of(area_ids, newest_items(exam_year, area_ids=area_ids))
    known = not np.isnan(potential.index).all()
    ranked = rank_areas(
        [area.code for area in matrix.areas], matrix.scores, potential=potential.index if known else None
    )
    rows = _rows(matrix, ranked, potential)
    run = _add_run(
        exam_year, root_id, assessed.id, _facts(ranked, potential, known=known), _digest(matrix, rows)
    )
    table = cast(Table, PriorityArea.__table__)
    db.session.execute(insert(table), [{"run_id": run.id, **row} for row in rows])
    record_event(subject="priority_runs", subject_id=run.id, after={"areas": len(rows), "digest": run.digest})
    return run


def _rows(matrix: ScoresMatrix, ranked: tuple[Ranked, ...], potential: Potential) -> list[dict[str, Any]]:
    places = {area.code: place for place, area in enumerate(matrix.areas)}
    rows = []
    for each in ranked:
        place = places[each.code]
        area = matrix.areas[place]
        below = [
            {
                "indicator_code": matrix.indicators[column].code,
                "score": float(matrix.scores[place, column]),
                "evaluation_id": matrix.evaluation_ids[area.id, matrix.indicators[column].code],
            }
            for column in each.below_pass
        ]
        rows.append(
            {
                "area_id": area.id,
                "rank": each.rank,
                "problem": each.problem,
                "potential": each.potential,
                "priority": each.priority,
                "quadrant": str(each.quadrant),
                "scored": each.scored,
                "below_pass": below,
                "parts": potential.parts[place],
            }
        )
    return rows


def _facts(ranked: tuple[Ranked, ...], potential: Potential, *, known: bool) -> dict[str, Any]:
    quadrants = Counter(str(each.quadrant) for each in ranked)
    return {
        "areas": len(ranked),
        "quadrants": {quadrant: quadrants[quadrant] for quadrant in QUADRANTS},
        "parts_used": list(potential.used),
        "parts_missing": potential.missing,
        "potential": "known" if known else "no-part",
    }


def _digest(matrix: ScoresMatrix, rows: list[dict[str, Any]]) -> str:
    """Of the ranking by codes: the same scores and figures give the same digest, whatever the ids."""
    code_of = {area.id: area.code for area in matrix.areas}
    lines = []
    for row in rows:
        below = [(each["indicator_code"], each["score"]) for each in row["below_pass"]]
        parts = {code: each["value"] for code, each in row["parts"].items()}
        kept = ("rank", "problem", "potential", "priority", "quadrant", "scored")
        lines.append([code_of[row["area_id"]], *(row[name] for name in kept), below, parts])
    return hashlib.sha256(json.dumps(lines, sort_keys=True).encode()).hexdigest()


def _add_run(
    exam_year: int, root_id: int, assessment_run_id: int, facts: dict[str, Any], digest: str
) -> PriorityRun:
    run = PriorityRun(
        exam_year=exam_year,
        root_id=root_id,
        assessment_run_id=assessment_run_id,
        rules={
            "parts": [part.told() for part in POTENTIAL_PARTS],
            "weights": "equal",
            "cuts": "median",
        },
        facts=facts,
        digest=digest,
        made_by=current_actor(),
    )
    of_city = (PriorityRun.exam_year == exam_year, PriorityRun.root_id == root_id)
    add_newest(row=run, line=of_city, meanwhile=Conflict("prioritised-meanwhile", year=exam_year))
    return run
