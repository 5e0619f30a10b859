"""Reads of the question bank; each with an order and a bounded number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.db import db
from app.errors import NotFound
from app.surveys.bank_content import Difference, differences
from app.surveys.models import BankQuestion, BankUpload, BankUse, BankVersion, Wave


@dataclass(frozen=True)
class Changed:
    """That a wave asks another version of a question than the city's last wave before it that asked it."""

    question_id: int
    year: int
    before: BankVersion
    after: BankVersion
    differences: tuple[Difference, ...]

    @property
    def is_wording(self) -> bool:
        """Whether residents read something else."""
        return any(each.is_wording for each in self.differences)


def newest_versions(root_id: int, *, year: int | None = None, retired: bool = False) -> Sequence[BankVersion]:
    """The newest version of every question of a city, in their order, with the questions.

    ``year``: as of an exam year, of the questions that it may ask. Otherwise those that are not retired,
    or with ``retired`` all. One statement.
    """
    later = aliased(BankVersion)
    newest = select(func.max(later.number)).where(later.question_id == BankVersion.question_id)
    query = _versions().where(BankQuestion.root_id == root_id)
    if year is not None:
        newest = newest.where(later.valid_from <= year)
        query = query.where(BankQuestion.retired_from.is_(None) | (BankQuestion.retired_from > year))
    elif not retired:
        query = query.where(BankQuestion.retired_from.is_(None))
    query = query.where(BankVersion.number == newest.scalar_subquery())
    return db.session.execute(query.order_by(BankQuestion.place, BankQuestion.id)).scalars().all()


def _versions() -> Select[tuple[BankVersion]]:
    return (
        select(BankVersion)
        .join(BankQuestion, BankQuestion.id == BankVersion.question_id)
        .options(contains_eager(BankVersion.question))
    )


def matching(versions: Sequence[BankVersion], *, section: str = "", text: str = "") -> list[BankVersion]:
    """Those of a section whose code or wording holds a text, whatever its case."""
    wanted = text.casefold()
    return [
        each
        for each in versions
        if section in ("", each.content["section"])
        and any(
            wanted in words.casefold()
            for words in (each.question.code, each.content["text_zh"], each.content["text_en"])
        )
    ]


def bank_question(question_id: int) -> BankQuestion:
    """The question; NotFound ``unknown-bank-question``."""
    found = db.session.get(BankQuestion, question_id)
    if found is None:
        raise NotFound("unknown-bank-question", found=question_id)
    return found


def versions_of(question_id: int) -> Sequence[BankVersion]:
    """The versions of a question, newest first."""
    query = _versions().where(BankVersion.question_id == question_id)
    return db.session.execute(query.order_by(BankVersion.number.desc())).scalars().all()


def all_versions(root_id: int) -> Sequence[BankVersion]:
    """Every version of every question of a city, in the order of the questions, oldest first."""
    query = _versions().where(BankQuestion.root_id == root_id)
    order = (BankQuestion.place, BankQuestion.id, BankVersion.number)
    return db.session.execute(query.order_by(*order)).scalars().all()


def uses_of(question_id: int) -> Sequence[BankUse]:
    """The waves that asked a question, oldest exam first, each with the version and the form."""
    query = (
        select(BankUse)
        .join(BankUse.version)
        .join(BankUse.wave)
        .where(BankVersion.question_id == question_id)
        .options(contains_eager(BankUse.version), contains_eager(BankUse.wave).joinedload(Wave.form))
    )
    return db.session.execute(query.order_by(Wave.exam_year, Wave.id)).scalars().all()


def versions_asked(wave: Wave) -> dict[int, BankVersion]:
    """Question → the version that a wave asked."""
    query = _versions().join(BankUse, BankUse.version_id == BankVersion.id).where(BankUse.wave_id == wave.id)
    found = db.session.execute(query.order_by(BankVersion.question_id)).scalars()
    return {each.question_id: each for each in found}


def asked_before(
    root_id: int, year: int, question_ids: Collection[int] | None = None
) -> dict[int, tuple[int, BankVersion]]:
    """Question → the last exam year before this one that asked it, and in which version. One statement."""
    query = (
        select(Wave.exam_year, BankVersion)
        .join(BankUse, BankUse.wave_id == Wave.id)
        .join(BankVersion, BankVersion.id == BankUse.version_id)
        .where(Wave.root_id == root_id, Wave.exam_year < year)
        .options(joinedload(BankVersion.question))
    )
    if question_ids is not None:
        query = query.where(BankVersion.question_id.in_(sorted(question_ids)))
    found = db.session.execute(query.order_by(Wave.exam_year, Wave.id)).all()
    return {version.question_id: (asked_in, version) for asked_in, version in found}


def changes_since_before(wave: Wave) -> dict[str, Changed]:
    """Code → how the question differs from the last year's that asked it; only what differs. Two statements.

    Waves whose form was not made from the bank have no versions, so nothing is said of them.
    """
    asked = versions_asked(wave)
    earlier = asked_before(wave.root_id, wave.exam_year, asked) if asked else {}
    return {
        after.question.code: Changed(
            question_id, year, before, after, tuple(differences(before.content, after.content))
        )
        for question_id, after in asked.items()
        for year, before in ([earlier[question_id]] if question_id in earlier else [])
        if before.id != after.id
    }


def bank_upload(upload_id: int) -> BankUpload:
    """A list that waits to be taken in; NotFound ``unknown-bank-upload``."""
    found = db.session.get(BankUpload, upload_id)
    if found is None:
        raise NotFound("unknown-bank-upload", found=upload_id)
    return found
