"""The tables of an export: the answers with what stands around them, and into which file they go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO

from flask_babel import gettext as _

from app.forms.export_queries import Beside
from app.forms.queries import SubmissionRow
from app.workbooks.cells import CellValue
from app.workbooks.column_plans import ColumnPlan, TableFile, TablePlan, plain_columns
from app.workbooks.point_features import PointFeatures
from app.xforms.tabling import CENTRAL, HOUSE, Column, Naming, Row, Tabling, unique_names
from app.xforms.typing_answers import moment_text

NAMINGS: Mapping[str, Naming] = {"house": HOUSE, "central": CENTRAL}
_CENTRAL_STATES = {"received": None, "has_issues": "hasIssues"}
#: Files that take tables of these columns, as module and class: what a job alone needs (pandas, Arrow) is
#: loaded by the job alone, for it would take some seventy megabytes of every web process.
_FILES = {
    "csv": "app.workbooks.table_files:CsvZip",
    "xlsx": "app.workbooks.sheet_book:SheetBook",
    "sav": "app.workbooks.spss_zip:SpssZip",
    "parquet": "app.workbooks.parquet_zip:ParquetZip",
}


@dataclass(frozen=True)
class Surroundings:
    """The columns that stand before and after the answers, in the form's table and in those of repeats."""

    before: Sequence[ColumnPlan]
    after: Sequence[ColumnPlan]
    repeat_before: Sequence[ColumnPlan]
    repeat_after: Sequence[ColumnPlan]


_HOUSE_COLUMNS = Surroundings(
    [
        *plain_columns("instance_id", "version"),
        *(ColumnPlan(name, "moment") for name in ("received_at", "started_at", "ended_at")),
        *plain_columns("channel", "disposition", "review", "flags"),
    ],
    [],
    plain_columns("parent_key", "key"),
    [],
)
_CENTRAL_COLUMNS = Surroundings(
    [ColumnPlan("SubmissionDate", "moment")],
    [
        *plain_columns("meta-instanceID", "KEY"),
        ColumnPlan("SubmitterID", "integer"),
        *plain_columns("SubmitterName"),
        *(ColumnPlan(name, "integer") for name in ("AttachmentsPresent", "AttachmentsExpected")),
        *plain_columns("Status", "ReviewState", "DeviceID"),
        ColumnPlan("Edits", "integer"),
        *plain_columns("FormVersion"),
    ],
    [],
    plain_columns("PARENT_KEY", "KEY"),
)


class Layout:
    """The tables of an export with what stands around the answers."""

    def __init__(self, tabling: Tabling, *, central: bool) -> None:
        self.tabling, self.central = tabling, central
        self._around = _CENTRAL_COLUMNS if central else _HOUSE_COLUMNS
        self._book = False

    @property
    def header(self) -> list[str]:
        """Names of the columns of the form's table."""
        return [each.name for each in self._columns()[0]]

    def opened(self, kind: str, target: IO[bytes], folder: Path, *, name: str) -> TableFile:
        """A file of this kind that takes the lines; ``name``: that of the form."""
        columns = self._columns()
        if kind == "geojson":
            latitude, longitude = point_places(self.tabling) or (0, 0)
            before, header = len(self._around.before), [each.name for each in columns[0]]
            return PointFeatures(target, header, longitude=before + longitude, latitude=before + latitude)
        repeats = [each.name for each in self.tabling.tables[1:]]
        # A .sav tells its variables itself.
        self._book = not self.central and kind != "sav"
        books = [("code-book", plain_columns("table", "column", "question", "label"))] if self._book else []
        below = list(unique_names([*repeats, *(book for book, _columns in books)]))
        columns += [each for _book, each in books]
        names = [name, *below] if kind == "xlsx" else [name, *(f"{name}-{each}" for each in below)]
        module, _colon, name = _FILES[kind].partition(":")
        file: TableFile = getattr(import_module(module), name)(
            target, folder, list(map(TablePlan, names, columns))
        )
        return file

    def line(self, submission: SubmissionRow, row: Row, beside: Beside) -> list[CellValue]:
        """The cells of a row with what stands around them."""
        if row.table:
            keys = [row.parent_key, row.key]
            return [*row.cells, *keys] if self.central else [*keys, *row.cells]
        if self.central:
            received = moment_text(submission.received_at)
            return [received, *row.cells, *_central_after(submission, beside)]
        return [*_house_before(submission), *row.cells]

    def code_book(self) -> Iterator[tuple[int, list[CellValue]]]:
        """What each column of the answers was asked with, for files of the house's own names."""
        if not self._book:
            return
        number = len(self.tabling.tables)
        for table in self.tabling.tables:
            for each in table.columns:
                yield number, [table.name, each.name, each.path, each.label]

    def _columns(self) -> list[list[ColumnPlan]]:
        main, *repeats = (list(map(_plan, table.columns)) for table in self.tabling.tables)
        around = self._around
        return [
            [*around.before, *main, *around.after],
            *([*around.repeat_before, *each, *around.repeat_after] for each in repeats),
        ]


def point_places(tabling: Tabling) -> tuple[int, int] | None:
    """Latitude and longitude of the first question for a place, as numbers of columns of the form's table."""
    parts: Sequence[str] = [each.part for each in tabling.tables[0].columns]
    paths = [each.path for each in tabling.tables[0].columns]
    for place, part in enumerate(parts):
        if part == "lat" and parts[place + 1 : place + 2] == ["lon"] and paths[place] == paths[place + 1]:
            return place, place + 1
    return None


def _plan(column: Column) -> ColumnPlan:
    choices = column.choices
    if column.kind == "flag":
        choices = {"1": _("选中"), "0": _("未选")}
    elif column.kind == "boolean":
        choices = {"1": _("是"), "0": _("否")}
    return ColumnPlan(column.name, column.kind, column.label, choices, column.missing)


def _house_before(row: SubmissionRow) -> list[CellValue]:
    times = [at.isoformat() if at else None for at in (row.received_at, row.started_at, row.ended_at)]
    seen = [row.channel, row.disposition, row.review_state, " ".join(row.flags)]
    return [row.instance_id, row.version_text, *times, *seen]


def _central_after(row: SubmissionRow, beside: Beside) -> list[CellValue]:
    state = _CENTRAL_STATES.get(row.review_state, row.review_state)
    return [
        *(row.instance_id, row.instance_id, row.link_id, beside.submitter),
        *(beside.present, beside.expected),
        # Central tells here what it could not decrypt; nothing is encrypted in this house.
        *(None, state, row.device_id, beside.edits, row.version_text),
    ]
