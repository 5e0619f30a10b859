"""Making and changing accounts, roles and departments."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from app.accounts.models import CITY_WIDE, ROLES, Department, RoleGrant, StaffSession, User
from app.accounts.signing_in import check_password, hash_password
from app.accounts.wording import ROLE_NAMES
from app.areas.queries import area_by_code
from app.db import db, flush_or, take_turn
from app.errors import Conflict, Invalid, NotFound

#: What an address and a log can carry: letters of any script, digits and a few marks.
_USERNAME = re.compile(r"[\w.@+-]{1,80}")
_LONGEST_NAME = 120
#: Bytes of chance in a password that is made for somebody.
_CHANCE_BYTES = 12


@dataclass(frozen=True)
class Grant:
    """A role to give, with its scope."""

    role: str
    department_code: str | None = None
    area_code: str | None = None


def add_user(*, username: str, display_name: str, password: str, grants: Sequence[Grant]) -> User:
    """Make an account; Conflict ``username-taken``, Invalid ``username-invalid``, ``unknown-role`` …"""
    # As it is read at the log-in: a full-width letter is the letter.
    username = unicodedata.normalize("NFKC", username)
    if not _USERNAME.fullmatch(username):
        raise Invalid("username-invalid", found=username[:80])
    if db.session.execute(select(User.id).where(User.username == username)).first():
        raise Conflict("username-taken", found=username)
    user = User(
        username=username,
        display_name=(display_name or username)[:_LONGEST_NAME],
        password_hash=hash_password(password),
    )
    user.grants = [_role_grant(grant) for grant in grants]
    db.session.add(user)
    flush_or(meanwhile=Conflict("username-taken", found=username))
    return user


def set_password(*, username: str, password: str) -> None:
    """Give a new password and end the user's sessions."""
    user = user_named(username)
    user.password_hash = hash_password(password)
    _end_sessions(user)


def change_own_password(*, username: str, present: str, password: str, address: str) -> None:
    """Change a password by somebody who knows the present one; an open browser is not enough."""
    new_hash = hash_password(password)
    user = check_password(username=username, password=present, address=address)
    user.password_hash = new_hash
    _end_sessions(user)


def reset_password(*, user_id: int) -> str:
    """Give a password made by chance and end the user's sessions; nobody can read it again later."""
    password = secrets.token_urlsafe(_CHANCE_BYTES)
    set_password(username=user_by_id(user_id).username, password=password)
    return password


def give_role(*, user_id: int, grant: Grant) -> None:
    """Give an account one more role. Conflict ``role-given`` where it has this one already."""
    user, made = user_by_id(user_id), _role_grant(grant)
    take_turn(under=user)
    db.session.refresh(user, ["grants"])
    scope = (made.role, made.department, made.area)
    if scope in [(each.role, each.department, each.area) for each in user.grants]:
        raise Conflict("role-given", found=str(ROLE_NAMES[grant.role]))
    user.grants.append(made)
    db.session.flush()


def take_role(*, user_id: int, grant_id: int) -> None:
    """Take one role away. Conflict ``last-administrator``."""
    user = user_by_id(user_id)
    grant = next((each for each in user.grants if each.id == grant_id), None)
    if grant is None:
        raise NotFound("not-found")
    if grant.role == "administrator" and _is_last_administrator(user):
        raise Conflict("last-administrator")
    user.grants.remove(grant)
    db.session.flush()


def set_active(*, username: str, active: bool) -> None:
    """Open or close an account; closing ends its sessions. Conflict ``last-administrator``."""
    user = user_named(username)
    if not active and _is_last_administrator(user):
        raise Conflict("last-administrator")
    user.active = active
    if not active:
        _end_sessions(user)
    db.session.flush()


def user_named(username: str) -> User:
    """The account of this name; NotFound when there is none."""
    user = db.session.execute(select(User).where(User.username == username)).scalar_one_or_none()
    if user is None:
        raise NotFound("not-found")
    return user


def user_by_id(user_id: int) -> User:
    """The account; NotFound when there is none."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("not-found")
    return user


def keep_department(*, code: str, name_zh: str, name_en: str) -> Department:
    """Add a department or bring its names up to date."""
    department = db.session.execute(select(Department).where(Department.code == code)).scalar_one_or_none()
    if department is None:
        department = Department(code=code, name_zh=name_zh, name_en=name_en)
        db.session.add(department)
    department.name_zh, department.name_en = name_zh, name_en
    db.session.flush()
    return department


def department_coded(code: str) -> Department:
    """The department of this code; Invalid ``unknown-department``."""
    department = db.session.execute(select(Department).where(Department.code == code)).scalar_one_or_none()
    if department is None:
        raise Invalid("unknown-department", found=code)
    return department


def _role_grant(grant: Grant) -> RoleGrant:
    if grant.role not in ROLES:
        raise Invalid("unknown-role", found=grant.role)
    if grant.role.startswith("department_") and grant.department_code is None:
        raise Invalid("department-needed", found=str(ROLE_NAMES[grant.role]))
    if grant.role in CITY_WIDE and grant.area_code is not None:
        raise Invalid("role-city-wide", found=str(ROLE_NAMES[grant.role]))
    department = department_coded(grant.department_code) if grant.department_code else None
    area = area_by_code(grant.area_code) if grant.area_code else None
    return RoleGrant(role=grant.role, department=department, area=area)


def _is_last_administrator(user: User) -> bool:
    query = (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == "administrator", User.active.is_(True))
    )
    return set(db.session.execute(query).scalars()) == {user.id}


def _end_sessions(user: User) -> None:
    db.session.flush()
    db.session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
