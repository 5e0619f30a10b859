"""A real survey of another city, from its question list to estimates equal to a plain computation."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import replace
from math import sqrt
from pathlib import Path

import pytest
from flask import Flask

from app.areas.models import Area
from app.db import db
from app.forms.definitions import definition_of
from app.forms.queries import count_submissions, published_version
from app.surveys.designing import WaveOptions, create_wave
from app.surveys.estimating import estimate
from app.surveys.flagging import flag_responses
from app.surveys.models import Response, ResponseWeight, Wave
from app.surveys.queries import group_results, results, wave_summary
from app.surveys.question_list import Choice, Question, QuestionList, read_question_list
from app.surveys.settings import AreaReading, Group
from app.surveys.stratifying import StratumPlan, register_sample
from app.surveys.weighting import play_again, weigh
from tests.surveys.conftest import Send, add_area, send_all

DISTRICTS = ("1", "2", "3", "4", "5", "6")
POPULATION = 85_000.0
POINTS = {"5": 100.0, "4": 75.0, "3": 50.0, "2": 25.0, "1": 0.0}
ABOUT = {
    "mode": "mode",
    "council_district": "district",
    "age_band": "age_band",
    "sex": "sex",
    "tenure": "tenure",
}
GROUPS = ("mode", "age_band", "sex", "tenure")

Rows = list[dict[str, str]]


@pytest.fixture
def answers(shared: Path) -> Rows:
    path = shared / "reference" / "resident_survey" / "responses_2021_09.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def question_list(shared: Path, answers: Rows) -> QuestionList:
    content = (shared / "reference" / "resident_survey" / "questions.csv").read_bytes()
    listed = read_question_list(questions=(content, "questions.csv"))
    about = []
    choices: dict[str, tuple[Choice, ...]] = {}
    for column, name in ABOUT.items():
        values = sorted({row[column] for row in answers} - {""})
        choices[name] = tuple(Choice(value, label_en=value) for value in values)
        about.append(Question(name, "About you", f"select_one {name}", text_en=column.replace("_", " ")))
    return replace(listed, questions=(*about, *listed.questions), choices={**choices, **listed.choices})


@pytest.fixture
def wave(app: Flask, shared: Path, answers: Rows) -> Wave:
    city = add_area("us-kc", "Kansas City", "city", None)
    for code in DISTRICTS:
        add_area(f"us-kc-{code}", f"District {code}", "district", city)
    made = create_wave(
        exam_year=2021,
        root_id=city.id,
        name="Resident survey",
        form_id="resident_survey",
        title_zh="居民调查",
        title_en="Resident survey",
        version="2021-09",
        questions=question_list(shared, answers),
        design="strata",
        one_language="en",
        options=WaveOptions(
            groups=tuple(Group(name, name, name, name) for name in GROUPS),
            area=AreaReading("area_question", "district", {code: f"us-kc-{code}" for code in DISTRICTS}),
        ),
    )
    districts = db.session.query(Area).filter_by(level="district").all()
    register_sample(
        wave_id=made.id, strata=[StratumPlan(each.code, each.id, POPULATION) for each in districts]
    )
    return made


def post(wave: Wave, answers: Rows, send: Send) -> None:
    rows = [
        {ABOUT.get(name, name): value for name, value in row.items() if value and name != "respondent"}
        for row in answers
    ]
    send_all(send, wave, rows)


class PlainSurvey:
    """Means and errors by the textbook, with nothing but loops: drawn with replacement inside districts."""

    def __init__(self, rows: Rows, weights: dict[str, float]) -> None:
        self.rows, self.weights = rows, weights

    def mean(self, values: list[float | None], inside: list[bool]) -> tuple[float, float, int]:
        used = [i for i, value in enumerate(values) if value is not None and inside[i]]
        weight = [self.weights[row["council_district"]] for row in self.rows]
        below = sum(weight[i] for i in used)
        mean = sum(weight[i] * (values[i] or 0.0) for i in used) / below
        chosen = set(used)
        scores: dict[str, list[float]] = defaultdict(list)
        for i, row in enumerate(self.rows):
            part = weight[i] * ((values[i] or 0.0) - mean) / below if i in chosen else 0.0
            scores[row["council_district"]].append(part)
        variance = 0.0
        for parts in scores.values():
            centre = sum(parts) / len(parts)
            variance += len(parts) / (len(parts) - 1) * sum((part - centre) ** 2 for part in parts)
        return mean, sqrt(variance), len(used)


def plain(answers: Rows) -> PlainSurvey:
    counts: dict[str, int] = defaultdict(int)
    for row in answers:
        counts[row["council_district"]] += 1
    return PlainSurvey(answers, {code: POPULATION / n for code, n in counts.items()})


def test_a_real_survey_goes_from_its_question_list_to_estimates(
    wave: Wave, answers: Rows, send: Send
) -> None:
    post(wave, answers, send)
    assert count_submissions(wave.form_id) == {"complete": 1033}
    flagged = flag_responses(wave_id=wave.id)
    assert flagged.received == 1033
    # Nobody's flags may leave an answer out here: the plain computation knows all of them.
    assert flagged.used == 1033
    run = weigh(wave_id=wave.id)
    assert play_again(run).result.weights_digest == run.weights_digest
    assert run.diagnostics["summary"]["total"] == pytest.approx(6 * POPULATION, rel=1e-12)
    done = estimate(wave_id=wave.id)
    assert done.satisfactions == 0
    check_items(wave, answers)
    check_groups(wave, answers)
    check_dimensions_and_whole(wave, answers)
    summary = wave_summary(wave.id)
    assert summary.weights is not None
    assert [each.received for each in summary.by_district] == [159, 160, 150, 169, 181, 214]


def check_items(wave: Wave, answers: Rows) -> None:
    oracle = plain(answers)
    everybody = [True] * len(answers)
    names = [name for name in answers[0] if name.startswith("q")]
    assert len(names) == 73
    found = {(row.code, row.area_code): row for row in results(wave.id, level=None)}
    tops = {(row.code, row.area_code): row for row in results(wave.id, level=None, statistic="top2")}
    for name in names:
        points = [POINTS.get(row[name]) for row in answers]
        top = [None if value is None else float(value >= 75) for value in points]
        for code in ("us-kc", *(f"us-kc-{district}" for district in DISTRICTS)):
            inside = [code in ("us-kc", f"us-kc-{row['council_district']}") for row in answers]
            for table, values in ((found, points), (tops, top)):
                mean, error, n = oracle.mean(values, everybody if code == "us-kc" else inside)
                row = table[name, code]
                assert row.n == n
                assert row.estimate == pytest.approx(mean, rel=1e-10, abs=1e-10)
                assert row.se == pytest.approx(error, rel=1e-10, abs=1e-10)
        weights = [oracle.weights[row["council_district"]] for row in answers]
        given = [(w, row[name]) for w, row in zip(weights, answers, strict=True) if row[name]]
        share = sum(w for w, value in given if value == "9") / sum(w for w, _value in given)
        assert found[name, "us-kc"].dont_know_share == pytest.approx(share, rel=1e-10)


def check_groups(wave: Wave, answers: Rows) -> None:
    oracle = plain(answers)
    rows = group_results(wave.id, measure="question")
    assert {row.variable for row in rows} == set(GROUPS)
    few = {(row.code, row.variable) for row in rows if 0 < row.n < 30}
    told = Counter[tuple[str, str]]()
    for row in rows:
        told[row.code, row.variable] += row.n
    judged = {code: sum(POINTS.get(each[code]) is not None for each in answers) for code, _group in told}
    # Those who answered the question and told no group are found by subtraction too.
    few |= {(code, group) for (code, group), n in told.items() if 0 < judged[code] - n < 30}
    for row in rows:
        inside = [each[row.variable] == row.category for each in answers]
        values = [POINTS.get(each[row.code]) for each in answers]
        if not any(ok and value is not None for ok, value in zip(inside, values, strict=True)):
            assert row.state == "empty"
            assert row.estimate is None
            continue
        mean, error, n = oracle.mean(values, inside)
        assert row.n == n
        if row.suppressed:
            # Too few answers, or the group that would tell those of one with too few.
            assert row.estimate is None
            assert n < 30 or (row.code, row.variable) in few
            continue
        assert n >= 30
        assert row.estimate == pytest.approx(mean, rel=1e-10, abs=1e-10)
        if row.state == "ok":
            assert row.se == pytest.approx(error, rel=1e-10, abs=1e-10)


def check_dimensions_and_whole(wave: Wave, answers: Rows) -> None:
    oracle = plain(answers)
    everybody = [True] * len(answers)
    mean, error, n = oracle.mean([_mean(row, ("q5_",)) for row in answers], everybody)
    police = results(wave.id, measure="dimension", level="city", codes=["Police"])[0]
    assert (police.label_en, police.n) == ("Police", n)
    assert police.estimate == pytest.approx(mean, rel=1e-10)
    assert police.se == pytest.approx(error, rel=1e-10)
    parts = [("q1_",), ("q2_",), ("q3_",), ("q5_",), ("q7_",), ("q9_",), ("q11_",), ("q12_",), ("q14_",)]
    parts += [("q15_",), ("q17_",)]
    overall = results(wave.id, measure="overall", level="city")[0]
    whole: list[float | None] = []
    for row in answers:
        found = [value for value in (_mean(row, part) for part in parts) if value is not None]
        whole.append(sum(found) / len(found) if found else None)
    mean, error, n = oracle.mean(whole, everybody)
    assert overall.code == "all_dimensions"
    assert overall.n == n
    assert overall.estimate == pytest.approx(mean, rel=1e-10)
    assert overall.se == pytest.approx(error, rel=1e-10)


def _mean(row: dict[str, str], prefixes: tuple[str, ...]) -> float | None:
    found = [POINTS[v] for name, v in row.items() if name.startswith(prefixes) and v in POINTS]
    return sum(found) / len(found) if found else None


def test_totals_that_differ_from_the_strata_are_met(wave: Wave, answers: Rows, send: Send) -> None:
    post(wave, answers[:60], send)
    flag_responses(wave_id=wave.id)
    totals = {f"us-kc-{code}": 10_000.0 * int(code) for code in DISTRICTS}
    run = weigh(wave_id=wave.id, totals=totals)
    sums: dict[str, float] = defaultdict(float)
    query = db.session.query(ResponseWeight, Area.code).filter(ResponseWeight.run_id == run.id)
    query = query.join(Response, Response.id == ResponseWeight.response_id)
    for weight, code in query.join(Area, Area.id == Response.district_id):
        sums[code] += weight.weight
    assert dict(sums) == pytest.approx(totals, rel=1e-12)


def test_the_form_is_in_one_language_with_scales_as_choices(wave: Wave, app: Flask) -> None:
    definition = definition_of(published_version(wave.form))
    assert definition.languages == ()
    item = definition.named("q1_01")
    assert item is not None
    assert item.label.plain() == "as a place to live"
    assert [choice.value for choice in item.choices] == ["5", "4", "3", "2", "1", "9"]
    assert item.choices[0].label.plain() == "Excellent"
    assert len([q for q in definition.questions.values() if q.name.startswith("q")]) == 73
