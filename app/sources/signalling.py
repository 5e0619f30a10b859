"""Mobile-signalling tables (Parquet or CSV), checked and summed where they lie, whatever their size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.refusals import Refusal
from app.analysis.spatial import to_wgs84
from app.errors import Invalid, Place

if TYPE_CHECKING:
    import duckdb

Floats = NDArray[np.float64]

STOCK_COLUMNS = ("x", "y", "hour", "count")
#: The side of the cells in metres; a table without it is told its size at the upload.
SIZE_COLUMN = "size"
CELL_BOUNDS_M = (10.0, 10_000.0)
COMMUTING_COLUMNS = ("origin_x", "origin_y", "destination_x", "destination_y", "minutes", "count")
_PLACES_OF = {"x": (("x", "y"),), "origin_x": (("origin_x", "origin_y"), ("destination_x", "destination_y"))}
_MEMORY = "1GB"
#: A month of a large city by cell and hour; and what its ground has of cells.
_MOST_ROWS = 50_000_000
_MOST_CELLS = 5_000_000
#: What one check at the upload may take: somebody waits for the page. Measuring is a job and has its time.
_SECONDS = 30.0
_PARQUET_MARK = b"PAR1"
_NUMBERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
    | {"FLOAT", "DOUBLE"}
)
_INSTANT = "TIMESTAMP WITH TIME ZONE"
#: Clocks lie between UTC-12 and UTC+14.
_HOUR_WITH_ZONE = (
    r"^\d{4}-\d{2}-\d{2}[T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?(Z|([+](0\d|1[0-4])|-(0\d|1[0-2]))(:?[0-5]\d)?)$"
)


def check_signalling(path: Path, needed: Sequence[str], crs: str) -> dict[str, Any]:
    """Rows and columns of a table; Invalid where it is broken, columns are missing or values unusable.

    The rows of a Parquet file are counted from its own lists first, then one pass looks at all values.
    Raises ``parquet-unreadable``, ``csv-unreadable``, ``columns-missing``, ``dataset-empty``,
    ``too-many-rows``, ``signalling-too-slow``,
    ``dataset-invalid`` with one place for each column at fault (how many rows, and the first of them),
    and the codes of :func:`app.analysis.spatial.to_wgs84`.
    """
    with _table(path, seconds=_SECONDS) as connection:
        kinds = _columns(connection)
        missing = [name for name in needed if name not in kinds]
        if missing:
            places = [
                Place("column-missing-by-name", {"found": list(kinds), "expected": name}, column=name)
                for name in missing
            ]
            raise Invalid("columns-missing", places=places, missing=missing, found=list(kinds))
        checked = [*needed, SIZE_COLUMN] if needed == STOCK_COLUMNS and SIZE_COLUMN in kinds else needed
        _refuse([place for name in checked if (place := _type_place(name, kinds[name]))])
        rows = int(connection.execute("select count(*) from signalling").fetchall()[0][0])
        if not rows:
            raise Invalid("dataset-empty")
        if rows > _MOST_ROWS:
            raise Invalid("too-many-rows", found=rows, limit=_MOST_ROWS)
        before = 0 if _is_parquet(path) else 1
        wrong = {name: _wrong(name, kinds[name]) for name in checked}
        _refuse(list(_value_places(connection, wrong, lines_before=before)))
        _refuse([place for pair in _PLACES_OF[needed[0]] for place in _range_places(connection, pair, crs)])
    return {"rows": rows, "columns": list(kinds)}


def cell_size(path: Path, told: float | None) -> float:
    """The side of a table's cells in metres: as its column says, else as told.

    Raises Invalid ``cell-size-missing``, ``cell-sizes-differ`` (within the column, or from what was told)
    and ``cell-size-unusable``.
    """
    sizes = {told} - {None}
    with _table(path, seconds=_SECONDS) as connection:
        if SIZE_COLUMN in _columns(connection):
            query = f"select distinct {SIZE_COLUMN}::double from signalling order by 1 limit 2"  # noqa: S608
            sizes |= {float(size) for (size,) in connection.execute(query).fetchall()}
    if not sizes:
        raise Invalid("cell-size-missing")
    if len(sizes) > 1:
        raise Invalid("cell-sizes-differ", found=sorted(f"{size:g}" for size in sizes if size is not None))
    (size,) = sizes
    least, largest = CELL_BOUNDS_M
    if size is None or not least <= size <= largest:
        raise Invalid("cell-size-unusable", found=f"{size:g}", least=f"{least:g}", largest=f"{largest:g}")
    return size


def cells_of(path: Path, needed: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """The places that a table counts at (trips: where they begin), each with how many rows it has.

    Raises Invalid ``too-many-cells-counted`` and ``signalling-too-slow``.
    """
    x, y = needed[:2]
    query = f"""select {x}, {y}, count(*) as rows from signalling group by {x}, {y} order by {x}, {y}
        limit {_MOST_CELLS + 1}"""  # noqa: S608
    with _table(path, seconds=_SECONDS) as connection:
        found = connection.execute(query).fetchnumpy()
    if len(found["rows"]) > _MOST_CELLS:
        raise Invalid("too-many-cells-counted", limit=_MOST_CELLS)
    first, second, rows = (np.asarray(found[name], dtype=float) for name in (x, y, "rows"))
    return first, second, rows


def night_stock(path: str, *, night: tuple[int, int], time_zone: str) -> dict[str, Floats]:
    """Mean persons at night by cell: arrays ``x``, ``y``, ``persons``, ordered by cell.

    ``hour`` is an instant (a timestamp with zone, or a text in ISO 8601 with zone); ``night`` is
    [first, last) on the clock of ``time_zone`` (an IANA name) and may pass midnight. A cell without a
    row in a night hour that the table has counts as empty then. Raises Invalid ``no-night-hours``.
    """
    rows, given = _night_rows(night, time_zone)
    with _table(Path(path)) as connection:
        hours = _night_hours(connection, rows, given)
        summed = f"select x, y, sum(persons) as persons from {rows} group by x, y order by x, y"  # noqa: S608
        found = connection.execute(summed, given).fetchnumpy()
    cells = {name: np.asarray(found[name], dtype=float) for name in ("x", "y")}
    return {**cells, "persons": np.asarray(found["persons"], dtype=float) / float(hours)}


def cell_hours(
    path: str, *, cell: tuple[float, float], night: tuple[int, int], time_zone: str
) -> tuple[dict[str, Floats], int]:
    """Persons of one cell by night hour, and over how many hours :func:`night_stock` takes the mean.

    Arrays, ordered: ``slot`` (hours since 1970 on the clock of the place), ``persons``, ``rows`` (how many
    rows of the table they were summed from).
    """
    rows, given = _night_rows(night, time_zone)
    query = f"""select slot, sum(persons) as persons, count(*) as rows from {rows}
        where x::double = $x and y::double = $y group by slot order by slot"""  # noqa: S608
    with _table(Path(path)) as connection:
        hours = _night_hours(connection, rows, given)
        found = connection.execute(query, {**given, "x": cell[0], "y": cell[1]}).fetchnumpy()
    return {name: np.asarray(found[name], dtype=float) for name in ("slot", "persons", "rows")}, hours


def _night_rows(night: tuple[int, int], time_zone: str) -> tuple[str, dict[str, Any]]:
    """The rows of the night hours (x, y, persons, slot) as a part of a query, with what it binds."""
    first, last = night
    dark = "clock >= $first and clock < $last" if first < last else "clock >= $first or clock < $last"
    # All texts put together here are constants of this file; what comes from outside is bound.
    rows = f"""(select x, y, "count" as persons, slot from (
        select x, y, "count", slot, slot % 24 as clock from (
            select x, y, "count", epoch(timezone($zone, hour::timestamptz))::bigint // 3600 as slot
            from signalling)
        ) where {dark})"""  # noqa: S608
    return rows, {"first": first, "last": last, "zone": time_zone}


def _night_hours(connection: duckdb.DuckDBPyConnection, rows: str, given: dict[str, Any]) -> int:
    query = f"select count(distinct slot) from {rows}"  # noqa: S608
    hours = int(connection.execute(query, given).fetchall()[0][0])
    if not hours:
        raise Invalid("no-night-hours", first=given["first"], last=given["last"])
    return hours


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
def _table(path: Path, *, seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The table as the view ``signalling``; with ``seconds``, Invalid ``signalling-too-slow`` after them."""
    # No page and no plain command reads traces, and duckdb is slow to load.
    import duckdb  # noqa: PLC0415

    connection = duckdb.connect(config={"memory_limit": _MEMORY})
    done = Event()
    if seconds is not None:
        Thread(target=_interrupt_after, args=(connection, seconds, done), daemon=True).start()
    try:
        connection.execute("set timezone = 'UTC'")
        _relation(connection, path).create_view("signalling")
        yield connection
    except duckdb.InterruptException as error:
        raise Invalid("signalling-too-slow", seconds=f"{seconds:g}") from error
    except duckdb.OutOfMemoryException as error:
        raise Invalid("signalling-too-large") from error
    finally:
        done.set()
        connection.close()


def _interrupt_after(connection: duckdb.DuckDBPyConnection, seconds: float, done: Event) -> None:
    """An interrupt ends the query that runs then; the next ones are ended as well until all is done."""
    wait = seconds
    while not done.wait(wait):
        connection.interrupt()
        wait = 0.1


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_PARQUET_MARK)) == _PARQUET_MARK


def _relation(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    import duckdb  # noqa: PLC0415  (as above: slow to load)

    parquet = _is_parquet(path)
    try:
        if parquet:
            return connection.from_parquet(str(path))
        # Hours stay texts: one without a zone must be seen. All rows are read to tell a column's type.
        return connection.read_csv(
            str(path), header=True, sample_size=-1, auto_type_candidates=["BIGINT", "DOUBLE", "VARCHAR"]
        )
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        code = "parquet-unreadable" if parquet else "csv-unreadable"
        raise Invalid(code) from error


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Names of the columns with their types, in the order of the file."""
    return {row[0]: row[1] for row in connection.execute("describe signalling").fetchall()}


def _type_place(name: str, kind: str) -> Place | None:
    if name == "hour":
        known = kind in {"VARCHAR", _INSTANT}
        return None if known else Place("hour-unreadable", {"found": kind}, column=name)
    if kind in _NUMBERS or kind.startswith("DECIMAL"):
        return None
    return Place("column-not-numeric", {"found": kind}, column=name)


def _wrong(name: str, kind: str) -> str:
    """The condition that a value of this column cannot be used."""
    if name == "hour":
        if kind != "VARCHAR":
            return "hour is null"
        zoned = f"regexp_matches(hour, '{_HOUR_WITH_ZONE}')"
        return f"(hour is null or not {zoned} or try_cast(hour as timestamptz) is null)"
    wrong = f'"{name}" is null or not isfinite("{name}"::double)'
    if name in {"count", "minutes"}:
        wrong += f' or "{name}" < 0'
    # The time may be unknown; the mean is then over those whose time is known.
    return f'("{name}" is not null and ({wrong}))' if name == "minutes" else f"({wrong})"


def _value_places(
    connection: duckdb.DuckDBPyConnection, wrong: Mapping[str, str], *, lines_before: int
) -> Iterator[Place]:
    """Each column at fault with how many rows, counted in one pass, and the first of them."""
    counts = ", ".join(f"count(*) filter (where {condition})" for condition in wrong.values())
    found = connection.execute(f"select {counts} from signalling").fetchall()[0]  # noqa: S608
    for (name, condition), count in zip(wrong.items(), found, strict=True):
        if not count:
            continue
        first = f"""select row, shown from (
            select row_number() over () as row, "{name}"::varchar as shown, {condition} as wrong
            from signalling) where wrong limit 1"""  # noqa: S608
        row, shown = connection.execute(first).fetchall()[0]
        code = "hour-unreadable" if name == "hour" else "number-unusable"
        facts = {"found": shown if shown is not None else "—", "count": count}
        yield Place(code, facts, row=row + lines_before, column=name)


def _range_places(connection: duckdb.DuckDBPyConnection, pair: tuple[str, str], crs: str) -> Iterator[Place]:
    first, second = pair
    query = f"select min({first}), max({first}), min({second}), max({second}) from signalling"  # noqa: S608
    west, east, south, north = (float(each) for each in connection.execute(query).fetchall()[0])
    try:
        to_wgs84(np.array([west, east]), np.array([south, north]), crs)
    except Refusal as error:
        if error.code != "coordinates-out-of-range":
            raise
        yield Place(error.code, error.facts, column=first)


def _refuse(places: list[Place]) -> None:
    if places:
        raise Invalid("dataset-invalid", places=places, count=len(places))
