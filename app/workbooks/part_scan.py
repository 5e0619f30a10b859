"""Stream one XML part of a workbook: no document type, bounded depth, and what the part says of the others.

Expat is fed in pieces. It looks at an unfinished token again with every piece, so a token that never ends
would cost the square of its length: the length of a token is bounded here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from xml.parsers import expat

from app.workbooks.faults import RefusedFile
from app.workbooks.percents import shows_percent
from app.workbooks.prescan_facts import PrescanBounds
from app.workbooks.sheet_scan import SheetScan

_BAR = "}"
_BUILT_IN_PERCENT = ("9", "10")


class PartScan:
    """Counts and notes of one part; ``root`` is the local name of its first element."""

    def __init__(
        self, part: str, bounds: PrescanBounds, deadline: float, percent_styles: frozenset[str] = frozenset()
    ) -> None:
        self.part = part
        self.bounds = bounds
        self.root = ""
        self.sheet: SheetScan | None = None
        self.declared_sheets: list[tuple[str, str, str]] = []
        self.relations: dict[str, tuple[str, str]] = {}
        self.macro_type = False
        self.percent_styles: set[str] = set()
        self._known_percents = percent_styles
        self._percent_formats = set(_BUILT_IN_PERCENT)
        self._in_cell_formats = False
        self._cell_formats = 0
        self._deadline = deadline
        self._depth = 0

    def feed(self, pieces: Iterable[bytes]) -> None:
        """Read all pieces; raises RefusedFile."""
        parser = expat.ParserCreate(namespace_separator=_BAR)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        fed = 0
        try:
            for piece in pieces:
                parser.Parse(piece, False)
                fed += len(piece)
                self._check_progress(fed - max(parser.CurrentByteIndex, 0))
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            place = {"part": self.part, "line": error.lineno, "column": error.offset}
            raise RefusedFile("xml-malformed", place) from error
        if self.sheet:
            self.sheet.close_cell()

    def _check_progress(self, pending: int) -> None:
        if pending > self.bounds.token_bytes:
            raise RefusedFile("xml-token-too-long", {"part": self.part, "limit": self.bounds.token_bytes})
        if time.monotonic() > self._deadline:
            raise RefusedFile("scan-too-slow", {"part": self.part, "limit": self.bounds.seconds})

    def _doctype(self, *_names: object) -> None:
        raise RefusedFile("forbidden-doctype", {"part": self.part})

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self.bounds.depth:
            raise RefusedFile("xml-too-deep", {"part": self.part, "limit": self.bounds.depth})
        local = name[name.rfind(_BAR) + 1 :]
        if self.sheet:
            self.sheet.element(local, attributes)
        elif self._depth == 1:
            self.root = local
            if local == "worksheet":
                self.sheet = SheetScan(self.part, self.bounds, self._known_percents)
        else:
            self._other_element(local, attributes)

    def _other_element(self, local: str, attributes: dict[str, str]) -> None:
        if self.root == "workbook" and local == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(f"{_BAR}id")), "")
            state = attributes.get("state", "visible")
            self.declared_sheets.append((attributes.get("name", ""), state, relation))
        elif self.root == "Relationships":
            target = (attributes.get("Type", ""), attributes.get("Target", ""))
            self.relations[attributes.get("Id", "")] = target
        elif self.root == "Types" and "macroEnabled" in attributes.get("ContentType", ""):
            self.macro_type = True
        elif self.root == "styleSheet":
            self._style_element(local, attributes)

    def _style_element(self, local: str, attributes: dict[str, str]) -> None:
        """Learn which cell formats show percent, numbered as cells name them."""
        if local == "numFmt" and shows_percent(attributes.get("formatCode", "")):
            self._percent_formats.add(attributes.get("numFmtId", ""))
        elif local == "xf" and self._in_cell_formats:
            if attributes.get("numFmtId") in self._percent_formats:
                self.percent_styles.add(str(self._cell_formats))
            self._cell_formats += 1
        elif local in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            self._in_cell_formats = local == "cellXfs"
