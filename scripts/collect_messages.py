"""Collect all texts of code and templates into the English catalogue; what is new stands there empty."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "app/i18n/translations/en/LC_MESSAGES/messages.po"
MAPPING = "[python: **.py]\n[jinja2: **/templates/**.html]\n"


def extract(target: Path) -> None:
    """Write the template of all texts."""
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as mapping:
        mapping.write(MAPPING)
        mapping.flush()
        command = [
            "-q",
            "extract",
            "-F",
            mapping.name,
            "-k",
            "_l",
            "-k",
            "lazy_gettext",
            "-k",
            "lazy_pgettext:1c,2",
        ]
        command += [
            "--no-location",
            "--sort-output",
            "--project=CityExam",
            "--omit-header",
            "-o",
            str(target),
            "app",
        ]
        _pybabel(*command)


def _pybabel(*arguments: str) -> None:
    command = [sys.executable, "-m", "babel.messages.frontend", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603


def main() -> None:
    """Bring the English catalogue up to date."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        if not CATALOGUE.exists():
            CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
            _pybabel("-q", "init", "-i", str(template), "-o", str(CATALOGUE), "-l", "en")
        _pybabel(
            "-q", "update", "-i", str(template), "-o", str(CATALOGUE), "-l", "en", "-N", "--ignore-obsolete"
        )


if __name__ == "__main__":
    main()
