"""CPU seconds of a call, the smallest of several."""

from __future__ import annotations

import time
from collections.abc import Callable


def cpu_seconds(call: Callable[[], object], *, repeats: int = 5) -> float:
    """The smallest CPU time of ``repeats`` calls (this process alone)."""
    found = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)
