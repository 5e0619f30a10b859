"""Tables of areas that change: told through the same door as a city's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.areas.importing import import_areas
from app.db import db
from app.workbooks.csv_writing import write_csv

#: The day from which the changed areas are in force.
CHANGE = date(2024, 1, 1)
_COLUMNS = ("code", "name_zh", "level", "parent_code", "predecessor_codes")


def tell(*rows: Sequence[str], on: date = CHANGE) -> None:
    """Import rows of code, name, level, parent and predecessors as told of a day."""
    content = write_csv([list(row) for row in rows], columns=_COLUMNS)
    import_areas(content=content, filename="areas.csv", valid_from=on)
    db.session.commit()
