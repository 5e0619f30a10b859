"""Write (or with --check compare) the table of settings from the code that reads them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app.config import Settings

#: Variables that other files than the settings read: (name, default, meaning).
SERVING = [
    ("WEB_CONCURRENCY", "1", "Web processes of gunicorn. SQLite takes one; PostgreSQL takes several."),
    ("CITYEXAM_THREADS", "8", "Threads of each web process."),
]
TESTING = [
    ("CITYEXAM_SHARED", "../shared", "Folder of the reference material."),
    ("CITYEXAM_REQUIRE_SHARED", "", "1 fails the tests that need the reference material when it is missing."),
    (
        "CITYEXAM_TEST_POSTGRES",
        "postgresql://postgres@127.0.0.1:5432/postgres",
        "Server on which checks and tests make databases of their own; without one they run on SQLite alone.",
    ),
    ("CITYEXAM_TEST_DATABASE", "", "The same for one run of pytest: with it every test runs on PostgreSQL."),
    ("CITYEXAM_CHROMIUM", "", "Browser of the browser tests (default: chromium on the path)."),
]
TARGET = Path(__file__).parent.parent / "docs/reference/settings.md"


def main() -> int:
    """Exit status: 1 when the file is not what the code says."""
    settings = [
        (
            each.metadata["variable"],
            "" if each.default is None else str(each.default),
            each.metadata["meaning"],
        )
        for each in fields(Settings)
    ]
    lines = ["# Settings", "", "All come from the environment.", "", *_table(settings)]
    lines += ["", "## Of the server (`gunicorn.conf.py`)", "", *_table(SERVING)]
    lines += ["", "## Of the tests and checks", "", *_table(TESTING)]
    text = "\n".join(lines) + "\n"
    if "--check" in sys.argv:
        return 0 if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


def _table(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    told = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |" for name, default, meaning in rows
    ]
    return ["| variable | default | meaning |", "|---|---|---|", *told]


if __name__ == "__main__":
    sys.exit(main())
