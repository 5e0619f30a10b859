"""App users: phones of a project. Each form that one is given makes a link of its own."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import select

from app.audit import current_actor
from app.db import db, utcnow
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.forms.exchange_models import AppUser, AppUserLink
from app.forms.links import make_link, revoke_link
from app.forms.models import Form, Link

_TOKEN_BYTES = 24
_LONGEST_NAME = 150


def appoint(*, root_id: int, display_name: str) -> AppUser:
    """Make an app user of a city; Invalid ``app-user-name``."""
    name = display_name.strip()
    if not name or len(name) > _LONGEST_NAME:
        raise Invalid("app-user-name", limit=_LONGEST_NAME)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    made = AppUser(root_id=root_id, display_name=name, token=token, made_by=current_actor())
    db.session.add(made)
    db.session.flush()
    return made


def dismiss(*, app_user: AppUser) -> None:
    """Close all doors of an app user for good; what came through them stays."""
    for each in links_of(app_user):
        revoke_link(link=each)
    app_user.revoked_at = app_user.revoked_at or utcnow()
    db.session.flush()


def assign(*, app_user: AppUser, form: Form) -> Link:
    """Let an app user fill a form; Conflict ``app-user-given`` when it may already."""
    if any(each.form_id == form.id for each in links_of(app_user)):
        raise Conflict("app-user-given", found=app_user.display_name)
    # Two phones may have one name, and a form has one open door of a name.
    link = make_link(form=form, kind="openrosa", label=f"{app_user.display_name} #{app_user.id}")
    db.session.add(AppUserLink(app_user_id=app_user.id, link_id=link.id))
    db.session.flush()
    return link


def withdraw(*, app_user: AppUser, form: Form) -> None:
    """Close the door of an app user to a form; NotFound ``app-user-not-given``."""
    link = next((each for each in links_of(app_user) if each.form_id == form.id), None)
    if link is None:
        raise NotFound("app-user-not-given", found=app_user.display_name)
    revoke_link(link=link)


def links_of(app_user: AppUser) -> Sequence[Link]:
    """The open links of an app user, by form. One statement."""
    query = select(Link).join(AppUserLink, AppUserLink.link_id == Link.id)
    query = query.where(AppUserLink.app_user_id == app_user.id, Link.revoked_at.is_(None))
    return db.session.execute(query.order_by(Link.form_id, Link.id)).scalars().all()


def app_users(root_id: int) -> Sequence[AppUser]:
    """The app users of a city that are not dismissed, newest first."""
    query = select(AppUser).where(AppUser.root_id == root_id, AppUser.revoked_at.is_(None))
    return db.session.execute(query.order_by(AppUser.id.desc())).scalars().all()


def assigned(form: Form) -> Sequence[AppUser]:
    """The app users that may fill a form, by name. One statement."""
    query = select(AppUser).join(AppUserLink, AppUserLink.app_user_id == AppUser.id)
    query = query.join(Link, Link.id == AppUserLink.link_id)
    query = query.where(Link.form_id == form.id, Link.revoked_at.is_(None))
    return db.session.execute(query.order_by(AppUser.display_name, AppUser.id)).scalars().all()


def app_user_in(root_id: int, key: int | None) -> AppUser:
    """An app user of a city that is not dismissed; NotFound ``unknown-app-user``."""
    found = None if key is None else db.session.get(AppUser, key)
    if found is None or found.root_id != root_id or found.revoked_at is not None:
        raise NotFound("unknown-app-user")
    return found


def app_user_by_token(token: str, root_id: int) -> AppUser:
    """The app user of a token; NotFound ``unknown-link``, Forbidden ``revoked-link``."""
    found = db.session.execute(select(AppUser).where(AppUser.token == token)).scalar_one_or_none()
    if found is None or found.root_id != root_id:
        raise NotFound("unknown-link")
    if found.revoked_at is not None:
        raise Forbidden("revoked-link")
    return found
