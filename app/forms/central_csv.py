"""The CSV of ODK Central, asked for by a program: made at once, in a file, and sent from there."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from app.forms import queries
from app.forms.central_reading import Line, Stored
from app.forms.central_schemas import review_state_told
from app.forms.clock import on_city_clock
from app.forms.definitions import definition_of
from app.forms.export_layout import Layout
from app.forms.export_queries import Beside
from app.forms.models import Form
from app.forms.queries import SubmissionRow
from app.storage import storage
from app.xforms.tabling import CENTRAL, Tabling

_PIECE = 256 * 1024


def csv_archive(form: Form) -> IO[bytes]:
    """A zip with one CSV for the form and one for each repeat. One statement for each 500 submissions."""
    versions = queries.answered_versions(form)
    tabling = Tabling([definition_of(each) for each in versions], split=False, naming=CENTRAL)
    layout, places = Layout(tabling, central=True), {each.id: place for place, each in enumerate(versions)}
    target = _file()
    with storage().workspace() as folder:
        file = layout.opened("csv", target, folder, name=form.form_id)
        for each in Line(form, queries.last_submission_id(form.id)).read():
            told, beside = _row(each), Beside(edits=each.edits)
            version = places.get(each.version_id or 0)
            for row in tabling.rows(each.answers, key=each.instance_id, version=version):
                file.write(row.table, layout.line(told, row, beside))
        file.close()
    target.seek(0)
    return target


def csv_table(form: Form) -> IO[bytes]:
    """The CSV of the form alone."""
    target = _file()
    with (
        csv_archive(form) as archive,
        zipfile.ZipFile(archive) as opened,
        opened.open(opened.namelist()[0]) as one,
    ):
        while piece := one.read(_PIECE):
            target.write(piece)
    target.seek(0)
    return target


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
        link_id=each.link_id,
        version_id=each.version_id,
        version_text=each.version_text,
        received_at=on_city_clock(each.submitted_at),
        started_at=None,
        ended_at=None,
        channel="",
        flags=each.flags,
        disposition=each.disposition,
        review_state=review_state_told(each.review_state, each.edits) or "received",
        device_id=None,
        replaces_id=None,
    )
