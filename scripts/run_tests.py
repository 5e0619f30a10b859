"""Run the tests on SQLite, then on PostgreSQL where one is reachable; fail when anything fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).parent.parent
#: Builds the demonstration on SQLite and on PostgreSQL and compares.
BOTH_DATABASES = ROOT / "tests/demo/test_both_databases.py"
SERVER = os.environ.get("CITYEXAM_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def main() -> int:
    """Exit status: 0 when every run passed."""
    status = _pytest("SQLite", {})
    if _reachable(SERVER):
        status = max(status, _pytest("PostgreSQL", {"CITYEXAM_TEST_DATABASE": SERVER}))
    else:
        sys.stdout.write("No PostgreSQL is reachable: the tests ran on SQLite alone.\n")
    return status


def _pytest(name: str, extra: dict[str, str]) -> int:
    sys.stdout.write(f"\n== Tests on {name}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *sys.argv[1:]]
    if extra:
        # What touches no database, or an SQLite file of its own, was tested in the first run.
        rooms = ("analysis", "xforms", "workbooks", "config", "storage")
        command += [f"--ignore=tests/{room}" for room in rooms]
        demonstration = ROOT / "tests/demo"
        command += [f"--ignore={path}" for path in demonstration.glob("test_*.py") if path != BOTH_DATABASES]
    return subprocess.run(command, cwd=ROOT, env=os.environ | extra, check=False).returncode  # noqa: S603


def _reachable(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
