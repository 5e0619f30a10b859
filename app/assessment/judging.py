"""Judges a city for an exam year: one immutable run with everything it found."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.analysis.rules import RuleSet
from app.analysis.scoring import Judgement, judge
from app.assessment.composing import ComposedArea, compose
from app.assessment.finding import Found, find
from app.assessment.gathering import Case, Material, gather
from app.assessment.models import LEVELS, STANDINGS, WARNINGS, AssessmentRun, RuleVersion, standing
from app.assessment.ruling import laid_down, rules_in_force
from app.assessment.storing import store
from app.audit import current_actor
from app.db import add_newest
from app.errors import Conflict, Invalid


@dataclass(frozen=True)
class Results:
    """What a run says: judgements in the order of the cases, composite scores by area id, findings."""

    judged: tuple[tuple[Case, Judgement], ...]
    composed: dict[int, ComposedArea]
    findings: tuple[Found, ...]


def assess(*, exam_year: int, root_id: int, seed: int | None = None) -> AssessmentRun:
    """Judge every indicator in the city, and in the districts and streets that have an adopted value.

    The run supersedes the current one of the city and year. ``seed`` (default: the exam year) is that of
    the intervals; the same inputs, rules and seed give the same results. Raises NotFound
    ``unknown-exam-year``, ``no-indicator-set``, ``unknown-area-id``; Invalid ``root-not-a-city``,
    ``seed-negative``; Conflict ``assessed-meanwhile``.
    """
    used = exam_year if seed is None else seed
    if used < 0:
        raise Invalid("seed-negative", found=used)
    rules = rules_in_force(exam_year)
    material = gather(exam_year=exam_year, root_id=root_id, rules=rules)
    results = judge_material(material, rules, used)
    run = _add_run(exam_year, material, rules, used, results)
    store(
        run=run,
        material=material,
        judged=results.judged,
        composed=results.composed,
        findings=results.findings,
    )
    return run


def judge_material(material: Material, rules: RuleVersion, seed: int) -> Results:
    """The judgement of what was gathered; touches no database."""
    rule_set = rules.rule_set
    judged = tuple((case, judge(case.evidence, rule_set)) for case in material.cases)
    composed = _composed(material, judged, rule_set, seed)
    lines = [(area.id, material.lines[area.id]) for area in material.areas if area.level == LEVELS[2]]
    district_of = {area_id: line[LEVELS[1]] for area_id, line in lines if LEVELS[1] in line}
    return Results(
        judged, composed, tuple(find(judged, district_of=district_of, parameters=rules.parameters))
    )


def _composed(
    material: Material, judged: Sequence[tuple[Case, Judgement]], rules: RuleSet, seed: int
) -> dict[int, ComposedArea]:
    by_area: dict[int, dict[str, tuple[Case, Judgement]]] = {area.id: {} for area in material.areas}
    for case, judgement in judged:
        by_area[case.area.id][case.indicator.code] = (case, judgement)
    return {
        area.id: compose(
            stream=area.code,
            indicators=material.indicators_at[area.level],
            judged=by_area[area.id],
            dimensions=[each.code for each in material.catalogue.dimensions],
            rules=rules,
            seed=seed,
        )
        for area in material.areas
    }


def _add_run(
    exam_year: int, material: Material, rules: RuleVersion, seed: int, results: Results
) -> AssessmentRun:
    run = AssessmentRun(
        exam_year=exam_year,
        root_id=material.root.id,
        set_id=material.catalogue.set.id,
        rule_version_id=laid_down(version=rules).id,
        seed=seed,
        inputs_digest=_digest(_input_lines(material, rules, seed)),
        results_digest=_digest(_result_lines(results)),
        facts=_facts(material, rules, results),
        made_by=current_actor(),
    )
    of_city = (AssessmentRun.exam_year == exam_year, AssessmentRun.root_id == material.root.id)
    add_newest(row=run, line=of_city, meanwhile=Conflict("assessed-meanwhile", year=exam_year))
    return run


def _facts(material: Material, rules: RuleVersion, results: Results) -> dict[str, Any]:
    city = [pair for pair in results.judged if pair[0].area.id == material.root.id]
    grades = Counter(standing(str(judgement.grade), case.absence) for case, judgement in city)
    warnings = Counter(str(judgement.warning) for _case, judgement in city)
    whole = results.composed[material.root.id]
    return {
        "areas": len(material.areas),
        "evaluations": len(results.judged),
        "scored": sum(judgement.score is not None for _case, judgement in results.judged),
        "grades": {each: grades[each] for each in STANDINGS},
        "warnings": {level: warnings[level] for level in WARNINGS},
        "findings": len(results.findings),
        "draws": rules.rule_set.draws,
        "level": rules.rule_set.level,
        "with_error": whole.with_error,
        "without_error": whole.without_error,
    }


def _input_lines(material: Material, rules: RuleVersion, seed: int) -> Iterable[str]:
    """Everything that decides the results, by codes rather than ids."""
    yield f"{seed} {rules.digest} {material.root.code}"
    for case in material.cases:
        yield f"{case.indicator.code} {case.indicator.unit} {case.area.code} {case.absence} {case.evidence!r}"


def _result_lines(results: Results) -> Iterable[str]:
    for case, judgement in results.judged:
        yield f"{case.indicator.code} {case.area.code} {judgement!r}"
    # The order of the areas is that of level and code, so their ids need not be told.
    for place, composed in enumerate(results.composed.values()):
        yield f"{place} {composed!r}"
    for found in results.findings:
        facts = sorted(found.facts.items(), key=lambda pair: pair[0])
        yield f"{found.case.indicator.code} {found.case.area.code} {found.kind} {found.severity} {facts}"


def _digest(lines: Iterable[str]) -> str:
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode())
        total.update(b"\n")
    return total.hexdigest()
