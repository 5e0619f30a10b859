"""Names of those who act through links: residents, phones, and the app users that programs made."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from app.db import db
from app.forms.exchange_models import AppUser, AppUserLink
from app.forms.models import Link
from app.i18n import aside


def sender_name(*, kind: str, key: int) -> str | None:
    """The name of a link's or an app user's actor; None for other actors and for those that are gone."""
    if kind == "app_user":
        phone = db.session.get(AppUser, key)
        return None if phone is None else _called(phone)
    link = db.session.get(Link, key) if kind == "link" else None
    if link is None:
        return None
    if link.kind == "test":
        return _("测试链接")
    if link.kind != "openrosa":
        return _("居民")
    query = select(AppUser).join(AppUserLink, AppUserLink.app_user_id == AppUser.id)
    holder = db.session.execute(query.where(AppUserLink.link_id == link.id)).scalar_one_or_none()
    if holder is not None:
        return _called(holder)
    return aside(_("手机"), link.label) if link.label else _("手机")


def _called(phone: AppUser) -> str:
    return _("手机用户 %(name)s", name=phone.display_name)
