"""What roles are called, in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ROLE_NAMES: dict[str, LazyString] = {
    "administrator": _l("管理员"),
    "exam_office": _l("体检办公室"),
    "analyst": _l("分析员"),
    "department_reporter": _l("部门填报员"),
    "department_reviewer": _l("部门审核员"),
    "viewer": _l("查看者"),
    "field_worker": _l("外业人员"),
}
