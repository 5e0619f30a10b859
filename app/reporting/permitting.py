"""Who may do what in this room; every view asks here."""

from __future__ import annotations

from flask_login import current_user

from app.accounts.guards import OFFICE, department_scope
from app.errors import Forbidden

_FILING_ROLES = ("department_reporter", "department_reviewer")


def is_office() -> bool:
    """Whether the present user decides on reports."""
    return bool(current_user.roles & OFFICE)


def may_file(department_id: int) -> bool:
    """Whether the present user files for this department; the exam office never does, it decides."""
    grants = current_user.grants_of(*_FILING_ROLES)
    return any(grant.department_id == department_id for grant in grants)


def may_read(department_id: int) -> bool:
    """Whether the present user reads this department's report: the exam office and its own people."""
    scope = department_scope(*_FILING_ROLES)
    return scope is None or department_id in scope


def permit_reading(department_id: int) -> None:
    """Forbidden for people of other departments."""
    if not may_read(department_id):
        raise Forbidden("forbidden")


def permit_filing(department_id: int) -> None:
    """Forbidden for everybody who does not file for this department."""
    if not may_file(department_id):
        raise Forbidden("forbidden")


def own_departments() -> set[int] | None:
    """Departments the present user sees; None for all."""
    return department_scope(*_FILING_ROLES)
