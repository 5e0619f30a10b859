"""What a call costs: CPU seconds, the smallest of several, and memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def cpu_seconds(call: Callable[[], object], *, repeats: int = 5) -> float:
    """The smallest CPU time of ``repeats`` calls (this process alone)."""
    found = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def peak_megabytes() -> float:
    """Most megabytes this process ever held (what getrusage tells begins with those of its parent)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000
