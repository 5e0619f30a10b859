"""Which recorded facts are newer than a judgement: what it was made from has gone on since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import aliased

from app.areas.queries import select_within
from app.db import db
from app.indicators.deriving import PROVENANCE as DERIVED
from app.indicators.fact_tables import Adoption, ItemValue, Satisfaction, Value
from app.indicators.jobs import DERIVE
from app.indicators.queries import catalogue
from app.jobs.queries import last_start

#: By what a fact is known, and what of it is a number that judging reads.
_COMPARED: dict[Any, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Value: (
        ("indicator_code", "area_id", "exam_year", "source_kind", "vintage"),
        ("value", "state", "standard_error", "degrees_of_freedom"),
    ),
    Satisfaction: (
        ("indicator_code", "area_id", "exam_year"),
        ("score", "standard_error", "degrees_of_freedom"),
    ),
}


@dataclass(frozen=True)
class NewerFacts:
    """Counts of facts in force that a judgement has not seen.

    ``figures`` of accepted reports, ``measured`` of datasets, ``survey_values`` of indicators: newer than
    the derivation it stands on (``derived_at``; None: there was none). ``adoptions``, and the indicators
    whose satisfaction changed somewhere (``satisfactions``): newer than itself (``judged_at``). An estimate
    made again with the same numbers is none.
    """

    judged_at: datetime
    derived_at: datetime | None
    figures: int
    measured: int
    survey_values: int
    adoptions: int
    satisfactions: int

    @property
    def is_any(self) -> bool:
        """Whether the judgement is older than anything it is made from."""
        return bool(
            self.figures or self.measured or self.survey_values or self.adoptions or self.satisfactions
        )


@dataclass(frozen=True)
class _Where:
    """The facts that are counted: of a year, an area with all below it, and perhaps of some codes."""

    exam_year: int
    area_id: int

    def newer(
        self, table: type[Any], after: datetime | None, code: Any = None, codes: Collection[str] | None = None
    ) -> Counter[str]:
        """Origin → facts in force recorded after a moment, of ``codes`` in the column ``code``."""
        query = select(table.provenance_kind, func.count()).where(
            table.exam_year == self.exam_year,
            table.is_current.is_(True),
            table.area_id.in_(select_within([self.area_id])),
        )
        if after is not None:
            query = query.where(table.recorded_at > after)
        if codes is not None:
            query = query.where(code.in_(sorted(codes)))
        found = db.session.execute(query.group_by(table.provenance_kind))
        return Counter(dict(found.all()))

    def changed(
        self, table: type[Value] | type[Satisfaction], after: datetime | None, codes: Collection[str] | None
    ) -> list[Any]:
        """Rows in force recorded after a moment whose numbers are not those that were in force then."""
        then = aliased(table)
        keys, numbers = _COMPARED[table]
        seen = false() if after is None else then.recorded_at <= after
        last = select(func.max(then.id)).where(
            seen, *(getattr(then, key) == getattr(table, key) for key in keys)
        )
        held = aliased(table)
        query = (
            select(table)
            .outerjoin(held, held.id == last.correlate(table).scalar_subquery())
            .where(
                table.exam_year == self.exam_year,
                table.is_current.is_(True),
                table.area_id.in_(select_within([self.area_id])),
                or_(
                    held.id.is_(None),
                    *(getattr(table, each).is_distinct_from(getattr(held, each)) for each in numbers),
                ),
            )
        )
        if after is not None:
            query = query.where(table.recorded_at > after)
        if codes is not None:
            query = query.where(table.indicator_code.in_(sorted(codes)))
        return list(db.session.execute(query.order_by(table.id)).scalars())


def newer_facts(
    *, exam_year: int, root_id: int, area_id: int, judged_at: datetime, indicator_code: str | None = None
) -> NewerFacts:
    """What was recorded in an area and all below it since its year was judged, of one indicator if given.

    A bounded number of statements, whatever the size of the city. Raises NotFound ``no-indicator-set``.
    """
    where = _Where(exam_year, area_id)
    derived_at = last_derivation(exam_year, root_id, before=judged_at)
    own = None if indicator_code is None else [indicator_code]
    asked = None if indicator_code is None else catalogue(exam_year).items_of(indicator_code)
    items = where.newer(ItemValue, derived_at, ItemValue.item_code, asked)
    values = where.changed(Value, derived_at, own)
    felt = where.changed(Satisfaction, judged_at, own)
    return NewerFacts(
        judged_at=judged_at,
        derived_at=derived_at,
        figures=items["figure"],
        measured=items["measurement"],
        survey_values=sum(each.provenance_kind == "survey_estimate" for each in values),
        adoptions=where.newer(Adoption, judged_at, Adoption.indicator_code, own).total(),
        satisfactions=len({each.indicator_code for each in felt}),
    )


def last_derivation(exam_year: int, root_id: int, *, before: datetime | None = None) -> datetime | None:
    """When the year's values were last derived and cross-checked, up to ``before``; None: never.

    The start of the job, which read everything recorded until then; where they were derived without a
    job, the newest value or adoption that came of it. Up to three statements.
    """
    arguments = {"exam_year": exam_year, "root_id": root_id}
    started = last_start(DERIVE, arguments, before=before)
    if started is not None:
        return started
    made = []
    for table, origin in ((Value, DERIVED), (Adoption, "cross_check")):
        query = select(func.max(table.recorded_at)).where(
            table.exam_year == exam_year,
            table.provenance_kind == origin,
            table.area_id.in_(select_within([root_id])),
        )
        if before is not None:
            query = query.where(table.recorded_at <= before)
        made.append(db.session.execute(query).scalar_one())
    return max((each for each in made if each is not None), default=None)
