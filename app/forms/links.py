"""Links: unguessable doors to a form for residents and phones."""

from __future__ import annotations

import io
import secrets
from collections.abc import Collection, Sequence

import segno
from flask import current_app
from markupsafe import Markup
from sqlalchemy import ColumnElement, bindparam, delete, func, insert, or_, select
from sqlalchemy.orm import joinedload

from app.db import db, take_turn, utcnow
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.forms.models import LINK_KINDS, Draft, Form, FormVersion, Link, Quarantine, Submission
from app.xforms.openrosa import collect_settings

_TOKEN_BYTES = 24
_SLICE = 2_000
_ONE_ANSWER = {"label": "", "submission_limit": 1, "used": 0}
#: What somebody leaves behind who has answered by a link, or has begun to.
_TAKEN_BY = (Draft, Submission, Quarantine)
WEB_KINDS = ("open", "personal", "test")
#: A household's personal link serves the web page and a phone client alike.
PHONE_KINDS = ("openrosa", "personal", "test")
#: Asked for with every request of a resident or a phone, so it is put together once.
_BY_TOKEN = (
    select(Link).where(Link.token == bindparam("token")).options(joinedload(Link.form, innerjoin=True))
)


def make_link(
    *,
    form: Form,
    kind: str,
    subject: str | None = None,
    label: str = "",
    limit: int | None = None,
    version: FormVersion | None = None,
) -> Link:
    """Make one link. ``subject`` is an opaque text of another room; a personal link takes one answer.

    ``version``: what a test link shows instead of the newest published one.

    Raises Invalid ``unknown-link-kind``, ``link-limit``, ``personal-link-limit``, and Conflict
    ``link-exists`` where a door of the kind and label stands open: a form sent twice is one door.
    """
    if kind not in LINK_KINDS:
        raise Invalid("unknown-link-kind", found=kind, expected=LINK_KINDS)
    if limit is not None and limit < 1:
        raise Invalid("link-limit", found=limit)
    if kind == "personal" and limit not in (None, 1):
        raise Invalid("personal-link-limit", found=limit)
    if kind != "personal" and version is None:
        take_turn(under=form)
        _refuse_same(form, kind, label)
    link = _new(form, kind, subject, label, limit)
    link.version = version
    db.session.add(link)
    db.session.flush()
    return link


def make_community_links(*, form: Form, communities: Sequence[tuple[str, str]]) -> int:
    """Make an open link for each community (code, name) that has none standing open; gives their number.

    The name becomes the label, which is printed on the poster; the subject is ``area:`` and the code.
    """
    take_turn(under=form)
    query = select(Link.subject).where(
        Link.form_id == form.id, Link.kind == "open", Link.subject.is_not(None), Link.revoked_at.is_(None)
    )
    there = set(db.session.execute(query).scalars())
    fresh = [
        _new(form, "open", f"area:{code}", name, None)
        for code, name in communities
        if f"area:{code}" not in there
    ]
    db.session.add_all(fresh)
    db.session.flush()
    return len(fresh)


def _refuse_same(form: Form, kind: str, label: str) -> None:
    same = select(Link.id).where(
        Link.form_id == form.id,
        Link.kind == kind,
        Link.label == label[:200],
        Link.revoked_at.is_(None),
        Link.version_id.is_(None),
    )
    if db.session.execute(same.limit(1)).first() is not None:
        raise Conflict("link-exists", label=label or "—")


def make_personal_links(*, form: Form, subjects: Sequence[str]) -> None:
    """Make one link for each subject, by the thousand: in slices, past the session. Found by subject."""
    for start in range(0, len(subjects), _SLICE):
        rows = [
            {"form_id": form.id, "token": _token(), "subject": subject, "kind": "personal"} | _ONE_ANSWER
            for subject in subjects[start : start + _SLICE]
        ]
        db.session.execute(insert(Link), rows)


def count_taken_links(*, form_id: int, subjects: str) -> int:
    """Personal links whose subject begins so and by which somebody has begun or sent an answer."""
    taken = [select(each.id).where(each.link_id == Link.id).exists() for each in _TAKEN_BY]
    query = select(func.count()).select_from(Link).where(*_personal(form_id, subjects))
    return db.session.execute(query.where(or_(Link.used > 0, *taken))).scalar_one()


def delete_links(*, form_id: int, subjects: str) -> int:
    """Delete the personal links whose subject begins so, none of which may be taken; gives their number."""
    gone = delete(Link).where(*_personal(form_id, subjects))
    return int(db.session.execute(gone.execution_options(synchronize_session=False)).rowcount)


def _personal(form_id: int, subjects: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Link.form_id == form_id,
        Link.kind == "personal",
        Link.subject.startswith(subjects, autoescape=True),
    )


def link_by_token(token: str, *, kinds: Collection[str] | None = None) -> Link:
    """The link of a token with its form; NotFound ``unknown-link``, Forbidden ``revoked-link``."""
    link = db.session.execute(_BY_TOKEN, {"token": token}).scalar_one_or_none()
    if link is None or (kinds is not None and link.kind not in kinds):
        raise NotFound("unknown-link")
    if link.revoked_at is not None:
        raise Forbidden("revoked-link")
    return link


def revoke_link(*, link: Link) -> None:
    """Close the door for good; what came through it stays."""
    if link.revoked_at is None:
        link.revoked_at = utcnow()
    db.session.flush()


def link_address(link: Link) -> str:
    """The absolute address: /s/… for residents, /k/… for phones."""
    return collect_address(link) if link.kind == "openrosa" else f"{_base_url()}/s/{link.token}"


def collect_address(link: Link) -> str:
    """The server address of ODK Collect."""
    return f"{_base_url()}/k/{link.token}"


def link_qr(link: Link) -> Markup:
    """QR code as inline SVG: the address, or the settings of ODK Collect for a phone's link."""
    address = link_address(link)
    text = collect_settings(address, link.label or link.form.title) if link.kind == "openrosa" else address
    buffer = io.BytesIO()
    segno.make(text, error="m").save(
        buffer,
        kind="svg",
        xmldecl=False,
        svgns=True,
        scale=4,
        border=4,
        omitsize=False,
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    return Markup(buffer.getvalue().decode())  # noqa: S704 - drawn by segno, holds no text of anybody.


def qr_rows(link: Link) -> list[list[int]]:
    """QR code of the address as rows of dark (1) and light (0) with the quiet edge, for print.

    A quarter of it may be torn or dirty: a poster hangs outside.
    """
    code = segno.make(link_address(link), error="q", micro=False)
    return [[int(module) for module in row] for row in code.matrix_iter(border=4)]


def _new(form: Form, kind: str, subject: str | None, label: str, limit: int | None) -> Link:
    if limit is None and kind == "personal":
        limit = 1
    return Link(
        form=form,
        token=_token(),
        kind=kind,
        subject=subject,
        label=label[:200],
        submission_limit=limit,
        used=0,
    )


def _token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _base_url() -> str:
    return str(current_app.config["SETTINGS"].base_url).rstrip("/")
