"""Read a whole workbook that came from outside: pre-scan, then openpyxl in a bounded child process."""

from __future__ import annotations

from app.workbooks.bounded import run_bounded
from app.workbooks.prescan import PrescanBounds, prescan
from app.workbooks.workbook_content import CellContent, SheetContent, SheetState, WorkbookContent

__all__ = ["CellContent", "SheetContent", "SheetState", "WorkbookContent", "read_workbook"]


def read_workbook(
    data: bytes, *, bounds: PrescanBounds | None = None, seconds: float = 30, memory_mb: int = 1536
) -> WorkbookContent:
    """Read every sheet of an .xlsx or .xlsm: values, formulas, formats, comments, merged and hidden parts.

    Raises RefusedFile (pre-scan), ChildFailed (time, memory) and UnreadableTable (workbook-unreadable,
    no-sheets).
    """
    report = prescan(data, bounds=bounds)
    content: WorkbookContent = run_bounded(
        "app.workbooks.workbook_opening:open_workbook",
        data,
        seconds=seconds,
        memory_mb=memory_mb,
        keywords={"formulas": report.formulas > 0, "macros": report.macros},
    )
    return content
