"""Staff pages of forms: list, versions, links, submissions, export."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import city_scope, permit_area, permit_city, works_for_city
from app.audit import record_access
from app.db.paging import PER_PAGE, page_count
from app.errors import Invalid, NotFound, whole_number
from app.forms import export_queries, queries
from app.forms.arranging import MOST_PER_DEVICE, arrange_page
from app.forms.authoring import missing_files
from app.forms.central_reading import comments, history
from app.forms.commenting import comment
from app.forms.definitions import definition_of
from app.forms.editing import open_edits
from app.forms.exporting import read_selection, request_export
from app.forms.links import link_address, link_qr, make_link, revoke_link
from app.forms.models import LINK_KINDS, REVIEW_STATES, STATES, Form, Submission
from app.forms.papers import paper_choices
from app.forms.posters import poster_parts
from app.forms.publishing import set_state
from app.forms.reading import read_instance
from app.forms.reviewing import ADOPTABLE, adopt, dismiss, review
from app.forms.serving import SentFile, picture_kind, send_uploaded, source_text
from app.forms.showing import notices_of
from app.forms.standing import link_places, standing_of
from app.forms.wording import AnswerLine, answer_lines, changes
from app.i18n import language
from app.storage import storage
from app.web.entering import may_send
from app.xforms.languages import pick_language

blueprint = Blueprint("forms", __name__, template_folder="templates")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The forms of the reader's cities and how many submissions they have."""
    return render_template(
        "forms/index.html", forms=queries.all_forms(city_scope()), counts=queries.count_all_submissions()
    )


@blueprint.get("/<int:key>")
def form(key: int) -> ResponseReturnValue:
    """One form: versions, files, links, what is in quarantine."""
    found = _readable(queries.form(key))
    versions = queries.versions(found)
    page, search = _page(), request.args.get("link", "").strip()
    papers = paper_choices(versions)
    personal, total = queries.personal_links(found, search=search, page=page, per_page=PER_PAGE)
    return render_template(
        "forms/form.html",
        form=found,
        works=works_for_city(queries.city_of_form(found)),
        versions=versions,
        missing={each.id: missing_files(each) for each in versions},
        notices={each.id: len(notices_of(each)) for each in versions},
        links=queries.links(found, kinds=[kind for kind in LINK_KINDS if kind != "personal"]),
        personal=personal,
        places=link_places(personal),
        search=search,
        page=page,
        pages=page_count(total),
        total=total,
        counts=queries.count_submissions(key),
        quarantined=queries.quarantined(found),
        states=STATES,
        most_per_device=MOST_PER_DEVICE,
        kinds=LINK_KINDS,
        paper_languages=papers.languages,
        with_repeats=papers.with_repeats,
        poster_parts=poster_parts(len(queries.open_links(found))),
    )


@blueprint.post("/<int:key>/state")
def change_state(key: int) -> ResponseReturnValue:
    """Open or close a form."""
    set_state(form=queries.form(key), state=_text("state"))
    return redirect(url_for("forms.form", key=key))


@blueprint.post("/<int:key>/page")
def change_page(key: int) -> ResponseReturnValue:
    """Set how the residents' page behaves."""
    arrange_page(
        form=queries.form(key),
        one_page=bool(_text("one_page")),
        device_drafts=bool(_text("device_drafts")),
        device_limit=_text("device_limit"),
    )
    flash(_("填写页的设置已保存，对之后打开的页面生效。"), "success")
    return redirect(url_for("forms.form", key=key, _anchor="page"))


@blueprint.post("/<int:key>/links")
def add_link(key: int) -> ResponseReturnValue:
    """Make a link."""
    text = _text("limit")
    limit = whole_number(text)
    if text and limit is None:
        raise Invalid("link-limit", found=text[:40])
    found = queries.form(key)
    link = make_link(form=found, kind=_text("kind"), label=_text("label"), limit=limit)
    return redirect(url_for("forms.link", key=link.id))


@blueprint.get("/links/<int:key>")
def link(key: int) -> ResponseReturnValue:
    """A link's address and QR code; looking at it is noted, for whoever knows it may answer."""
    found = queries.link(key)
    record_access(subject="links", subject_id=key, reason=found.form.form_id)
    return render_template("forms/link.html", link=found, address=link_address(found), qr=link_qr(found))


@blueprint.post("/links/<int:key>/revoke")
def revoke(key: int) -> ResponseReturnValue:
    """Close a link for good."""
    found = queries.link(key)
    revoke_link(link=found)
    flash(_("链接已停用。此前收到的答卷不受影响。"), "success")
    return redirect(url_for("forms.form", key=found.form_id))


@blueprint.get("/<int:key>/submissions")
def submissions(key: int) -> ResponseReturnValue:
    """The current submissions, newest first."""
    found = _answers_open(queries.form(key))
    page, receipt = _page(), request.args.get("receipt", "").strip()
    rows, total = queries.submission_page(key, page=page, per_page=PER_PAGE, receipt=receipt)
    if page > page_count(total):
        return redirect(
            url_for("forms.submissions", key=key, page=page_count(total), receipt=receipt or None)
        )
    return render_template(
        "forms/submissions.html",
        form=found,
        rows=rows,
        receipt=receipt,
        page=page,
        pages=page_count(total),
        total=total,
        review_states=REVIEW_STATES,
    )


@blueprint.get("/submissions/<int:key>")
def submission(key: int) -> ResponseReturnValue:
    """One submission, its answers in words; looking at it is noted."""
    found = _submission(key)
    record_access(subject="submissions", subject_id=key, reason=found.form.form_id)
    lines = _lines(found)
    versions = history(found.form, found.instance_id)
    earlier = next((each for each in versions if each.id == found.replaces_id), None)
    addresses = {each.id: url_for("forms.submission_file", key=key, file_id=each.id) for each in found.files}
    return render_template(
        "forms/submission.html",
        submission=found,
        versions=versions,
        newest=versions[-1],
        edits=open_edits(versions) if may_send("editing.begin") else (),
        lines=lines,
        changes=changes(_lines(earlier), lines) if earlier is not None else [],
        comments=comments(versions)[::-1],
        files=[_listed(each.file_name, each.sha256, each.size, addresses[each.id]) for each in found.files],
        standing=standing_of(found),
        review_states=REVIEW_STATES,
    )


@blueprint.post("/submissions/<int:key>/review")
def review_submission(key: int) -> ResponseReturnValue:
    """Say what came of looking at a submission."""
    review(submission=_submission(key), state=_text("state"))
    return redirect(url_for("forms.submission", key=key))


@blueprint.post("/submissions/<int:key>/comments")
def add_comment(key: int) -> ResponseReturnValue:
    """Note something beside a submission."""
    comment(submission=_submission(key), body=_text("text"))
    return redirect(url_for("forms.submission", key=key))


@blueprint.get("/quarantine/<int:key>")
def quarantine(key: int) -> ResponseReturnValue:
    """What is in quarantine; looking at it is noted."""
    found = queries.quarantine_entry(key)
    _answers_open(found.form)
    record_access(subject="quarantine", subject_id=key, reason=found.form.form_id)
    reading = read_instance(form=found.form, xml=storage().get(found.sha256), link=found.link)
    definition = definition_of(reading.version or queries.published_version(found.form))
    lines = answer_lines(definition, reading.answers, pick_language(definition, language()))
    files = [
        _listed(
            each["name"],
            each["sha256"],
            each["size"],
            url_for("forms.quarantine_file", key=key, number=number),
        )
        for number, each in enumerate(found.files, start=1)
    ]
    adoptable = found.reason in ADOPTABLE
    return render_template(
        "forms/quarantine.html", entry=found, lines=lines, adoptable=adoptable, files=files
    )


@blueprint.post("/quarantine/<int:key>")
def resolve_quarantine(key: int) -> ResponseReturnValue:
    """Adopt what is in quarantine as a submission, or dismiss it with a reason."""
    found = queries.quarantine_entry(key)
    _answers_open(found.form)
    if _text("outcome") == "adopted":
        return redirect(url_for("forms.submission", key=adopt(entry=found).id))
    dismiss(entry=found, reason=_text("reason"))
    return redirect(url_for("forms.quarantine", key=key))


@blueprint.get("/submissions/<int:key>/xml")
def submission_xml(key: int) -> ResponseReturnValue:
    """The stored XML; looking at it is noted."""
    found = _submission(key)
    record_access(subject="submissions", subject_id=key, reason="raw XML")
    return source_text(found.xml)


@blueprint.get("/submissions/<int:key>/files/<int:file_id>")
def submission_file(key: int, file_id: int) -> ResponseReturnValue:
    """A file that came with a submission; looking at it is noted."""
    found = next((each for each in _submission(key).files if each.id == file_id), None)
    if found is None:
        raise NotFound("unknown-submission-file")
    record_access(subject="submission_files", subject_id=file_id)
    # A sender chose the type, so nothing is shown by it: the browser saves the file.
    return _sent(found.sha256, found.file_name)


@blueprint.get("/quarantine/<int:key>/files/<int:number>")
def quarantine_file(key: int, number: int) -> ResponseReturnValue:
    """A file of what is in quarantine, by its place in the list from 1; looking at it is noted."""
    found = queries.quarantine_entry(key)
    _answers_open(found.form)
    if not 1 <= number <= len(found.files):
        raise NotFound("unknown-submission-file")
    each = found.files[number - 1]
    record_access(subject="quarantine", subject_id=key, reason=each["name"])
    return _sent(each["sha256"], each["name"])


@blueprint.post("/<int:key>/exports")
def export(key: int) -> ResponseReturnValue:
    """Queue a file of all answers; who asked for it is noted."""
    found = _answers_open(queries.form(key))
    record_access(subject="forms", subject_id=key, reason="export")
    job = request_export(
        form=found,
        kind=_text("kind"),
        labels=_text("values") == "labels",
        split=bool(_text("split")),
        naming=_text("naming"),
        selection=read_selection(
            first_day=_text("first_day"),
            last_day=_text("last_day"),
            review_states=request.form.getlist("review"),
        ),
    )
    return redirect(url_for("jobs.job", job_id=job.id))


@blueprint.get("/exports/<int:key>")
def export_file(key: int) -> ResponseReturnValue:
    """The file of an export; who took it is noted."""
    found = export_queries.export(key)
    _answers_open(found.form)
    record_access(subject="form_exports", subject_id=key, reason=found.form.form_id)
    return send_uploaded(found.sha256, None, found.file_name)


def _sent(sha256: str, name: str) -> Response:
    """A file that somebody sent, to be saved; ``?show=1``: to be looked at, if its bytes are a picture's."""
    kind = picture_kind(sha256) if "show" in request.args else None
    if "show" in request.args and kind is None:
        raise NotFound("unknown-submission-file")
    return send_uploaded(sha256, kind, name)


def _listed(name: str, sha256: str, size: int, address: str) -> SentFile:
    shown = f"{address}?show=1" if picture_kind(sha256) else None
    return SentFile(name, size, address, shown)


def _page() -> int:
    return max(1, whole_number(request.args.get("page")) or 1)


def _readable(form: Form) -> Form:
    """The form, for readers of its city or of a part of it; what it asks is no answer."""
    permit_area(city_scope(), queries.city_of_form(form))
    return form


def _answers_open(form: Form) -> Form:
    """The form, for readers of its whole city: single answers are for nobody else."""
    permit_city(queries.city_of_form(form))
    return form


def _submission(key: int) -> Submission:
    """The submission, for the same readers."""
    found = queries.submission(key)
    _answers_open(found.form)
    return found


def _lines(found: Submission) -> list[AnswerLine]:
    definition = definition_of(found.version or queries.published_version(found.form))
    return answer_lines(definition, found.answers, pick_language(definition, language()))


def _text(name: str) -> str:
    return request.form.get(name, "").strip()
