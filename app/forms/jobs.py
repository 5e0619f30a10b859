"""Long work of the room: exports, and daily what is over is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.guards import works_for_city
from app.db import db
from app.forms import queries
from app.forms.exporting import EXPORT, make_export
from app.forms.forgetting import delete_unnamed_content, forget_old_drafts, forget_old_exports
from app.forms.hooking import DELIVER
from app.forms.models import Export
from app.forms.notifying import deliver, forget_deliveries
from app.i18n import named
from app.jobs import Link, Progress, register_daily, register_errand, register_job, register_words


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_daily("forms.forget-drafts", forget)
    register_words(
        "forms.forget-drafts",
        lambda _facts: _("删除过期的草稿、导出文件和不再使用的文件"),
        {
            "drafts": _l("删除的草稿"),
            "exports": _l("删除的导出文件"),
            "messages": _l("删除的通知记录"),
            "files": _l("删除的文件"),
        },
    )
    register_errand(DELIVER, deliver)
    register_job(EXPORT, export, leads_to=_export_leads_to)
    register_words(
        EXPORT,
        lambda facts: _("导出答卷：%(name)s", name=_form_name(facts["form_id"])),
        {
            "submissions": _l("答卷"),
            "repeat_rows": _l("重复组的行"),
            "kilobytes": _l("文件大小（千字节）"),
        },
    )


def forget(progress: Progress) -> dict[str, Any]:
    """Delete old drafts and exports, then the files that nothing names any more."""
    found = {"drafts": forget_old_drafts(), "exports": forget_old_exports(), "messages": forget_deliveries()}
    progress.checkpoint(0.5)
    return found | {"files": delete_unnamed_content()}


def export(progress: Progress, **asked: Any) -> dict[str, Any]:
    """Make the file that was asked for."""
    return make_export(progress=progress, **asked)


def _form_name(form_id: int) -> str:
    form = queries.form(form_id)
    return named(form.title, form.title_en)


def _export_leads_to(arguments: Mapping[str, Any], result: Mapping[str, Any]) -> list[Link]:
    form = queries.form(arguments["form_id"])
    if not works_for_city(queries.city_of_form(form)):
        return []
    links = [Link(_("查看答卷"), url_for("forms.submissions", key=form.id))]
    kept = db.session.get(Export, result["export"])
    if kept is not None:
        address = url_for("forms.export_file", key=kept.id)
        links.insert(0, Link(_("下载 %(name)s", name=kept.file_name), address, True))
    return links
