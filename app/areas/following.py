"""How areas follow each other: a later row of one code, or other areas that came out of earlier ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update

from app.areas.models import Area, Succession
from app.db import db

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Unfit:
    """What of the told cannot be: a code of a problem, the later area, and the code that it is about."""

    code: str
    later: Area
    found: str


def succeed(*, held: Area, begins: date) -> Area:
    """A new row of the same code from a day on, with the facts and the shape of the earlier one."""
    last_day = begins - _DAY
    kept = ("code", "name_zh", "name_en", "level", "kind", "in_frame", "source_note", "demonstration")
    shape = ("geometry", "source_crs", "schematic")
    made = Area(valid_from=begins, **{name: getattr(held, name) for name in (*kept, *shape)})
    made.parent = held.parent
    made.valid_to = held.valid_to if held.valid_to is not None and held.valid_to >= begins else None
    held.valid_to = last_day if held.valid_to is None else min(held.valid_to, last_day)
    db.session.add(made)
    return made


def hang_on(*, earlier: Area, later: Area) -> None:
    """Let the parts that go on hang on the row that goes on; those that had ended stay where they were."""
    living = (Area.parent_id == earlier.id) & _lives_on(later.valid_from)
    db.session.execute(update(Area).where(living).values(parent_id=later.id))


class Tellings:
    """What a table tells of predecessors, beside what is known of them. Two statements."""

    def __init__(self, told: Mapping[str, Sequence[str]]) -> None:
        """``told``: code of a later area → codes of those it came out of."""
        self.told = {code: [each for each in codes if each != code] for code, codes in told.items()}
        self._rows = _rows_of({each for codes in self.told.values() for each in codes})
        known = (
            select(Succession.later_id, Area.code)
            .join(Area, Area.id == Succession.earlier_id)
            .order_by(Succession.later_id, Area.code)
        )
        self._known: dict[int, set[str]] = defaultdict(set)
        for later_id, code in db.session.execute(known) if self._rows else ():
            self._known[later_id].add(code)

    def make_another(self, held: Area, begins: date) -> bool:
        """Whether an area is another from a day on because it took in what ended or gave part just then."""
        news = set(self.told.get(held.code, ())) - self._known[held.id]
        return any(
            row.valid_from < begins and (row.valid_to is None or row.valid_to >= begins - _DAY)
            for code in news
            for row in self._rows.get(code, ())
        )


def come_out_of(*, told: Mapping[Area, Sequence[str]], going_on: Collection[str]) -> list[Unfit]:
    """Keep which areas others came out of, in place of what was said of those before.

    ``going_on`` are the codes that the table lists. A predecessor among them gave a part of itself and is
    another area from that day on: a new row of its code. Any other ends the day before; what lies in it
    goes over to its successor, or, when it has several, must have been told where it goes.
    """
    rows = _rows_of({code for codes in told.values() for code in codes})
    db.session.execute(delete(Succession).where(Succession.later_id.in_({later.id for later in told})))
    unfit: list[Unfit] = []
    successors: dict[Area, list[Area]] = defaultdict(list)
    for later, codes in told.items():
        for code in dict.fromkeys(codes):
            earlier = _before(rows.get(code, ()), later.valid_from)
            if earlier is None:
                unfit.append(Unfit("predecessor-later", later, code))
                continue
            _end(earlier, later.valid_from, goes_on=code in going_on)
            successors[earlier].append(later)
            db.session.add(Succession(later_id=later.id, earlier_id=earlier.id))
    db.session.flush()
    for earlier, laters in successors.items():
        unfit += _hand_over(earlier, laters)
    db.session.flush()
    return unfit


def _end(earlier: Area, begins: date, *, goes_on: bool) -> None:
    if earlier.valid_to is not None and earlier.valid_to < begins:
        return
    if goes_on:
        later = succeed(held=earlier, begins=begins)
        db.session.flush()
        hang_on(earlier=earlier, later=later)
    else:
        earlier.valid_to = begins - _DAY


def _hand_over(earlier: Area, laters: Sequence[Area]) -> list[Unfit]:
    """The parts of an ended area go over as new rows, so that they stay its parts in the years before."""
    begins = min(later.valid_from for later in laters)
    living = select(Area).where(Area.parent_id == earlier.id, _lives_on(begins)).order_by(Area.code)
    parts = list(db.session.execute(living).scalars())
    if len(laters) > 1:
        return [Unfit("part-without-parent", laters[0], part.code) for part in parts]
    for part in parts:
        moved = succeed(held=part, begins=begins) if part.valid_from < begins else part
        moved.parent = laters[0]
        db.session.flush()
        if moved is not part:
            hang_on(earlier=part, later=moved)
    return []


def _before(rows: Iterable[Area], day: date) -> Area | None:
    """The newest row that began before a day."""
    return max((row for row in rows if row.valid_from < day), key=lambda row: row.valid_from, default=None)


def _rows_of(codes: Collection[str]) -> dict[str, list[Area]]:
    found: dict[str, list[Area]] = defaultdict(list)
    if codes:
        query = select(Area).where(Area.code.in_(sorted(codes))).order_by(Area.code, Area.valid_from)
        for area in db.session.execute(query).scalars():
            found[area.code].append(area)
    return found


def _lives_on(day: date) -> ColumnElement[bool]:
    return or_(Area.valid_to.is_(None), Area.valid_to >= day)
