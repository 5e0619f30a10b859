"""Submissions in one file to take away: asked for on a page, made by a job, kept for some days.

What the file holds is settled when it is asked for (up to which submission, which versions), so a job that
is killed and begins again makes the same bytes. The zip of files that came goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale

from app.db import db, utcnow
from app.errors import Invalid
from app.forms import queries
from app.forms.clock import on_city_clock
from app.forms.definitions import definition_of
from app.forms.export_layout import NAMINGS, Layout, point_places
from app.forms.export_media import write_media
from app.forms.export_queries import Beside, Wanted, batches, beside
from app.forms.models import EXPORT_KINDS, REVIEW_STATES, Export, Form
from app.i18n import LANGUAGES, language
from app.jobs import Progress, enqueue
from app.jobs.models import Job
from app.storage import storage
from app.workbooks.column_plans import TableFile
from app.workbooks.faults import UnwritableContent
from app.xforms.definition import FormDefinition
from app.xforms.tabling import Tabling
from app.xforms.uploads import named_files

EXPORT = "forms.export"
KEPT = timedelta(days=7)
_ENDINGS = {
    "xlsx": ".xlsx",
    "geojson": ".geojson",
    "csv": "-csv.zip",
    "sav": "-spss.zip",
    "parquet": "-parquet.zip",
    "media": "-media.zip",
}
_NOTHING_BESIDE = Beside()


@dataclass(frozen=True)
class Selection:
    """Which submissions are asked for: received on these days of the city's clock, of these review states."""

    first_day: date | None = None
    last_day: date | None = None
    review_states: Sequence[str] = ()


def read_selection(*, first_day: str, last_day: str, review_states: Sequence[str]) -> Selection:
    """The selection typed on a page, days as 2024-01-31 or empty.

    Raises Invalid ``export-day``, ``export-days-reversed``, ``unknown-review-state``.
    """
    days: list[date | None] = []
    for text in (first_day, last_day):
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError as problem:
            raise Invalid("export-day", found=text[:40]) from problem
    first, last = days
    if first and last and first > last:
        raise Invalid("export-days-reversed", first=first.isoformat(), last=last.isoformat())
    for each in review_states:
        if each not in REVIEW_STATES:
            raise Invalid("unknown-review-state", found=each[:40])
    return Selection(first, last, tuple(review_states))


def request_export(
    *,
    form: Form,
    kind: str,
    labels: bool,
    split: bool,
    naming: str,
    selection: Selection = Selection(),
) -> Job:
    """Queue the making of a file of the form's current submissions.

    ``kind``: csv, parquet, sav (zips with one file for each repeat), xlsx, geojson (points of the first
    question for a place), media (the files that came); ``naming``: house or central.
    Raises Invalid ``export-kind``, ``export-without-places``.
    """
    if kind not in EXPORT_KINDS or naming not in NAMINGS:
        raise Invalid("export-kind", found=f"{kind} {naming}"[:40], expected=EXPORT_KINDS)
    versions = queries.answered_versions(form)
    if kind == "geojson" and point_places(Tabling([definition_of(each) for each in versions])) is None:
        raise Invalid("export-without-places")
    arguments = {
        "form_id": form.id,
        "kind": kind,
        # A .sav keeps codes with labels of its own, and a multiple choice as variables of 0 and 1.
        "labels": labels and kind != "sav",
        "split": split or kind == "sav",
        "naming": naming,
        "language": language(),
        "version_ids": [each.id for each in versions],
        "last_id": queries.last_submission_id(form.id),
        "first_day": selection.first_day and selection.first_day.isoformat(),
        "last_day": selection.last_day and selection.last_day.isoformat(),
        "review_states": list(selection.review_states),
    }
    return enqueue(kind=EXPORT, arguments=arguments)


def make_export(*, progress: Progress, **asked: Any) -> dict[str, Any]:
    """Make the file that ``request_export`` asked for; see there for the arguments.

    Raises Invalid ``export-too-many-rows``, ``export-too-many-columns``, ``export-text-too-long`` where a
    workbook cannot hold what was answered.
    """
    form = queries.form(asked["form_id"])
    kind, name = asked["kind"], f"{form.form_id}-{on_city_clock(utcnow()):%Y%m%d-%H%M}"
    with force_locale(LANGUAGES[asked["language"]]):
        if kind == "media":
            (sha256, size), counted = _make_media(progress, asked)
        else:
            (sha256, size), counted = _make_tables(progress, form, asked)
    export = Export(
        form_id=asked["form_id"],
        kind=kind,
        file_name=f"{name}{_ENDINGS[kind]}",
        sha256=sha256,
        size=size,
        expires_at=utcnow() + KEPT,
    )
    db.session.add(export)
    db.session.flush()
    return {"export": export.id, "kilobytes": round(size / 1000, 1), **counted}


@dataclass
class Counted:
    """What a file holds: submissions, and rows of repeats."""

    submissions: int = 0
    repeat_rows: int = 0


def _definitions(asked: Mapping[str, Any]) -> list[FormDefinition]:
    return [definition_of(queries.version(key)) for key in asked["version_ids"]]


def _make_tables(
    progress: Progress, form: Form, asked: Mapping[str, Any]
) -> tuple[tuple[str, int], dict[str, int]]:
    tabling = Tabling(
        _definitions(asked),
        split=asked["split"],
        labels=asked["labels"],
        naming=NAMINGS[asked["naming"]],
        language=asked["language"],
    )
    with storage().workspace() as folder, (folder / "export").open("w+b") as target:
        layout = Layout(tabling, central=asked["naming"] == "central")
        file = layout.opened(asked["kind"], target, folder, name=form.form_id)
        try:
            counted = asdict(_write(progress, file, layout, asked))
            file.close()
            counted |= file.told
        except BaseException as fault:
            file.abandon()
            if isinstance(fault, UnwritableContent):
                raise Invalid(f"export-{fault.code}", **fault.facts) from fault
            raise
        target.seek(0)
        return storage().put(target), counted


def _write(progress: Progress, file: TableFile, layout: Layout, asked: Mapping[str, Any]) -> Counted:
    counted = Counted()
    definitions = _definitions(asked)
    places = {key: place for place, key in enumerate(asked["version_ids"])}
    for rows in batches(_wanted(asked), progress):
        besides = _besides(rows, definitions, places) if layout.central else {}
        for each in rows:
            around = besides.get(each.id, _NOTHING_BESIDE)
            version = places.get(each.version_id or 0)
            for row in layout.tabling.rows(each.answers, key=each.instance_id, version=version):
                file.write(row.table, layout.line(each, row, around))
                counted.repeat_rows += row.table > 0
            counted.submissions += 1
    for number, line in layout.code_book():
        file.write(number, line)
    return counted


def _besides(
    rows: Sequence[queries.SubmissionRow], definitions: Sequence[FormDefinition], places: Mapping[int, int]
) -> Mapping[int, Beside]:
    named = {}
    for each in rows:
        definition = definitions[places.get(each.version_id or 0, -1)]
        named[each.id] = frozenset(name for _place, name in named_files(definition, each.answers))
    return beside(rows, named)


def _make_media(progress: Progress, asked: Mapping[str, Any]) -> tuple[tuple[str, int], dict[str, int]]:
    definitions = dict(zip(asked["version_ids"], _definitions(asked), strict=True))
    with storage().lasting_workspace(f"export-{progress.job_id}") as folder:
        path, counted = write_media(
            progress=progress, folder=folder, wanted=_wanted(asked), definitions=definitions
        )
        return storage().adopt(path), counted


def _wanted(asked: Mapping[str, Any]) -> Wanted:
    return Wanted(
        asked["form_id"],
        asked["last_id"],
        _midnight(asked["first_day"], 0),
        _midnight(asked["last_day"], 1),
        tuple(asked["review_states"]),
    )


def _midnight(day: str | None, later: int) -> datetime | None:
    if day is None:
        return None
    zone = ZoneInfo(current_app.config["SETTINGS"].time_zone)
    return datetime.combine(date.fromisoformat(day) + timedelta(days=later), time(), zone)
