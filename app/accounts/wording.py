"""What roles are called, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from app.accounts.models import Department, User
from app.db import db
from app.events import ask
from app.i18n import aside, listing, named

ROLE_NAMES: dict[str, LazyString] = {
    "administrator": _l("管理员"),
    "exam_office": _l("体检办公室"),
    "analyst": _l("分析员"),
    "department_reporter": _l("部门填报员"),
    "department_reviewer": _l("部门审核员"),
    "viewer": _l("查看者"),
    "field_worker": _l("外业人员"),
}

#: What each role may do, as the administrator reads it before giving one.
ROLE_DUTIES: dict[str, LazyString] = {
    "administrator": _l("管理账户、区域和审计，也能做体检办公室的全部工作。"),
    "exam_office": _l("组织体检：问卷、填报审核、评估、更新计划。"),
    "analyst": _l("查看答卷和数据，加权、估计、导入大数据；不能审核填报。"),
    "department_reporter": _l("下载、填写并上传本部门的填报表；体检办公室决定之前可以撤回。"),
    "department_reviewer": _l("查看本部门的填报，体检办公室决定之前可以撤回；不能上传。"),
    "viewer": _l("只看结果。"),
    "field_worker": _l("入户：查看自己区域内抽中的住户和链接。"),
}

_ACTOR_NAMES: dict[str, LazyString] = {
    "system": _l("系统"),
    "job": _l("后台任务"),
    "link": _l("居民链接"),
    "app_user": _l("手机用户"),
    "demo": _l("演示"),
}


#: Asked with ``kind`` and ``key`` of an actor that is no member of staff; answered with a name.
ACTOR_NAME = "actor_name"
_SENDERS = frozenset({"link", "app_user"})

_DEMONSTRATED: dict[str, LazyString] = {
    "office": ROLE_NAMES["exam_office"],
    "analyst": ROLE_NAMES["analyst"],
}


def actor_name(actor: str, *, exact: bool = False) -> str:
    """Who did it, in words: staff by name and role, residents as such, a phone by its app user's name.

    ``exact``: with the user name or the number of the link, for the trail. Who is gone is told as gone.
    """
    kind, _colon, key = actor.partition(":")
    if kind == "user" and key.isdigit():
        return _staff_name(db.session.get(User, int(key)), key, exact=exact)
    if kind == "demo":
        return aside(str(_ACTOR_NAMES[kind]), _demonstrated(key))
    told = ask(ACTOR_NAME, kind=kind, key=int(key)) if kind in _SENDERS and key.isdigit() else []
    if told:
        return aside(told[0], _("编号 %(number)s", number=key)) if exact else str(told[0])
    name = str(_ACTOR_NAMES.get(kind, kind))
    return f"{name} {key}".rstrip()


def _staff_name(user: User | None, key: str, *, exact: bool) -> str:
    if user is None:
        return aside(_("已删除的账号"), _("编号 %(number)s", number=key)) if exact else _("已删除的账号")
    held = listing(str(ROLE_NAMES[role]) for role in ROLE_NAMES if role in {g.role for g in user.grants})
    known = [*([user.username] if exact else []), *([held] if held else [])]
    return aside(user.display_name, listing(known)) if known else user.display_name


def _demonstrated(key: str) -> str:
    """Whom the demonstration acted as: a role, or a department that reports."""
    kind, _dash, code = key.partition("-")
    if kind != "report":
        return str(_DEMONSTRATED.get(key, key))
    found = db.session.execute(select(Department).where(Department.code == code)).scalar_one_or_none()
    return code if found is None else named(found.name_zh, found.name_en)
