"""Staff pages of one version: look, try, compare, give files, publish or throw away, copy."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import city_scope, permit_area
from app.errors import Invalid, NotFound, whole_number
from app.forms import queries
from app.forms.authoring import (
    Copy,
    copy_version,
    discard_draft,
    missing_files,
    publish_draft,
    save_draft,
    test_link_of,
    try_version,
)
from app.forms.histories import question_histories
from app.forms.links import link_address, link_qr
from app.forms.models import Form, FormVersion
from app.forms.publishing import attach_file, open_slots
from app.forms.serving import source_text
from app.forms.showing import changes_since, notices_of, outline_of, version_before
from app.i18n import listing, named
from app.storage import storage

blueprint = Blueprint("form_versions", __name__, template_folder="templates")


@blueprint.post("/upload")
def upload() -> ResponseReturnValue:
    """Keep an uploaded form as a draft."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid("file-missing")
    version = save_draft(
        content=given.read(),
        filename=given.filename,
        form_id=_text("form_id") or None,
        coarsen=_text("coarsen").split() or None,
        consent=_consent(),
    )
    if version.is_draft:
        flash(_("草稿已保存，还没有发布。请试填、核对，再点“发布”。"), "success")
    else:
        flash(_("这个版本已经发布，内容相同，没有新的草稿。"), "success")
    return redirect(url_for("form_versions.version", key=version.id))


@blueprint.get("/versions/<int:key>")
def version(key: int) -> ResponseReturnValue:
    """One version: what it asks, how it looks on a phone, what to look at, what changed."""
    found = _readable(key)
    listed = queries.versions(found.form)
    before = version_before(found, listed)
    link = test_link_of(found)
    return render_template(
        "forms/version.html",
        version=found,
        form=found.form,
        outline=outline_of(found),
        notices=notices_of(found),
        missing=missing_files(found),
        open_slots=open_slots(listed),
        before=before,
        changes=changes_since(before, found) if before is not None else [],
        others=[each for each in listed if each.id != found.id],
        link=link,
        address=link_address(link) if link is not None else "",
        qr=link_qr(link) if link is not None else "",
    )


@blueprint.get("/versions/<int:key>/changes")
def changes(key: int) -> ResponseReturnValue:
    """What differs from any other version of the form (``?since=`` its key)."""
    found = _readable(key)
    earlier = queries.version_of(found.form, whole_number(request.args.get("since")) or 0)
    return render_template(
        "forms/changes.html",
        version=found,
        form=found.form,
        before=earlier,
        changes=changes_since(earlier, found),
        others=[each for each in queries.versions(found.form) if each.id != found.id],
    )


@blueprint.get("/versions/<int:key>/form.xml")
def xml(key: int) -> ResponseReturnValue:
    """The XForm of a version."""
    return source_text(_readable(key).xform)


@blueprint.get("/versions/<int:key>/workbook")
def workbook(key: int) -> ResponseReturnValue:
    """The XLSForm that a version was compiled from, as it was uploaded."""
    found = _readable(key)
    if found.workbook_sha256 is None:
        raise NotFound("form-without-workbook")
    content = io.BytesIO(storage().get(found.workbook_sha256))
    return send_file(content, "application/octet-stream", True, found.workbook_name)


@blueprint.post("/versions/<int:key>/files")
def upload_files(key: int) -> ResponseReturnValue:
    """Give file slots their content: one that is named, or several files by their own names."""
    found = queries.version(key)
    given = [each for each in request.files.getlist("file") if each.filename]
    if not given:
        raise Invalid("file-missing")
    named_slot = _text("file_name")
    for each in given:
        name = named_slot if named_slot and len(given) == 1 else str(each.filename)
        attach_file(version=found, file_name=name, content=each.read())
    missing = missing_files(found)
    if missing:
        flash(_("附件已保存。还缺：%(names)s。", names=listing(missing)), "success")
    else:
        flash(_("附件已保存，都齐了。"), "success")
    return redirect(url_for("form_versions.version", key=key, _anchor="files"))


@blueprint.post("/versions/<int:key>/publish")
def publish(key: int) -> ResponseReturnValue:
    """Publish a draft."""
    found = publish_draft(version=queries.version(key), without_files=bool(_text("without_files")))
    title = named(found.form.title, found.form.title_en)
    flash(_("表单“%(title)s”的版本 %(version)s 已发布。", title=title, version=found.version), "success")
    return redirect(url_for("forms.form", key=found.form_id))


@blueprint.post("/versions/<int:key>/discard")
def discard(key: int) -> ResponseReturnValue:
    """Throw a draft away."""
    left = discard_draft(version=queries.version(key))
    flash(_("草稿已丢弃，试填的答卷一并删除。"), "success")
    return redirect(url_for("forms.form", key=left.id) if left is not None else url_for("forms.index"))


@blueprint.post("/versions/<int:key>/test-link")
def test_link(key: int) -> ResponseReturnValue:
    """Make the test link of a version that has none."""
    try_version(version=queries.version(key))
    return redirect(url_for("form_versions.version", key=key, _anchor="preview"))


@blueprint.post("/versions/<int:key>/copy")
def copy(key: int) -> ResponseReturnValue:
    """Make a draft of a new form out of a version."""
    called = Copy(_text("form_id"), _text("version"), _text("title"))
    made = copy_version(version=queries.version(key), called=called)
    flash(_("已复制为新表单的草稿。请核对后发布。"), "success")
    return redirect(url_for("form_versions.version", key=made.id))


@blueprint.get("/questions")
def questions() -> ResponseReturnValue:
    """For each question, in which published versions it was asked and with which words."""
    search = request.args.get("name", "").strip()
    forms = queries.all_forms(city_scope())
    chosen = whole_number(request.args.get("form"))
    asked = [each for each in forms if chosen in (None, each.id)]
    return render_template(
        "forms/questions.html",
        history=question_histories(asked, search=search),
        forms=forms,
        chosen=chosen,
        search=search,
    )


def _readable(key: int) -> FormVersion:
    """The version, for readers of its city or of a part of it; what a form asks is no answer."""
    found = queries.version(key)
    form: Form = found.form
    permit_area(city_scope(), queries.city_of_form(form))
    return found


def _consent() -> tuple[str, str] | None:
    """The question of consent as typed, None where nothing was; a half of it would protect nobody."""
    path, value = _text("consent_path"), _text("consent_value")
    if bool(path) != bool(value):
        raise Invalid("consent-incomplete", found=path or value)
    return (path, value) if path else None


def _text(name: str) -> str:
    return request.form.get(name, "").strip()
