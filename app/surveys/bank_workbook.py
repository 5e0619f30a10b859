"""The bank as a workbook that the bank takes back unchanged, with the history of its versions."""

from __future__ import annotations

from collections.abc import Sequence

from app.surveys.bank_content import list_of
from app.surveys.bank_queries import all_versions, newest_versions
from app.surveys.models import BankVersion
from app.surveys.question_list import (
    CHOICE_COLUMNS,
    QUESTION_COLUMNS,
    SECTION_COLUMNS,
    Question,
    QuestionList,
)
from app.workbooks.cells import CellValue, column_letter
from app.workbooks.tables import TableColumn
from app.workbooks.workbook_writing import SheetPlan, WorkbookPlan, write_workbook

_HISTORY = ("name", "version", "valid_from", "reason", "made_by", "made_at", "text_zh", "text_en")
_WIDE = frozenset({"text_zh", "text_en", "hint_zh", "hint_en", "note", "reason"})

_Row = dict[str, CellValue]


def bank_workbook(root_id: int) -> bytes:
    """The workbook (.xlsx): sheets questions, choices, sections as a question list has them, and versions."""
    versions = newest_versions(root_id)
    listed = list_of((each.question.code, each.content) for each in versions)
    sheets = (
        _sheet("questions", QUESTION_COLUMNS, [_question_row(each) for each in listed.questions]),
        _sheet("choices", CHOICE_COLUMNS, _choice_rows(listed)),
        _sheet(
            "sections",
            SECTION_COLUMNS,
            [{"name_zh": name, "name_en": english} for name, english in listed.sections.items()],
        ),
        _plan("versions", list(_HISTORY), [_history_row(each) for each in all_versions(root_id)]),
    )
    return write_workbook(WorkbookPlan(sheets, protect_structure=False, title="CityExam"))


def _question_row(question: Question) -> _Row:
    row: _Row = {
        "name": question.name,
        "dimension": question.section,
        "required": "yes" if question.required else None,
        "indicator_codes": ";".join(question.indicator_codes),
    }
    for column in QUESTION_COLUMNS:
        if column.name not in row:
            row[column.name] = getattr(question, column.name, None)
    return row | dict(question.further)


def _choice_rows(listed: QuestionList) -> list[_Row]:
    return [
        {"list_name": name, "name": each.value, "label_zh": each.label_zh, "label_en": each.label_en}
        | dict(each.columns)
        for name, offered in listed.choices.items()
        for each in offered
    ]


def _history_row(version: BankVersion) -> _Row:
    return {
        "name": version.question.code,
        "version": version.number,
        "valid_from": version.valid_from,
        "reason": version.reason,
        "made_by": version.made_by,
        "made_at": version.made_at.isoformat(timespec="seconds"),
        "text_zh": version.content["text_zh"],
        "text_en": version.content["text_en"],
    }


def _sheet(name: str, columns: Sequence[TableColumn], rows: Sequence[_Row]) -> SheetPlan:
    """A sheet of the columns that are needed or filled, then of whatever else the rows hold."""
    known = [each.name for each in columns if each.required or any(row.get(each.name) for row in rows)]
    further = dict.fromkeys(column for row in rows for column in row if column not in _names(columns))
    return _plan(name, [*known, *further], rows)


def _names(columns: Sequence[TableColumn]) -> set[str]:
    return {each.name for each in columns}


def _plan(name: str, headings: list[str], rows: Sequence[_Row]) -> SheetPlan:
    return SheetPlan(
        name,
        [headings, *([row.get(each) or None for each in headings] for row in rows)],
        widths={column_letter(n): 40 if each in _WIDE else 16 for n, each in enumerate(headings, start=1)},
        frozen="B2",
        header_rows=1,
    )
