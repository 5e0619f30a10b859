"""The browser's evaluator finds what the server's finds for all vectors, so what JavaRosa finds."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page
from pyxform.xls2xform import convert
from vector_reading import NOW, ZONE, Bench, Phone, agrees, same_outcome, vectors

from app.xforms.answers import path_of, put_answer
from app.xforms.parsing import parse_form
from app.xforms.problems import XFormProblem
from app.xforms.shipping import SCRIPTS as FURTHER
from app.xforms.shipping import node_numbers, shipped_form, shipped_json
from app.xforms.typing_answers import type_text
from app.xforms.xpath.functions import FUNCTIONS
from app.xforms.xpath.shipping import Shipper

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "app" / "web" / "static"
SCRIPTS = ("evaluate", "functions", "answered-form")
FURTHER_SCRIPTS = tuple(FURTHER)
TOLD = {"now": NOW.timestamp() * 1000, "zone": ZONE.key}

KNOWN = (
    "(({calls, nodeCalls, axes}) => [calls, nodeCalls, axes].flatMap(Object.keys))(window.formExpressions)"
)

#: Evaluates [number of a place, expression] pairs in one answered form, with the letter of each value's kind.
EVALUATE = """([form, answers, told, places, cases]) => {
  const x = window.formExpressions, live = x.open(form, answers, told);
  live.calculate();
  const tagged = found => {
    if (typeof found === "boolean") return ["b", found];
    if (typeof found === "number") return ["n", Number.isFinite(found) ? found : String(found)];
    if (typeof found === "string") return ["t", found];
    const exact = x.withTime(live.world, found);
    return ["d", exact.wall - exact.offset];
  };
  return cases.map(([place, tree]) => {
    try { return tagged(live.evaluate(tree, live.places[places[place]])); }
    catch (error) { return ["broken", String(error)]; }
  });
}"""

#: Opens a form with answers for each task and tells what the page would: a state, choices, or what holds.
CARRY_OUT = """([forms, told, tasks]) => tasks.map(([number, answers, command, answer]) => {
  const live = window.formExpressions.open(forms[number], answers, told), node = live.places[command[1]];
  live.calculate();
  if (command[0] === "choices") return live.choices(node);
  if (command[0] === "holds") {
    live.answer(node, answer);
    return live.holds("c", node, true);
  }
  if (command[0] === "answer") {
    if (!node.relevant) return "ok";
    if (node.value === "") return live.holds("q", node, false) ? "required" : "ok";
    return live.holds("c", node, true) ? "ok" : "constraint";
  }
  const values = {}, required = [], nodes = Object.values(live.places);
  nodes.filter(one => one.relevant && "grm".indexOf(forms[number].nodes[one.at][2]) < 0).forEach(one => {
    values[one.place] = one.given === undefined || one.given === null ? live.text(one) : null;
    if (live.holds("q", one, false)) required.push(one.place);
  });
  return {values: values, required: required};
})"""


def frame() -> Flask:
    app = Flask("frame", static_folder=str(STATIC))

    @app.get("/<int:more>")
    def page(more: int) -> Response:
        names = (*SCRIPTS, *FURTHER_SCRIPTS[:more])
        scripts = "".join(f'<script src="/static/forms/{name}.js"></script>' for name in names)
        html = f"<!doctype html><title>frame</title>{scripts}"
        return Response(html, headers={"Content-Security-Policy": "default-src 'self'"})

    return app


@pytest.fixture(scope="module")
def full_page(browser: Browser, serve: Callable[[Flask], str]) -> Iterator[Page]:
    """A page with all scripts; what each adds is what the forms that need it are told by."""
    address, known = serve(frame()), []
    complaints: list[str] = []
    page = browser.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for more in range(len(FURTHER_SCRIPTS) + 1):
        page.goto(f"{address}/{more}")
        known.append(set(page.evaluate(KNOWN)))
    assert [more - fewer for fewer, more in pairwise(known)] == list(FURTHER.values())
    assert FUNCTIONS.keys() <= known[-1]
    assert page.evaluate("Object.keys(window).filter(name => /^form/i.test(name))") == ["formExpressions"]
    yield page
    page.close()
    assert complaints == []


class BrowserBench(Bench):
    """The answered form of the expressions, evaluated in a browser."""

    def values(self, page: Page, cases: list[tuple[str, str]]) -> list[Any]:
        """Return the tagged value of each expression at its place, or ["refused", code]."""
        trees = [self._shipped(place, expression) for place, expression in cases]
        sent = [(place, tree) for (place, _), tree in zip(cases, trees, strict=True) if tree != ["refused"]]
        places = sorted({place for place, _ in sent})
        form = shipped_form(self.form, [tree for _, tree in sent])
        told = [form, self.live.answers(drop_irrelevant=False), TOLD, places]
        found = iter(page.evaluate(EVALUATE, [*told, [[places.index(place), tree] for place, tree in sent]]))
        return [["refused", ""] if tree == ["refused"] else _moved(next(found)) for tree in trees]

    def _shipped(self, place: str, expression: str) -> Any:
        path = path_of(place)
        try:
            parsed = self._reader.read(expression, path=path, attribute="calculate")
        except XFormProblem:
            return ["refused"]
        tree = Shipper(node_numbers(self.form), self.form.repeats, path).ship(parsed.tree)
        return json.loads(json.dumps(tree, allow_nan=False))


def _moved(found: list[Any]) -> list[Any]:
    """Return an outcome with its moment as the vectors write it."""
    if found[0] != "d":
        return found
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=found[1])
    return ["d", moment.astimezone(ZONE).isoformat(timespec="milliseconds")]


def test_every_expression_gives_in_a_browser_what_it_gives_on_the_server(full_page: Page) -> None:
    told = vectors("expressions.json")
    ours = {tuple(case[:2]): case[2] for case in vectors("differences.json")["expressions"]}
    cases = [(place, expression) for place, expression, _ in told["cases"]]
    found = BrowserBench(told["form"]).values(full_page, cases)
    differing = [
        [*case, wanted, got]
        for case, (_, _, javarosa), got in zip(cases, told["cases"], found, strict=True)
        if not agrees(wanted := ours.get(case, javarosa), got)
    ]
    assert differing == []


class WatchedPhone(Phone):
    """A form whose steps are told as tasks for the browser: answers before it, command, and its answer."""

    def __init__(self, xml: str, files: dict[str, str]) -> None:
        self.settled: list[Any] = []
        super().__init__(xml, files)

    def _settle(self, *, first: bool = False) -> None:
        super()._settle(first=first)
        self.settled.append(self.answers)

    def task(self, command: list[str]) -> list[Any] | None:
        """Carry a command out and return the task that asks a browser the same, None if none does."""
        before, known = self.live.answers(drop_irrelevant=False), len(self.settled)
        typed = self._typed(command)
        outcome = self.carry_out(command)
        if command[0] == "state":
            return [self._without_calculated(before), command, None]
        if command[0] == "choices" and not self._decided(command):
            return None
        if command[0] in {"choices", "holds"}:
            return [before, command, typed]
        if command[0] == "answer" and str(outcome) in {"ok", "constraint", "required"}:
            return [self.settled[known], command, typed]
        return None

    def _decided(self, command: list[str]) -> bool:
        itemset = self._question(command).itemset
        return itemset is not None and (itemset.filtered or itemset.randomize)

    def _question(self, command: list[str]) -> Any:
        return self.form.questions[path_of(command[1])]

    def _typed(self, command: list[str]) -> Any:
        return type_text(self._question(command), command[2]) if command[0] == "holds" else None

    def _without_calculated(self, answers: dict[str, Any]) -> dict[str, Any]:
        """Return the answers without what the browser is to work out."""
        left = json.loads(json.dumps(answers))
        for question, node in self.live.question_nodes():
            if question.calculate is not None and question.calculate.lasting and node.relevant:
                put_answer(self.form, left, self.live.place_of[node], None)
        return left


@dataclass
class Tasks:
    """What a browser is asked, and what is wanted of each answer."""

    forms: list[Any] = field(default_factory=list)
    tasks: list[Any] = field(default_factory=list)
    wanted: list[Any] = field(default_factory=list)

    def add(self, name: str, phone: WatchedPhone, steps: list[tuple[list[str], Any]]) -> None:
        """Have a form carry its steps out; those that a browser takes part in become tasks."""
        for number, (command, outcome) in enumerate(steps):
            task = phone.task(command)
            if task is not None:
                self.tasks.append([len(self.forms), *task])
                self.wanted.append([name, number, phone.form, outcome])
        self.forms.append(shipped_form(phone.form))

    def differing(self, page: Page) -> list[Any]:
        """Return name, number, command, what is wanted and what was found where these differ."""
        found = page.evaluate(CARRY_OUT, [self.forms, TOLD, self.tasks])
        return [
            [name, number, task[2], outcome, got]
            for (name, number, form, outcome), task, got in zip(self.wanted, self.tasks, found, strict=True)
            if not same_outcome(form, outcome, _as_typed(outcome, got))
        ]


def test_every_form_behaves_in_a_browser_as_on_the_server(full_page: Page) -> None:
    ours = {(name, number): outcome for name, number, _, outcome, _ in vectors("differences.json")["forms"]}
    asked, refused = Tasks(), 0
    for name, xml, files, steps in vectors("forms.json")["cases"]:
        try:
            phone = WatchedPhone(xml, files)
        except XFormProblem:
            refused += 1
            continue
        wanted = [
            (command, ours.get((name, number), javarosa)) for number, (command, javarosa) in enumerate(steps)
        ]
        asked.add(name, phone, wanted)
    # The others add rows, or type what is no answer: the server does.
    assert len(asked.tasks) >= 1_500
    assert refused <= 1
    assert asked.differing(full_page) == []


@pytest.mark.shared
def test_the_forms_of_the_reference_open_in_a_browser_as_on_the_server(full_page: Page, shared: Path) -> None:
    asked = Tasks()
    for path in sorted((shared / "reference" / "forms").glob("*.x*")):
        xml = path.read_text("utf-8") if path.suffix == ".xml" else convert(path).xform
        phone = WatchedPhone(xml, {})
        asked.add(path.name, phone, [(["state"], phone.carry_out(["state"]))])
    assert len(asked.tasks) >= 8
    assert asked.differing(full_page) == []


@pytest.mark.shared
def test_the_rules_of_the_survey_are_small_and_always_the_same(shared: Path) -> None:
    xml = convert(shared / "reference" / "forms" / "satisfaction_36.xlsx").xform.encode()
    shipped = shipped_json(parse_form(xml))
    assert shipped == shipped_json(parse_form(xml))
    assert json.loads(shipped)["scripts"] == []
    assert len(gzip.compress(shipped)) <= 1_500


def test_the_scripts_are_small_and_run_in_old_browsers() -> None:
    texts = {
        name: (STATIC / "forms" / f"{name}.js").read_text("utf-8") for name in (*SCRIPTS, *FURTHER_SCRIPTS)
    }
    assert len(gzip.compress("".join(texts[name] for name in SCRIPTS[:2]).encode())) <= 8 * 1024
    # Chromium 80 knows none of the first, the policy of the pages allows none of the last.
    later = r"\?\.[A-Za-z_(\[]|[?&|]{2}=|\(\?<[=!]|\.at\(|replaceAll|structuredClone|\beval\b|new Function"
    assert {name: re.findall(later, text) for name, text in texts.items()} == {name: [] for name in texts}


def _as_typed(expected: Any, found: Any) -> Any:
    """Return a state with the texts that stay what was typed, and required places in the form's order."""
    if not isinstance(found, dict) or not isinstance(expected, dict):
        return found
    values = {
        place: expected["values"].get(place) if text is None else text
        for place, text in found["values"].items()
    }
    order = [place for place in expected["required"] if place in found["required"]]
    order += [place for place in found["required"] if place not in order]
    return {"values": values, "required": order}
