"""Taking a question list into the bank: first what it would change, then the change itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.areas.models import Area
from app.audit import current_actor
from app.db import db, take_turn
from app.errors import Conflict, Invalid, Place
from app.surveys.bank_content import Coded, Content, Difference, coded, differences, digest_of
from app.surveys.bank_queries import bank_upload, newest_versions
from app.surveys.models import BankQuestion, BankUpload, BankVersion
from app.surveys.question_list import QuestionList

LONGEST_REASON = 500
#: A list is looked at on the day it is uploaded; what waits longer was left behind.
KEPT = timedelta(days=14)
#: What a bank holds at most of one list: each question keeps the choices that it offers as its own.
MOST_QUESTIONS, MOST_CHOICES = 2_000, 200_000
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True)
class Planned:
    """What becomes of a question of a list: its present version (None of a new one), its next content."""

    code: str
    content: Content
    present: BankVersion | None
    differences: tuple[Difference, ...]

    @property
    def state(self) -> str:
        """``new``, ``changed`` or ``unchanged``."""
        if self.present is None:
            return "new"
        return "changed" if self.differences else "unchanged"

    @property
    def returns(self) -> bool:
        """Whether a retired question is asked again."""
        return self.present is not None and self.present.question.retired_from is not None


@dataclass(frozen=True)
class BankPlan:
    """What a list would do to a bank, in the order of the list; ``absent`` are questions it does not name."""

    planned: tuple[Planned, ...]
    absent: tuple[BankVersion, ...]
    #: Codes in their order after the import.
    order: tuple[str, ...]
    is_moved: bool

    @property
    def digest(self) -> str:
        """Tells one plan from another, so that what was shown is what is done."""
        told = [f"{each.code} {each.state} {each.present and each.present.id}" for each in self.planned]
        return hashlib.sha256("\n".join([*told, *self.order]).encode()).hexdigest()

    def of_state(self, state: str) -> list[Planned]:
        """The questions that are ``new``, ``changed`` or ``unchanged``."""
        return [each for each in self.planned if each.state == state]


def plan_import(root_id: int, listed: Sequence[Coded], valid_from: int) -> BankPlan:
    """What the questions would change; Invalid ``bank-list-invalid`` for a year before a present version."""
    present = {each.question.code: each for each in newest_versions(root_id, retired=True)}
    planned = tuple(_planned(code, content, present.get(code)) for code, content in listed)
    _refuse_earlier(planned, valid_from)
    named = {code for code, _content in listed}
    old = list(present)
    order = _merged([code for code, _content in listed], old)
    return BankPlan(
        planned,
        tuple(
            each for code, each in present.items() if code not in named and each.question.retired_from is None
        ),
        tuple(order),
        [code for code in order if code in present] != old,
    )


def _planned(code: str, content: Content, present: BankVersion | None) -> Planned:
    found = differences(present.content, content) if present is not None else []
    return Planned(code, content, present, tuple(found))


def _merged(listed: list[str], old: list[str]) -> list[str]:
    """The order of the list; what it does not name stays behind the question that it stood behind."""
    order, named = list(listed), set(listed)
    for place, code in enumerate(old):
        if code not in named:
            order.insert(order.index(old[place - 1]) + 1 if place else 0, code)
    return order


def _refuse_earlier(planned: Sequence[Planned], valid_from: int) -> None:
    places = [
        Place(
            "bank-year-earlier",
            {"question": each.code, "found": valid_from, "present": each.present.valid_from},
            field_name="valid_from",
        )
        for each in planned
        if each.present is not None and each.differences and each.present.valid_from > valid_from
    ]
    if places:
        raise Invalid("bank-list-invalid", places=places, count=len(places))


def keep_upload(
    *, root: Area, listed: QuestionList, filename: str, valid_from: int, reason: str
) -> BankUpload:
    """Keep a list that was read until what it changes has been seen. Raises as :func:`plan_import` does,
    and Invalid ``bank-list-large``.
    """
    check_change(reason=reason, year=valid_from)
    _refuse_large(listed)
    questions = coded(listed)
    plan_import(root.id, questions, valid_from)
    made = BankUpload(
        root_id=root.id,
        filename=filename[-255:],
        listed=[{"code": code, "content": content} for code, content in questions],
        valid_from=valid_from,
        reason=reason,
        made_by=current_actor(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def plan_of(upload: BankUpload) -> BankPlan:
    """What a kept list would change now."""
    return plan_import(upload.root_id, _coded(upload), upload.valid_from)


def apply_upload(*, upload_id: int, seen: str) -> BankPlan:
    """Take a kept list in; ``seen`` is the digest of the plan that was shown.

    Raises Conflict ``bank-moved`` when the bank has changed since, so that nothing unseen is done.
    """
    upload = bank_upload(upload_id)
    take_turn(under=upload.root)
    if plan_of(upload).digest != seen:
        raise Conflict("bank-moved")
    done = _apply(upload.root_id, _coded(upload), upload.valid_from, upload.reason)
    db.session.delete(upload)
    db.session.flush()
    return done


def drop_upload(*, upload_id: int) -> None:
    """Forget a kept list."""
    db.session.delete(bank_upload(upload_id))
    db.session.flush()


def forget_uploads(*, before: datetime) -> int:
    """Forget the kept lists that nobody has confirmed or dropped since ``before``; returns how many."""
    old = select(BankUpload).where(BankUpload.made_at < before).order_by(BankUpload.id)
    gone = db.session.execute(old).scalars().all()
    for each in gone:
        db.session.delete(each)
    db.session.flush()
    return len(gone)


def import_questions(*, root: Area, listed: QuestionList, valid_from: int, reason: str) -> BankPlan:
    """Take a list in at once, where nobody needs to be shown what it changes."""
    check_change(reason=reason, year=valid_from)
    _refuse_large(listed)
    take_turn(under=root)
    return _apply(root.id, coded(listed), valid_from, reason)


def _coded(upload: BankUpload) -> list[Coded]:
    return [(each["code"], each["content"]) for each in upload.listed]


def _apply(root_id: int, listed: Sequence[Coded], valid_from: int, reason: str) -> BankPlan:
    plan = plan_import(root_id, listed, valid_from)
    query = select(BankQuestion).where(BankQuestion.root_id == root_id).order_by(BankQuestion.id)
    questions = {each.code: each for each in db.session.execute(query).scalars()}
    for place, code in enumerate(plan.order, start=1):
        question = questions.setdefault(code, BankQuestion(root_id=root_id, code=code, retired_because=""))
        question.place = place
    db.session.add_all(questions.values())
    db.session.flush()
    for each in plan.planned:
        question = questions[each.code]
        question.retired_from, question.retired_because = None, ""
        if each.state != "unchanged":
            add_version(question=question, content=each.content, valid_from=valid_from, reason=reason)
    db.session.flush()
    return plan


def add_version(*, question: BankQuestion, content: Content, valid_from: int, reason: str) -> BankVersion:
    """Give a question its next version. The caller holds the city's turn."""
    query = select(BankVersion.number).where(BankVersion.question_id == question.id)
    newest = db.session.execute(query.order_by(BankVersion.number.desc()).limit(1)).scalar_one_or_none() or 0
    made = BankVersion(
        question_id=question.id,
        number=newest + 1,
        valid_from=valid_from,
        content=content,
        digest=digest_of(content),
        reason=reason,
        made_by=current_actor(),
    )
    db.session.add(made)
    return made


def _refuse_large(listed: QuestionList) -> None:
    """Raise Invalid ``bank-list-large`` for more than a bank can hold and a page can show."""
    offered = sum(len(listed.choices.get(each.list_name, ())) for each in listed.questions)
    if len(listed.questions) > MOST_QUESTIONS or offered > MOST_CHOICES:
        facts = {"questions": len(listed.questions), "choices": offered}
        raise Invalid("bank-list-large", most=MOST_QUESTIONS, most_choices=MOST_CHOICES, **facts)


def check_change(*, reason: str, year: int) -> None:
    """Refuse a change of the bank without its reason in words, or from a year that is no exam year.

    Invalid ``form-field-missing``, ``survey-text-too-long``, ``exam-year-unreadable``.
    """
    if not reason:
        raise Invalid("form-field-missing", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid("survey-text-too-long", field="reason", limit=LONGEST_REASON)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid("exam-year-unreadable", found=year)
