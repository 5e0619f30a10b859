"""Every variable that the product reads stands in the reference of settings."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("app", "scripts", "tests", "benchmarks", "gunicorn.conf.py", "Makefile", ".ci")


def test_every_variable_is_told() -> None:
    listed = subprocess.run(
        ["git", "ls-files", *PLACES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    read = {
        name
        for path in listed
        if path.endswith((".py", ".sh", "run", "Makefile"))
        for name in re.findall(r"CITYEXAM_[A-Z_]*[A-Z]", (ROOT / path).read_text(encoding="utf-8"))
    }
    told = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")))
    assert read
    assert read <= told
