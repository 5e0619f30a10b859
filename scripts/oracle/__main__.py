"""Write the test vectors of the expressions: what JavaRosa finds, never what our evaluator does.

``python -m scripts.oracle``; with ``--check`` nothing is written, and a difference ends with status 1.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from scripts.oracle.bench_form import bench_form
from scripts.oracle.engine import ZONE, JavaRosa, why_silent
from scripts.oracle.expressions import expression_cases
from scripts.oracle.forms import form_cases

VECTORS = Path(__file__).parents[2] / "tests/xforms/vectors"
_ABOUT = "Written by JavaRosa through `make vectors`; see docs/reference/expressions.md."
_ADDRESS = re.compile(r"@[0-9a-f]{4,8}\b")


def expression_vectors(engine: JavaRosa) -> str:
    """Return the file of single expressions: [place, expression, outcome] in the bench form."""
    cases = expression_cases()
    outcomes = engine.ask([["value", place, text] for place, text in cases], form=bench_form())
    rows = [[place, text, _short(found)] for (place, text), found in zip(cases, outcomes, strict=True)]
    return _file({"about": _ABOUT, "zone": ZONE, "form": bench_form()}, rows)


def form_vectors(engine: JavaRosa) -> str:
    """Return the file of whole forms: name, XForm, files beside it, commands and their outcomes."""
    rows = []
    for case in form_cases():
        outcomes = engine.ask([list(command) for command in case.do], form=case.form, files=case.files)
        steps = [[list(command), _short(found)] for command, found in zip(case.do, outcomes, strict=True)]
        rows.append([case.name, case.form, case.files, steps])
    return _file({"about": _ABOUT, "zone": ZONE}, rows)


def _short(outcome: Any) -> Any:
    """Return an outcome; of an error its kind and the last line of its message."""
    if isinstance(outcome, dict) and "error" in outcome:
        kind, _, message = outcome["error"].partition(": ")
        # Where an object lay in Java's memory differs from run to run.
        message = _ADDRESS.sub("", message)
        return ["e", kind, message.strip().splitlines()[-1][:80] if message.strip() else ""]
    if isinstance(outcome, dict):
        return {"values": outcome["values"], "required": outcome["required"]}
    return outcome


def _file(head: dict[str, Any], rows: list[Any]) -> str:
    """Return JSON with one case a line, so that a change is seen where it is."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return json.dumps(head, ensure_ascii=False)[:-1] + f', "cases": [\n{lines}\n]}}\n'


def main(arguments: list[str]) -> int:
    """Write or check the files. Return the exit status."""
    silent = why_silent()
    if silent is not None:
        sys.stderr.write(f"{silent}\n")
        return 1
    with JavaRosa() as engine:
        made = {"expressions.json": expression_vectors(engine), "forms.json": form_vectors(engine)}
    status = 0
    for name, text in made.items():
        if "--check" not in arguments:
            (VECTORS / name).write_text(text, "utf-8")
        elif (VECTORS / name).read_text("utf-8") != text:
            sys.stderr.write(f"{name} is not what JavaRosa finds: make vectors\n")
            status = 1
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
