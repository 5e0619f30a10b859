"""What an uploaded file is, told from its bytes: a file's name is only a claim."""

from __future__ import annotations

import io
import zipfile
from typing import Literal

FileKind = Literal["xlsx", "xlsm", "xlsb", "ods", "xls", "encrypted", "parquet", "zip", "text", "unknown"]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# Workbooks of the early 1990s are a bare stream: BIFF version 2, 3, 4, 5 or 8 without a folder around it.
_BARE_STREAMS = (b"\x09\0\x04\0", b"\x09\x02\x06\0", b"\x09\x04\x06\0", b"\x09\x08\x10\0", b"\x09\x08\x08\0")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An OLE folder keeps its entries' names in UTF-16: an encrypted workbook holds the stream named here.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_BINARY_CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 27}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def detect_kind(data: bytes, filename: str | None = None) -> FileKind:
    """Kind of a file by its first bytes and, in an archive, by the parts it names.

    The name is looked at in one case only: an empty file named as text is a text.
    """
    if data.startswith(_OLE):
        return "encrypted" if _ENCRYPTED_STREAM in data else "xls"
    if data.startswith(_ZIP):
        return _kind_of_archive(data)
    if data.startswith(_BARE_STREAMS):
        return "xls"
    if data.startswith(b"PAR1"):
        return "parquet"
    return _text_or_unknown(data, filename)


def _text_or_unknown(data: bytes, filename: str | None) -> FileKind:
    if not data:
        named_as_text = (filename or "").lower().endswith((".csv", ".tsv", ".txt"))
        return "text" if named_as_text else "unknown"
    if data.startswith(_UTF16_MARKS):
        return "text"
    return "unknown" if _BINARY_CONTROLS & set(data[:4096]) else "text"


def _kind_of_archive(data: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "zip"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "[content_types].xml" in names and any(name.endswith(".xml") for name in names):
        return "xlsm" if any(name.endswith("vbaproject.bin") for name in names) else "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    return "zip"
