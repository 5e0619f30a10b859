"""Reads of forms, versions, links and submissions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.areas.models import Area
from app.areas.queries import roots
from app.db import db
from app.errors import NotFound
from app.forms.models import Form, FormVersion, Link, Quarantine, Submission


@dataclass(frozen=True)
class SubmissionRow:
    """A submission without its XML, as analyses read it."""

    id: int
    answers: dict[str, Any]
    instance_id: str
    link_id: int | None
    version_id: int | None
    version_text: str
    received_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    channel: str
    flags: list[str]
    disposition: str
    review_state: str
    device_id: str | None
    replaces_id: int | None


#: Asked for with every submission, so it is put together once.
_VERSION_NAMED = select(FormVersion).where(
    FormVersion.form_id == bindparam("form_id"),
    FormVersion.version == bindparam("version"),
    FormVersion.published_at.is_not(None),
)
#: What came through a test link is looked at, and never counted.
COUNTS = ~exists().where(Link.id == Submission.link_id, Link.kind == "test")
_NEWEST_FIRST = (FormVersion.published_at.desc(), FormVersion.id.desc())
_ROW = [getattr(Submission, name) for name in SubmissionRow.__dataclass_fields__]


def all_forms(city_ids: Collection[int] | None = None) -> Sequence[Form]:
    """All forms, or those that these cities ask, with their versions, by title. Three statements at most."""
    query = select(Form).options(selectinload(Form.versions)).order_by(Form.title, Form.id)
    if city_ids is not None:
        asked = Form.root_id.in_(city_ids)
        # What names no city is asked by the only one there is.
        only = {city.id for city in roots()} <= set(city_ids)
        query = query.where(or_(asked, Form.root_id.is_(None)) if only else asked)
    return db.session.execute(query).scalars().all()


def form(key: int) -> Form:
    """The form of this key; NotFound ``unknown-form``."""
    found = db.session.get(Form, key)
    if found is None:
        raise NotFound("unknown-form", found=key)
    return found


def city_of_form(form: Form) -> int | None:
    """The key of the city that a form asks for; None where it is not known."""
    area = asking_area(form)
    return None if area is None else area.id


def asking_area(form: Form) -> Area | None:
    """The city that a form asks for: its own, else the only one there is."""
    if form.root_id is not None:
        return db.session.get(Area, form.root_id)
    known = roots()
    return known[0] if len(known) == 1 else None


def version(key: int) -> FormVersion:
    """The version of this key; NotFound ``unknown-form-version``."""
    found = db.session.get(FormVersion, key)
    if found is None:
        raise NotFound("unknown-form-version", found=key)
    return found


def version_of(form: Form, key: int) -> FormVersion:
    """The version of this key, if it is one of the form; NotFound ``unknown-form-version``."""
    found = db.session.get(FormVersion, key)
    if found is None or found.form_id != form.id:
        raise NotFound("unknown-form-version", found=key)
    return found


def version_at(link: Link, key: int) -> FormVersion:
    """The version of this key, as whoever has only the link may see it; NotFound ``unknown-form-version``.

    A draft is shown by its own test link alone: keys are counted, so anybody could ask for it by its key.
    """
    found = version_of(link.form, key)
    if found.is_draft and link.version_id != found.id:
        raise NotFound("unknown-form-version", found=key)
    return found


def published_version(form: Form) -> FormVersion:
    """The version published last; NotFound ``form-not-published``."""
    query = select(FormVersion).where(FormVersion.form_id == form.id, FormVersion.published_at.is_not(None))
    found = db.session.execute(query.order_by(*_NEWEST_FIRST).limit(1)).scalar_one_or_none()
    if found is None:
        raise NotFound("form-not-published", found=form.form_id)
    return found


def version_named(form: Form, text: str) -> FormVersion | None:
    """The published version of this version string."""
    return db.session.execute(_VERSION_NAMED, {"form_id": form.id, "version": text}).scalar_one_or_none()


def versions(form: Form) -> Sequence[FormVersion]:
    """All versions with their files: the draft, then the published ones, newest first. Two statements."""
    query = select(FormVersion).where(FormVersion.form_id == form.id).options(selectinload(FormVersion.files))
    order = (FormVersion.published_at.is_(None).desc(), *_NEWEST_FIRST)
    return db.session.execute(query.order_by(*order)).scalars().all()


def answered_ids(listed: Sequence[FormVersion]) -> frozenset[int]:
    """Keys of those of the versions that have submissions that count."""
    query = select(Submission.version_id).where(
        Submission.version_id.in_([each.id for each in listed]), COUNTS
    )
    return frozenset(key for key in db.session.execute(query.distinct()).scalars() if key is not None)


def answered_versions(form: Form) -> Sequence[FormVersion]:
    """The newest version and those that have current submissions, oldest first. Three statements.

    All versions where a submission names one that is not known.
    """
    used = select(Submission.version_id).where(
        Submission.form_id == form.id, Submission.superseded_at.is_(None), COUNTS
    )
    ids = {published_version(form).id, *db.session.execute(used.distinct()).scalars()}
    query = select(FormVersion).where(FormVersion.form_id == form.id, FormVersion.published_at.is_not(None))
    if None not in ids:
        query = query.where(FormVersion.id.in_(ids))
    return db.session.execute(query.order_by(FormVersion.id)).scalars().all()


def link(key: int) -> Link:
    """The link of this key; NotFound ``unknown-link``."""
    found = db.session.get(Link, key)
    if found is None:
        raise NotFound("unknown-link")
    return found


def links(form: Form, *, kinds: Sequence[str] | None = None, limit: int = 200) -> Sequence[Link]:
    """Links of a form, newest first."""
    query = select(Link).where(Link.form_id == form.id)
    if kinds is not None:
        query = query.where(Link.kind.in_(kinds))
    return db.session.execute(query.order_by(Link.id.desc()).limit(limit)).scalars().all()


def open_links(form: Form) -> Sequence[Link]:
    """The open links of a form that are not revoked, by label."""
    query = select(Link).where(Link.form_id == form.id, Link.kind == "open", Link.revoked_at.is_(None))
    return db.session.execute(query.order_by(Link.label, Link.id)).scalars().all()


def personal_links(form: Form, *, search: str = "", page: int, per_page: int) -> tuple[Sequence[Link], int]:
    """One page of the personal links, newest first, and how many there are. Two statements.

    ``search``: a whole address or token, or a part of the label.
    """
    query = select(Link).where(Link.form_id == form.id, Link.kind == "personal")
    if search:
        token = search.rstrip("/").rpartition("/")[2]
        query = query.where(or_(Link.token == token, Link.label.contains(search, autoescape=True)))
    total = db.session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    query = query.order_by(Link.id.desc()).limit(per_page).offset((page - 1) * per_page)
    return db.session.execute(query).scalars().all(), total


def count_submissions(form_id: int) -> dict[str, int]:
    """Current submissions that count, by disposition."""
    query = (
        select(Submission.disposition, func.count())
        .where(Submission.form_id == form_id, Submission.superseded_at.is_(None), COUNTS)
        .group_by(Submission.disposition)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def count_all_submissions() -> dict[int, int]:
    """Current submissions that count, by form key. One statement."""
    query = select(Submission.form_id, func.count()).where(Submission.superseded_at.is_(None), COUNTS)
    return {row[0]: row[1] for row in db.session.execute(query.group_by(Submission.form_id))}


def submissions(
    form_id: int, *, after_id: int = 0, batch: int = 500, refused: bool = False, superseded: bool = False
) -> Iterator[SubmissionRow]:
    """Submissions of a form (by its key) in id order, read in batches. One statement a batch."""
    wanted = [Submission.form_id == form_id, COUNTS]
    if not refused:
        wanted.append(Submission.disposition == "complete")
    if not superseded:
        wanted.append(Submission.superseded_at.is_(None))
    while rows := submission_batch(wanted, after_id=after_id, batch=batch):
        yield from rows
        if len(rows) < batch:
            return
        after_id = rows[-1].id


def last_submission_id(form_id: int) -> int:
    """The key of the newest submission of a form; 0 where there is none."""
    query = select(func.max(Submission.id)).where(Submission.form_id == form_id)
    return db.session.execute(query).scalar_one() or 0


def submission_batch(
    wanted: Sequence[ColumnElement[bool]], *, after_id: int, batch: int
) -> list[SubmissionRow]:
    """The next submissions in id order that are so, from behind one on. One statement."""
    query = select(*_ROW).where(*wanted, Submission.id > after_id)
    return [SubmissionRow(*row) for row in db.session.execute(query.order_by(Submission.id).limit(batch))]


def submission_page(
    form_id: int, *, page: int, per_page: int, receipt: str = ""
) -> tuple[Sequence[Submission], int]:
    """One page of the current submissions, newest first, and how many there are. Two statements.

    ``receipt``: the one of this receipt alone, superseded or not.
    """
    wanted = [Submission.form_id == form_id]
    wanted.append(Submission.receipt == receipt.upper() if receipt else Submission.superseded_at.is_(None))
    total = db.session.execute(select(func.count()).select_from(Submission).where(*wanted)).scalar_one()
    query = select(Submission).where(*wanted).order_by(Submission.id.desc())
    query = query.limit(per_page).offset((page - 1) * per_page)
    return db.session.execute(query).scalars().all(), total


def submission(key: int) -> Submission:
    """One submission with form, version, link and files; NotFound ``unknown-submission``."""
    query = select(Submission).where(Submission.id == key)
    query = query.options(
        joinedload(Submission.form),
        joinedload(Submission.version),
        joinedload(Submission.link),
        selectinload(Submission.files),
    )
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound("unknown-submission", found=key)
    return found


def submission_by_instance(form: Form, instance_id: str, *, in_turn: bool = False) -> Submission | None:
    """The submission of this instance id, superseded or not; ``in_turn``: as it is once others are done."""
    query = select(Submission).where(Submission.form_id == form.id, Submission.instance_id == instance_id)
    if in_turn:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.execute(query).scalar_one_or_none()


def submission_by_receipt(link: Link, code: str) -> Submission | None:
    """The submission that came by this link and whose sender was given this code."""
    if not code.isascii() or not code.isprintable():
        return None
    query = select(Submission).where(Submission.receipt == code, Submission.link_id == link.id)
    return db.session.execute(query).scalar_one_or_none()


def successor(of: Submission) -> Submission | None:
    """The edit that replaced a submission."""
    return db.session.execute(select(Submission).where(Submission.replaces_id == of.id)).scalar_one_or_none()


def quarantined(form: Form, *, limit: int = 100) -> Sequence[Quarantine]:
    """What of this form is in quarantine, newest first."""
    query = (
        select(Quarantine).where(Quarantine.form_id == form.id).order_by(Quarantine.id.desc()).limit(limit)
    )
    return db.session.execute(query).scalars().all()


def quarantine_entry(key: int) -> Quarantine:
    """What is in quarantine under this key; NotFound ``unknown-quarantine``."""
    found = db.session.get(Quarantine, key)
    if found is None:
        raise NotFound("unknown-quarantine")
    return found
