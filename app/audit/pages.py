"""The audit trail for the administrator."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.db import db
from app.db.types import LARGEST_KEY

blueprint = Blueprint("audit", __name__, template_folder="templates")
_PER_PAGE = 100


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The newest entries, filtered by subject, id or actor; pages go by id, so they stay cheap."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(_PER_PAGE)
    for name in ("subject", "subject_id", "actor"):
        if wanted := request.args.get(name, "").strip():
            query = query.where(getattr(AuditEntry, name) == wanted)
    if before := request.args.get("before", type=int):
        query = query.where(AuditEntry.id < min(before, LARGEST_KEY))
    entries = db.session.execute(query).scalars().all()
    return render_template("audit/index.html", entries=entries, per_page=_PER_PAGE)
