"""The survey page of residents (`/s/<token>`): a wizard that needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.errors import NotFound, describe
from app.forms.clock import city_now
from app.forms.definitions import definition_of
from app.forms.drafting import (
    change_rows,
    hold,
    refuse_used,
    refuses,
    save_page,
    send,
    start_draft,
)
from app.forms.limiting import DEVICE_COOKIE, known_device, limit_of, new_device, refuse_device
from app.forms.links import link_address
from app.forms.models import Draft, Link
from app.forms.outlines import outline_of
from app.forms.posted_screens import in_order, in_repeat, posted_screen
from app.forms.queries import asking_area, submission_by_receipt
from app.forms.resuming import draft_of_code, give_code
from app.forms.screens import draw, messages, short_label
from app.forms.serving import send_uploaded
from app.forms.standing import standing_of
from app.forms.tongues import form_language, other_tongues, spoken
from app.forms.visiting import Visit, refuse_closed, residents_link, visit_link
from app.forms.whole_form import files_of
from app.forms.whole_page import whole_parts
from app.forms.wording import answer_lines
from app.i18n import LANGUAGES
from app.web.compressing import sent_to_many
from app.xforms.answers import path_of
from app.xforms.filling import Filling
from app.xforms.paging import Page, next_page, previous_page

blueprint = Blueprint("resident", __name__, template_folder="templates")

_COOKIE = "draft"
_DAY_SECONDS = 24 * 3600
_YEAR_SECONDS = 365 * _DAY_SECONDS
_LONGEST_CODE = 100


@blueprint.get("/<token>")
def start(token: str) -> ResponseReturnValue:
    """Where the resident left off, or the first screen."""
    visit = visit_link(token, key=None if request.args.get("new") else _key())
    if visit.draft is not None and visit.draft.sent_at is not None:
        return redirect(url_for("resident.receipt", token=token))
    if visit.draft is not None:
        return redirect(url_for("resident.screen", token=token, number=visit.last_seen()))
    refuse_used(visit.link)
    refuse_device(visit.link, _device())
    first = next_page(visit.definition, visit.filling(), 0, one=visit.one_page)
    return _with_device(make_response(_show(visit, visit.page(first or 1))), visit.link)


@blueprint.get("/<token>/<int:number>")
def screen(token: str, number: int) -> ResponseReturnValue:
    """One screen; ``?check=1`` tells what is wrong with its answers."""
    visit = visit_link(token, key=_key())
    if visit.draft is None:
        return redirect(url_for("resident.start", token=token))
    if visit.draft.sent_at is not None:
        return redirect(url_for("resident.receipt", token=token))
    return _show(visit, visit.page(number))


@blueprint.post("/<token>/<int:number>")
def save(token: str, number: int) -> ResponseReturnValue:
    """Keep what the screen sent, then go where the resident wants."""
    visit = visit_link(token, key=request.form.get("draft") or None, new=not request.form.get("draft"))
    draft = visit.draft or start_draft(link=visit.link, version=visit.version)
    hold(draft=draft)
    if draft.sent_at is not None:
        return redirect(url_for("resident.receipt", token=token), 303)
    visit = Visit(visit.link, draft, draft.version, definition_of(draft.version))
    page = visit.page(number)
    asked = visit.filling().asked(page) if visit.one_page else frozenset()
    save_page(draft=draft, definition=visit.definition, page=page, posted=posted_screen())
    action = request.form.get("action", "next")
    if action == "keep":
        draft.screen = page.number
        return _with_cookie(make_response(_show_code(visit, draft)), visit.link, draft)
    fresh = visit.filling().asked(page) - asked if visit.one_page else frozenset()
    address = _go(visit, draft, page, action, fresh=in_order(page, fresh))
    return _with_cookie(redirect(address, 303), visit.link, draft)


@blueprint.get("/<token>/summary")
def summary(token: str) -> ResponseReturnValue:
    """All answers once more, before they are sent."""
    visit = visit_link(token, key=_key())
    if visit.draft is None:
        return redirect(url_for("resident.start", token=token))
    if visit.draft.sent_at is not None:
        return redirect(url_for("resident.receipt", token=token))
    filling = visit.filling()
    refused = refuses(visit.draft.answers, visit.version)
    return render_template(
        "forms/summary.html",
        visit=visit,
        draft_key=visit.draft.draft_key,
        refused=refused,
        errors=[] if refused else _open_problems(visit, filling),
        lines=[] if refused else answer_lines(visit.definition, filling.answers, filling.language),
        screen_of=_screens(visit),
        path_of=path_of,
        back=visit.last_seen(),
    )


@blueprint.post("/<token>/send")
def send_answers(token: str) -> ResponseReturnValue:
    """Send the draft; a second click leads to the same receipt."""
    visit = visit_link(token, key=request.form.get("draft") or _key())
    if visit.draft is None:
        raise NotFound("draft-missing")
    wanted = request.form.get("action", "send")
    if wanted.startswith("lang:"):
        return redirect(url_for("resident.summary", token=token, lang=wanted.partition(":")[2]), 303)
    unsent = visit.draft.sent_at is None and not refuses(visit.draft.answers, visit.version)
    if unsent and _open_problems(visit, visit.filling()):
        return redirect(url_for("resident.summary", token=token), 303)
    device = _device() or new_device()
    send(draft=visit.draft, device=device if limit_of(visit.link) else None)
    return _with_device(redirect(url_for("resident.receipt", token=token), 303), visit.link, device)


@blueprint.get("/<token>/resume")
def resume(token: str) -> ResponseReturnValue:
    """Where the code of a draft that was begun on another device is typed."""
    visit = visit_link(token, key=_key(), closed_too=True)
    return render_template("forms/resume.html", visit=visit, code="", error="")


@blueprint.post("/<token>/resume")
def resume_draft(token: str) -> ResponseReturnValue:
    """Go on with the draft of a code."""
    link, code = residents_link(token), request.form.get("code", "")[:_LONGEST_CODE]
    try:
        draft = draft_of_code(link=link, code=code, address=request.remote_addr or "")
    except NotFound as problem:
        visit = visit_link(token, key=_key(), closed_too=True)
        error = describe(problem.code)
        return render_template("forms/resume.html", visit=visit, code=code, error=error), 404
    refuse_closed(link, begun=True)
    return _with_cookie(redirect(url_for("resident.start", token=token), 303), link, draft)


@blueprint.get("/<token>/receipt")
def receipt(token: str) -> ResponseReturnValue:
    """Thanks, and the code that proves it; ``?code=`` is that of answers that a device sent."""
    visit = visit_link(token, key=_key(), closed_too=True)
    submission = submission_by_receipt(visit.link, request.args.get("code", ""))
    if submission is None and visit.draft is not None:
        submission = visit.draft.submission
    if submission is None:
        return redirect(url_for("resident.start", token=token))
    return render_template(
        "forms/receipt.html", visit=visit, submission=submission, standing=standing_of(submission)
    )


@blueprint.get("/<token>/media/<file_name>")
def media(token: str, file_name: str) -> ResponseReturnValue:
    """A picture of the form."""
    visit = visit_link(token, key=_key())
    found = next((each for each in visit.version.files if each.file_name == file_name and each.sha256), None)
    if found is None or found.sha256 is None:
        raise NotFound("not-found")
    # A drawing that a page shows runs nothing; opened by itself it is saved, as it might.
    drawn = found.content_type == "image/svg+xml"
    return send_uploaded(
        found.sha256, found.content_type, found.file_name, max_age=_DAY_SECONDS, own_type=drawn
    )


@blueprint.get("/<token>/kept/<file_name>")
def kept_file(token: str, file_name: str) -> ResponseReturnValue:
    """A file that the resident answered with, for whoever holds the draft."""
    visit = visit_link(token, key=_key())
    files = visit.draft.files if visit.draft is not None else []
    found = next((each for each in files if each.file_name == file_name), None)
    if found is None:
        raise NotFound("not-found")
    return send_uploaded(found.sha256, found.content_type, found.file_name)


@blueprint.get("/<token>/outline")
def outline(token: str) -> ResponseReturnValue:
    """The boundaries of the city that asks, to draw places upon."""
    visit = visit_link(token, key=_key())
    answer = jsonify(outline_of(asking_area(visit.link.form), city_now().date()))
    answer.cache_control.private = True
    answer.cache_control.max_age = _DAY_SECONDS
    return answer


def _show_code(visit: Visit, draft: Draft) -> str:
    address = link_address(visit.link)
    return render_template(
        "forms/kept.html",
        visit=visit,
        code=give_code(draft=draft),
        address=f"{address}/resume",
        days=current_app.config["SETTINGS"].draft_days,
        back=draft.screen,
    )


def _show(visit: Visit, page: Page) -> ResponseReturnValue:
    draft = visit.draft
    token = visit.link.token
    filling = visit.filling()
    shown = draw(
        filling,
        page,
        checked="check" in request.args,
        rejected=draft.rejected if draft is not None else {},
        media=lambda name: url_for("resident.media", token=token, file_name=name),
        kept=lambda name: url_for("resident.kept_file", token=token, file_name=name),
        outline=url_for("resident.outline", token=token),
    )
    if draft is None and visit.link.kind != "personal" and not request.query_string:
        # Whoever opens the link sees the same.
        sent_to_many()
    return render_template(
        "forms/screen.html",
        screen=shown,
        draft_key=draft.draft_key if draft is not None else "",
        may_go_back=previous_page(visit.definition, filling, page.number, one=visit.one_page) is not None,
        **(_page_parts(visit) if draft is not None else whole_parts(visit)),
    )


def _page_parts(visit: Visit) -> dict[str, Any]:
    """What a screen needs where the server keeps the answers, so that no script takes over."""
    return {
        "visit": visit,
        "other_tongues": other_tongues(visit.definition),
        "spoken": spoken(visit.definition),
        "files": files_of(visit.definition, form_language(visit.definition)),
    }


def _go(visit: Visit, draft: Draft, page: Page, action: str, *, fresh: Sequence[str]) -> str:
    """Where an action leads, after the answers of the page are kept.

    ``fresh``: what the only page asks now and did not before, so it has to be seen first.
    """
    token, (verb, _colon, target) = visit.link.token, action.partition(":")
    draft.screen = page.number
    here: dict[str, Any] = {"endpoint": "resident.screen", "token": token, "number": page.number}
    if verb == "lang" and target in {*LANGUAGES, *visit.definition.languages}:
        return url_for(**here, **{"lang" if target in LANGUAGES else "words": target})
    if verb in {"add", "remove"} and in_repeat(visit.definition, target):
        change_rows(draft=draft, definition=visit.definition, place=target, remove=verb == "remove")
        return url_for(**here, _anchor=f"question-{path_of(target)}")
    filling = visit.filling()
    if verb == "back":
        draft.screen = (
            previous_page(visit.definition, filling, page.number, one=visit.one_page) or page.number
        )
        return url_for(**{**here, "number": draft.screen})
    if draft.rejected or filling.problems(page):
        return url_for(**here, check=1, _anchor="error-summary")
    following = (
        page.number if fresh else next_page(visit.definition, filling, page.number, one=visit.one_page)
    )
    if following is None or refuses(draft.answers, visit.version):
        return url_for("resident.summary", token=token)
    draft.screen = following
    return url_for(**{**here, "number": following}, _anchor=f"question-{fresh[0]}" if fresh else None)


def _open_problems(visit: Visit, filling: Filling) -> list[dict[str, str]]:
    """What is still wrong or missing, each with the screen to mend it on."""
    screens = _screens(visit)
    found = []
    for place, text in messages(filling, filling.problems()).items():
        number = screens.get(path_of(place), 1)
        href = url_for(
            "resident.screen", token=visit.link.token, number=number, check=1, _anchor=f"question-{place}"
        )
        found.append({"href": href, "label": short_label(filling, place), "message": text})
    return found


def _screens(visit: Visit) -> dict[str, int]:
    numbers = {path: page.number for page in visit.pages() for path in page.questions}
    for page in visit.pages():
        numbers |= dict.fromkeys(page.repeats_opened, page.number)
    return numbers


def _key() -> str | None:
    return request.cookies.get(_COOKIE)


def _with_cookie(response: Response, link: Link, draft: Draft) -> Response:
    settings = current_app.config["SETTINGS"]
    response.set_cookie(
        _COOKIE,
        draft.draft_key,
        # On a shared device nobody finds the answers of who was there before: closing the browser is enough.
        max_age=settings.draft_days * _DAY_SECONDS if link.form.device_drafts else None,
        path=url_for("resident.start", token=link.token),
        httponly=True,
        samesite="Lax",
        secure=settings.secure_cookies,
    )
    return response


def _device() -> str | None:
    return known_device(request.cookies.get(DEVICE_COOKIE))


def _with_device(response: Response, link: Link, device: str | None = None) -> Response:
    """Let a browser be known again, where the form limits how often one device may answer."""
    if limit_of(link) is None or _device() is not None:
        return response
    settings = current_app.config["SETTINGS"]
    response.set_cookie(
        DEVICE_COOKIE,
        device or new_device(),
        max_age=_YEAR_SECONDS,
        path=f"{request.script_root}/s/",
        httponly=True,
        samesite="Lax",
        secure=settings.secure_cookies,
    )
    return response
