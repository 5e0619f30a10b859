"""Forgetting: drafts and exports after their time, and stored content that no row of any room names."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import Select, select

from app.db import Base, db, utcnow
from app.forms.drafting import forget_drafts
from app.forms.models import Export, Quarantine
from app.storage import storage

#: A request stores its files first and commits the rows that name them last: it is never this slow.
_IN_FLIGHT = timedelta(days=1)


def forget_old_drafts() -> int:
    """Delete the unsent drafts whose time (``CITYEXAM_DRAFT_DAYS``) is over; returns how many."""
    days = current_app.config["SETTINGS"].draft_days
    return forget_drafts(before=utcnow() - timedelta(days=days))


def forget_old_exports() -> int:
    """Delete the exports whose time is over; returns how many."""
    old = db.session.execute(select(Export).where(Export.expires_at <= utcnow())).scalars().all()
    for each in old:
        db.session.delete(each)
    db.session.flush()
    return len(old)


def delete_unnamed_content() -> int:
    """Delete the stored content that no row names and nobody put within a day; returns how many.

    To be called after the commit of what removed the rows: what is deleted here does not come back.
    """
    before = utcnow() - _IN_FLIGHT
    # The files are listed first: a row that is committed after the listing names what was put just now.
    old = storage().untouched_since(before)
    named = named_content() if old else set()
    storage().drop_unfinished(untouched_since=before)
    return sum(storage().delete(each, untouched_since=before) for each in old if each not in named)


def named_content() -> set[str]:
    """The digests of stored content that rows of all rooms name."""
    found: set[str] = set()
    for query in _namings():
        found.update(each for each in db.session.execute(query).scalars() if each)
    for files in db.session.execute(select(Quarantine.files)).scalars():
        found.update(each["sha256"] for each in files)
    return found


def _namings() -> list[Select[tuple[str | None]]]:
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    return [
        select(each).distinct() for each in columns if each.name == "sha256" or each.name.endswith("_sha256")
    ]
