"""Nothing stands in the product that the product does not use."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
#: Decorators that leave a function to be called by its own name; any other hands it to somebody.
_OWN_NAME = {
    "cache",
    "cached_property",
    "classmethod",
    "contextmanager",
    "dataclass",
    "property",
    "staticmethod",
}
#: Names that only libraries or tests call, each with its reason.
ONLY_CALLED_FROM_OUTSIDE: dict[str, str] = {
    "accounts/signing_in.py:get_id": "Flask-Login asks for it",
    "analysis/estimates.py:estimate_proportions": "library entry, compared with R in its tests",
    "analysis/estimates.py:estimate_ratio": "library entry, compared with R in its tests",
    "analysis/estimates.py:estimate_total": "library entry, compared with R in its tests",
    "db/types.py:process_bind_param": "SQLAlchemy calls it",
    "db/types.py:process_result_value": "SQLAlchemy calls it",
    "errors/messages.py:registered_codes": "the house's tests ask which codes have texts",
    "forms/central_schemas.py:_serialize": "marshmallow calls it",
    "gunicorn.conf.py:post_worker_init": "gunicorn calls it",
    "gunicorn.conf.py:worker_exit": "gunicorn calls it",
    "indicators/satisfaction.py:record_satisfaction": "one record with its checks; the survey records many",
    "xforms/shipping.py:shipped_json": "library entry, compared in a browser in its tests",
    "web/squeezing.py:preprocess": "Jinja calls it",
    "workbooks/tables.py:read_table": "a table as it stands, for which its tests look at the reading itself",
}

_WORD = re.compile(r"[A-Za-z_]\w*")
#: A function that a child process is to call: ``app.room.module:function``.
_TARGET = re.compile(r"app(?:\.\w+)+:(\w+)")


def defined(tree: ast.Module) -> Iterator[str]:
    """Names of the functions, methods and classes that their own code must call."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("__") or any(_handed_on(each) for each in node.decorator_list):
            continue
        yield node.name


def _handed_on(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called).rpartition(".")[2] not in _OWN_NAME


def used(tree: ast.Module) -> Iterator[str]:
    """Names that code speaks of; importing one is no use of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _TARGET.findall(node.value)
            # Annotations in quotes, and attributes by name.
            if node.value.isidentifier():
                yield node.value


def unused(sources: dict[str, str], templates: str) -> list[str]:
    """``file:name`` of what nothing speaks of. Equal names count as one, so this finds less, never more."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    known = Counter(name for tree in trees.values() for name in used(tree))
    known.update(_WORD.findall(templates))
    # A list of what a module offers is no use of it.
    for tree in trees.values():
        known.subtract(_offered(tree))
    return [f"{file}:{name}" for file, tree in trees.items() for name in defined(tree) if known[name] <= 0]


def _offered(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            yield from ast.literal_eval(node.value)


def test_everything_defined_is_used() -> None:
    paths = [*sorted(APP.rglob("*.py")), ROOT / "wsgi.py", ROOT / "gunicorn.conf.py"]
    sources = {
        path.relative_to(APP if APP in path.parents else ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
    }
    templates = "\n".join(path.read_text(encoding="utf-8") for path in APP.glob("*/templates/**/*.html"))
    assert set(unused(sources, templates)) == set(ONLY_CALLED_FROM_OUTSIDE)


def test_the_search_finds_what_nothing_calls() -> None:
    sources = {
        "a.py": "__all__ = ['dead', 'live']\ndef dead(): ...\ndef live(): ...\n"
        "@blueprint.get('/')\ndef page(): ...\n@cache\ndef kept(): ...\ndef shown(): ...\n",
        "b.py": "from a import dead, live\nlive()\nrun('app.x.c:child')\n",
        "c.py": "def child(): ...\nclass Lost:\n    @property\n    def lost(self): ...\n",
    }
    assert unused(sources, "{{ shown() }}") == ["a.py:dead", "a.py:kept", "c.py:Lost", "c.py:lost"]
