"""The CSV of ODK Central, asked for by a program: the form's table is sent as it is read, a zip once made."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from app.forms import queries
from app.forms.central_actors import submitter_number
from app.forms.central_reading import Line, Stored
from app.forms.central_schemas import review_state_told
from app.forms.clock import on_city_clock
from app.forms.definitions import definition_of
from app.forms.export_layout import Layout
from app.forms.export_queries import Beside
from app.forms.models import Form
from app.forms.queries import SubmissionRow
from app.storage import storage
from app.workbooks.cells import CellValue
from app.workbooks.csv_writing import stream_csv
from app.xforms.tabling import CENTRAL, Tabling
from app.xforms.uploads import named_files

_PIECE = 256 * 1024


def csv_table(form: Form) -> Iterator[bytes]:
    """The CSV of the form alone, in pieces that are made as they are taken. One statement for each 500
    submissions.
    """
    tables = _Tables(form)
    rows = (line for number, line in tables.lines() if number == 0)
    return stream_csv(rows, columns=tables.layout.header)


def csv_archive(form: Form) -> IO[bytes]:
    """A zip with one CSV for the form and one for each repeat, ready in a file. Statements as above."""
    tables, target = _Tables(form), _file()
    with storage().workspace() as folder:
        file = tables.layout.opened("csv", target, folder, name=form.form_id)
        for number, line in tables.lines():
            file.write(number, line)
        file.close()
    target.seek(0)
    return target


class _Tables:
    """The tables of a form's current submissions, newest first."""

    def __init__(self, form: Form) -> None:
        versions = queries.answered_versions(form)
        self._definitions = [definition_of(each) for each in versions]
        self._places = {each.id: place for place, each in enumerate(versions)}
        self._current = Line(form, queries.last_submission_id(form.id))
        self._tabling = Tabling(self._definitions, split=False, naming=CENTRAL)
        self.layout = Layout(self._tabling, central=True)

    def lines(self) -> Iterator[tuple[int, list[CellValue]]]:
        """The number of a table, and a line of it."""
        for each in self._current.read():
            version = self._places.get(each.version_id or 0)
            named = named_files(self._definitions[-1 if version is None else version], each.answers)
            expected = max(each.files, len({name for _place, name in named}))
            told, beside = _row(each), Beside(each.submitter, each.edits, each.files, expected)
            for row in self._tabling.rows(each.answers, key=each.instance_id, version=version):
                yield row.table, self.layout.line(told, row, beside)


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file, which goes when they are read or nobody wants them any more."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _file() -> IO[bytes]:
    """A file of no name in the storage's own folder: the machine's may be small."""
    storage().root.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=storage().root)


def _row(each: Stored) -> SubmissionRow:
    """The submission under the id and the day of its first version, as Central counts it."""
    return SubmissionRow(
        id=each.id,
        answers=each.answers,
        instance_id=each.instance_id,
        link_id=submitter_number(each.link_id, each.app_user_id) or None,
        version_id=each.version_id,
        version_text=each.version_text,
        received_at=on_city_clock(each.submitted_at),
        started_at=None,
        ended_at=None,
        channel="",
        flags=each.flags,
        disposition=each.disposition,
        review_state=review_state_told(each.review_state, each.edits) or "received",
        device_id=each.device_id,
        replaces_id=None,
    )
