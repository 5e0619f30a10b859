"""What questions are called in words: their types, their rules."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

#: Kinds of questions (as a form's definition names them) and types of their data.
_TYPES: dict[str, LazyString] = {
    "text": _l("填空题"),
    "string": _l("文字型"),
    "integer": _l("整数题"),
    "int": _l("整数"),
    "decimal": _l("小数"),
    "boolean": _l("是否"),
    "date": _l("日期"),
    "time": _l("时间"),
    "datetime": _l("日期时间"),
    "dateTime": _l("日期时间"),
    "select_one": _l("单选题"),
    "select_multiple": _l("多选题"),
    "rank": _l("排序题"),
    "range": _l("滑块题"),
    "geopoint": _l("位置点"),
    "geotrace": _l("位置线"),
    "geoshape": _l("位置面"),
    "image": _l("图片"),
    "audio": _l("录音"),
    "video": _l("录像"),
    "file": _l("文件"),
    "binary": _l("文件"),
    "barcode": _l("条码"),
    "acknowledge": _l("确认"),
    "note": _l("说明"),
    "hidden": _l("计算或元数据"),
    "group": _l("分组"),
    "repeat": _l("重复组"),
}
_RULES: dict[str, LazyString] = {
    "relevant": _l("显示条件"),
    "constraint": _l("约束"),
    "required": _l("必答"),
    "readonly": _l("只读"),
    "calculate": _l("计算"),
    "choice_filter": _l("选项过滤"),
    "repeat_count": _l("重复次数"),
}
_PARTS: dict[str, LazyString] = {
    "hint": _l("提示"),
    "guidance": _l("填写指南"),
    "constraint_message": _l("不合约束时的提示"),
    "required_message": _l("必答提示"),
}


def type_word(kind: str) -> str:
    """A type in the reader's words; itself where it has none."""
    return str(_TYPES.get(kind, kind))


def rule_word(rule: str) -> str:
    """A rule in the reader's words."""
    return str(_RULES.get(rule, rule))


def part_word(part: str) -> str:
    """A text of a question beside its label, in the reader's words."""
    return str(_PARTS.get(part, part))
