"""Forms filled in JavaRosa are read back equal here, and the two judge right and wrong values alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2xform import convert
from trial_forms import RULES, SURVEY, compile_markdown
from vector_reading import ZONE

from app.xforms.answers import get_answer, path_of, read_answers
from app.xforms.checking import check_answers
from app.xforms.definition import FormDefinition
from app.xforms.instances import read_submission, write_submission
from app.xforms.live import LiveForm
from app.xforms.parsing import parse_form
from app.xforms.secondary import attach_files
from app.xforms.typing_answers import UntypableText, type_text
from scripts.oracle.engine import JavaRosa, why_silent
from scripts.oracle.filler import Filler, Walk

pytestmark = pytest.mark.shared
FORMS = (
    "250-questions.xml",
    "all-question-types.xlsx",
    "good_eats_multilang.xls",
    "ifrc-distribution-site-assessment.xml",
    "repeat_date_test.xls",
    "satisfaction_36.xlsx",
    "specify_other.xls",
    "xlsform_spec_test.xlsx",
    "our trial form",
    "our form of rules",
)
OURS = {"our trial form": SURVEY, "our form of rules": RULES}
FILES = {
    "cities.geojson": '{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "c1", '
    '"properties": {"title": "景德镇"}, "geometry": {"type": "Point", "coordinates": [117.2, 29.3]}}]}'
}
WALKS = 4


@pytest.fixture(scope="module")
def engine() -> Iterator[JavaRosa]:
    silent = why_silent()
    if silent is not None:
        if os.environ.get("CITYEXAM_REQUIRE_SHARED"):
            pytest.fail(silent)
        pytest.skip(silent)
    with JavaRosa() as running:
        yield running


@pytest.fixture(params=FORMS)
def given(request: pytest.FixtureRequest, shared: Path) -> tuple[str, FormDefinition]:
    path = shared / "reference/forms" / request.param
    if request.param in OURS:
        xml = compile_markdown(OURS[request.param]).decode()
    else:
        xml = path.read_text("utf-8") if path.suffix == ".xml" else convert(path).xform
    form = parse_form(xml.encode())
    needed = {name: text.encode() for name, text in FILES.items() if name in form.media}
    return xml, attach_files(form, needed)


def _walk(engine: JavaRosa, xml: str, form: FormDefinition, seed: int) -> Walk:
    ranges = {
        question.path: tuple(float(question.parameters[name]) for name in ("start", "end", "step"))
        for question in form.questions.values()
        if question.kind == "range" and {"start", "end", "step"} <= question.parameters.keys()
    }
    return Filler(engine, xml, ranges, seed).walk(FILES)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(WALKS))
def test_what_a_phone_filled_is_read_back_equal_and_right(
    engine: JavaRosa, given: tuple[str, FormDefinition], seed: int
) -> None:
    xml, form = given
    walk = _walk(engine, xml, form, seed)
    assert walk.outcome == "ok"
    assert walk.refused == []
    answers = read_answers(form, read_submission(walk.xml.encode()))
    assert answers.problems == ()
    for place, text in walk.state["values"].items():
        if path_of(place) in form.questions:
            assert get_answer(answers, place) == type_text(form.questions[path_of(place)], text), place
    assert check_answers(form, answers, now=datetime.now(ZONE)) == []
    again = write_submission(form, answers, instance_id="uuid:1", only_given=True)
    assert read_answers(form, read_submission(again)) == answers


def test_values_that_one_refuses_the_other_refuses(
    engine: JavaRosa, given: tuple[str, FormDefinition]
) -> None:
    xml, form = given
    walk = _walk(engine, xml, form, 99)
    live = LiveForm(form, read_answers(form, read_submission(walk.xml.encode())), now=datetime.now(ZONE))
    live.calculate(keep_given=True)
    chooser = Filler(engine, xml, {}, 7)
    differing = []
    for place, event in walk.asked.items():
        for text in {chooser.candidate(event) for _ in range(12)} - {""}:
            ours = _holds(live, _ours(live, place), text)
            (theirs,) = engine.ask([["holds", place, text]])
            if isinstance(theirs, bool) and ours is not None and ours is not theirs:
                differing.append((place, text, theirs))
    assert differing == []


def test_calculations_are_worked_out_as_on_the_phone(
    engine: JavaRosa, given: tuple[str, FormDefinition]
) -> None:
    xml, form = given
    walk = _walk(engine, xml, form, 79)
    live = LiveForm(form, read_answers(form, read_submission(walk.xml.encode())), now=datetime.now(ZONE))
    live.calculate()
    places = {place for place in walk.state["values"] if path_of(place) in form.questions}
    assert places == {live.place_of[node] for _, node in live.question_nodes() if node.relevant}
    for question, node in live.question_nodes():
        lasting = question.calculate is not None and question.calculate.lasting
        if lasting and node.relevant:
            written = type_text(question, walk.state["values"][live.place_of[node]])
            assert live.answer(node) == written, question.path


def _ours(live: LiveForm, place: str) -> str:
    """Return our name of a place: JavaRosa's has a number at every step."""
    steps, found = place.split("/")[2:], live.root.path
    for step in steps:
        numbered = f"{found}/{step}"
        found = numbered if numbered in live.places else f"{found}/{step.partition('[')[0]}"
    return found


def _holds(live: LiveForm, place: str, text: str) -> bool | None:
    """Tell whether a value would be right at a place; None where it is no answer of the question's type."""
    node, question = live.places[place], live.form.questions[path_of(place)]
    before: Any = live.answer(node)
    try:
        live.set_answer(node, question, type_text(question, text))
    except UntypableText:
        return None
    found = live.holds(question.constraint, node, otherwise=True)
    live.set_answer(node, question, before)
    return found
