"""A small wave from its question list to indicators, through the doors of the house."""

from __future__ import annotations

from collections import Counter, defaultdict
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from lxml import etree
from sqlalchemy import select

from app.analysis.precision import half_width
from app.areas.importing import import_margins
from app.areas.models import Area
from app.db import db
from app.errors import Conflict, Invalid
from app.forms.definitions import definition_of
from app.forms.links import link_by_token
from app.forms.queries import published_version
from app.indicators.queries import sources_of
from app.indicators.satisfaction import satisfactions
from app.surveys.designing import create_wave
from app.surveys.estimating import compare_cases, estimate
from app.surveys.flagging import flag_responses
from app.surveys.models import AnswerCount, Response, ResponseWeight, SampleUnit, Wave
from app.surveys.queries import answer_counts, results, unit_links, wave_summary
from app.surveys.sampling import draw_sample, import_frame
from app.surveys.weighting import play_again, weigh
from app.workbooks.workbook_reading import read_workbook
from app.xforms.filling import open_filling
from tests.surveys.conftest import Send, answer, catalogue_of, dice, questions_of_city

COMMUNITIES = [f"36020{d}00{s}00{c}" for d in (1, 2) for s in (1, 2) for c in (1, 2)]
SIZES = dict(zip(COMMUNITIES, (900, 700, 400, 500, 600, 800, 300, 450), strict=True))
MARGINS = {"sex": {"male": 5200.0, "female": 4800.0}, "total": {"360201": 5500.0, "360202": 4500.0}}
AGES = {"16-29": 2000.0, "30-44": 3000.0, "45-59": 3000.0, "60+": 2000.0}


@pytest.fixture
def wave(small_city: Area) -> Wave:
    catalogue_of(2024)
    return create_wave(
        exam_year=2024,
        root_id=small_city.id,
        name="居民调查",
        form_id="small_survey",
        title_zh="小城居民满意度调查",
        title_en="Resident survey",
        version="2024050101",
        questions=questions_of_city(),
    )


def frame(codes: list[str]) -> bytes:
    lines = [f"{code},{SIZES.get(code, 100)},{SIZES.get(code, 100) * 3}" for code in codes]
    return ("community_code,households,population\n" + "\n".join(lines) + "\n").encode()


@pytest.fixture
def drawn(wave: Wave) -> Wave:
    import_frame(wave_id=wave.id, content=frame([*COMMUNITIES, "360201001999"]), filename="frame.csv")
    draw_sample(wave_id=wave.id, seed=11, psus=6, units_per_psu=30)
    return wave


@pytest.fixture
def margins(small_city: Area) -> str:
    lines = [f"3602,sex,{category},{n}" for category, n in MARGINS["sex"].items()]
    lines += [f"3602,age_band,{category},{n}" for category, n in AGES.items()]
    lines += [f"{code},total,16+,{n}" for code, n in MARGINS["total"].items()]
    content = ("area_code,variable,category,persons\n" + "\n".join(lines) + "\n").encode()
    facts: dict[str, Any] = {"name": "16岁以上人口", "reference_year": 2023, "source_note": "测试用"}
    import_margins(content=content, filename="margins.csv", root=small_city, **facts)
    return "16岁以上人口"


@pytest.fixture
def answered(drawn: Wave, send: Send) -> Wave:
    rng = dice(5)
    for number, each in enumerate(list(unit_links(drawn.id))):
        if rng.random() < 0.75:
            send(drawn, answer(rng, each.psu), number, link_by_token(each.token))
    return drawn


def test_the_form_compiles_in_both_languages_with_gates_and_cascade(wave: Wave) -> None:
    version = published_version(wave.form)
    form = definition_of(version)
    assert form.languages == ("中文 (zh)", "English (en)")
    community = form.named("community")
    assert community is not None
    filling = open_filling(form, {}, first=True)
    assert not filling.relevant("/data/part04/ec_park")
    answers: dict[str, Any] = {"part01": {"consent": "1"}, "part02": {"resid6m": "1", "street": "360201001"}}
    filling = open_filling(form, answers, language="English (en)")
    assert filling.relevant("/data/part04/ec_park")
    offered = filling.field(community.path).choices
    assert [(each.value, each.label) for each in offered] == [
        ("360201001001", "同名社区"),
        ("360201001002", "同名社区"),
    ]
    refused = open_filling(form, {"part01": {"consent": "0"}, "part02": {"resid6m": "1"}})
    assert not refused.relevant("/data/part02/resid6m")
    age = form.named("age")
    assert age is not None
    assert age.constraint_message.plain("English (en)") == "Please enter a number from 16 to 110."
    assert age.required_message.plain("中文 (zh)") == "请回答本题。"
    assert version.coarsen == ["/data/part02/home_point"]
    assert version.consent_path == "/data/part01/consent"
    assert etree.fromstring(version.xform) is not None
    labels = {node.label.plain("English (en)") for node in form.root.children if hasattr(node, "children")}
    assert "Ecology" in labels


def test_an_unknown_indicator_publishes_nothing(small_city: Area) -> None:
    catalogue_of(2024, without="EC11")
    facts: dict[str, Any] = {"exam_year": 2024, "root_id": small_city.id, "name": "a", "title_zh": "a"}
    with pytest.raises(Invalid) as refused:
        create_wave(form_id="small_survey", version="1", questions=questions_of_city(), **facts)
    assert [place.code for place in refused.value.places] == ["question-indicator-unknown"]
    assert refused.value.places[0].facts["found"] == "EC11"
    assert db.session.query(Wave).count() == 0


def test_the_frame_leaves_out_what_is_outside_and_refuses_unknown_codes(wave: Wave) -> None:
    done = import_frame(wave_id=wave.id, content=frame([*COMMUNITIES, "360201001999"]), filename="f.csv")
    assert done.units == 8
    assert [(p.code, p.cell) for p in done.left_out] == [("area-outside-frame", "A10")]
    with pytest.raises(Invalid) as refused:
        import_frame(
            wave_id=wave.id, content=frame(["999", COMMUNITIES[0], COMMUNITIES[0]]), filename="f.csv"
        )
    assert [(p.code, p.row) for p in refused.value.places] == [("unknown-area", 2), ("code-twice", 4)]


def test_the_sample_is_drawn_again_from_its_seed(drawn: Wave) -> None:
    units = db.session.query(SampleUnit).order_by(SampleUnit.id).all()
    assert len(units) == 180
    assert all(unit.link_id is not None for unit in units)
    assert sum(1 / unit.probability for unit in units) == pytest.approx(sum(SIZES.values()), rel=0.2)
    first = [(unit.psu, unit.unit, unit.probability) for unit in units]
    with pytest.raises(Conflict):
        draw_sample(wave_id=drawn.id, seed=12, psus=6, units_per_psu=30)
    from app.surveys.models import Draw

    db.session.query(SampleUnit).delete()
    db.session.query(Draw).delete()
    draw_sample(wave_id=drawn.id, seed=11, psus=6, units_per_psu=30, links=False)
    again = db.session.query(SampleUnit).order_by(SampleUnit.id).all()
    assert [(unit.psu, unit.unit, unit.probability) for unit in again] == first


def test_answers_are_tied_to_their_unit_once(drawn: Wave, send: Send) -> None:
    rng = dice(1)
    first, second, third, fourth = list(unit_links(drawn.id))[:4]
    send(drawn, answer(rng, first.psu), 1, link_by_token(first.token))
    send(drawn, answer(rng, first.psu), 2, link_by_token(first.token))
    send(drawn, {"consent": "0"}, 3, link_by_token(second.token))
    send(drawn, {"consent": "1", "resid6m": "0"}, 4, link_by_token(third.token))
    send(drawn, answer(rng, "360202002002"), 5, link_by_token(fourth.token))
    send(drawn, answer(rng, "360202002002"), 6)
    flagged = flag_responses(wave_id=drawn.id)
    rows = db.session.query(Response).order_by(Response.id).all()
    assert [row.disposition for row in rows] == [
        "complete",
        "complete",
        "refused",
        "ineligible",
        "complete",
        "complete",
    ]
    codes = [{flag["code"] for flag in row.flags} for row in rows]
    assert codes == [set(), {"duplicate-unit"}, {"refused"}, {"ineligible"}, {"wrong-area"}, {"no-unit"}]
    assert [row.usable for row in rows] == [True, False, False, False, True, False]
    assert flagged.used == 2
    assert rows[2].answers == {}
    assert rows[0].categories["sex"] in {"male", "female"}
    units = {each.sample_unit_id: each.disposition for each in unit_links(drawn.id)}
    expected = ("respondent", "nonrespondent", "ineligible", "respondent")
    assert tuple(units[each.sample_unit_id] for each in (first, second, third, fourth)) == expected


def test_poor_answers_are_flagged_and_the_rule_decides(drawn: Wave, send: Send) -> None:
    rng = dice(2)
    links = list(unit_links(drawn.id))[:12]
    for number, each in enumerate(links):
        row = answer(rng, each.psu)
        if number < 2:
            row["end"] = "2024-05-01T08:00:30.000+08:00"
        if number < 1:
            row["attn"] = "1"
        send(drawn, row, number, link_by_token(each.token))
    flagged = flag_responses(wave_id=drawn.id)
    assert flagged.by_code == {"attention-failed": 1, "too-fast": 2}
    assert (flagged.flagged, flagged.used) == (2, 11)
    fast = db.session.query(Response).order_by(Response.id).first()
    assert fast is not None
    assert fast.flags[0]["facts"]["seconds"] == 30.0


def test_weights_meet_the_margins_and_replay_to_the_byte(answered: Wave, margins: str) -> None:
    flag_responses(wave_id=answered.id)
    run = weigh(wave_id=answered.id, margin_table=margins)
    assert [step["kind"] for step in run.recipe] == ["base", "nonresponse", "rake"]
    sums: dict[str, float] = defaultdict(float)
    query = db.session.query(Response, ResponseWeight.weight, Area.code)
    query = query.join(ResponseWeight, ResponseWeight.response_id == Response.id)
    for response, weight, district in query.join(Area, Area.id == Response.district_id):
        sums[district] += weight
        for category in response.categories.values():
            sums[category] += weight
    wanted = MARGINS["sex"] | MARGINS["total"] | AGES
    assert {name: sums[name] for name in wanted} == pytest.approx(wanted, rel=1e-8)
    assert play_again(run).result.weights_digest == run.weights_digest
    assert run.diagnostics["sources"]["source_note"] == "测试用"
    later = weigh(wave_id=answered.id, margin_table=margins)
    assert (run.is_current, later.is_current, later.number) == (None, True, 2)
    assert later.weights_digest == run.weights_digest


def test_estimates_are_weighted_means_and_reach_the_indicators(answered: Wave, margins: str) -> None:
    flag_responses(wave_id=answered.id)
    run = weigh(wave_id=answered.id, margin_table=margins)
    done = estimate(wave_id=answered.id)
    assert done.estimates > 0
    query = db.session.query(Response, ResponseWeight.weight)
    rows = query.join(ResponseWeight, ResponseWeight.response_id == Response.id).all()
    weights = np.array([weight for _response, weight in rows])

    def plain_mean(names: tuple[str, ...], district: int | None = None) -> float:
        points = {"5": 100.0, "4": 75.0, "3": 50.0, "2": 25.0, "1": 0.0}
        above = below = 0.0
        for (response, _weight), weight in zip(rows, weights, strict=True):
            found = [points[response.answers[n]] for n in names if response.answers.get(n) in points]
            if found and district in (None, response.district_id):
                above += weight * sum(found) / len(found)
                below += weight
        return above / below

    district = db.session.query(Area).filter_by(code="360202").one()
    ecology = results(answered.id, measure="dimension", level="city", codes=["EC"])[0]
    assert ecology.label_en == "Ecology"
    assert ecology.estimate == pytest.approx(plain_mean(("ec_park", "ec_air")), rel=1e-12)
    overall = {row.area_code: row for row in results(answered.id, measure="overall", level=None)}
    assert overall["360202"].estimate == pytest.approx(plain_mean(("overall",), district.id), rel=1e-12)
    assert 0 < (overall["360202"].se or 0) < 10
    kept = satisfactions(2024)
    assert kept["EC08", district.id].score == pytest.approx(plain_mean(("ec_park",), district.id), rel=1e-12)
    assert kept["EC08", district.id].provenance_id == f"{run.id}:EC08"
    assert kept["EC08", district.id].standard_error is not None
    check_widths(answered)
    value = sources_of(2024, "TR03", answered.root_id)[0]
    minutes = np.array([response.answers["tr_minutes"] for response, _weight in rows], dtype=float)
    assert value.value == pytest.approx(float(weights @ minutes / weights.sum()), rel=1e-12)
    assert (value.state, value.source_kind, value.sample_size) == ("derived", "survey", len(rows))
    check_small_cells(answered)
    again = estimate(wave_id=answered.id)
    assert again == done


def check_widths(wave: Wave) -> None:
    """The interval of what was recorded is that of the survey's own results, at every level."""
    kept, checked = satisfactions(2024), 0
    for row in results(wave.id, measure="question", level=None, codes=["ec_park"]):
        found = kept["EC08", row.area_id]
        if row.suppressed or found.standard_error is None:
            continue
        assert found.degrees_of_freedom == max(row.df, 1.0)
        width = half_width(found.standard_error, found.degrees_of_freedom)
        assert found.score + width == pytest.approx(row.high, rel=1e-12)
        checked += 1
    assert checked > 2


def check_small_cells(wave: Wave) -> None:
    rows = results(wave.id, measure="question", level=None)
    hidden = {(row.code, row.area_id) for row in rows if row.suppressed}
    assert {row.suppressed for row in rows} == {True, False}
    for row in rows:
        shown = (row.estimate, row.se, row.low, row.high, row.deff, row.df, row.dont_know_share)
        assert not row.suppressed or set(shown) == {None}
        assert row.suppressed or row.n >= 30
    # Of the two streets of a district both are held back when one has too few answers.
    for code, area_id in hidden:
        street = db.session.get_one(Area, area_id)
        twins = [each.id for each in db.session.query(Area).filter_by(parent_id=street.parent_id)]
        assert all((code, twin) in hidden for twin in twins)
    for (_code, area_id), found in satisfactions(2024).items():
        assert found.is_suppressed == (found.score is None), area_id
        assert (found.sample_size or 0) >= 30 or found.is_suppressed


def test_the_summary_tells_counts_weights_and_comparison(answered: Wave, margins: str, send: Send) -> None:
    flagged = flag_responses(wave_id=answered.id)
    run = weigh(wave_id=answered.id, margin_table=margins)
    estimate(wave_id=answered.id)
    compare_cases(wave_id=answered.id, recipe=run.recipe)
    told = wave_summary(answered.id)
    assert (told.counts.received, told.counts.used, told.sample_size) == (flagged.received, flagged.used, 180)
    assert told.response_rate == pytest.approx(flagged.received / 180)
    assert told.weights is not None
    assert told.weights.converged
    assert told.weights.total == pytest.approx(10_000.0)
    assert told.weights.minimum <= told.weights.maximum
    assert set(told.comparison) == {"used", "all", "unflagged"}
    assert [row.area_code for row in told.districts] == ["360201", "360202"]
    assert sum(each.sampled for each in told.by_district) == 180
    # A dwelling that turned out not to belong lowers no rate: it leaves the base as well.
    pending = db.session.query(SampleUnit).filter_by(wave_id=answered.id, disposition="pending").first()
    assert pending is not None
    pending.disposition = "ineligible"
    assert wave_summary(answered.id).response_rate == pytest.approx(flagged.received / 179)
    assert answer_counts(answered.id, answered.root_id)["overall"].total() == told.counts.used
    # An answer that comes after the weighting makes it stale.
    waiting = next(each for each in unit_links(answered.id) if each.disposition == "pending")
    send(answered, answer(dice(3), waiting.psu), 999, link_by_token(waiting.token))
    with pytest.raises(Conflict) as refused:
        estimate(wave_id=answered.id)
    assert refused.value.code == "weights-stale"


def test_counts_are_kept_and_filled_for_what_was_estimated_before(answered: Wave, margins: str) -> None:
    flagged = flag_responses(wave_id=answered.id)
    weigh(wave_id=answered.id, margin_table=margins)
    estimate(wave_id=answered.id)
    usable = db.session.query(Response).filter_by(wave_id=answered.id, usable=True).all()
    plain = Counter(row.answers["overall"] for row in usable)
    assert answer_counts(answered.id, answered.root_id)["overall"] == plain
    for street in results(answered.id, measure="overall", level="street"):
        told = answer_counts(answered.id, street.area_id)
        assert ("overall" in told) == (not street.suppressed)
    assert wave_summary(answered.id).by_flag == flagged.by_code

    def kept() -> tuple[dict[str, int], list[Any]]:
        query = select(AnswerCount.area_id, AnswerCount.counts).order_by(AnswerCount.area_id)
        return dict(answered.flag_counts), [tuple(row) for row in db.session.execute(query)]

    before = kept()
    answered.flag_counts = {}
    db.session.query(AnswerCount).delete()
    db.session.flush()
    migration = import_module("migrations.versions.0017_surveys")
    with Operations.context(MigrationContext.configure(db.session.connection())):
        migration._fill_flags()
        migration._fill_answers(AnswerCount.__table__)
    db.session.expire_all()
    assert kept() == before


def test_the_workbook_holds_three_sheets_with_every_label(wave: Wave, app: Flask) -> None:
    from app.storage import storage

    version = published_version(wave.form)
    assert version.workbook_sha256 is not None
    content = read_workbook(storage().get(version.workbook_sha256))
    assert content.names == ("survey", "choices", "settings")
    choices = content.sheet("choices")
    assert choices.row_values(1)[:4] == ("list_name", "name", "label::中文 (zh)", "label::English (en)")
    for row in range(2, choices.last_row + 1):
        assert all(choices.row_values(row)[:4]), row
