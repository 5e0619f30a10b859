"""Values as the trail keeps them: JSON, no secrets, nothing endless."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import date, datetime
from typing import Any

#: Values that must not stand in the trail: only that they changed.
_SECRET_WORDS = ("password", "secret", "token", "session_key")
_LONGEST_TEXT = 2000
_LONGEST_LIST = 200


def plain(name: str, value: Any) -> Any:
    """The value of a column (or a key inside a JSON column) in the form the trail keeps."""
    if any(word in name.lower() for word in _SECRET_WORDS):
        return None if value is None else "***"
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[:_LONGEST_TEXT] + "…"
    if isinstance(value, float):
        # JSON has no word for what is no number.
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, bool | int):
        return value
    return _nested(value)


def _nested(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): plain(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        kept = [plain("", each) for each in value[:_LONGEST_LIST]]
        return kept if len(value) <= _LONGEST_LIST else [*kept, f"… ({len(value)})"]
    if isinstance(value, bytes):
        return digest(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def digest(value: Any) -> Any:
    """What stands for a value too large for the trail: enough to tell whether it is still the same."""
    if value is None:
        return None
    content = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
