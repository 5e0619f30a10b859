"""Submissions in one file to take away: asked for on a page, made by a job, kept for some days.

What the file holds is settled when it is asked for (up to which submission, which versions), so a job that
is killed and begins again makes the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from app.db import db, utcnow
from app.errors import Invalid
from app.forms import queries
from app.forms.clock import on_city_clock
from app.forms.definitions import definition_of
from app.forms.models import EXPORT_KINDS, Export, Form
from app.i18n import language
from app.jobs import Progress, enqueue
from app.jobs.models import Job
from app.storage import storage
from app.workbooks.cells import CellValue
from app.workbooks.faults import UnwritableContent
from app.workbooks.point_features import PointFeatures
from app.workbooks.table_files import CsvZip, SheetBook, TableFile, TablePlan
from app.xforms.tabling import CENTRAL, HOUSE, Row, Tabling, unique_names
from app.xforms.typing_answers import moment_text

EXPORT = "forms.export"
KEPT = timedelta(days=7)
NAMINGS = {"house": HOUSE, "central": CENTRAL}
_ENDINGS = {"csv": "zip", "xlsx": "xlsx", "geojson": "geojson"}
_BATCH = 500
_CENTRAL_STATES = {"received": None, "has_issues": "hasIssues"}


@dataclass(frozen=True)
class Surroundings:
    """The columns that stand before and after the answers, in the form's table and in those of repeats."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    repeat_before: tuple[str, ...]
    repeat_after: tuple[str, ...]


_HOUSE_COLUMNS = Surroundings(
    (
        "instance_id",
        "version",
        "received_at",
        "started_at",
        "ended_at",
        "channel",
        "disposition",
        "review",
        "flags",
    ),
    (),
    ("parent_key", "key"),
    (),
)
_CENTRAL_COLUMNS = Surroundings(
    ("SubmissionDate",),
    ("meta-instanceID", "KEY", "SubmitterID", "ReviewState", "FormVersion"),
    (),
    ("PARENT_KEY", "KEY"),
)


def request_export(*, form: Form, kind: str, labels: bool, split: bool, naming: str) -> Job:
    """Queue the making of a file of the form's current submissions.

    ``kind``: csv (a zip with one file for each repeat), xlsx, geojson (points of the first question for a
    place); ``naming``: house or central. Raises Invalid ``export-kind``, ``export-without-places``.
    """
    if kind not in EXPORT_KINDS or naming not in NAMINGS:
        raise Invalid("export-kind", found=f"{kind} {naming}"[:40], expected=EXPORT_KINDS)
    versions = queries.answered_versions(form)
    tabling = Tabling([definition_of(each) for each in versions])
    if kind == "geojson" and _point_places(tabling) is None:
        raise Invalid("export-without-places")
    arguments = {
        "form_id": form.id,
        "kind": kind,
        "labels": labels,
        "split": split,
        "naming": naming,
        "language": language(),
        "version_ids": [each.id for each in versions],
        "last_id": queries.last_submission_id(form.id),
    }
    return enqueue(kind=EXPORT, arguments=arguments)


def make_export(*, progress: Progress, **asked: Any) -> dict[str, Any]:
    """Make the file that ``request_export`` asked for; see there for the arguments.

    Raises Invalid ``export-too-many-rows``, ``export-too-many-columns``, ``export-text-too-long`` where a
    workbook cannot hold what was answered.
    """
    form = queries.form(asked["form_id"])
    versions = [queries.version(key) for key in asked["version_ids"]]
    tabling = Tabling(
        [definition_of(each) for each in versions],
        split=asked["split"],
        labels=asked["labels"],
        naming=NAMINGS[asked["naming"]],
        language=asked["language"],
    )
    kind, name = asked["kind"], f"{form.form_id}-{on_city_clock(utcnow()):%Y%m%d-%H%M}"
    with storage().workspace() as folder, (folder / "export").open("w+b") as target:
        layout = Layout(tabling, central=asked["naming"] == "central")
        file = layout.opened(kind, target, folder, name=form.form_id)
        try:
            counted = _write(progress, file, layout, asked)
            file.close()
        except UnwritableContent as fault:
            raise Invalid(f"export-{fault.code}", **fault.facts) from fault
        target.seek(0)
        sha256, size = storage().put(target)
    export = Export(
        form_id=asked["form_id"],
        kind=kind,
        file_name=f"{name}.{_ENDINGS[kind]}",
        sha256=sha256,
        size=size,
        expires_at=utcnow() + KEPT,
    )
    db.session.add(export)
    db.session.flush()
    return {"export": export.id, "kilobytes": round(size / 1000, 1), **asdict(counted)}


@dataclass
class Counted:
    """What a file holds: submissions, and rows of repeats."""

    submissions: int = 0
    repeat_rows: int = 0


def _write(progress: Progress, file: TableFile, layout: Layout, asked: Mapping[str, Any]) -> Counted:
    counted = Counted()
    places = {key: place for place, key in enumerate(asked["version_ids"])}
    for each in _read(progress, asked["form_id"], asked["last_id"]):
        version = places.get(each.version_id or 0)
        for row in layout.tabling.rows(each.answers, key=each.instance_id, version=version):
            file.write(row.table, layout.line(each, row))
            counted.repeat_rows += row.table > 0
        counted.submissions += 1
    for number, line in layout.code_book():
        file.write(number, line)
    return counted


def _read(progress: Progress, form_id: int, last_id: int) -> Iterator[queries.SubmissionRow]:
    """The submissions in batches; no transaction is open while one is written."""
    total, done, after_id = queries.count_as_of(form_id, last_id), 0, 0
    while batch := queries.submissions_as_of(form_id, last_id, after_id=after_id, batch=_BATCH):
        done, after_id = done + len(batch), batch[-1].id
        progress.checkpoint(min(0.95, done / max(1, total)))
        yield from batch


class Layout:
    """The tables of an export with what stands around the answers."""

    def __init__(self, tabling: Tabling, *, central: bool) -> None:
        self.tabling, self._central = tabling, central
        self._around = _CENTRAL_COLUMNS if central else _HOUSE_COLUMNS

    def opened(self, kind: str, target: IO[bytes], folder: Path, *, name: str) -> TableFile:
        """A file of this kind that takes the lines; ``name``: that of the form."""
        columns = self._columns()
        if kind == "geojson":
            latitude, longitude = _point_places(self.tabling) or (0, 0)
            before = len(self._around.before)
            return PointFeatures(target, columns[0], longitude=before + longitude, latitude=before + latitude)
        repeats = [each.name for each in self.tabling.tables[1:]]
        books = [] if self._central else [("code-book", ["table", "column", "question", "label"])]
        below = list(unique_names([*repeats, *(book for book, _columns in books)]))
        columns += [list(each) for _book, each in books]
        if kind == "xlsx":
            names = [name, *below]
            return SheetBook(target, folder, list(map(TablePlan, names, columns)))
        names = [name, *(f"{name}-{each}" for each in below)]
        return CsvZip(target, folder, list(map(TablePlan, names, columns)))

    def line(self, submission: queries.SubmissionRow, row: Row) -> list[CellValue]:
        """The cells of a row with what stands around them."""
        if row.table:
            keys = [row.parent_key, row.key]
            return [*row.cells, *keys] if self._central else [*keys, *row.cells]
        if self._central:
            return [*_central_before(submission), *row.cells, *_central_after(submission)]
        return [*_house_before(submission), *row.cells]

    def code_book(self) -> Iterator[tuple[int, list[CellValue]]]:
        """What each column of the answers was asked with, for files of the house's own names."""
        if self._central:
            return
        number = len(self.tabling.tables)
        for table in self.tabling.tables:
            for each in table.columns:
                yield number, [table.name, each.name, each.path, each.label]

    def _columns(self) -> list[list[str]]:
        main, *repeats = ([each.name for each in table.columns] for table in self.tabling.tables)
        around = self._around
        return [
            [*around.before, *main, *around.after],
            *([*around.repeat_before, *each, *around.repeat_after] for each in repeats),
        ]


def _point_places(tabling: Tabling) -> tuple[int, int] | None:
    """Latitude and longitude of the first question for a place, as numbers of columns of the form's table."""
    parts: Sequence[str] = [each.part for each in tabling.tables[0].columns]
    paths = [each.path for each in tabling.tables[0].columns]
    for place, part in enumerate(parts):
        if part == "lat" and parts[place + 1 : place + 2] == ["lon"] and paths[place] == paths[place + 1]:
            return place, place + 1
    return None


def _house_before(row: queries.SubmissionRow) -> list[CellValue]:
    times = [at.isoformat() if at else None for at in (row.received_at, row.started_at, row.ended_at)]
    seen = [row.channel, row.disposition, row.review_state, " ".join(row.flags)]
    return [row.instance_id, row.version_text, *times, *seen]


def _central_before(row: queries.SubmissionRow) -> list[CellValue]:
    return [moment_text(row.received_at)]


def _central_after(row: queries.SubmissionRow) -> list[CellValue]:
    state = _CENTRAL_STATES.get(row.review_state, row.review_state)
    return [row.instance_id, row.instance_id, row.link_id, state, row.version_text]
