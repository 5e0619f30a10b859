"""Functions that write take their facts by keyword: a call then says what it writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
#: Flask, the queue and the command line call these themselves.
_CALLED_FROM_OUTSIDE = {
    "api",
    "bank_pages",
    "cli",
    "device",
    "editing_pages",
    "jobs",
    "openrosa",
    "pages",
    "print_pages",
    "resident",
    "version_pages",
    "webhook_pages",
} | {f"central{part}" for part in ("", "_forms", "_phones", "_submissions")}
#: Libraries call these with their own arguments.
CALLED_BY_LIBRARIES = {
    ("app.accounts.tokens", "load_from_header"): "Flask-Login calls it by position",
    ("app.jobs.queue", "run_daily"): "DBOS calls it by position",
}
_SESSION = ("session", "connection")

Place = tuple[str, str]


@dataclass
class Module:
    """The functions of a module, what it imports by which name, and its own name."""

    name: str
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    imports: dict[str, Place] = field(default_factory=dict)

    def calls(self, function: ast.FunctionDef) -> Iterator[Place]:
        """Where a function's calls lead, as far as names tell."""
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name):
                yield self.imports.get(call.func.id, (self.name, call.func.id))
            elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
                module = self.imports.get(call.func.value.id)
                if module is not None:
                    yield f"{module[0]}.{module[1]}", call.func.attr


def read(name: str, text: str) -> Module:
    module = Module(name)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module.imports |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    module.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return module


def writers(modules: dict[str, Module]) -> set[Place]:
    """The functions that add, delete, insert or update rows, themselves or through what they call."""
    found, calls = set(), {}
    for module in modules.values():
        for name, function in module.functions.items():
            calls[module.name, name] = set(module.calls(function))
            if _writes(function):
                found.add((module.name, name))
    while more := {place for place, called in calls.items() if called & found} - found:
        found |= more
    return found


def _writes(function: ast.FunctionDef) -> bool:
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if not isinstance(call.func, ast.Attribute) or not ast.unparse(call.func.value).endswith(_SESSION):
            continue
        if call.func.attr in {"add", "add_all", "delete", "merge"}:
            return True
        statements = {
            each.func.id
            for each in ast.walk(call)
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
        }
        if statements & {"insert", "update", "delete"}:
            return True
    return False


def by_position(modules: dict[str, Module]) -> dict[Place, str]:
    """Public writers of the rooms that can be called with facts by position."""
    found = {}
    for module, name in sorted(writers(modules)):
        arguments = modules[module].functions[name].args
        if name.startswith("_") or module.rpartition(".")[2] in _CALLED_FROM_OUTSIDE:
            continue
        if arguments.args or arguments.posonlyargs:
            found[module, name] = ast.unparse(arguments)
    return found


def test_writers_of_the_rooms_take_keywords_only() -> None:
    modules = {}
    for path in sorted(APP.rglob("*.py")):
        parts = path.relative_to(APP.parent).with_suffix("").parts
        # The demonstration drives the rooms from above and owns no rule.
        if parts[1] != "demo":
            name = ".".join(parts).removesuffix(".__init__")
            modules[name] = read(name, path.read_text(encoding="utf-8"))
    assert ("app.indicators.values", "record") in writers(modules)
    assert set(by_position(modules)) == set(CALLED_BY_LIBRARIES)


def test_the_search_follows_calls_to_what_writes() -> None:
    texts = {
        "app.a.storing": "def keep(row):\n    db.session.add(row)\n"
        "def read(key):\n    return db.session.execute(select(X).with_for_update())\n"
        "def _drop(key):\n    db.session.execute(delete(X))\n"
        "def clear(key, day):\n    _drop(key)\n",
        "app.b.judging": "from app.a.storing import keep\nfrom app.a import storing\n"
        "def judge(*, row):\n    keep(row)\n"
        "def judge_all(rows):\n    storing.clear(rows, 1)\n",
        "app.b.pages": "from app.a.storing import keep\ndef page(key):\n    keep(key)\n",
    }
    found = by_position({name: read(name, text) for name, text in texts.items()})
    assert found == {
        ("app.a.storing", "keep"): "row",
        ("app.a.storing", "clear"): "key, day",
        ("app.b.judging", "judge_all"): "rows",
    }
