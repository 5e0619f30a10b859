"""The questions of a year's form, taken from the bank, and the note of which versions it asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.db import db
from app.errors import Invalid
from app.indicators.queries import catalogue, years_with_sets
from app.surveys.bank_content import list_of
from app.surveys.bank_queries import asked_before, newest_versions
from app.surveys.models import BankUse, BankVersion, Wave
from app.surveys.question_list import QuestionList


@dataclass(frozen=True)
class Offer:
    """A question that a year may ask: its newest version, and another one that was asked the last time."""

    newest: BankVersion
    asked_in: int | None
    before: BankVersion | None


@dataclass(frozen=True)
class Chosen:
    """The questions of a form and the versions they are.

    ``left_out``: code → linked indicators that the year's catalogue does not have.
    """

    listed: QuestionList
    versions: tuple[BankVersion, ...]
    left_out: Mapping[str, tuple[str, ...]]


def offers(root_id: int, year: int) -> list[Offer]:
    """The questions that a city may ask in an exam year, in their order. Two statements."""
    earlier = asked_before(root_id, year)
    found = []
    for newest in newest_versions(root_id, year=year):
        asked_in, before = earlier.get(newest.question_id, (None, None))
        is_other = before is not None and before.id != newest.id
        found.append(Offer(newest, asked_in, before if is_other else None))
    return found


def choose(
    root_id: int, year: int, *, codes: Collection[str] | None = None, as_before: Collection[str] = ()
) -> Chosen:
    """The questions of a year's form: those of the codes (all without), each in the newest version.

    ``as_before`` keeps the version that was asked the last time. Links to indicators that the year's
    catalogue does not have are left out: a bank serves many years. Raises Invalid ``bank-none-chosen``.
    """
    versions = tuple(
        (each.before if each.newest.question.code in as_before else None) or each.newest
        for each in offers(root_id, year)
        if codes is None or each.newest.question.code in codes
    )
    if not versions:
        raise Invalid("bank-none-chosen", year=year)
    known = _known_indicators(year)
    questions, left_out = [], {}
    for version in versions:
        code, linked = version.question.code, version.content["indicator_codes"]
        kept = [each for each in linked if known is None or each in known]
        if len(kept) < len(linked):
            left_out[code] = tuple(each for each in linked if each not in kept)
        questions.append((code, version.content | {"indicator_codes": kept}))
    return Chosen(list_of(questions), versions, left_out)


def _known_indicators(year: int) -> frozenset[str] | None:
    """The indicators of the year's catalogue; None where there is no catalogue."""
    if year not in years_with_sets():
        return None
    return frozenset(each.code for each in catalogue(year).indicators)


def record_uses(*, wave: Wave, chosen: Chosen) -> None:
    """Keep which version of each question the form of a wave asks."""
    db.session.add_all(BankUse(wave_id=wave.id, version_id=each.id) for each in chosen.versions)
    db.session.flush()
