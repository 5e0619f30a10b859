"""What our evaluator finds where the vectors say what JavaRosa found."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.xforms.answers import path_of, put_answer, read_answers
from app.xforms.checking import check_live
from app.xforms.definition import FormDefinition, Question
from app.xforms.expressions import ExpressionReader
from app.xforms.filling import add_row, open_filling
from app.xforms.instances import read_submission
from app.xforms.live import LiveForm
from app.xforms.offering import offered_choices
from app.xforms.parsing import parse_form
from app.xforms.problems import XFormProblem
from app.xforms.secondary import attach_files
from app.xforms.starting import run_triggered
from app.xforms.typing_answers import UntypableText, text_of, type_text
from app.xforms.xpath import Context, Scalar
from app.xforms.xpath.values import moment_of

VECTORS = Path(__file__).parent / "vectors"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 1, 12, tzinfo=ZONE)
Outcome = Any


def vectors(name: str) -> dict[str, Any]:
    """Return one of the files of vectors."""
    found: dict[str, Any] = json.loads((VECTORS / name).read_text("utf-8"))
    return found


class Bench:
    """The answered form that single expressions are evaluated in."""

    def __init__(self, xml: str) -> None:
        self.form = parse_form(xml.encode())
        instance = re.search(r"<data .*?</data>", xml, re.DOTALL)
        assert instance is not None
        answers = read_answers(self.form, read_submission(instance[0].encode()))
        self.live = LiveForm(self.form, answers, now=NOW)
        self.live.calculate()
        self._reader = ExpressionReader(self.form.repeats, frozenset(self.form.secondary_instances))

    def value(self, place: str, expression: str) -> Outcome:
        """Return the tagged value of an expression at a place, or ["refused", code]."""
        try:
            parsed = self._reader.read(expression, path=path_of(place), attribute="calculate")
        except XFormProblem as problem:
            return ["refused", problem.code]
        return tagged(parsed.evaluate(Context(self.live.world, self.live.places[place])))


def tagged(value: Scalar) -> Outcome:
    """Return a value with the letter of its kind, as the vectors have it."""
    if isinstance(value, bool):
        return ["b", value]
    if isinstance(value, float):
        if math.isfinite(value):
            return ["n", value]
        return ["n", "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"]
    if isinstance(value, date):
        return ["d", moment_of(value, ZONE).isoformat(timespec="milliseconds")]
    return ["t", value]


def agrees(expected: Outcome, found: Outcome) -> bool:
    """Tell whether an outcome is JavaRosa's.

    Numbers may differ in their last digit; where JavaRosa stops with an error we refuse or give nothing.
    """
    if expected[0] == "e":
        return found[0] == "refused" or found in (["t", ""], ["n", "NaN"], ["b", False])
    if expected[0] == found[0] == "n" and not isinstance(expected[1], str) and not isinstance(found[1], str):
        return math.isclose(expected[1], found[1], rel_tol=1e-13, abs_tol=1e-300)
    return bool(expected == found)


def same_outcome(form: FormDefinition, expected: Any, ours: Any) -> bool:
    """Tell whether a step of a form ended as expected."""
    if isinstance(expected, list) and expected[:1] == ["e"]:
        return bool(ours is False or ours == ["refused", "type"])
    if not isinstance(expected, dict) or not isinstance(ours, dict):
        return bool(expected == ours)
    places = expected["values"].keys() | ours["values"].keys()
    texts = (expected["values"], ours["values"])
    return expected["required"] == ours["required"] and all(
        place in texts[0] and place in texts[1] and _means(form, place, texts[0][place], texts[1][place])
        for place in places
    )


def _means(form: FormDefinition, place: str, one: str, other: str) -> bool:
    """Tell whether two texts are the same answer, however the number or the place in them is written."""
    question = form.questions[path_of(place)]
    return one == other or _typed(question, one) == _typed(question, other)


def _typed(question: Any, text: str) -> Any:
    try:
        answer = type_text(question, text)
    except UntypableText:
        return text
    points = answer if isinstance(answer, list) else [answer]
    if not all(isinstance(point, dict) for point in points):
        return answer
    return [{name: number or 0.0 for name, number in point.items()} for point in points]


class Phone:
    """A form that is filled as the commands of a vector say."""

    def __init__(self, xml: str, files: Mapping[str, str]) -> None:
        form = parse_form(xml.encode())
        self.form: FormDefinition = attach_files(form, {name: text.encode() for name, text in files.items()})
        self.answers: dict[str, Any] = {}
        self._settle(first=True)

    def _settle(self, *, first: bool = False) -> None:
        filling = open_filling(self.form, self.answers, now=NOW, first=first)
        self.live = filling._live
        self.answers = self.live.answers(drop_irrelevant=False)

    def carry_out(self, command: list[str]) -> Outcome:
        """Return the outcome of a command as the oracle writes it."""
        match command:
            case ["walk"]:
                return True
            case ["state"]:
                return self._state()
            case ["choices", place]:
                node = self.live.places[place]
                return [one.value for one in offered_choices(self.live, self.form.questions[node.path], node)]
            case ["holds", place, text]:
                return self._holds(place, text)
            case ["answer", place, text]:
                return self._answer(place, text)
            case ["add", place]:
                self.answers = add_row(self.form, self.answers, place.rpartition("[")[0])
                self._settle()
                return True
        raise AssertionError(command)

    def _state(self) -> Outcome:
        values, required = {}, []
        for question, node in self.live.question_nodes():
            if node.relevant:
                place = self.live.place_of[node]
                values[place] = self._text(question, node)
                if self.live.holds(question.required, node, otherwise=False):
                    required.append(place)
        return {"values": values, "required": required}

    def _text(self, question: Question, node: Any) -> str:
        return text_of(question, self.live.answer(node))

    def _holds(self, place: str, text: str) -> Outcome:
        question, node = self.form.questions[path_of(place)], self.live.places[place]
        self.live.set_answer(node, question, type_text(question, text))
        return self.live.holds(question.constraint, node, otherwise=True)

    def _answer(self, place: str, text: str) -> Outcome:
        question = self.form.questions[path_of(place)]
        try:
            answer = type_text(question, text)
        except UntypableText:
            return ["refused", "type"]
        before = self.answers
        self.answers = json.loads(json.dumps(before))
        put_answer(self.form, self.answers, place, answer)
        self._settle()
        node = self.live.places[place]
        problems = [one for one in check_live(self.live, {question.path}) if one.place == place]
        codes = [one.code for one in problems if one.code in {"constraint", "required"}]
        if codes:
            self.answers = before
            self._settle()
            return codes[0]
        run_triggered(self.live, [node])
        self.live.calculate()
        self.answers = self.live.answers(drop_irrelevant=False)
        self._settle()
        return "ok"
