"""The codes of problems as they stand in the source, and the texts they need."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
PURE = ("analysis", "workbooks", "xforms")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: Classes of the edge whose first argument is a code.
_RAISED = {
    "Conflict",
    "Forbidden",
    "Gone",
    "Invalid",
    "NotFound",
    "Place",
    "Problem",
    "TooLarge",
    "TooMany",
    "Unauthorised",
    "Unavailable",
}


def codes_of_rooms() -> dict[str, set[str]]:
    """Code → files of the rooms above that raise it by a constant."""
    found: dict[str, set[str]] = {}
    for path in sorted(APP.rglob("*.py")):
        if path.relative_to(APP).parts[0] in PURE:
            continue
        for call in _calls(path):
            if _name(call) in _RAISED and (code := _constant(call)):
                found.setdefault(code, set()).add(str(path.relative_to(APP)))
    return found


def codes_of_pure_rooms() -> dict[str, set[str]]:
    """Code → files of the pure rooms that refuse with it: exceptions and table problems."""
    found: dict[str, set[str]] = {}
    for room in PURE:
        paths = sorted((APP / room).rglob("*.py"))
        refusals = _refusing_classes(paths) | {"TableProblem"}
        for path in paths:
            for call in _calls(path):
                if _name(call) in refusals and (code := _constant(call)):
                    found.setdefault(code, set()).add(str(path.relative_to(APP)))
    return found


def _refusing_classes(paths: list[Path]) -> set[str]:
    """Exceptions with a code, and those that come of them."""
    classes = [node for path in paths for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef)]
    refusing = {node.name for node in classes if "self.code = code" in ast.unparse(node)}
    while True:
        more = {
            node.name
            for node in classes
            if any(isinstance(base, ast.Name) and base.id in refusing for base in node.bases)
        } - refusing
        if not more:
            return refusing
        refusing |= more


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _constant(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and _CODE.fullmatch(first.value):
        return first.value
    return None
