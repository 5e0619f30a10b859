"""What the product asks to be installed is what it imports."""

from __future__ import annotations

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Needed without an import of ours, each with its reason.
WITHOUT_IMPORT = {
    "gunicorn": "serves",
    "statsmodels": "fixed for the survey models that the analysis room is to hold",
}


def _imported() -> set[str]:
    names = set()
    for path in [*(ROOT / "app").rglob("*.py"), ROOT / "gunicorn.conf.py", ROOT / "wsgi.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def _asked_for(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[<>=]", line)[0] for line in lines if line and not line.startswith(("#", "-r"))}


def _locked(name: str) -> dict[str, str]:
    found = re.findall(
        r"^([\w.-]+)(?:\[\w,]+\])?==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE
    )
    return {package.lower(): version for package, version in found}


def test_the_locks_hold_what_is_asked_for_in_one_version() -> None:
    product, checks = _locked("requirements.txt"), _locked("requirements-dev.txt")
    assert {name.lower() for name in _asked_for("requirements.in")} <= product.keys()
    assert {name.lower() for name in _asked_for("requirements-dev.in")} <= checks.keys()
    assert product.items() <= checks.items()


def test_every_requirement_is_imported() -> None:
    wanted = _asked_for("requirements.in")
    distributions = packages_distributions()
    used = {found.lower().replace("_", "-") for name in _imported() for found in distributions.get(name, ())}
    assert wanted - used == set(WITHOUT_IMPORT)
