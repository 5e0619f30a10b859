"""The one way rows of a fact table are written: added, and the earlier row of the same key superseded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.audit import current_actor
from app.db import db, utcnow
from app.errors import Conflict, Invalid, Place
from app.indicators.fact_tables import Adoption, ItemValue, Satisfaction, Value

FactTable = type[ItemValue] | type[Value] | type[Satisfaction] | type[Adoption]

_KEYS: dict[FactTable, tuple[str, ...]] = {
    ItemValue: ("item_code", "area_id", "exam_year", "source_kind", "vintage"),
    Value: ("indicator_code", "area_id", "exam_year", "source_kind", "vintage"),
    Satisfaction: ("indicator_code", "area_id", "exam_year"),
    Adoption: ("indicator_code", "area_id", "exam_year"),
}
_MARKS = frozenset({"id", "recorded_at", "recorded_by", "is_current", "superseded_by_id"})
_BATCH = 500


@dataclass(frozen=True)
class Recorded:
    """How many rows were added, how many facts stood there already, and the ids in the order given."""

    recorded: int
    unchanged: int
    ids: tuple[int, ...]


def supersede(*, table: FactTable, rows: Sequence[Mapping[str, Any]]) -> Recorded:
    """Add ``rows`` (all columns but the marks); exactly the same fact again keeps its row.

    Statements: two reads, one insert and two updates for each 500 rows replaced. Raises Invalid
    ``value-twice`` for a key given twice, Conflict ``recorded-meanwhile`` when another transaction
    recorded one of the keys at the same time.
    """
    if not rows:
        return Recorded(0, 0, ())
    keys = [_key(table, row) for row in rows]
    _refuse_twins(keys)
    present = _present_rows(table, rows)
    ids: list[int | None] = []
    added: list[int] = []
    for place, (key, row) in enumerate(zip(keys, rows, strict=True)):
        found = present.get(key)
        same = found is not None and all(found[name] == value for name, value in row.items())
        ids.append(found["id"] if found is not None and same else None)
        if not same:
            added.append(place)
    if added:
        replaced = {place: present[keys[place]]["id"] for place in added if keys[place] in present}
        for place, new_id in zip(added, _add(table, [rows[place] for place in added], replaced), strict=True):
            ids[place] = new_id
        _mark_replaced(table, {old: int(ids[place] or 0) for place, old in replaced.items()})
    return Recorded(len(added), len(rows) - len(added), tuple(int(each or 0) for each in ids))


def retire(*, table: FactTable, successors: Mapping[int, int | None]) -> None:
    """Take rows (by id) out of force; the successor is the row that stands for them now, if any."""
    _unmark(table, sorted(successors))
    _mark_replaced(table, {old: new for old, new in successors.items() if new is not None})
    _forget(table)


def _key(table: FactTable, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEYS[table])


def _refuse_twins(keys: Sequence[tuple[Any, ...]]) -> None:
    seen: set[tuple[Any, ...]] = set()
    places = []
    for number, key in enumerate(keys, start=1):
        if key in seen:
            found = ", ".join(str(part) for part in key)
            places.append(Place("value-twice", {"found": found}, row=number))
        seen.add(key)
    if places:
        raise Invalid("value-twice", places=places, found=places[0].facts["found"])


def _present_rows(
    table: FactTable, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    """The current rows that may share a key with ``rows``, by key."""
    columns = [column for column in table.__table__.columns if column.name not in _MARKS - {"id"}]
    query = select(*columns).where(table.is_current.is_(True)).order_by(table.id)
    for name in _KEYS[table]:
        wanted = sorted({row[name] for row in rows})
        if len(wanted) <= _BATCH:
            query = query.where(getattr(table, name).in_(wanted))
    found = db.session.execute(query.with_for_update()).mappings()
    return {_key(table, row): row for row in map(dict, found)}


def _add(table: FactTable, rows: Sequence[Mapping[str, Any]], replaced: Mapping[int, int]) -> list[int]:
    _unmark(table, sorted(replaced.values()))
    actor, now = current_actor(), utcnow()
    full = [{**row, "recorded_by": actor, "recorded_at": now, "is_current": True} for row in rows]
    try:
        # The ids are read back by key: asked for in the insert, SQLite would get a statement for each row.
        db.session.execute(insert(table), full)
    except IntegrityError as error:
        if "uq_" in str(error.orig) or "UNIQUE" in str(error.orig):
            raise Conflict("recorded-meanwhile") from error
        raise
    current = _present_rows(table, rows)
    return [int(current[_key(table, row)]["id"]) for row in rows]


def _unmark(table: FactTable, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), _BATCH):
        db.session.execute(
            update(table)
            .where(table.id.in_(ids[start : start + _BATCH]))
            .values(is_current=None)
            .execution_options(synchronize_session=False)
        )


def _mark_replaced(table: FactTable, successors: Mapping[int, int]) -> None:
    if successors:
        marks = [{"id": old, "superseded_by_id": new} for old, new in sorted(successors.items())]
        db.session.execute(update(table), marks)
    _forget(table)


def _forget(table: FactTable) -> None:
    # The statements above went past the objects the session holds: let those be read again.
    held: Iterable[Any] = [each for each in db.session if isinstance(each, table)]
    for each in held:
        db.session.expire(each)
