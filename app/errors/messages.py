"""Texts of the codes, in the reader's language. Each room registers its own table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.errors.analysis_texts import ANALYSIS_TEXTS
from app.errors.problems import Place
from app.errors.table_texts import TABLE_TEXTS

_TEXTS: dict[str, LazyString] = {
    "not-found": _l("找不到这个页面或资源。请检查地址。"),
    "forbidden": _l("您没有权限做这件事。如需权限，请联系管理员。"),
    "not-signed-in": _l("请先登录。"),
    "csrf": _l("页面已过期。请刷新页面后重新提交，已填写的内容不会丢失。"),
    "too-large": _l("上传的内容超过了 %(limit)s 字节的上限。请拆分或压缩后再传。"),
    "too-many-parts": _l("请求的字段和文件超过 %(limit)s 个，或文字合计超过 %(bytes)s 字节。请分几次发送。"),
    "too-many-attempts": _l("尝试次数过多，请在 %(retry_after)s 秒后再试。"),
    "bad-request": _l("请求无法读取。请检查后重试。"),
    "method-not-allowed": _l("这个地址不接受这种请求方式。"),
    "media-type-unsupported": _l("内容的类型不受支持。请按接口说明的格式发送。"),
    "internal": _l("服务器出错了，已记录。请稍后再试；您已保存的内容不受影响。"),
    "busy": _l("服务器正忙，没有保存任何改动。请在 %(retry_after)s 秒后再试。"),
    "already-there": _l("同样的内容已经存在，可能刚由别人保存。请刷新后查看。"),
    "still-linked": _l("其他内容还与它相连，或它指向的内容已不存在。没有保存任何改动。"),
    "value-unstorable": _l("内容里有过长的文字、过大的数或不能保存的字符。请检查后重试。"),
    "file-missing": _l("请选择要上传的文件。"),
    "date-unreadable": _l("日期“%(found)s”不能读取，应写成 2024-01-31 的样子。"),
    "year-unreadable": _l("年份“%(found)s”不能读取，应为 2000 至 2100 之间的四位数字。"),
    "fields-invalid": _l("请求的内容有误。请按下面的位置逐一修改。"),
    "invalid-field": _l("字段的内容不符合要求：%(found)s。"),
    "field-missing": _l("这个字段必须填写。"),
    "field-unknown": _l("没有这个字段。"),
    "field-not-integer": _l("这里应为整数。"),
    "field-not-number": _l("这里应为数字。"),
    "field-not-text": _l("这里应为文字。"),
    "field-not-boolean": _l("这里应为 true 或 false。"),
    "field-not-date": _l("这里应为日期，如 2024-01-31。"),
    "more-places": _l("还有 %(count)s 处没有列出。请按上面的样子一并修改。"),
    "json-unreadable": _l("内容不是有效的 JSON。"),
    **TABLE_TEXTS,
    **ANALYSIS_TEXTS,
}


_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def register_messages(texts: Mapping[str, LazyString]) -> None:
    """Add a room's texts; the same code with another text is a programming error."""
    for code, text in texts.items():
        if code in _TEXTS and _TEXTS[code] != text:
            raise ValueError(f"the code {code!r} is registered twice")
        _TEXTS[code] = text


def registered_codes() -> frozenset[str]:
    """All codes that have a text."""
    return frozenset(_TEXTS)


def describe(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The text of ``code`` in the reader's language, filled with ``facts``.

    A code without a text, or a text whose facts are missing, still says what is known.
    """
    shown = {key: _shown(value) for key, value in (facts or {}).items()}
    text = _TEXTS.get(code)
    if text is None:
        return _(
            "问题代码 %(code)s：%(facts)s",
            code=printable(code),
            facts=", ".join(f"{k}={v}" for k, v in shown.items()),
        )
    try:
        return str(text) % _Facts(shown)
    except (TypeError, ValueError):
        # A text with a bare per cent sign takes no facts.
        return str(text)


class _Facts(dict[str, str]):
    """The facts of a text; one that nobody gave is shown as missing."""

    def __missing__(self, _key: str) -> str:
        return "—"


def describe_place(place: Place) -> str:
    """Where it is, in words: sheet, cell or row and column, or the field."""
    parts = []
    if place.sheet:
        parts.append(_("工作表“%(sheet)s”", sheet=printable(place.sheet)))
    if place.cell:
        parts.append(_("单元格 %(cell)s", cell=place.cell))
    if place.feature is not None:
        parts.append(_("第 %(number)s 个要素", number=place.feature))
    if place.row is not None and not place.cell:
        parts.append(_("第 %(row)s 行", row=place.row))
    if place.column and not place.cell:
        parts.append(_("“%(column)s”列", column=printable(place.column)))
    if place.field_name:
        parts.append(_("字段“%(field)s”", field=printable(place.field_name)))
    return _("，").join(parts)


def printable(text: str) -> str:
    """The text without what no page and no XML can show: control characters and half surrogate pairs."""
    return _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return _("、").join(_shown(each) for each in value)
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:.10g}"
    return printable(str(value))
