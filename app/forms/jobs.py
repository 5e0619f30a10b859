"""Daily work of the room: what residents did not send is forgotten."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.forms.forgetting import delete_unnamed_content, forget_old_drafts
from app.jobs import Progress, register_daily, register_words


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_daily("forms.forget-drafts", forget)
    register_words(
        "forms.forget-drafts",
        lambda _facts: _("删除过期的草稿和不再使用的文件"),
        {"drafts": _l("删除的草稿"), "files": _l("删除的文件")},
    )


def forget(progress: Progress) -> dict[str, Any]:
    """Delete old drafts, then the files that nothing names any more."""
    drafts = forget_old_drafts()
    progress.checkpoint(0.5)
    return {"drafts": drafts, "files": delete_unnamed_content()}
