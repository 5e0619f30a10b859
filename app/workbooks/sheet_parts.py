"""The parts of an .xlsx that is written row by row: text stays text and is never a formula."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from app.workbooks.cells import LAST_COLUMN, LAST_ROW, CellValue, column_letter
from app.workbooks.faults import UnwritableContent
from app.workbooks.workbook_writing import EXACT_INTEGER, FORMULA_STARTS, LONGEST_NAME, clean_text

_BATCH_PIECES = 4096
_BAD_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
#: Styles by number: plain, header, text that begins like a formula (the mark of a typed apostrophe).
_HEADER, _QUOTED = ' s="1"', ' s="2"'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    '</cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class SheetPart:
    """Rows go in, bytes of a worksheet come out; the first row is the header and stays in sight."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        if len(columns) > LAST_COLUMN:
            raise UnwritableContent(
                "too-many-columns", {"sheet": name, "found": len(columns), "limit": LAST_COLUMN}
            )
        self._name, self._row = name, 0
        self._letters = [column_letter(number) for number in range(1, len(columns) + 1)]
        pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        self._pieces = [
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView>'
            "</sheetViews><sheetData>"
        ]
        self._add(columns, _HEADER)

    def add(self, row: Sequence[CellValue]) -> None:
        """Write a row. Raises UnwritableContent: too-many-rows, text-too-long."""
        self._add(row, "")

    def end(self) -> None:
        """Write what stands below the rows."""
        self._pieces.append("</sheetData></worksheet>")

    @property
    def full(self) -> bool:
        """Whether it is time to take what is written."""
        return len(self._pieces) > _BATCH_PIECES

    def take(self) -> bytes:
        """The bytes written since the last taking."""
        taken = "".join(self._pieces).encode()
        self._pieces.clear()
        return taken

    def _add(self, row: Sequence[CellValue], style: str) -> None:
        self._row += 1
        number = str(self._row)
        if self._row > LAST_ROW:
            raise UnwritableContent("too-many-rows", {"sheet": self._name, "limit": LAST_ROW})
        self._pieces.append(f'<row r="{number}">')
        for letters, value in zip(self._letters, row, strict=True):
            if value is not None and value != "":
                self._pieces.append(_cell(letters + number, value, style))
        self._pieces.append("</row>")


def book_parts(names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The other parts of a workbook with these sheets, in order: (name, bytes)."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, _sheet_names(names), strict=True)
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for number in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    styles = f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    book = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{book}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{styles}{links}'
        "</Relationships>",
    }
    for name, text in texts.items():
        yield name, (_HEAD + text).encode()
    yield "xl/styles.xml", _STYLES.encode()


def _sheet_names(names: Sequence[str]) -> list[str]:
    """Names that a workbook takes: short, without signs of its own, each once whatever the case."""
    given: dict[str, str] = {}
    for name in names:
        plain = clean_text(_BAD_IN_NAME.sub("_", name), name)[:LONGEST_NAME] or "_"
        made, number = plain, 1
        while made.lower() in given:
            number += 1
            made = f"{plain[: LONGEST_NAME - len(str(number)) - 1]}~{number}"
        given[made.lower()] = made
    return list(given.values())


def _cell(place: str, value: CellValue, style: str) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}"{style} t="b"><v>{int(value)}</v></c>'
    # A spreadsheet keeps fifteen digits of a number; longer ones are codes and keep every digit as text.
    if isinstance(value, int) and abs(value) < EXACT_INTEGER:
        return f'<c r="{place}"{style}><v>{value}</v></c>'
    if isinstance(value, float) and math.isfinite(value):
        return f'<c r="{place}"{style}><v>{value!r}</v></c>'
    text = clean_text(str(value), place)
    if text.startswith(FORMULA_STARTS) and not style:
        style = _QUOTED
    told = escape(text, {"\r": "&#13;"})
    return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{told}</t></is></c>'
