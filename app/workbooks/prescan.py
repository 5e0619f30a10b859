"""Look at an uploaded workbook as an archive of XML parts, before any library opens it.

A workbook of two kilobytes can claim a million rows, unpack to gigabytes or name entities without end; the
libraries that read workbooks believe what it says. Everything here streams, counts and stops early.
"""

from __future__ import annotations

import io
import posixpath
import time
import zipfile
import zlib
from collections.abc import Iterator

from app.workbooks.faults import RefusedFile
from app.workbooks.kinds import FileKind, detect_kind
from app.workbooks.part_scan import PartScan
from app.workbooks.prescan_facts import PrescanBounds, PrescanReport, SheetFacts
from app.workbooks.sheet_scan import SheetScan

__all__ = [
    "FileKind",
    "PrescanBounds",
    "PrescanReport",
    "SheetFacts",
    "detect_kind",
    "prescan",
    "prescan_archive",
]

_PIECE = 256 * 1024
_RATIO_FLOOR = 5 << 20
_ENTRY_MARK = b"PK\x01\x02"
_XML_NAMES = (".xml", ".rels", ".vml")
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<", b"<\x00", b"\x00<")
_REFUSED_KINDS = {
    "encrypted": "password-protected",
    "xls": "old-format",
    "zip": "damaged-archive",
}


def prescan(data: bytes, *, bounds: PrescanBounds | None = None) -> PrescanReport:
    """Check an .xlsx or .xlsm and count what it really holds.

    Raises RefusedFile; its facts name the part, what was found and the limit.
    """
    bounds = bounds or PrescanBounds()
    _check_file(data, bounds)
    deadline = time.monotonic() + bounds.seconds
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, bounds)
            scans, total = _scan_parts(archive, entries, bounds, deadline)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise RefusedFile("damaged-archive", {"reason": str(error)[:200]}) from error
    return _report(entries, scans, total, bounds)


def prescan_archive(data: bytes, *, bounds: PrescanBounds | None = None) -> tuple[str, ...]:
    """Check a zip of any content: sizes, names, compression; gives the names of its entries.

    Raises RefusedFile as :func:`prescan` does. What the entries hold is for their own reader to check.
    """
    bounds = bounds or PrescanBounds()
    _check_size(data, bounds)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, bounds)
            unpacking = _Unpacking(archive, bounds)
            for entry in entries:
                for _piece in unpacking.pieces(entry):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise RefusedFile("damaged-archive", {"reason": str(error)[:200]}) from error
    return tuple(entry.filename for entry in entries)


def _check_size(data: bytes, bounds: PrescanBounds) -> None:
    if not data:
        raise RefusedFile("file-empty")
    if len(data) > bounds.file_bytes:
        raise RefusedFile("file-too-large", {"bytes": len(data), "limit": bounds.file_bytes})
    # Counted before the archive's list is read, which would make an object of each entry.
    listed = data.count(_ENTRY_MARK)
    if listed > bounds.entries:
        raise RefusedFile("too-many-entries", {"entries": listed, "limit": bounds.entries})


def _check_file(data: bytes, bounds: PrescanBounds) -> None:
    _check_size(data, bounds)
    kind = detect_kind(data)
    if kind not in ("xlsx", "xlsm"):
        raise RefusedFile(_REFUSED_KINDS.get(kind, "not-a-workbook"), {"kind": kind})


def _check_entries(entries: list[zipfile.ZipInfo], bounds: PrescanBounds) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        if "\0" in name or "\\" in name or ":" in name or name.startswith("/") or ".." in name.split("/"):
            raise RefusedFile("unsafe-entry-name", {"entry": name[:200]})
        if name.lower() in seen:
            raise RefusedFile("duplicate-entry", {"entry": name[:200]})
        seen.add(name.lower())
        if entry.flag_bits & 0x1:
            raise RefusedFile("encrypted-entry", {"entry": name[:200]})
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RefusedFile("unknown-compression", {"entry": name[:200], "found": entry.compress_type})
    # The sizes an archive declares are a claim too; this refuses early, unpacking counts for itself.
    declared = sum(entry.file_size for entry in entries)
    if declared > bounds.total_bytes:
        raise RefusedFile("too-much-data", {"bytes": declared, "limit": bounds.total_bytes})


class _Unpacking:
    """Unpack entries piece by piece and stop when one, or all together, hold more than they may."""

    def __init__(self, archive: zipfile.ZipFile, bounds: PrescanBounds) -> None:
        self._archive = archive
        self._bounds = bounds
        self.total = 0

    def pieces(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        unpacked = 0
        with self._archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                unpacked += len(piece)
                self.total += len(piece)
                self._check(entry, unpacked)
                yield piece

    def _check(self, entry: zipfile.ZipInfo, unpacked: int) -> None:
        facts = {"entry": entry.filename[:200], "bytes": unpacked}
        if unpacked > self._bounds.entry_bytes:
            raise RefusedFile("too-much-data", facts | {"limit": self._bounds.entry_bytes})
        if self.total > self._bounds.total_bytes:
            raise RefusedFile("too-much-data", facts | {"limit": self._bounds.total_bytes})
        if unpacked > _RATIO_FLOOR and unpacked > self._bounds.ratio * max(entry.compress_size, 1):
            ratio = unpacked / max(entry.compress_size, 1)
            raise RefusedFile("suspicious-ratio", facts | {"ratio": ratio, "limit": self._bounds.ratio})


def _scan_parts(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], bounds: PrescanBounds, deadline: float
) -> tuple[list[PartScan], int]:
    unpacking = _Unpacking(archive, bounds)
    scans: list[PartScan] = []
    percents: frozenset[str] = frozenset()
    # Styles first: what a cell's format number means must be known when its sheet is read.
    for entry in sorted(entries, key=lambda entry: not entry.filename.lower().endswith("styles.xml")):
        pieces = unpacking.pieces(entry)
        first = next(pieces, b"")
        # A part is XML by what it holds: its name is the file's own claim.
        if entry.filename.lower().endswith(_XML_NAMES) or first.lstrip().startswith(_XML_STARTS):
            scan = PartScan(entry.filename, bounds, deadline, percents)
            _feed(scan, first, pieces)
            percents |= scan.percent_styles
            scans.append(scan)
        for _piece in pieces:
            if time.monotonic() > deadline:
                raise RefusedFile("scan-too-slow", {"part": entry.filename, "limit": bounds.seconds})
    return scans, unpacking.total


def _feed(scan: PartScan, first: bytes, rest: Iterator[bytes]) -> None:
    def pieces() -> Iterator[bytes]:
        yield first
        yield from rest

    try:
        scan.feed(pieces())
    except RefusedFile as refusal:
        # Old drawings (VML) are written as loose HTML by spreadsheet programs themselves; nobody parses them.
        if refusal.code != "xml-malformed" or not scan.part.lower().endswith(".vml"):
            raise


def _report(
    entries: list[zipfile.ZipInfo], scans: list[PartScan], total: int, bounds: PrescanBounds
) -> PrescanReport:
    sheets = _sheet_facts(scans)
    if not any(scan.root == "workbook" for scan in scans):
        raise RefusedFile("not-a-workbook", {"kind": "zip"})
    if len(sheets) > bounds.sheets:
        raise RefusedFile("too-many-sheets", {"sheets": len(sheets), "limit": bounds.sheets})
    for count, limit, code in (
        (sum(sheet.cells for sheet in sheets), bounds.cells, "too-many-cells"),
        (sum(sheet.merged_cells for sheet in sheets), bounds.merged_cells, "too-many-merged-cells"),
    ):
        if count > limit:
            raise RefusedFile(code, {"found": count, "limit": limit})
    macros = any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries)
    relations = [kind for scan in scans for kind, _target in scan.relations.values()]
    return PrescanReport(
        kind="xlsm" if macros or any(scan.macro_type for scan in scans) else "xlsx",
        entries=len(entries),
        total_bytes=total,
        macros=macros,
        external_links=any(kind.endswith("/externalLink") for kind in relations),
        sheets=sheets,
    )


def _sheet_facts(scans: list[PartScan]) -> tuple[SheetFacts, ...]:
    found = {scan.part: scan.sheet for scan in scans if scan.sheet}
    ordered = [(name, state, part) for name, state, part in _declared_sheets(scans) if part in found]
    named = {part for _name, _state, part in ordered}
    # A sheet that the workbook does not name is counted all the same: a reader may still open it.
    ordered += [(part, "unlisted", part) for part in found if part not in named]
    return tuple(_facts(name, state, found[part]) for name, state, part in ordered)


def _facts(name: str, state: str, sheet: SheetScan) -> SheetFacts:
    return SheetFacts(
        name=name,
        part=sheet.part,
        state=state,
        rows=sheet.rows,
        cells=sheet.cells,
        filled_cells=sheet.filled_cells,
        formulas=sheet.formulas,
        last_row=sheet.last_row,
        last_column=sheet.last_column,
        merged_cells=sheet.merged_cells,
        declared_dimension=sheet.declared_dimension,
        oddities=sheet.oddities,
        percents=sheet.percents,
    )


def _declared_sheets(scans: list[PartScan]) -> list[tuple[str, str, str]]:
    """Name, state and part of each sheet in the order the workbook lists them."""
    parts = {scan.part: scan for scan in scans}
    declared: list[tuple[str, str, str]] = []
    for book in (scan for scan in scans if scan.root == "workbook"):
        folder, name = posixpath.split(book.part)
        relations = parts.get(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        for sheet, state, relation in book.declared_sheets:
            target = relations.relations.get(relation, ("", ""))[1] if relations else ""
            place = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            declared.append((sheet, state, posixpath.normpath(place)))
    return declared
