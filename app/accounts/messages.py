"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "foreign-page": _l("别的网站的页面不能用您的账户写入。请用自己的程序，并在请求头里带上令牌。"),
    "wrong-password": _l("用户名或密码不正确。请检查后重试。"),
    "weak-password": _l("密码至少需要 %(least)s 个字符。"),
    "long-password": _l("密码最多 %(most)s 个字符。"),
    "username-invalid": _l(
        "用户名“%(found)s”不能使用。请用 1 至 80 个字母、汉字、数字或 . @ + - _，不含空格。"
    ),
    "last-administrator": _l(
        "这是最后一个启用的管理员账户，不能停用，也不能去掉管理员角色。请先建立另一个管理员。"
    ),
    "username-taken": _l("用户名“%(found)s”已被使用，请换一个。"),
    "unknown-role": _l("没有角色“%(found)s”。"),
    "unknown-department": _l("没有部门“%(found)s”。请先导入部门名单。"),
    "role-city-wide": _l("角色“%(found)s”负责全市，不能限定区域。"),
    "department-needed": _l("角色“%(found)s”必须属于一个部门，请选择部门。"),
    "whole-city-only": _l("这件事关系到全市的结果，而您的角色只限于部分区域。请由负责全市的同事来做。"),
    "role-given": _l("这个账户已经有这个范围的“%(found)s”角色。"),
}
