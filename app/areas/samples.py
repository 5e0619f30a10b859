"""Small examples of the tables a city brings, in the columns that the upload reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from app.areas.importing import AREA_COLUMNS, MARGIN_COLUMNS, MEMBERSHIP_COLUMNS
from app.workbooks.cells import CellValue
from app.workbooks.csv_writing import write_csv
from app.workbooks.tables import TableColumn

_Rows = list[tuple[CellValue, ...]]


def sample_table(name: str) -> bytes:
    """The sample ``areas``, ``memberships`` or ``margins`` as CSV."""
    columns, rows = _SAMPLES[name]
    return write_csv(rows(), columns=[column.name for column in columns])


def _areas() -> _Rows:
    note, none = _("示例"), (None, None, None)
    return [
        ("990100", _("示例市"), "Example City", "city", None, None, *none, 1, note),
        ("990101", _("示例区"), "Example District", "district", None, "990100", *none, 1, note),
        ("990101001", _("示例街道"), "Example Street", "street", "subdistrict", "990101", *none, 1, note),
        ("990101001001", _("示例社区"), "Example Community", "community", None, "990101001", *none, 1, note),
    ]


def _memberships() -> _Rows:
    return [("99F1", "990101001", 1)]


def _margins() -> _Rows:
    return [("990100", "sex", "male", 5200), ("990100", "sex", "female", 4800)]


_SAMPLES: dict[str, tuple[Sequence[TableColumn], Callable[[], _Rows]]] = {
    "areas": (AREA_COLUMNS, _areas),
    "memberships": (MEMBERSHIP_COLUMNS, _memberships),
    "margins": (MARGIN_COLUMNS, _margins),
}
