"""Write comments into a workbook that came from outside. Runs in a bounded child and knows no other room."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink

#: Sheet, cell, place in words, message.
Row = tuple[str, str, str, str]


def write_comments(content: bytes, rows: Sequence[Row], words: Mapping[str, str]) -> bytes:
    """The workbook with comments and a list of problems as its first sheet.

    ``words``: ``sheet``, ``title``, ``place`` and ``message`` of the list; ``mark`` stands before each
    comment of ours, ``own_mark`` before what a person had written there.
    """
    with warnings.catch_warnings():
        # Parts of a workbook that the library leaves out are no concern of a list of problems.
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    _clear(workbook, words)
    messages: dict[tuple[str, str], list[str]] = {}
    for sheet, cell, _place, message in rows:
        if cell and sheet in workbook.sheetnames:
            messages.setdefault((sheet, cell), []).append(message)
    for (sheet, cell), told in messages.items():
        _comment(workbook[sheet][cell], words["mark"] + "\n".join(told), words["own_mark"])
    _list(workbook, rows, words)
    saved = io.BytesIO()
    workbook.save(saved)
    return saved.getvalue()


def _clear(workbook: Any, words: Mapping[str, str]) -> None:
    if words["sheet"] in workbook.sheetnames:
        del workbook[words["sheet"]]
    for page in workbook.worksheets:
        for cell in list(page._cells.values()):
            if cell.comment and cell.comment.text.startswith(words["mark"]):
                own = cell.comment.text.partition(words["own_mark"])[2]
                cell.comment = Comment(own, "CityExam") if own else None


def _comment(cell: Any, text: str, own_mark: str) -> None:
    # Only the top left cell of merged ones can hold a comment; the list names the cell in any case.
    if isinstance(cell, openpyxl.cell.cell.MergedCell):
        return
    own = f"\n{own_mark}{cell.comment.text}" if cell.comment else ""
    cell.comment = Comment(text + own, "CityExam", width=300, height=110)


def _list(workbook: Any, rows: Sequence[Row], words: Mapping[str, str]) -> None:
    page = workbook.create_sheet(words["sheet"], 0)
    page.append([words["title"]])
    page.append([words["place"], words["message"]])
    for cell in (page["A1"], page["A2"], page["B2"]):
        cell.font = Font(bold=True)
    for number, (sheet, cell, place, message) in enumerate(rows, start=3):
        spot, told = page.cell(number, 1), page.cell(number, 2)
        for target, text in ((spot, place), (told, message)):
            target.value = text
            # What people typed is quoted here: it must never become a formula.
            target.data_type = "s"
            target.alignment = Alignment(wrap_text=True, vertical="top")
        if cell and sheet in workbook.sheetnames:
            quoted = sheet.replace("'", "''")
            spot.hyperlink = Hyperlink(ref=spot.coordinate, location=f"'{quoted}'!{cell}")
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 32, 90
    workbook.active = 0
    for other in workbook.worksheets[1:]:
        other.sheet_view.tabSelected = False
