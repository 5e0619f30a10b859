"""Staff pages that edit a submission in the form's own questions; they need no script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import permit_city
from app.audit import record_access
from app.errors import NotFound, describe
from app.forms import queries
from app.forms.drafting import change_rows, hold, save_page
from app.forms.editing import (
    LONGEST_REASON,
    Editing,
    begin_edit,
    discard_edit,
    edit_of,
    go_on_from_newest,
    send_edit,
)
from app.forms.posted_screens import in_order, in_repeat, posted_screen
from app.forms.screens import draw, messages, short_label
from app.forms.serving import send_uploaded
from app.forms.tongues import form_language, other_tongues, spoken
from app.forms.whole_form import files_of
from app.forms.wording import answer_lines, changes
from app.i18n import LANGUAGES, aside
from app.xforms.answers import path_of
from app.xforms.filling import Filling
from app.xforms.paging import Page, has_content

blueprint = Blueprint("editing", __name__, template_folder="templates")

_PICTURE_AGE_S = 24 * 3600


@blueprint.post("/submissions/<int:key>/edit")
def begin(key: int) -> ResponseReturnValue:
    """Begin to edit a submission, or go on with what was begun."""
    found = queries.submission(key)
    permit_city(queries.city_of_form(found.form))
    editing = edit_of(begin_edit(submission=found).id)
    number = editing.next_page(_filling(editing), 0)
    if number is None:
        return redirect(url_for("editing.summary", key=editing.draft.id), 303)
    return redirect(url_for("editing.screen", key=editing.draft.id, number=number), 303)


@blueprint.get("/edits/<int:key>/<int:number>")
def screen(key: int, number: int) -> ResponseReturnValue:
    """One screen of the questions with the answers so far; ``?check=1`` tells what is wrong with them."""
    editing = _editing(key)
    if editing.draft.sent_at is not None:
        return redirect(_result(editing))
    page, filling = editing.page(number), _filling(editing)
    shown = draw(
        filling,
        page,
        checked="check" in request.args,
        rejected=editing.draft.rejected,
        media=lambda name: url_for("editing.media", key=key, file_name=name),
        kept=lambda name: _kept_address(editing, name),
    )
    words = form_language(editing.definition)
    return render_template(
        "forms/edit_screen.html",
        editing=editing,
        screen=shown,
        pages=_listed(editing, filling),
        may_go_back=editing.previous_page(filling, number) is not None,
        other_tongues=other_tongues(editing.definition),
        spoken=spoken(editing.definition),
        files=files_of(editing.definition, words),
    )


@blueprint.post("/edits/<int:key>/<int:number>")
def save(key: int, number: int) -> ResponseReturnValue:
    """Keep what the screen sent, then go where the editor wants."""
    editing = _editing(key)
    hold(draft=editing.draft)
    if editing.draft.sent_at is not None:
        return redirect(_result(editing), 303)
    page = editing.page(number)
    asked = _filling(editing).asked(page) if editing.one_page else frozenset()
    save_page(draft=editing.draft, definition=editing.definition, page=page, posted=posted_screen())
    fresh = _filling(editing).asked(page) - asked if editing.one_page else frozenset()
    action = request.form.get("action", "next")
    return redirect(_go(editing, page, action, fresh=in_order(page, fresh)), 303)


@blueprint.get("/edits/<int:key>/summary")
def summary(key: int) -> ResponseReturnValue:
    """What the edit changes, before it is sent with a reason."""
    editing = _editing(key)
    if editing.draft.sent_at is not None:
        return redirect(_result(editing))
    filling = _filling(editing)
    other = editing.outdated_by
    lines = answer_lines(editing.definition, filling.answers, filling.language)
    theirs = []
    if other is not None:
        before = answer_lines(editing.definition, editing.submission.answers, filling.language)
        theirs = changes(before, answer_lines(editing.definition, other.answers, filling.language))
    return render_template(
        "forms/edit_summary.html",
        editing=editing,
        problems=_problems(editing, filling),
        differences=editing.differences(filling),
        other=other,
        theirs=theirs,
        lines=[(line, _place_address(editing, line.place)) for line in lines],
        pages=_listed(editing, filling),
        back=_last_seen(editing, filling),
        longest_reason=LONGEST_REASON,
    )


@blueprint.post("/edits/<int:key>/send")
def send(key: int) -> ResponseReturnValue:
    """Store the edit as the next version of the submission."""
    editing = _editing(key)
    hold(draft=editing.draft)
    made = send_edit(editing=editing, reason=request.form.get("reason", ""))
    flash(_("修改已保存为答卷 %(id)s；原答卷保留，可以从这里查看差别。", id=made.id), "success")
    return redirect(url_for("forms.submission", key=made.id, _anchor="differences"), 303)


@blueprint.post("/edits/<int:key>/newest")
def take_newest(key: int) -> ResponseReturnValue:
    """Go on from the version that somebody else made meanwhile, with what was typed."""
    editing = _editing(key)
    hold(draft=editing.draft)
    go_on_from_newest(editing=editing, reason=request.form.get("reason", ""))
    return redirect(url_for("editing.summary", key=key), 303)


@blueprint.post("/edits/<int:key>/discard")
def discard(key: int) -> ResponseReturnValue:
    """Throw the edit away."""
    editing = _editing(key)
    submission = editing.submission.id
    discard_edit(editing=editing)
    flash(_("已放弃修改，答卷没有变化。"), "success")
    return redirect(url_for("forms.submission", key=submission), 303)


@blueprint.get("/edits/<int:key>/media/<file_name>")
def media(key: int, file_name: str) -> ResponseReturnValue:
    """A picture of the form."""
    files = _editing(key, note=False).draft.version.files
    found = next((each for each in files if each.file_name == file_name and each.sha256), None)
    if found is None or found.sha256 is None:
        raise NotFound("not-found")
    return send_uploaded(found.sha256, found.content_type, found.file_name, max_age=_PICTURE_AGE_S)


@blueprint.get("/edits/<int:key>/kept/<file_name>")
def kept_file(key: int, file_name: str) -> ResponseReturnValue:
    """A file that the submission came with or that the editor gave; looking at it is noted."""
    editing = _editing(key, note=False)
    found = next((each for each in editing.draft.files if each.file_name == file_name), None)
    if found is None:
        raise NotFound("unknown-submission-file")
    record_access(subject="submissions", subject_id=editing.submission.id, reason=f"edit: {file_name}")
    return send_uploaded(found.sha256, found.content_type, found.file_name)


def _editing(key: int, *, note: bool = True) -> Editing:
    """The reader's own edit, if the city is still the reader's; looking at its answers is noted."""
    editing = edit_of(key)
    permit_city(queries.city_of_form(editing.submission.form))
    if note:
        record_access(subject="submissions", subject_id=editing.submission.id, reason="edit")
    return editing


def _filling(editing: Editing) -> Filling:
    return editing.filling(form_language(editing.definition))


def _result(editing: Editing) -> str:
    return url_for("forms.submission", key=editing.draft.submission_id)


def _kept_address(editing: Editing, name: str) -> str:
    """The address of an answered file; "" for one that never arrived."""
    known = any(each.file_name == name for each in editing.draft.files)
    return url_for("editing.kept_file", key=editing.draft.id, file_name=name) if known else ""


def _last_seen(editing: Editing, filling: Filling) -> int:
    numbers = [each.number for each in editing.pages() if has_content(filling, each)]
    return editing.draft.screen if editing.draft.screen in numbers else min(numbers, default=1)


def _listed(editing: Editing, filling: Filling) -> list[dict[str, Any]]:
    """The pages to go to, by their headings; those without one, or with the same, by their first question."""
    shown = [each for each in editing.pages() if has_content(filling, each)]
    headings = [filling.text(each.label) for each in shown]
    listed = []
    for page, heading in zip(shown, headings, strict=True):
        first = next((each for path in page.questions for each in filling.places(path)), None)
        question = short_label(filling, first) if first else str(page.number)
        label = heading if headings.count(heading) == 1 else aside(heading, question)
        href = url_for("editing.screen", key=editing.draft.id, number=page.number)
        listed.append({"number": page.number, "label": label if heading else question, "href": href})
    return listed


def _place_address(editing: Editing, place: str, *, check: bool = False) -> str | None:
    """Where a place is answered; None for what no screen asks."""
    screens = {path: each.number for each in editing.pages() for path in each.questions}
    for each in editing.pages():
        screens |= dict.fromkeys(each.repeats_opened, each.number)
    number = screens.get(path_of(place))
    if number is None:
        return None
    query = {"check": 1} if check else {}
    here = {"key": editing.draft.id, "number": number}
    return url_for("editing.screen", **here, **query, _anchor=f"question-{place}")


def _problems(editing: Editing, filling: Filling) -> list[dict[str, str | None]]:
    """What is wrong with the answers, each with the place to mend it at."""
    told = messages(filling, editing.problems(filling))
    told |= {place: describe(each["code"], each) for place, each in editing.draft.rejected.items()}
    return [
        {
            "place": short_label(filling, place),
            "message": text,
            "href": _place_address(editing, place, check=True),
        }
        for place, text in told.items()
    ]


def _go(editing: Editing, page: Page, action: str, *, fresh: Sequence[str]) -> str:
    """Where an action leads, after the answers of the page are kept.

    ``fresh``: what the only page asks now and did not before, so it has to be seen first.
    """
    draft, (verb, _colon, target) = editing.draft, action.partition(":")
    draft.screen = page.number
    here: dict[str, Any] = {"endpoint": "editing.screen", "key": draft.id, "number": page.number}
    if verb == "lang" and target in {*LANGUAGES, *editing.definition.languages}:
        return url_for(**here, **{"lang" if target in LANGUAGES else "words": target})
    if verb in {"add", "remove"} and in_repeat(editing.definition, target):
        change_rows(draft=draft, definition=editing.definition, place=target, remove=verb == "remove")
        return url_for(**here, _anchor=f"question-{path_of(target)}")
    filling = _filling(editing)
    if verb == "next" and (draft.rejected or filling.problems(page)):
        return url_for(**here, check=1, _anchor="error-summary")
    if fresh:
        return url_for(**here, _anchor=f"question-{fresh[0]}")
    following = _following(editing, filling, page.number, verb)
    if following is None:
        return url_for("editing.summary", key=draft.id)
    return url_for(**{**here, "number": following})


def _following(editing: Editing, filling: Filling, number: int, verb: str) -> int | None:
    """The number of the screen that comes now; None for the summary."""
    if verb == "back":
        return editing.previous_page(filling, number) or number
    return editing.next_page(filling, number) if verb == "next" else None
