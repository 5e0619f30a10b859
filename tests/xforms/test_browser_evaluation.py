"""The browser's evaluator finds what the server's finds for all vectors, so what JavaRosa finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page
from vector_reading import NOW, ZONE, Bench, agrees, vectors

from app.xforms.answers import path_of
from app.xforms.problems import XFormProblem
from app.xforms.shipping import node_numbers, shipped_form
from app.xforms.xpath.shipping import Shipper

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "app" / "web" / "static"
SCRIPTS = ("evaluate", "functions", "answered-form", "evaluate-more")
TOLD = {"now": NOW.timestamp() * 1000, "zone": ZONE.key}

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


def frame() -> Flask:
    app = Flask("frame", static_folder=str(STATIC))
    scripts = "".join(f'<script src="/static/forms/{name}.js"></script>' for name in SCRIPTS)

    @app.get("/")
    def page() -> Response:
        html = f"<!doctype html><title>frame</title>{scripts}"
        return Response(html, headers={"Content-Security-Policy": "default-src 'self'"})

    return app


@pytest.fixture(scope="module")
def page(browser: Browser, serve: Callable[[Flask], str]) -> Iterator[Page]:
    complaints: list[str] = []
    opened = browser.new_page()
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(serve(frame()))
    yield opened
    opened.close()
    assert [each for each in complaints if "favicon" not in each and "404" not in each] == []


class BrowserBench(Bench):
    """The answered form of the expressions, evaluated in a browser."""

    def values(self, page: Page, cases: list[tuple[str, str]]) -> list[Any]:
        """Return the tagged value of each expression at its place, or ["refused", code]."""
        trees = [self._shipped(place, expression) for place, expression in cases]
        sent = [
            (place, tree) for (place, _), tree in zip(cases, trees, strict=True) if tree != ["refused"]
        ]
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


def test_every_expression_gives_in_a_browser_what_it_gives_on_the_server(page: Page) -> None:
    told = vectors("expressions.json")
    ours = {tuple(case[:2]): case[2] for case in vectors("differences.json")["expressions"]}
    cases = [(place, expression) for place, expression, _ in told["cases"]]
    found = BrowserBench(told["form"]).values(page, cases)
    differing = [
        [*case, wanted, got]
        for case, (_, _, javarosa), got in zip(cases, told["cases"], found, strict=True)
        if not agrees(wanted := ours.get(case, javarosa), got)
    ]
    assert differing == []
