"""Builds small workbooks by hand, honest and hostile, part by part."""

from __future__ import annotations

import io
import struct
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)


def archive(parts: dict[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return written.getvalue()


def parts_of(sheet_xml: str, *, sheet: str = "区县") -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE_REL}"><Relationship Id="r1" '
        f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE_REL}"><Relationship Id="r1" '
        f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml,
    }


def sheet_xml(rows: str, *, dimension: str = "A1", after: str = "") -> str:
    return (
        f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData>'
        f"{after}</worksheet>"
    )


def workbook(rows: str, *, dimension: str = "A1", after: str = "", sheet: str = "区县") -> bytes:
    return archive(parts_of(sheet_xml(rows, dimension=dimension, after=after), sheet=sheet))


def replaced(data: bytes, part: str, content: str | bytes) -> bytes:
    """The same archive with one part put in or exchanged."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts: dict[str, str | bytes] = {name: source.read(name) for name in source.namelist()}
    parts[part] = content
    return archive(parts)


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def number_cell(place: str, number: float) -> str:
    return f'<c r="{place}"><v>{number}</v></c>'


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _label(row: int, column: int, text: str) -> bytes:
    return _record(
        0x0204, struct.pack("<HHHH", row, column, 0, len(text)) + b"\x01" + text.encode("utf-16-le")
    )


def _xls_cell(row: int, column: int, value: object) -> bytes:
    if isinstance(value, str):
        return _label(row, column, value)
    if value is ZeroDivisionError:
        return _record(0x0205, struct.pack("<HHHBB", row, column, 0, 0x07, 1))
    style = 0
    if isinstance(value, tuple):
        value, style = value
    return _record(0x0203, struct.pack("<HHHd", row, column, style, float(value)))


def old_workbook(rows: list[list[object]], *, sheet: str = "区县") -> bytes:
    """A BIFF8 workbook, the format of .xls; (number, 1) is shown in percent, (number, 2) as a date."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    font = _record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x01\x00A\x00")
    styles = b"".join(
        _record(0x00E0, struct.pack("<HHH", 0, key, 0x0001) + b"\x00" * 14) for key in (0, 10, 14)
    )
    name = bytes([len(sheet), 1]) + sheet.encode("utf-16-le")
    head = _record(0x0809, begin) + _record(0x0042, struct.pack("<H", 1200)) + font + styles
    start = len(head) + 4 + 6 + len(name) + 4
    listed = _record(0x0085, struct.pack("<IBB", start, 0, 0) + name)
    page = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    page += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                page += _xls_cell(number, column, value)
    stream = head + listed + _record(0x000A, b"") + page + _record(0x000A, b"")
    return ole_file("Workbook", stream)


def ole_file(name: str, stream: bytes) -> bytes:
    """An OLE folder with one stream, as .xls and password-protected workbooks are."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    header += struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    header = header.ljust(512, b"\xff")
    folder = _ole_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _ole_entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    return header + table + folder.ljust(512, b"\0") + stream


def _ole_entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    entry = encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\0" * 36
    return entry + struct.pack("<IIi", start, size, 0)
