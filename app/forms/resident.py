"""The survey page of residents (`/s/<token>`): a wizard that needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.audit import set_actor
from app.db import utcnow
from app.errors import Forbidden, Gone, NotFound
from app.forms.clock import city_now
from app.forms.definitions import definition_of
from app.forms.drafting import (
    Posted,
    change_rows,
    find_draft,
    first_filling,
    hold,
    refuse_used,
    refuses,
    save_page,
    send,
    start_draft,
)
from app.forms.links import WEB_KINDS, link_by_token
from app.forms.models import Draft, FormVersion, Link
from app.forms.outlines import outline_of
from app.forms.queries import asking_area, published_version
from app.forms.screens import draw, messages, short_label
from app.forms.serving import send_uploaded
from app.forms.standing import standing_of
from app.forms.tongues import form_language, other_tongues, spoken
from app.forms.wording import answer_lines
from app.i18n import LANGUAGES, language
from app.xforms.answers import path_of
from app.xforms.definition import FormDefinition
from app.xforms.filling import Filling, open_filling
from app.xforms.paging import Page, next_page, pages, previous_page

blueprint = Blueprint("resident", __name__, template_folder="templates")

_COOKIE = "draft"
_DAY_SECONDS = 24 * 3600
#: A resident reads a question and picks a choice, most are of one kind.
_SECONDS_A_QUESTION = 8


@blueprint.teardown_request
def _close_uploads(_error: BaseException | None) -> None:
    # Large files lie in temporary ones until they are stored; they go with the request.
    request.close()


@dataclass(frozen=True)
class Visit:
    """Somebody at a link: the draft so far (none before the first answer) and the form it is of."""

    link: Link
    draft: Draft | None
    version: FormVersion
    definition: FormDefinition

    def filling(self) -> Filling:
        """The form with the answers so far, in the reader's language."""
        words = form_language(self.definition)
        if self.draft is None:
            return first_filling(self.definition, words, utcnow())
        return open_filling(self.definition, self.draft.answers, language=words, now=city_now())

    def area_name(self) -> str:
        """The city that asks, in the reader's language; "" where it is not known."""
        area = asking_area(self.link.form)
        if area is None:
            return ""
        return area.name_en if language() == "en" and area.name_en else area.name_zh

    def minutes(self) -> int:
        """About how long the form takes."""
        return max(1, round(self.version.facts["questions"] * _SECONDS_A_QUESTION / 60))

    def page(self, number: int) -> Page:
        """The page of this number; NotFound beyond the last."""
        all_pages = pages(self.definition)
        if not 1 <= number <= len(all_pages):
            raise NotFound("not-found")
        return all_pages[number - 1]


@blueprint.get("/<token>")
def start(token: str) -> ResponseReturnValue:
    """Where the resident left off, or the first screen."""
    visit = _visit(token, key=None if request.args.get("new") else _key())
    if visit.draft is not None and visit.draft.sent_at is not None:
        return redirect(url_for("resident.receipt", token=token))
    if visit.draft is not None:
        return redirect(url_for("resident.screen", token=token, number=visit.draft.screen))
    refuse_used(visit.link)
    first = next_page(visit.definition, visit.filling(), 0)
    return _show(visit, visit.page(first or 1))


@blueprint.get("/<token>/<int:number>")
def screen(token: str, number: int) -> ResponseReturnValue:
    """One screen; ``?check=1`` tells what is wrong with its answers."""
    visit = _visit(token, key=_key())
    if visit.draft is None:
        return redirect(url_for("resident.start", token=token))
    if visit.draft.sent_at is not None:
        return redirect(url_for("resident.receipt", token=token))
    return _show(visit, visit.page(number))


@blueprint.post("/<token>/<int:number>")
def save(token: str, number: int) -> ResponseReturnValue:
    """Keep what the screen sent, then go where the resident wants."""
    visit = _visit(token, key=request.form.get("draft") or None, new=not request.form.get("draft"))
    draft = visit.draft or start_draft(link=visit.link, version=visit.version)
    hold(draft=draft)
    if draft.sent_at is not None:
        return redirect(url_for("resident.receipt", token=token), 303)
    visit = Visit(visit.link, draft, draft.version, definition_of(draft.version))
    page = visit.page(number)
    save_page(draft=draft, definition=visit.definition, page=page, posted=_posted())
    address = _go(visit, draft, page, request.form.get("action", "next"))
    return _with_cookie(redirect(address, 303), visit.link, draft)


@blueprint.get("/<token>/summary")
def summary(token: str) -> ResponseReturnValue:
    """All answers once more, before they are sent."""
    visit = _visit(token, key=_key())
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
        screen_of=_screens(visit.definition),
        path_of=path_of,
        back=visit.draft.screen,
    )


@blueprint.post("/<token>/send")
def send_answers(token: str) -> ResponseReturnValue:
    """Send the draft; a second click leads to the same receipt."""
    visit = _visit(token, key=request.form.get("draft") or _key())
    if visit.draft is None:
        raise NotFound("draft-missing")
    wanted = request.form.get("action", "send")
    if wanted.startswith("lang:"):
        return redirect(url_for("resident.summary", token=token, lang=wanted.partition(":")[2]), 303)
    unsent = visit.draft.sent_at is None and not refuses(visit.draft.answers, visit.version)
    if unsent and _open_problems(visit, visit.filling()):
        return redirect(url_for("resident.summary", token=token), 303)
    send(draft=visit.draft)
    return redirect(url_for("resident.receipt", token=token), 303)


@blueprint.get("/<token>/receipt")
def receipt(token: str) -> ResponseReturnValue:
    """Thanks, and the code that proves it."""
    visit = _visit(token, key=_key(), closed_too=True)
    if visit.draft is None or visit.draft.submission is None:
        return redirect(url_for("resident.start", token=token))
    submission = visit.draft.submission
    return render_template(
        "forms/receipt.html", visit=visit, submission=submission, standing=standing_of(submission)
    )


@blueprint.get("/<token>/media/<file_name>")
def media(token: str, file_name: str) -> ResponseReturnValue:
    """A picture of the form."""
    visit = _visit(token, key=_key())
    found = next((each for each in visit.version.files if each.file_name == file_name and each.sha256), None)
    if found is None or found.sha256 is None:
        raise NotFound("not-found")
    return send_uploaded(found.sha256, found.content_type, found.file_name, max_age=_DAY_SECONDS)


@blueprint.get("/<token>/kept/<file_name>")
def kept_file(token: str, file_name: str) -> ResponseReturnValue:
    """A file that the resident answered with, for whoever holds the draft."""
    visit = _visit(token, key=_key())
    files = visit.draft.files if visit.draft is not None else []
    found = next((each for each in files if each.file_name == file_name), None)
    if found is None:
        raise NotFound("not-found")
    return send_uploaded(found.sha256, found.content_type, found.file_name)


@blueprint.get("/<token>/outline")
def outline(token: str) -> ResponseReturnValue:
    """The boundaries of the city that asks, to draw places upon."""
    visit = _visit(token, key=_key())
    answer = jsonify(outline_of(asking_area(visit.link.form), city_now().date()))
    answer.cache_control.private = True
    answer.cache_control.max_age = _DAY_SECONDS
    return answer


def _visit(token: str, *, key: str | None, new: bool = False, closed_too: bool = False) -> Visit:
    link = link_by_token(token, kinds=WEB_KINDS)
    set_actor(f"link:{link.id}")
    draft = None if new and link.kind != "personal" else find_draft(link, key)
    _refuse_closed(link, draft, closed_too=closed_too)
    version = draft.version if draft is not None else published_version(link.form)
    return Visit(link, draft, version, definition_of(version))


def _refuse_closed(link: Link, draft: Draft | None, *, closed_too: bool) -> None:
    """A draft may be finished while the form is closing; one that was sent keeps its receipt."""
    state = link.form.state
    if (
        link.kind == "test"
        or state == "open"
        or closed_too
        or (draft is not None and draft.sent_at is not None)
    ):
        return
    if state == "draft":
        raise Forbidden("survey-not-open")
    if state == "closed" or draft is None:
        raise Gone("survey-closed")


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
    return render_template(
        "forms/screen.html",
        visit=visit,
        screen=shown,
        draft_key=draft.draft_key if draft is not None else "",
        may_go_back=previous_page(visit.definition, filling, page.number) is not None,
        other_tongues=other_tongues(visit.definition),
        spoken=spoken(visit.definition),
    )


def _go(visit: Visit, draft: Draft, page: Page, action: str) -> str:
    """Where an action leads, after the answers of the page are kept."""
    token, (verb, _colon, target) = visit.link.token, action.partition(":")
    draft.screen = page.number
    here: dict[str, Any] = {"endpoint": "resident.screen", "token": token, "number": page.number}
    if verb == "lang" and target in {*LANGUAGES, *visit.definition.languages}:
        return url_for(**here, **{"lang" if target in LANGUAGES else "words": target})
    if verb in {"add", "remove"} and _in_repeat(visit.definition, target):
        change_rows(draft=draft, definition=visit.definition, place=target, remove=verb == "remove")
        return url_for(**here, _anchor=f"question-{path_of(target)}")
    filling = visit.filling()
    if verb == "back":
        draft.screen = previous_page(visit.definition, filling, page.number) or page.number
        return url_for(**{**here, "number": draft.screen})
    if draft.rejected or filling.problems(page):
        return url_for(**here, check=1, _anchor="error-summary")
    following = next_page(visit.definition, filling, page.number)
    if following is None or refuses(draft.answers, visit.version):
        return url_for("resident.summary", token=token)
    draft.screen = following
    return url_for(**{**here, "number": following})


def _in_repeat(definition: FormDefinition, place: str) -> bool:
    return path_of(place) in {repeat for each in definition.questions.values() for repeat in each.repeats}


def _posted() -> Posted:
    fields: Mapping[str, list[str]] = {
        name: request.form.getlist(name) for name in request.form if name.startswith("/")
    }
    files = {name: upload for name, upload in request.files.items() if name.startswith("/")}
    return Posted(fields, files, frozenset(request.form.getlist("remove-file")))


def _open_problems(visit: Visit, filling: Filling) -> list[dict[str, str]]:
    """What is still wrong or missing, each with the screen to mend it on."""
    screens = _screens(visit.definition)
    found = []
    for place, text in messages(filling, filling.problems()).items():
        number = screens.get(path_of(place), 1)
        href = url_for(
            "resident.screen", token=visit.link.token, number=number, check=1, _anchor=f"question-{place}"
        )
        found.append({"href": href, "label": short_label(filling, place), "message": text})
    return found


def _screens(definition: FormDefinition) -> dict[str, int]:
    numbers = {path: page.number for page in pages(definition) for path in page.questions}
    for page in pages(definition):
        numbers |= dict.fromkeys(page.repeats_opened, page.number)
    return numbers


def _key() -> str | None:
    return request.cookies.get(_COOKIE)


def _with_cookie(response: Response, link: Link, draft: Draft) -> Response:
    settings = current_app.config["SETTINGS"]
    response.set_cookie(
        _COOKIE,
        draft.draft_key,
        max_age=settings.draft_days * _DAY_SECONDS,
        path=url_for("resident.start", token=link.token),
        httponly=True,
        samesite="Lax",
        secure=settings.secure_cookies,
    )
    return response
