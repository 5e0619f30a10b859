"""A workbook as declared: what stands where, what may be typed, what is hidden. Nothing here writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.workbooks.cells import CellValue

CellStyle = Literal["plain", "title", "header", "label", "note", "input", "total"]
ValidationKind = Literal["list", "decimal", "whole", "date", "text-length"]
METADATA_SHEET = "_cityexam"


@dataclass(frozen=True)
class Formula:
    """A formula, equals sign included. Text that merely begins with an equals sign stays text."""

    text: str


@dataclass(frozen=True)
class CellPlan:
    """One cell. Style `input` may be typed into on a protected sheet, and any cell that is ``unlocked``."""

    value: CellValue | Formula = None
    style: CellStyle = "plain"
    unlocked: bool = False
    number_format: str | None = None
    comment: str | None = None
    wrap: bool | None = None


@dataclass(frozen=True)
class ValidationPlan:
    """What may be typed into ``cells`` (`C2:C20 E2`). Bounds are numbers, dates, or lengths of text."""

    cells: str
    kind: ValidationKind
    choices: tuple[str, ...] = ()
    minimum: CellValue = None
    maximum: CellValue = None
    allow_blank: bool = True
    prompt_title: str = ""
    prompt: str = ""
    error_title: str = ""
    error: str = ""
    strict: bool = True


@dataclass(frozen=True)
class SheetPlan:
    """One sheet: rows from the first on, widths by column letters, heights by row number."""

    name: str
    rows: Sequence[Sequence[CellPlan | CellValue | Formula]]
    widths: Mapping[str, float] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)
    frozen: str | None = None
    merged: tuple[str, ...] = ()
    validations: tuple[ValidationPlan, ...] = ()
    protected: bool = False
    hidden: bool = False
    header_rows: int = 0
    landscape: bool = False


@dataclass(frozen=True)
class WorkbookMetadata:
    """What tells a returned workbook from any other: which template, which version, and further facts."""

    template_id: str
    version: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def checksum(self) -> str:
        """SHA-256 over all of it: tells an accident from an untouched sheet, not a forger from an author."""
        told = [self.template_id, self.version, sorted(self.values.items())]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class WorkbookPlan:
    """A whole workbook."""

    sheets: Sequence[SheetPlan]
    metadata: WorkbookMetadata | None = None
    protect_structure: bool = True
    title: str = ""
    creator: str = "CityExam"
