"""Reads of exports: what of a form is to be in a file, in batches, and what stands beside the answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.db import db, utcnow
from app.errors import Gone
from app.forms.models import Export, Link, Submission, SubmissionFile
from app.forms.queries import COUNTS, SubmissionRow, submission_batch
from app.jobs import Progress

_BATCH = 500


@dataclass(frozen=True)
class Wanted:
    """Which submissions of a form: those that were current when ``last_id`` was the newest.

    Received from one moment until before another (None for no bound), of these review states (none: of any).
    """

    form_id: int
    last_id: int
    received_from: datetime | None = None
    received_before: datetime | None = None
    review_states: tuple[str, ...] = ()

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for a statement."""
        later = aliased(Submission)
        edited_later = exists().where(later.replaces_id == Submission.id, later.id > self.last_id)
        found: list[ColumnElement[bool]] = [
            Submission.form_id == self.form_id,
            COUNTS,
            Submission.id <= self.last_id,
            or_(Submission.superseded_at.is_(None), edited_later),
        ]
        if self.received_from is not None:
            found.append(Submission.received_at >= self.received_from)
        if self.received_before is not None:
            found.append(Submission.received_at < self.received_before)
        if self.review_states:
            found.append(Submission.review_state.in_(self.review_states))
        return found


@dataclass(frozen=True)
class Beside:
    """What the tables of ODK Central tell of a submission besides its row."""

    submitter: str | None = None
    edits: int = 0
    #: How many of the files that answers name came, and how many they name.
    present: int = 0
    expected: int = 0


def batches(
    wanted: Wanted, progress: Progress, *, after_id: int = 0, share: float = 0.95
) -> Iterator[list[SubmissionRow]]:
    """The submissions in id order, progress up to ``share``; no transaction is open while one is written."""
    conditions = wanted.conditions
    total, done = count_wanted(wanted), 0
    while rows := submission_batch(conditions, after_id=after_id, batch=_BATCH):
        done, after_id = done + len(rows), rows[-1].id
        progress.checkpoint(min(share, share * done / max(1, total)))
        yield rows


def count_wanted(wanted: Wanted) -> int:
    """How many submissions there are."""
    query = select(func.count()).select_from(Submission).where(*wanted.conditions)
    return db.session.execute(query).scalar_one()


def files_of(rows: Sequence[SubmissionRow]) -> Mapping[int, list[SubmissionFile]]:
    """The files of submissions by their keys, in the order in which they came. One statement."""
    query = select(SubmissionFile).where(SubmissionFile.submission_id.in_([each.id for each in rows]))
    found: dict[int, list[SubmissionFile]] = defaultdict(list)
    for each in db.session.execute(query.order_by(SubmissionFile.id)).scalars():
        found[each.submission_id].append(each)
    return found


def beside(rows: Sequence[SubmissionRow], named: Mapping[int, frozenset[str]]) -> Mapping[int, Beside]:
    """What stands beside the answers in files like those of ODK Central, by key. Three statements at most.

    ``named``: the names of the files that the answers of each submission speak of.
    """
    linked = select(Link.id, Link.label).where(Link.id.in_({each.link_id for each in rows}))
    labels: dict[int, str] = {row[0]: row[1] for row in db.session.execute(linked)}
    files, edits = files_of(rows), _edits([each.id for each in rows if each.replaces_id is not None])
    found: dict[int, Beside] = {}
    for each in rows:
        present = {file.file_name for file in files.get(each.id, ()) if file.expected}
        submitter = labels.get(each.link_id or 0) or None
        expected = len(present | named[each.id])
        found[each.id] = Beside(submitter, edits.get(each.id, 0), len(present), expected)
    return found


def _edits(ids: Sequence[int]) -> Mapping[int, int]:
    """How often the submissions had been edited before."""
    if not ids:
        return {}
    chain = select(Submission.id.label("newest"), Submission.replaces_id.label("before")).where(
        Submission.id.in_(ids)
    )
    edits: Any = chain.cte("edits", recursive=True)
    earlier = aliased(Submission)
    edits = edits.union_all(
        select(edits.c.newest, earlier.replaces_id).join(earlier, earlier.id == edits.c.before)
    )
    query = select(edits.c.newest, func.count(edits.c.before)).group_by(edits.c.newest)
    return {row[0]: row[1] for row in db.session.execute(query)}


def export(key: int) -> Export:
    """An export that is still kept; Gone ``export-gone`` after its time, or where there never was one."""
    found = db.session.get(Export, key)
    if found is None or found.expires_at <= utcnow():
        raise Gone("export-gone")
    return found
