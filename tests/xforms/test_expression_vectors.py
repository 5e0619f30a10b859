"""Our evaluator finds what JavaRosa, the engine of ODK Collect, finds, or a reason is given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from vector_reading import Bench, Phone, agrees, same_outcome, vectors

from app.xforms.problems import XFormProblem
from scripts.oracle.engine import why_silent

DIFFERENCES = vectors("differences.json")


def test_there_are_vectors_enough() -> None:
    expressions, forms = vectors("expressions.json")["cases"], vectors("forms.json")["cases"]
    assert len(expressions) >= 4_500
    assert sum(len(steps) for _, _, _, steps in forms) >= 1_500
    # What JavaRosa refuses tells little: most cases have a value.
    assert sum(outcome[0] != "e" for _, _, outcome in expressions) >= 4_000


def test_every_expression_gives_what_javarosa_gives() -> None:
    found = vectors("expressions.json")
    bench = Bench(found["form"])
    differing = []
    for place, expression, expected in found["cases"]:
        ours = bench.value(place, expression)
        if not agrees(expected, ours):
            differing.append([place, expression, ours])
    assert differing == [case[:3] for case in DIFFERENCES["expressions"]]


def test_every_form_behaves_as_in_javarosa() -> None:
    differing = []
    for name, xml, files, steps in vectors("forms.json")["cases"]:
        differing += [[name, *step] for step in _differing_steps(xml, files, steps)]
    assert differing == [case[:4] for case in DIFFERENCES["forms"]]


def test_every_difference_has_a_reason() -> None:
    used = {case[-1] for kind in ("expressions", "forms") for case in DIFFERENCES[kind]}
    assert used == set(DIFFERENCES["reasons"])


def _differing_steps(xml: str, files: dict[str, str], steps: list[Any]) -> list[list[Any]]:
    """Return number, command and our outcome of each step that JavaRosa carries out otherwise."""
    try:
        phone = Phone(xml, files)
    except XFormProblem:
        assert steps[0][1][0] == "e", xml
        return []
    found = []
    for number, (command, expected) in enumerate(steps):
        ours = phone.carry_out(command)
        if not same_outcome(phone.form, expected, ours):
            found.append([number, command, ours])
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("string-length(uuid())", ["n", 36.0]),
        ("string-length(uuid(12))", ["n", 12.0]),
        ("uuid() = uuid()", ["b", False]),
        ("random() >= 0 and random() < 1", ["b", True]),
        ("random() = random()", ["b", False]),
        ("now() >= today()", ["b", True]),
        ("decimal-date-time(now()) - decimal-date-time(today())", ["n", 0.5]),
        ("format-date-time(now(), '%Y-%m-%d %H:%M')", ["t", "2026-03-01 12:00"]),
        ("string(/data/clock) = string(today())", ["b", True]),
        ("count(randomize(instance('animals')/root/item))", ["n", 5.0]),
        ("pulldata('animals', 'label', 'name', 'c')", ["t", "Cat"]),
        ("pulldata('animals', 'label', 'name', 'zz')", ["t", ""]),
        ("ceiling(1.2) + floor(-1.2)", ["n", 0.0]),
        ("substring('hello', 2, 3)", ["t", "ell"]),
        ("concat(name(..), local-name(/data/group/inside))", ["t", "datainside"]),
        ("property('deviceid')", ["t", ""]),
        ("jr:itext('nothing')", ["t", ""]),
    ],
)
def test_what_javarosa_cannot_tell_has_its_properties(expression: str, expected: Any) -> None:
    bench = Bench(vectors("expressions.json")["form"])
    assert agrees(expected, bench.value("/data/out", expression)), bench.value("/data/out", expression)


def test_the_vectors_are_what_javarosa_writes() -> None:
    silent = why_silent()
    if silent is not None:
        if os.environ.get("CITYEXAM_REQUIRE_SHARED"):
            pytest.fail(silent)
        pytest.skip(silent)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "scripts.oracle", "--check"]
    checked = subprocess.run(command, check=False, cwd=root, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
