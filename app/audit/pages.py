"""The audit trail for the administrator."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.audit.queries import entries
from app.audit.wording import entry_words, subject_options

blueprint = Blueprint("audit", __name__, template_folder="templates")
_PER_PAGE = 100


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The newest entries, filtered by subject, id or actor."""
    wanted = {name: request.args.get(name, "").strip() for name in ("subject", "subject_id", "actor")}
    # Zero is no id, so it asks for the first page.
    before = request.args.get("before", type=int) or None
    found = entries(**wanted, before=before, limit=_PER_PAGE)
    return render_template(
        "audit/index.html",
        entries=[entry_words(each) for each in found],
        wanted=wanted,
        subjects=subject_options(),
        before=found[-1].id if len(found) == _PER_PAGE else None,
    )
