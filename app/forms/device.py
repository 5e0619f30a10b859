"""What the script of the residents' page sends: a whole set of answers in one request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, jsonify, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.db import utcnow
from app.errors import Problem, describe, whole_number
from app.errors.edge import answer_script
from app.forms.clock import city_now
from app.forms.definitions import definition_of
from app.forms.delivering import Whole, deliver
from app.forms.limiting import DEVICE_COOKIE, known_device
from app.forms.models import FormVersion, Link
from app.forms.queries import version_at
from app.forms.resuming import give_code, keep_whole
from app.forms.visiting import residents_link
from app.i18n import language
from app.xforms.languages import pick_language
from app.xforms.problems import XFormProblem
from app.xforms.safe_json import MAX_CHARACTERS, parse_json

blueprint = Blueprint("device", __name__)

_INSTANCE = re.compile(r"uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
#: A device whose clock was lost counts from 1970; what lies outside these years no clock means.
_YEARS = range(1970, 2100)
#: What the clock of a device may be ahead of ours.
_SLACK = timedelta(hours=1)


@blueprint.record
def _answer_in_json(state: BlueprintSetupState) -> None:
    answer_script(state.app, blueprint.name)


@blueprint.post("/<token>/answers")
def answers(token: str) -> ResponseReturnValue:
    """Take a whole set of answers: 201 with the receipt, 422 with what is wrong at which place."""
    link = residents_link(token)
    asked = _version(link)
    words = pick_language(definition_of(asked), language())
    delivered = deliver(link=link, version=asked, whole=_whole(), language=words)
    if delivered.submission is None:
        return _unfit(delivered.problems)
    code = delivered.submission.receipt
    href = url_for("resident.receipt", token=token, code=code)
    return jsonify(receipt=code, href=href), 201


@blueprint.post("/<token>/keep")
def keep(token: str) -> ResponseReturnValue:
    """Keep a whole set of answers on the server: 200 with the code that goes on with it elsewhere."""
    link = residents_link(token)
    draft, problems = keep_whole(link=link, version=_version(link), whole=_whole())
    if draft is None:
        return _unfit(problems)
    return jsonify(code=give_code(draft=draft), href=url_for("resident.resume", token=token))


def _unfit(problems: Mapping[str, str]) -> ResponseReturnValue:
    listed = [{"place": place, "message": text} for place, text in problems.items()]
    code = "answers-unfit"
    return jsonify(code=code, message=describe(code, {"count": len(listed)}), problems=listed), 422


def _version(link: Link) -> FormVersion:
    """The version that the page was drawn from; NotFound ``unknown-form-version``."""
    return version_at(link, whole_number(request.form.get("version")) or 0)


def _whole() -> Whole:
    """What the request holds, made out; Problem for what no page of ours sends."""
    instance = request.form.get("instance", "").strip().lower()
    if not _INSTANCE.match(instance):
        raise Problem("instance-unusable", found=instance[:80])
    now = utcnow()
    ended = _moment("ended")
    return Whole(
        instance_id=instance,
        answers=_answers(),
        files={name: each for name, each in request.files.items() if name.startswith("/") and each.filename},
        started=_moment("started") or now,
        ended=ended if ended is not None and _is_plausible(ended, now) else now,
        device=_device(),
        draft_key=request.form.get("draft") or None,
    )


def _device() -> str | None:
    """The number of the device: that by which its browser is known already, else its own."""
    told = request.form.get("device", "").strip()
    if told and known_device(told) is None:
        raise Problem("device-unusable", found=told[:80])
    return known_device(request.cookies.get(DEVICE_COOKIE)) or told or None


def _answers() -> Any:
    """The answers, as a field or as a part with a name of its own."""
    text = request.form.get("answers")
    part = request.files.get("answers")
    try:
        if text is None and part is not None:
            text = part.stream.read(MAX_CHARACTERS * 4 + 1).decode()
        if text is None:
            raise Problem("answers-missing")
        return parse_json(text)
    except UnicodeDecodeError as error:
        raise Problem("answers-not-utf-8") from error
    except XFormProblem as problem:
        raise Problem(f"answers-{problem.code}", **problem.facts) from problem


def _moment(name: str) -> datetime | None:
    """A moment on the device's clock; Problem ``moment-unreadable``."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem("moment-unreadable", field=name, found=text[:80]) from error
    if found.year not in _YEARS:
        raise Problem("moment-unreadable", field=name, found=text[:80])
    return found if found.tzinfo is not None else found.replace(tzinfo=city_now().tzinfo)


def _is_plausible(ended: datetime, now: datetime) -> bool:
    """Whether answers may have been finished then: they wait for the network as long as drafts are kept."""
    days = timedelta(days=current_app.config["SETTINGS"].draft_days)
    return now - days <= ended <= now + _SLACK
