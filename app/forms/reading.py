"""Making out what came: the form's version, the answers, what staff should look at. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.db import db
from app.errors import NotFound, Problem, TooLarge
from app.forms.clock import city_now
from app.forms.definitions import definition_of
from app.forms.models import Form, FormVersion, Link
from app.forms.queries import published_version, version_named
from app.xforms.answers import TypedAnswers, get_answer, put_answer, read_answers
from app.xforms.coarsening import coarsen
from app.xforms.definition import FormDefinition
from app.xforms.filling import check_answers
from app.xforms.instances import Submission as Instance
from app.xforms.instances import read_submission, referenced_files, write_submission
from app.xforms.problems import XFormProblem

LARGEST_XML = 10 * 1024 * 1024
_LONGEST_INSTANCE_ID = 255
_MOST_FINDINGS = 200
#: A phone whose clock was lost counts from 1970; what lies outside these years no clock means.
_YEARS = range(1970, 2100)


@dataclass
class Reading:
    """One instance, made out."""

    instance_id: str
    deprecated_id: str | None
    version: FormVersion | None
    version_text: str
    xml: bytes
    answers: dict[str, Any]
    disposition: str = "complete"
    expected_files: frozenset[str] = frozenset()
    device_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    flags: list[str] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)


def read_instance(*, form: Form, xml: bytes, link: Link | None) -> Reading:
    """Read the bytes of an instance of ``form``.

    Raises Problem (400) for XML that is no instance, NotFound ``unknown-form``, TooLarge. Everything else
    that is wrong with it becomes a flag.
    """
    if len(xml) > LARGEST_XML:
        raise TooLarge("submission-too-large", limit=LARGEST_XML)
    instance = instance_of(xml)
    if instance.form_id != form.form_id:
        raise NotFound("unknown-form", found=instance.form_id)
    if not instance.instance_id or len(instance.instance_id) > _LONGEST_INSTANCE_ID:
        raise Problem("instance-id-missing", limit=_LONGEST_INSTANCE_ID)
    tried = link.version if link is not None else None
    named_so = tried is not None and tried.version == instance.version
    # A draft is known to its own test link alone.
    version = tried if named_so else version_named(form, instance.version)
    asked = version or tried or published_version(form)
    reading = Reading(
        instance_id=instance.instance_id,
        deprecated_id=instance.deprecated_id,
        version=version,
        version_text=instance.version[:200],
        xml=xml,
        answers={},
        flags=_state_flags(form, link, known=version is not None),
    )
    if instance.encrypted:
        reading.flags.append("encrypted")
        return reading
    _make_out(reading, form, asked, instance)
    return reading


def _make_out(reading: Reading, form: Form, asked: FormVersion, instance: Instance) -> None:
    definition = definition_of(asked)
    answers = read_answers(definition, instance)
    paths = asked.coarsen if reading.version is not None else _all_coarsened(form)
    coarse = _coarsened(reading.xml, paths) if paths else reading.xml
    if coarse != reading.xml:
        reading.xml = coarse
        answers = read_answers(definition, instance_of(coarse))
    if asked.consent_path and get_answer(answers, asked.consent_path) == asked.consent_value:
        _keep_refusal(reading, definition, asked.consent_path, asked.consent_value)
        return
    reading.answers = dict(answers)
    reading.expected_files = frozenset(referenced_files(definition, instance))
    _read_metadata(reading, definition, answers)
    _look_for_faults(reading, definition, answers)


def instance_of(xml: bytes) -> Instance:
    """The instance as it stands in the XML; Problem ``submission-…``."""
    try:
        return read_submission(xml)
    except XFormProblem as problem:
        raise Problem(f"submission-{problem.code}", **problem.facts) from problem


def _coarsened(xml: bytes, paths: Collection[str]) -> bytes:
    try:
        return coarsen(xml, paths)
    except XFormProblem as problem:
        raise Problem(f"submission-{problem.code}", **problem.facts) from problem


def _all_coarsened(form: Form) -> list[str]:
    query = select(FormVersion.coarsen).where(FormVersion.form_id == form.id).order_by(FormVersion.id)
    return sorted({path for paths in db.session.execute(query).scalars() for path in paths})


def _keep_refusal(reading: Reading, definition: FormDefinition, path: str, value: str | None) -> None:
    """A refusal leaves the refusal: no answers, no device, no times, no files."""
    kept: dict[str, Any] = {}
    put_answer(definition, kept, path, value)
    reading.xml = write_submission(
        definition,
        kept,
        instance_id=reading.instance_id,
        deprecated_id=reading.deprecated_id,
        only_given=True,
    )
    reading.answers, reading.disposition = {}, "refused"


def _state_flags(form: Form, link: Link | None, *, known: bool) -> list[str]:
    flags = [] if known else ["unknown-version"]
    if link is not None and link.kind == "test":
        flags.append("test")
    elif form.state == "draft":
        flags.append("form-not-open")
    if form.state == "closed":
        flags.append("form-closed")
    return flags


def _read_metadata(reading: Reading, definition: FormDefinition, answers: TypedAnswers) -> None:
    for question in definition.questions.values():
        preload = question.preload
        if preload is None or question.repeats:
            continue
        found = get_answer(answers, question.path)
        if not isinstance(found, str):
            continue
        if preload.kind == "timestamp" and preload.params == "start":
            reading.started_at = _instant(reading, found)
        elif preload.kind == "timestamp" and preload.params == "end":
            reading.ended_at = _instant(reading, found)
        elif preload.kind == "property" and preload.params == "deviceid":
            reading.device_id = found[:255]


def _instant(reading: Reading, text: str) -> datetime | None:
    """The moment of a phone's clock; one that cannot be is left out and flagged, for staff."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        return None
    if found.year not in _YEARS:
        if "clock" not in reading.flags:
            reading.flags.append("clock")
        return None
    return found


def _look_for_faults(reading: Reading, definition: FormDefinition, answers: TypedAnswers) -> None:
    untyped = [{"place": each.place, "code": each.code, "found": each.found} for each in answers.problems]
    if untyped:
        reading.flags.append("untyped-answers")
    problems = check_answers(definition, answers, now=city_now())
    failed = [{"place": each.place, "code": each.code} for each in problems]
    if failed:
        reading.flags.append("failed-checks")
    reading.findings = (untyped + failed)[:_MOST_FINDINGS]
