"""Results and facts of jobs as JSON that every database takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def plain_json(value: Any) -> Any:
    """Mappings, lists, numbers and texts alone; numbers of numpy as their own, what is no number as text."""
    if isinstance(value, Mapping):
        return {str(key): plain_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_json(each) for each in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    item = getattr(value, "item", None)
    return plain_json(item()) if callable(item) else str(value)
