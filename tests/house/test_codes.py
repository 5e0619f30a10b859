"""Every code that a reader can meet has a text in the reader's words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from flask import Flask

from app.errors.messages import _TEXTS, registered_codes
from tests.house.codes import APP, codes_of_pure_rooms, codes_of_rooms

#: Codes of pure rooms that no reader's material can bring about, each with its reason: a call of ours
#: would be wrong, and its answer is "the server failed".
OURS: dict[str, str] = dict.fromkeys(
    (
        "bad-address",
        "bad-sheet-name",
        "bound-missing",
        "moment-with-zone",
        "no-choices",
        "no-visible-sheet",
        "number-not-finite",
        "sheet-twice",
        "unwritable-value",
    ),
    "a workbook that we write was declared wrongly",
) | {"not-a-boolean": "a form with a boolean question type is refused before anybody answers it"}


def test_every_code_of_the_rooms_has_a_text(app: Flask) -> None:
    missing = {
        code: sorted(files) for code, files in codes_of_rooms().items() if code not in registered_codes()
    }
    assert not missing, _listed(missing)


def test_every_code_of_the_pure_rooms_has_a_text_of_some_room(app: Flask) -> None:
    known = registered_codes()
    missing = {
        code: sorted(files)
        for code, files in codes_of_pure_rooms().items()
        # A room may tell a pure code in words of its own: ``form-…``, ``submission-…``, ``figure-…``.
        if not (
            {code}
            | {
                f"{prefix}-{code}"
                for prefix in ("form", "submission", "answer", "answers", "figure", "report-file")
            }
        )
        & known
        and code not in OURS
    }
    assert not missing, _listed(missing)
    assert set(OURS) <= set(codes_of_pure_rooms())


def test_what_the_statistics_refuse_is_one_class() -> None:
    """Callers catch ``Refusal``; an exception beside it would pass them by."""
    classes = {
        node.name: [ast.unparse(base) for base in node.bases]
        for path in sorted((APP / "analysis").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    refusals = {name for name, bases in classes.items() if "Refusal" in bases}
    others = {
        name
        for name, bases in classes.items()
        if any(base.endswith(("Error", "Exception")) for base in bases) and not set(bases) & refusals
    }
    assert others == {"Refusal"}
    assert len(refusals) > 5


def test_texts_ask_for_facts_by_name_alone(app: Flask) -> None:
    for code, text in _TEXTS.items():
        bare = re.sub(r"%\([a-z_]+\)s|%%", "", str(text))
        assert "%(" not in bare, code


def test_every_room_registers_its_texts_through_one_table(app: Flask) -> None:
    for path in sorted(APP.glob("*/messages.py")):
        names = {
            target.id
            for node in ast.parse(Path(path).read_text(encoding="utf-8")).body
            if isinstance(node, ast.AnnAssign | ast.Assign)
            for target in ([node.target] if isinstance(node, ast.AnnAssign) else node.targets)
            if isinstance(target, ast.Name)
        }
        assert "TEXTS" in names or path.parent.name == "errors", path


def _listed(missing: dict[str, list[str]]) -> str:
    return "\n" + "\n".join(f"{code}: {', '.join(files)}" for code, files in sorted(missing.items()))
