"""Mobile-signalling tables (Parquet), checked and summed where they lie: their size does not matter here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.analysis.spatial import SpatialError, to_wgs84
from app.errors import Invalid, Place

if TYPE_CHECKING:
    import duckdb

Floats = NDArray[np.float64]

STOCK_COLUMNS = ("x", "y", "hour", "count")
COMMUTING_COLUMNS = ("origin_x", "origin_y", "destination_x", "destination_y", "minutes", "count")
_PLACES_OF = {"x": (("x", "y"),), "origin_x": (("origin_x", "origin_y"), ("destination_x", "destination_y"))}
_MEMORY = "1GB"
_HOUR_WITH_ZONE = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}(:?\d{2})?)$"


def check_signalling(path: Path, needed: Sequence[str], crs: str) -> dict[str, Any]:
    """Rows and columns of a table; Invalid where it is broken, columns are missing or values unusable.

    Raises ``parquet-unreadable``, ``columns-missing``, ``dataset-empty``, ``dataset-invalid`` with one
    place for each column at fault (how many rows, and the first of them), and the codes of
    :func:`app.analysis.spatial.to_wgs84`.
    """
    schema, rows = _schema(path)
    missing = [name for name in needed if name not in schema.names]
    if missing:
        places = [Place("column-missing", {"found": "—", "expected": name}, column=name) for name in missing]
        raise Invalid("columns-missing", places=places, missing=missing, found=schema.names)
    places = [place for name in needed if (place := _type_place(name, schema.field(name).type))]
    _refuse(places)
    if not rows:
        raise Invalid("dataset-empty")
    with _table(path) as connection:
        for name in needed:
            places.extend(_value_places(connection, name, text=_is_text(schema.field(name).type)))
        _refuse(places)
        for pair in _PLACES_OF[needed[0]]:
            places.extend(_range_places(connection, pair, crs))
        _refuse(places)
    return {"rows": rows, "columns": schema.names}


def night_stock(path: str, *, night: tuple[int, int], utc_offset_hours: int) -> dict[str, Floats]:
    """Mean persons at night by cell: arrays ``x``, ``y``, ``persons``, ordered by cell.

    ``hour`` is an instant (a timestamp with zone, or a text in ISO 8601 with zone); ``night`` is
    [first, last) on the local clock and may pass midnight. A cell without a row in a night hour that
    the table has counts as empty then. Raises Invalid ``no-night-hours``.
    """
    first, last = night
    dark = "clock >= $first and clock < $last" if first < last else "clock >= $first or clock < $last"
    given = {"first": first, "last": last, "shift": utc_offset_hours * 3600}
    # All texts put together here are constants of this file; what comes from outside is bound.
    rows = f"""(select x, y, "count" as persons, slot from (
        select x, y, "count", slot, slot % 24 as clock from (
            select x, y, "count", (epoch(hour::timestamptz)::bigint + $shift) // 3600 as slot from signalling)
        ) where {dark})"""  # noqa: S608
    with _table(Path(path)) as connection:
        hours = connection.execute(f"select count(distinct slot) from {rows}", given).fetchall()[0][0]  # noqa: S608
        if not hours:
            raise Invalid("no-night-hours", first=first, last=last)
        summed = f"select x, y, sum(persons) as persons from {rows} group by x, y order by x, y"  # noqa: S608
        found = connection.execute(summed, given).fetchnumpy()
    cells = {name: np.asarray(found[name], dtype=float) for name in ("x", "y")}
    return {**cells, "persons": np.asarray(found["persons"], dtype=float) / float(hours)}


def commuting_pairs(path: str) -> dict[str, Floats]:
    """Commuters by pair of cells, ordered: arrays named as :data:`COMMUTING_COLUMNS`.

    Rows of one pair are summed, their minutes averaged over persons; those without minutes stay a
    row of their own (NaN), so that no mean changes by the summing.
    """
    ends = ", ".join(COMMUTING_COLUMNS[:4])
    query = f"""select {ends}, sum(minutes * "count") / nullif(sum("count"), 0) as minutes,
        sum("count") as "count" from signalling
        group by {ends}, minutes is null order by {ends}, minutes is null"""  # noqa: S608
    with _table(Path(path)) as connection:
        found = connection.execute(query).fetchnumpy()
    return {name: np.ma.filled(np.ma.asarray(found[name], dtype=float), np.nan) for name in COMMUTING_COLUMNS}


@contextmanager
def _table(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    # No page and no plain command reads traces, and duckdb is slow to load.
    import duckdb  # noqa: PLC0415

    connection = duckdb.connect(config={"memory_limit": _MEMORY})
    try:
        connection.execute("set timezone = 'UTC'")
        connection.from_parquet(str(path)).create_view("signalling")
        yield connection
    finally:
        connection.close()


def _schema(path: Path) -> tuple[pa.Schema, int]:
    try:
        with pq.ParquetFile(path) as file:
            return file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise Invalid("parquet-unreadable", detail=type(error).__name__) from error


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _type_place(name: str, kind: pa.DataType) -> Place | None:
    if name == "hour":
        if _is_text(kind) or (pa.types.is_timestamp(kind) and kind.tz is not None):
            return None
        return Place("hour-unreadable", {"found": str(kind)}, column=name)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return None
    return Place("column-not-numeric", {"found": str(kind)}, column=name)


def _value_places(connection: duckdb.DuckDBPyConnection, name: str, *, text: bool) -> Iterator[Place]:
    wrong, code = f'"{name}" is null or not isfinite("{name}"::double)', "number-unusable"
    if name in {"count", "minutes"}:
        wrong += f' or "{name}" < 0'
    if name == "minutes":
        # The time may be unknown; the mean is then over those whose time is known.
        wrong = f'"{name}" is not null and ({wrong})'
    if name == "hour":
        code, wrong = "hour-unreadable", "hour is null"
        if text:
            wrong += (
                f" or not regexp_matches(hour, '{_HOUR_WITH_ZONE}') or try_cast(hour as timestamptz) is null"
            )
    query = f"""select count(*), min(row), arg_min(shown, row) from (
        select row_number() over () as row, "{name}"::varchar as shown, {wrong} as wrong from signalling
        ) where wrong"""  # noqa: S608
    count, row, shown = connection.execute(query).fetchall()[0]
    if count:
        yield Place(
            code, {"found": shown if shown is not None else "—", "count": count}, row=row, column=name
        )


def _range_places(connection: duckdb.DuckDBPyConnection, pair: tuple[str, str], crs: str) -> Iterator[Place]:
    first, second = pair
    query = f"select min({first}), max({first}), min({second}), max({second}) from signalling"  # noqa: S608
    west, east, south, north = (float(each) for each in connection.execute(query).fetchall()[0])
    try:
        to_wgs84(np.array([west, east]), np.array([south, north]), crs)
    except SpatialError as error:
        if error.code != "coordinates-out-of-range":
            raise
        yield Place(error.code, error.facts, column=first)


def _refuse(places: list[Place]) -> None:
    if places:
        raise Invalid("dataset-invalid", places=places, count=len(places))
