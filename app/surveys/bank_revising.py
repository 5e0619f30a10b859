"""Changing one question of the bank: another wording is a new version; a retired one is asked no more."""

from __future__ import annotations

from collections.abc import Mapping

from app.db import db, take_turn
from app.errors import Conflict, Invalid
from app.surveys.bank_content import differences
from app.surveys.bank_importing import add_version, check_change
from app.surveys.bank_queries import bank_question, versions_of
from app.surveys.models import BankQuestion, BankVersion

#: What the form of one question may change; everything else comes by a question list.
WORDING = ("text_zh", "text_en", "hint_zh", "hint_en")
LONGEST_WORDING = 2000


def revise(
    *, question_id: int, number: int, wording: Mapping[str, str], valid_from: int, reason: str
) -> BankVersion | None:
    """Give a question a new wording as its next version; None when nothing differs.

    ``number`` is the version that was changed: Conflict ``bank-moved`` when it is no longer the newest.
    Raises Invalid ``question-text-missing``, ``bank-year-earlier``, ``survey-text-too-long``.
    """
    check_change(reason=reason, year=valid_from)
    question = bank_question(question_id)
    take_turn(under=question.root)
    present = versions_of(question_id)[0]
    if present.number != number:
        raise Conflict("bank-moved")
    content = present.content | _wording(wording, present.content["further"])
    if not content["text_zh"] and not content["text_en"]:
        raise Invalid("question-text-missing", found=question.code, field="text_zh")
    if not differences(present.content, content):
        return None
    if valid_from < present.valid_from:
        facts = {"question": question.code, "found": valid_from, "present": present.valid_from}
        raise Invalid("bank-year-earlier", field="valid_from", **facts)
    made = add_version(question=question, content=content, valid_from=valid_from, reason=reason)
    db.session.flush()
    return made


def _wording(given: Mapping[str, str], further: Mapping[str, str]) -> dict[str, object]:
    """The given texts by their fields; those of further languages that the question has, too."""
    for name, text in given.items():
        if len(text) > LONGEST_WORDING:
            raise Invalid("survey-text-too-long", field=name, limit=LONGEST_WORDING)
    known = {name: given[name] for name in WORDING if name in given}
    return known | {"further": {name: given.get(name, text) for name, text in further.items()}}


def retire(*, question_id: int, retired_from: int, reason: str) -> BankQuestion:
    """Ask a question no more from an exam year on; its versions and results stay."""
    check_change(reason=reason, year=retired_from)
    question = bank_question(question_id)
    question.retired_from, question.retired_because = retired_from, reason
    db.session.flush()
    return question


def restore(*, question_id: int) -> BankQuestion:
    """Ask a retired question again."""
    question = bank_question(question_id)
    question.retired_from, question.retired_because = None, ""
    db.session.flush()
    return question
