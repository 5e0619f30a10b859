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
    "psycopg": "SQLAlchemy's driver of PostgreSQL",
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


def test_every_requirement_is_imported() -> None:
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    wanted = {re.split(r"[\[<>=]", line)[0] for line in lines if line and not line.startswith("#")}
    distributions = packages_distributions()
    used = {found.lower().replace("_", "-") for name in _imported() for found in distributions.get(name, ())}
    assert wanted - used == set(WITHOUT_IMPORT)
