"""What roles are called, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.accounts.models import User
from app.db import db
from app.i18n import aside

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


def actor_name(actor: str) -> str:
    """Who did it, in words: a member of staff by name, a job or a link by its number."""
    kind, _colon, key = actor.partition(":")
    if kind == "user" and key.isdigit():
        user = db.session.get(User, int(key))
        return aside(user.display_name, user.username) if user else _("账户 %(number)s", number=key)
    name = str(_ACTOR_NAMES.get(kind, kind))
    return f"{name} {key}".rstrip()
