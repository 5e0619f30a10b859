"""Submissions as ODK Central counts them: an edited one keeps the id and the day of its first version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.areas.queries import roots
from app.db import db
from app.errors import NotFound
from app.forms.exchange_models import AppUser, AppUserLink
from app.forms.models import Form, FormVersion, Link, Submission, SubmissionComment, SubmissionFile
from app.forms.queries import all_forms, city_of_form, version_named

BATCH = 500


@dataclass(frozen=True)
class Stored:
    """The current version of a submission, with what its first version was called and when it came."""

    id: int
    answers: dict[str, Any]
    current_id: str
    received_at: datetime
    version_id: int | None
    version_text: str
    device_id: str | None
    link_id: int | None
    disposition: str
    review_state: str
    flags: list[str]
    instance_id: str
    submitted_at: datetime
    edits: int
    files: int
    submitter: str | None
    app_user_id: int | None

    @property
    def updated_at(self) -> datetime | None:
        """When it was last edited."""
        return self.received_at if self.edits else None


@dataclass(frozen=True)
class Columns:
    """What a filter may compare."""

    submitted_at: ColumnElement[Any]
    updated_at: ColumnElement[Any]
    review_state: ColumnElement[Any]
    app_user_id: ColumnElement[Any]
    link_id: ColumnElement[Any]


def _origins(form_id: int) -> Subquery:
    """For each submission that replaced another: the first of its line, and how often it was edited."""
    first = (
        select(
            Submission.id.label("id"), Submission.replaces_id.label("earlier_id"), literal(1).label("edits")
        )
        .where(Submission.replaces_id.is_not(None), Submission.form_id == form_id)
        .cte("edited", recursive=True)
    )
    older = aliased(Submission)
    step = select(first.c.id, older.replaces_id, first.c.edits + 1).join(
        older, older.id == first.c.earlier_id
    )
    chain = first.union_all(step.where(older.replaces_id.is_not(None)))
    origin = aliased(Submission)
    return (
        select(chain.c.id, chain.c.edits, origin.instance_id, origin.received_at)
        .join(origin, origin.id == chain.c.earlier_id)
        .where(origin.replaces_id.is_(None))
        .subquery("origins")
    )


class Line:
    """The current submissions of a form, newest first, as they stood when ``upto`` was the newest.

    A reader who goes on page by page therefore neither misses nor meets twice what is edited meanwhile.
    """

    def __init__(self, form: Form, upto: int) -> None:
        self.form, self.upto = form, upto
        self._origin = _origins(form.id)
        edited = or_(Submission.review_state != "received", self._origin.c.edits.is_(None))
        self.columns = Columns(
            submitted_at=func.coalesce(self._origin.c.received_at, Submission.received_at),
            updated_at=case((self._origin.c.edits.is_not(None), Submission.received_at)),
            review_state=case((edited, Submission.review_state), else_="edited"),
            app_user_id=AppUserLink.app_user_id,
            link_id=Submission.link_id,
        )
        later = aliased(Submission)
        replaced_later = select(later.id).where(later.replaces_id == Submission.id, later.id > upto).exists()
        self._wanted = [
            Submission.form_id == form.id,
            Submission.id <= upto,
            or_(Submission.superseded_at.is_(None), replaced_later),
        ]

    def count(self, *wanted: ColumnElement[bool]) -> int:
        """How many there are. One statement."""
        return db.session.execute(self._joined(select(func.count()), wanted)).scalar_one()

    def read(
        self, *wanted: ColumnElement[bool], skip: int = 0, before: int | None = None
    ) -> Iterator[Stored]:
        """Those below ``before`` without the first ``skip``, in batches. One statement a batch."""
        query = self._joined(self._selected(), wanted).order_by(Submission.id.desc()).limit(BATCH)
        while True:
            there = query if before is None else query.where(Submission.id < before)
            rows = [Stored(*row) for row in db.session.execute(there.offset(skip or None))]
            yield from rows
            if len(rows) < BATCH:
                return
            before, skip = rows[-1].id, 0

    def is_key(self, key: int) -> ColumnElement[bool]:
        """The condition of being this submission."""
        return Submission.id == key

    def one(self, key: int) -> Stored:
        """The submission of this key. One statement."""
        row = db.session.execute(self._joined(self._selected(), [self.is_key(key)])).one()
        return Stored(*row)

    def _joined(self, query: Select[Any], wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
        return (
            query.select_from(Submission)
            .outerjoin(self._origin, self._origin.c.id == Submission.id)
            .outerjoin(AppUserLink, AppUserLink.link_id == Submission.link_id)
            .where(*self._wanted, *wanted)
        )

    def _selected(self) -> Select[Any]:
        came = [SubmissionFile.submission_id == Submission.id, SubmissionFile.expected.is_(True)]
        label = select(Link.label).where(Link.id == Submission.link_id)
        called = select(AppUser.display_name).where(AppUser.id == AppUserLink.app_user_id)
        return select(
            Submission.id,
            Submission.answers,
            Submission.instance_id,
            Submission.received_at,
            Submission.version_id,
            Submission.version_text,
            Submission.device_id,
            Submission.link_id,
            Submission.disposition,
            Submission.review_state,
            Submission.flags,
            func.coalesce(self._origin.c.instance_id, Submission.instance_id),
            self.columns.submitted_at,
            func.coalesce(self._origin.c.edits, 0),
            select(func.count()).select_from(SubmissionFile).where(*came).scalar_subquery(),
            func.coalesce(called.scalar_subquery(), label.scalar_subquery()),
            AppUserLink.app_user_id,
        )


def history(form: Form, instance_id: str) -> Sequence[Submission]:
    """All versions of the submission that any of their ids names, oldest first; NotFound. One statement."""
    up = select(Submission.id, Submission.replaces_id.label("earlier_id"))
    up = up.where(Submission.form_id == form.id, Submission.instance_id == instance_id)
    climbing = up.cte("climbing", recursive=True)
    older = aliased(Submission)
    above = select(older.id, older.replaces_id).join(climbing, climbing.c.earlier_id == older.id)
    climbing = climbing.union_all(above)
    line = select(climbing.c.id).where(climbing.c.earlier_id.is_(None)).cte("line", recursive=True)
    later = aliased(Submission)
    line = line.union_all(select(later.id).join(line, later.replaces_id == line.c.id))
    query = select(Submission).join(line, line.c.id == Submission.id).order_by(Submission.id)
    found = db.session.execute(query).scalars().all()
    if not found:
        raise NotFound("unknown-submission", found=instance_id)
    return found


def comments(versions: Sequence[Submission]) -> Sequence[SubmissionComment]:
    """Comments on any version of a submission, newest first. One statement."""
    query = select(SubmissionComment).where(
        SubmissionComment.submission_id.in_([each.id for each in versions])
    )
    return db.session.execute(query.order_by(SubmissionComment.id.desc())).scalars().all()


def form_in(project_id: int, form_id: str) -> Form:
    """The form of this id in a project; NotFound ``unknown-form``."""
    form = db.session.execute(select(Form).where(Form.form_id == form_id)).scalar_one_or_none()
    if form is None or city_of_form(form) != project_id:
        raise NotFound("unknown-form", found=form_id)
    return form


@dataclass(frozen=True)
class ProjectFacts:
    """What a list of projects tells of each."""

    forms: int
    app_users: int
    last_submission: datetime | None


def project_facts() -> dict[int, ProjectFacts]:
    """The facts of each city by its key. Five statements, however many cities and forms there are."""
    last = select(Submission.form_id, func.max(Submission.received_at)).group_by(Submission.form_id)
    newest = {row[0]: row[1] for row in db.session.execute(last)}
    phones = (
        select(AppUser.root_id, func.count()).where(AppUser.revoked_at.is_(None)).group_by(AppUser.root_id)
    )
    counted = {row[0]: row[1] for row in db.session.execute(phones)}
    cities, forms = roots(), all_forms()
    only = cities[0].id if len(cities) == 1 else None
    found = {}
    for city in cities:
        own = [each for each in forms if (each.root_id or only) == city.id]
        times = [newest[each.id] for each in own if each.id in newest]
        found[city.id] = ProjectFacts(len(own), counted.get(city.id, 0), max(times, default=None))
    return found


def version_of(form: Form, text: str) -> FormVersion:
    """The published version of a text; NotFound ``unknown-form-version``."""
    found = version_named(form, text)
    if found is None:
        raise NotFound("unknown-form-version", found=text)
    return found
