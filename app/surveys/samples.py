"""Small examples of the tables a survey is made from, in the columns that the upload reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from app.surveys.question_list import CHOICE_COLUMNS, QUESTION_COLUMNS, SECTION_COLUMNS
from app.surveys.sampling import FRAME_COLUMNS
from app.surveys.stratifying import STRATA_COLUMNS
from app.workbooks.csv_writing import write_csv
from app.workbooks.tables import TableColumn

_Rows = list[dict[str, str | int]]


def sample_table(name: str) -> bytes:
    """The sample ``questions``, ``choices``, ``sections``, ``frame`` or ``strata`` as CSV."""
    columns, rows = _SAMPLES[name]
    names = [column.name for column in columns]
    return write_csv([[row.get(each) for each in names] for row in rows()], columns=names)


def _questions() -> _Rows:
    return [
        {
            "name": "consent",
            "dimension": _("甄别"),
            "type": "select_one yn",
            "text_zh": _("您是否同意参加？"),
            "text_en": "Do you agree to take part?",
            "required": "yes",
        },
        {
            "name": "age",
            "dimension": _("甄别"),
            "type": "integer",
            "text_zh": _("您的年龄？"),
            "text_en": "How old are you?",
            "required": "yes",
            "constraint": ". >= 16 and . <= 110",
        },
        {
            "name": "parks",
            "dimension": _("生态宜居"),
            "type": "select_one sat5",
            "text_zh": _("您对附近的公园满意吗？"),
            "text_en": "Are you satisfied with the parks nearby?",
            "required": "yes",
            "scored": "dimension",
        },
    ]


def _choices() -> _Rows:
    offered = [
        ("yn", "1", _("是"), "Yes"),
        ("yn", "0", _("否"), "No"),
        ("sat5", "5", _("很满意"), "Very satisfied"),
        ("sat5", "4", _("满意"), "Satisfied"),
        ("sat5", "3", _("一般"), "Neutral"),
        ("sat5", "2", _("不满意"), "Dissatisfied"),
        ("sat5", "1", _("很不满意"), "Very dissatisfied"),
        ("sat5", "9", _("不了解"), "Don't know"),
    ]
    return [dict(zip(("list_name", "name", "label_zh", "label_en"), row, strict=True)) for row in offered]


def _sections() -> _Rows:
    return [
        {"name_zh": _("甄别"), "name_en": "Screening"},
        {"name_zh": _("生态宜居"), "name_en": "Ecology"},
    ]


def _frame() -> _Rows:
    return [{"community_code": "990101001001", "households": 1200, "population": 3600}]


def _strata() -> _Rows:
    return [{"code": "1", "area_code": "990101", "population": 120_000}]


_SAMPLES: dict[str, tuple[Sequence[TableColumn], Callable[[], _Rows]]] = {
    "questions": (QUESTION_COLUMNS, _questions),
    "choices": (CHOICE_COLUMNS, _choices),
    "sections": (SECTION_COLUMNS, _sections),
    "frame": (FRAME_COLUMNS, _frame),
    "strata": (STRATA_COLUMNS, _strata),
}
