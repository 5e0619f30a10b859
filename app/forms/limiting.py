"""How many answers one device may send by an open link of the residents' page."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.db import db
from app.errors import Conflict, Problem
from app.forms.models import DeviceCount, Form, Link

#: Where a browser keeps the number by which it is known again.
DEVICE_COOKIE = "device"
_DEVICE = re.compile(r"[A-Za-z0-9:._-]{1,100}\Z")
#: Personal links take one answer each whoever sends it, and tests count for nothing.
_LIMITED = "open"


def known_device(text: str | None) -> str | None:
    """The number of a device, if the text can be one."""
    return text if text and _DEVICE.match(text) else None


def new_device() -> str:
    """A number for a device that has none."""
    return secrets.token_urlsafe(16)


def limit_of(link: Link) -> int | None:
    """How many answers a device may send by this link; None for any number."""
    return link.form.device_limit if link.kind == _LIMITED else None


def refuse_device(link: Link, device: str | None) -> None:
    """Conflict ``device-limit`` where a device has sent as many as it may, so that nobody fills in vain."""
    limit = limit_of(link)
    if limit is None or device is None:
        return
    key = {"form_id": link.form_id, "device_digest": _digest(link.form, device)}
    sent = db.session.execute(select(DeviceCount.used).filter_by(**key)).scalar_one_or_none()
    if sent is not None and sent >= limit:
        raise Conflict("device-limit", limit=limit)


def count_device(*, link: Link, device: str | None) -> None:
    """Count one answer more of a device, in one statement, so that two at once cannot both be the last.

    Counting begins when a form gets its limit. Raises Conflict ``device-limit``, Problem ``device-missing``.
    """
    limit = limit_of(link)
    if limit is None:
        return
    if device is None:
        raise Problem("device-missing")
    values = {"form_id": link.form_id, "device_digest": _digest(link.form, device), "used": 1}
    if db.session.execute(_counting(limit), values).scalar_one_or_none() is None:
        raise Conflict("device-limit", limit=limit)


def _counting(limit: int) -> Any:
    table: Any = DeviceCount.__table__
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return (
        insert(table)
        .on_conflict_do_update(
            index_elements=[table.c.form_id, table.c.device_digest],
            set_={"used": table.c.used + 1},
            where=table.c.used < limit,
        )
        .returning(table.c.used)
    )


def _digest(form: Form, device: str) -> str:
    """Of the form as well: nobody can see that a device has answered two of them."""
    return hashlib.sha256(f"{form.id}|{device}".encode()).hexdigest()
