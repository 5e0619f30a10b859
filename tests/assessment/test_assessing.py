"""Judging a whole city, held against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from app.analysis import yardsticks
from app.analysis.rules import RuleSet
from app.analysis.scoring import judge
from app.analysis.yardsticks import Direction, Evidence
from app.assessment.judging import assess
from app.assessment.models import AssessmentRun, Evaluation, RuleVersion
from app.assessment.queries import (
    area_score,
    area_scores,
    current_run,
    dimension_scores,
    evaluation,
    evaluations,
    findings,
    runs,
    score_history,
    scores_matrix,
    standings_count,
    warning_counts,
    warnings,
    yardstick_summary,
)
from app.assessment.ruling import keep_rules, rule_versions, rules_in_force
from app.db import db
from app.errors import Invalid, NotFound
from app.indicators.adopting import adopt_by_hand
from app.indicators.values import record
from tests.assessment.conftest import Examined
from tests.assessment.small_city import (
    CITY,
    NORTH,
    SOUTH,
    STREETS,
    SmallCity,
    add_catalogue,
    add_standard,
    add_values,
    make_city,
)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent inside the block."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _of(run: AssessmentRun, examined: Examined, code: str, area: str) -> Evaluation:
    return evaluation(run.id, code, examined.city.id(area)).evaluation


def _assessed(examined: Examined, **more: int) -> AssessmentRun:
    return assess(exam_year=2024, root_id=examined.city.root.id, **more)


@pytest.mark.parametrize(
    ("code", "area", "score", "grade", "warning"),
    [
        ("EC01", CITY, 80.0, "meets", "none"),
        ("EC01", NORTH, 100.0, "strength", "none"),
        ("EC01", SOUTH, 55.0, "shortfall", "yellow"),
        ("EC02", CITY, 80.0, "meets", "none"),
        ("TR01", CITY, 54.0, "shortfall", "yellow"),
        ("TR01", NORTH, 48.0, "shortfall", "red"),
        ("TR01", SOUTH, 80.0, "meets", "none"),
        ("TR02", CITY, 50.0, "meets", "yellow"),
        ("TR02", NORTH, None, "no_basis", "none"),
        ("SA01", CITY, 0.0, "shortfall", "red"),
        ("SA01", SOUTH, 100.0, "meets", "none"),
        ("SA02", CITY, None, "no_basis", "none"),
    ],
)
def test_scores_grades_and_warnings_are_those_worked_out_by_hand(
    examined: Examined, code: str, area: str, score: float | None, grade: str, warning: str
) -> None:
    found = _of(_assessed(examined), examined, code, area)
    assert found.score == (None if score is None else pytest.approx(score))
    assert (found.grade, found.warning) == (grade, warning)


def test_stored_judgement_is_what_the_pure_rules_say_of_the_same_evidence(examined: Examined) -> None:
    found = evaluation(_assessed(examined).id, "EC01", examined.city.root.id)
    expected = judge(
        Evidence(
            direction=Direction.POSITIVE,
            year=2024,
            value=75.0,
            standard_error=2.0,
            national=yardsticks.Standard(minimum=60.0),
            exemplary=yardsticks.Standard(minimum=90.0),
            plan_target=yardsticks.Standard(minimum=75.0),
            benchmarks=(70.0,),
            satisfaction=55.0,
            satisfaction_standard_error=1.0,
            upper_bound=100.0,
        ),
        RuleSet(),
    )
    assert found.evaluation.grade == str(expected.grade)
    assert found.evaluation.grade_reason == expected.grade_reason
    assert found.evaluation.score == expected.score
    assert found.evaluation.warning == str(expected.warning)
    told = [(each.verdict.yardstick, each.verdict.outcome, each.verdict.margin) for each in found.verdicts]
    assert told == [(str(key), str(each.outcome), each.margin) for key, each in expected.verdicts.items()]
    assert [outcome for _yardstick, outcome, _margin in told] == [
        "met",
        "cannot_tell",
        "met",
        "not_met",
        "no_basis",
        "not_met",
    ]


def test_every_verdict_leads_back_to_the_rows_it_was_held_against(examined: Examined) -> None:
    run = _assessed(examined)
    found = evaluation(run.id, "EC01", examined.city.root.id)
    ids = {
        each.verdict.yardstick: (each.verdict.basis_kind, each.verdict.basis_ids) for each in found.verdicts
    }
    assert ids["benchmark_city"] == ("benchmark", [examined.ids["benchmark EC01"]])
    assert ids["plan_target"] == ("plan_target", [examined.ids["target EC01"]])
    assert ids["national_standard"] == ("standard", [examined.ids["national EC01"]])
    assert ids["exemplary_standard"] == ("standard", [examined.ids["exemplary EC01"]])
    assert ids["past_years"] == (None, [])
    assert ids["satisfaction"] == ("satisfaction", [examined.ids["satisfaction EC01"]])
    assert found.evaluation.value_id == examined.values["EC01", CITY]
    past = evaluation(run.id, "TR02", examined.city.root.id).verdicts[4]
    assert [(row.exam_year, row.value) for row in past.basis] == [(2023, 120.0)]


def test_dimension_and_area_scores_are_the_means_worked_out_by_hand(examined: Examined) -> None:
    run = _assessed(examined)
    dimensions = {
        (each.area.code, each.dimension_code): (each.score, each.scored, each.total)
        for each in dimension_scores(run.id)
    }
    assert dimensions[CITY, "EC"] == (pytest.approx(80), 2, 2)
    assert dimensions[CITY, "TR"] == (pytest.approx(52), 2, 2)
    assert dimensions[CITY, "SA"] == (0.0, 1, 2)
    assert dimensions[NORTH, "TR"] == (pytest.approx(48), 1, 2)
    # Not collected in the north counts against its share; not applicable in the south does not.
    assert dimensions[NORTH, "SA"] == (0.0, 1, 2)
    assert dimensions[SOUTH, "SA"] == (100.0, 1, 1)
    scores = {each.area.code: each.score for each in area_scores(run.id)}
    assert scores[CITY] == pytest.approx(44)
    assert scores[NORTH] == pytest.approx(148 / 3)
    assert scores[SOUTH] == pytest.approx(235 / 3)
    assert [each.area.code for each in area_scores(run.id, level="street")] == list(STREETS)


def test_intervals_stand_only_where_a_standard_error_is_known(examined: Examined) -> None:
    run = _assessed(examined)
    city = {each.dimension_code: each for each in dimension_scores(run.id, examined.city.root.id)}
    # EC01 rises by 4/3 points a unit around 75, so its error of 2 makes 8/3 points, half of it in the mean.
    assert city["EC"].low == pytest.approx(80 - 1.96 * 4 / 3, abs=0.4)
    assert city["EC"].high == pytest.approx(80 + 1.96 * 4 / 3, abs=0.4)
    assert (city["TR"].low, city["TR"].high, city["TR"].with_error) == (None, None, 0)
    whole = area_score(run.id, examined.city.root.id)
    assert whole is not None
    assert whole.low is not None and whole.high is not None
    assert whole.low < 44 < whole.high
    assert (whole.with_error, whole.without_error) == (1, 4)
    north = area_score(run.id, examined.city.id(NORTH))
    assert north is not None
    assert (north.low, north.high) == (None, None)
    assert _of(run, examined, "EC01", CITY).score_low is not None
    assert _of(run, examined, "TR01", CITY).score_low is None


def test_four_reasons_for_having_no_number_stay_apart(examined: Examined) -> None:
    run = _assessed(examined)
    assert _of(run, examined, "SA02", CITY).absence == "not_collected"
    assert _of(run, examined, "SA02", SOUTH).absence == "not_applicable"
    assert _of(run, examined, "SA02", SOUTH).state == "not_applicable"
    assert _of(run, examined, "SA01", SOUTH).absence is None
    assert _of(run, examined, "SA01", SOUTH).value == 0.0


def test_a_bound_of_the_whole_city_is_not_held_against_its_parts(examined: Examined) -> None:
    run = _assessed(examined)
    part = evaluation(run.id, "TR02", examined.city.id(NORTH)).verdicts[1]
    assert (part.verdict.outcome, part.verdict.reason) == ("no_basis", "whole-city-only")
    assert (part.verdict.basis_ids, part.verdict.threshold) == ([], None)
    whole = evaluation(run.id, "TR02", examined.city.root.id).verdicts[1]
    assert (whole.verdict.outcome, whole.verdict.threshold) == ("not_met", "<=100")
    # A bound of zero says the same of every part.
    zero = evaluation(run.id, "SA01", examined.city.id(NORTH)).verdicts[2]
    assert (zero.verdict.outcome, zero.verdict.threshold) == ("not_met", "<=0")


def test_findings_name_the_worst_places_worst_first(examined: Examined) -> None:
    run = _assessed(examined)
    city = findings(run.id, area_id=examined.city.root.id)
    told = [
        (each.indicator.code, each.finding.kind, each.finding.severity, [area.code for area in each.where])
        for each in city
    ]
    assert told == [
        ("SA01", "bottom_line_breach", "red", [STREETS[0]]),
        ("TR01", "national_standard_failed", "yellow", [STREETS[0], STREETS[1]]),
        ("TR02", "worse_two_years", "yellow", [STREETS[0], STREETS[1], STREETS[2]]),
        ("EC01", "dissatisfied", "yellow", [STREETS[2], STREETS[0]]),
        ("EC01", "shortfall_in_parts", "yellow", [STREETS[2]]),
    ]
    assert city[1].finding.facts["parts"] == {"shortfall": 2, "judged": 3}
    assert city[1].finding.facts["threshold"] == "<=30"
    north = [
        (each.indicator.code, each.finding.kind)
        for each in findings(run.id, level="district")
        if each.area.code == NORTH
    ]
    assert north == [("SA01", "bottom_line_breach"), ("TR01", "national_standard_failed")]


def test_summaries_count_every_indicator_of_the_city_once(examined: Examined) -> None:
    run = _assessed(examined)
    root = examined.city.root.id
    assert standings_count(run.id, root) == {
        "strength": 0,
        "meets": 3,
        "shortfall": 2,
        "no_basis": 0,
        "no_value": 1,
        "not_applicable": 0,
    }
    assert warning_counts(run.id, root) == {"red": 1, "yellow": 2, "none": 3}
    summary = yardstick_summary(run.id, root)
    assert summary["national_standard"] == {"met": 1, "not_met": 2, "cannot_tell": 0, "no_basis": 3}
    assert all(sum(counts.values()) == 6 for counts in summary.values())
    assert run.facts["grades"] == standings_count(run.id, root)
    assert [each.indicator_code for each in warnings(run.id, area_id=root)] == ["SA01", "TR01", "TR02"]


def test_matrix_of_the_streets_holds_their_scores_and_gaps(examined: Examined) -> None:
    run = _assessed(examined)
    matrix = scores_matrix(run.id, "street")
    assert [area.code for area in matrix.areas] == list(STREETS)
    assert [each.code for each in matrix.indicators] == ["EC01", "TR01", "TR02", "SA01"]
    assert matrix.scores[0, [0, 1, 3]].tolist() == pytest.approx([100, 48, 0])
    assert str(matrix.scores[0, 2]) == "nan"


def test_assessing_again_gives_the_same_digests_and_supersedes(examined: Examined) -> None:
    first = _assessed(examined)
    second = _assessed(examined)
    assert (first.inputs_digest, first.results_digest) == (second.inputs_digest, second.results_digest)
    assert (first.number, second.number) == (1, 2)
    current = current_run(2024, examined.city.root.id)
    assert current is not None
    assert current.id == second.id
    db.session.refresh(first)
    assert first.is_current is None
    assert [run.id for run in runs(exam_year=2024)] == [second.id, first.id]
    other = _assessed(examined, seed=7)
    assert other.results_digest != first.results_digest
    assert _of(other, examined, "EC01", CITY).score == _of(first, examined, "EC01", CITY).score


def test_a_value_decided_later_changes_only_the_newer_run(examined: Examined) -> None:
    first = _assessed(examined)
    add_values(examined.city, 2024, {"TR01": {CITY: 29}})
    second = _assessed(examined)
    assert _of(second, examined, "TR01", CITY).grade == "meets"
    assert _of(first, examined, "TR01", CITY).grade == "shortfall"
    assert first.inputs_digest != second.inputs_digest


def test_a_change_of_source_is_no_trend(app: Flask) -> None:
    city = make_city()
    for year in (2021, 2022, 2023, 2024):
        add_catalogue(city, year)
        add_values(city, year, {"TR01": {CITY: 3.0 + 0.1 * (year - 2021)}})
    by_signals = record(
        indicator_code="TR01", area_id=city.root.id, exam_year=2024, source_kind="mobile_signalling",
        vintage="2023", value=15.0, state="derived", method="test", provenance=("test", 1),
    )  # fmt: skip
    before = _judged(city)
    assert before.score is not None
    assert "worse-two-years-running" in before.warning_reasons
    adopt_by_hand(
        exam_year=2024, indicator_code="TR01", area_id=city.root.id, value_id=by_signals.id, reason="核实"
    )
    changed = _judged(city)
    past = next(each for each in changed.verdicts if each.yardstick == "past_years")
    assert (past.outcome, past.reason) == ("no_basis", "past-other-source")
    assert (changed.score, changed.score_reason) == (None, "past-other-source")
    assert changed.warning == "none"
    for year, value in ((2021, 18.0), (2022, 17.0), (2023, 16.0)):
        record(
            indicator_code="TR01", area_id=city.root.id, exam_year=year, source_kind="mobile_signalling",
            vintage=str(year - 1), value=value, state="derived", method="test", provenance=("test", 1),
        )  # fmt: skip
    told = _judged(city)
    past = next(each for each in told.verdicts if each.yardstick == "past_years")
    assert (past.outcome, past.margin, told.score_method) == ("met", 1.0, "past_place")


def _judged(city: SmallCity) -> Evaluation:
    run = assess(exam_year=2024, root_id=city.root.id)
    return evaluation(run.id, "TR01", city.root.id).evaluation


def test_results_of_a_run_cannot_be_changed(examined: Examined) -> None:
    found = _of(_assessed(examined), examined, "EC01", CITY)
    found.grade = "strength"
    with pytest.raises(ValueError, match="append-only"):
        db.session.flush()


def test_rules_are_versions_and_a_newer_one_judges_the_next_run(examined: Examined) -> None:
    first = _assessed(examined)
    kept = keep_rules(exam_year=2024, rules=RuleSet(red_ratio=0.95), note="stricter")
    assert (kept.version, rules_in_force(2024).id) == (1, kept.id)
    assert keep_rules(exam_year=2024, rules=RuleSet(red_ratio=0.95)).id == kept.id
    second = _assessed(examined)
    assert _of(first, examined, "TR01", CITY).warning == "yellow"
    assert _of(second, examined, "TR01", CITY).warning == "red"
    assert first.rules.rule_set == RuleSet()
    assert rules_in_force(2030).id == kept.id


def test_reading_the_rules_writes_nothing_and_the_first_rules_hide_no_kept_ones(examined: Examined) -> None:
    assert rules_in_force(2024).rule_set == RuleSet()
    assert db.session.query(RuleVersion).count() == 0
    run = assess(exam_year=2023, root_id=examined.city.root.id)
    assert (run.rules.valid_from_year, run.rules.version) == (0, 1)
    kept = keep_rules(exam_year=2022, rules=RuleSet(red_ratio=0.95))
    assert rules_in_force(2021).id == run.rules.id
    assert {rules_in_force(year).id for year in (2022, 2023, 2024)} == {kept.id}
    assert [each.id for each in rule_versions()] == [kept.id, run.rules.id]


def test_years_are_told_side_by_side(examined: Examined) -> None:
    root = examined.city.root.id
    assess(exam_year=2023, root_id=root)
    _assessed(examined)
    assert [year for year, _score in score_history(root, root)] == [2023, 2024]


@pytest.mark.parametrize("streets", [2, 40])
def test_the_number_of_statements_does_not_grow_with_the_city(app: Flask, streets: int) -> None:
    codes = tuple(f"360201{number:03d}" for number in range(1, streets + 1))
    city = make_city(codes)
    root_id = city.root.id
    add_catalogue(city, 2024)
    add_standard(city, 2024, "TR01", "national_standard", "<=", 30)
    add_values(city, 2024, {"TR01": dict.fromkeys([CITY, *codes], 33.0)})
    db.session.commit()
    db.session.expunge_all()
    with counted() as sent:
        run = assess(exam_year=2024, root_id=root_id)
    assert len(sent) <= 44
    db.session.expunge_all()
    with counted() as read:
        found = evaluations(run.id, with_verdicts=True)
        assert {each.area.code for each in found} >= set(codes)
        assert {len(each.verdicts) for each in found} == {6}
    assert len(read) == 2


def test_a_part_of_a_city_and_an_unknown_year_are_refused(examined: Examined) -> None:
    with pytest.raises(Invalid, match="root-not-a-city"):
        assess(exam_year=2024, root_id=examined.city.id(NORTH))
    with pytest.raises(NotFound, match="no-indicator-set"):
        assess(exam_year=2031, root_id=examined.city.root.id)
    with pytest.raises(NotFound, match="unknown-evaluation"):
        evaluation(_assessed(examined).id, "XX99", examined.city.root.id)
