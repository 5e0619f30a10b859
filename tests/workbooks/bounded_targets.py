"""Targets for the bounded child: well-behaved, endless, greedy and failing ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


class Told(Exception):
    def __init__(self, *, code: str, place: str) -> None:
        self.code = code
        self.facts = {"place": place}
        super().__init__(f"{code} at {place}")


def surroundings(*names: str) -> dict[str, Any]:
    print("noise on standard output must not matter")  # noqa: T201
    return {
        "modules": [name for name in names if name in sys.modules],
        "app": getattr(sys.modules["app"], "__file__", None),
        "secret": os.environ.get("SECRET_KEY"),
    }


def spin() -> None:
    while True:
        pass


def sleep_with_grandchild(note: str) -> None:
    grandchild = subprocess.Popen(["sleep", "60"])
    Path(note).write_text(str(grandchild.pid))
    time.sleep(60)


def fill_memory() -> int:
    return len(bytearray(1 << 32))


def fail_plainly() -> None:
    print("a hint on standard error", file=sys.stderr)  # noqa: T201
    raise LookupError("nothing there")


def fail_with_code() -> None:
    raise Told(code="cell-wrong", place="区县!C7")


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def large(size: int) -> bytes:
    return b"x" * size


def nothing_picklable() -> object:
    return lambda: None
