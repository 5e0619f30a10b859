"""What an application loads before anybody asks for anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Each takes a tenth of a second or more, and no plain command or page needs it.
HEAVY = ("duckdb", "folium", "geopandas", "pandas", "pyxform", "rasterio", "scipy.stats", "statsmodels")


def test_a_fresh_application_has_loaded_nothing_heavy(tmp_path: Path) -> None:
    told = f"print(*(set({HEAVY!r}) & set(sys.modules)))"
    told = f"import sys; from app import create_app; create_app(); {told}"
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        env={**os.environ, "CITYEXAM_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
