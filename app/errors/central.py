"""Problems as ODK Central writes them: a number that its clients know, a message, details."""

from __future__ import annotations

from typing import Any

#: Numbers of Central's own list of problems (getodk/central-backend, ``lib/util/problem.js``), by code.
_NUMBERS = {
    "instance-changed": 409.3,
    "form-exists": 409.3,
    "app-user-given": 409.3,
    "version-taken": 409.6,
}
#: The usual number of a status; where Central has none of its own it is the first of that status.
_OF_STATUS = {400: 400.8, 401: 401.2, 409: 409.3}


def central_problem(
    status: int, code: str, detail: str, facts: dict[str, Any], problems: list[dict[str, str]]
) -> tuple[int, dict[str, Any]]:
    """The status and the body. What was sent wrongly is 400 there, where the house says 422."""
    status = 400 if status == 422 else status
    number = _NUMBERS.get(code, _OF_STATUS.get(status, float(f"{status}.1")))
    details = {"reference": code, "facts": facts, "problems": problems}
    return status, {"code": number, "message": detail, "details": details}
