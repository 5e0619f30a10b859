"""Reads of accounts and departments, each with an order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts.models import Department, RoleGrant, User
from app.db import db


def all_users() -> Sequence[User]:
    """All accounts with their roles and scopes, by name. Three statements."""
    query = select(User).options(selectinload(User.grants).selectinload(RoleGrant.area))
    return db.session.execute(query.order_by(User.username)).scalars().all()


def department_staff() -> dict[int, dict[str, list[User]]]:
    """Department → role → the open accounts that hold it, by name. Two statements."""
    query = (
        select(RoleGrant.department_id, RoleGrant.role, User)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.department_id.is_not(None), User.active.is_(True))
        .order_by(User.username)
    )
    found: dict[int, dict[str, list[User]]] = {}
    for department_id, role, user in db.session.execute(query):
        found.setdefault(department_id, {}).setdefault(role, []).append(user)
    return found


def departments() -> Sequence[Department]:
    """All departments, by code."""
    return db.session.execute(select(Department).order_by(Department.code)).scalars().all()
