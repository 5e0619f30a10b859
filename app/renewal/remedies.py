"""What to do about an indicator: a table of remedies, generic by dimension and more exact by indicator.

The table is data with a version of its own. A row applies only where code and Chinese name agree, so
that a city with another catalogue never gets the advice of a different indicator under the same code.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REMEDIES_VERSION = "2024.1"
_TABLE = Path(__file__).parent / "data" / "remedies.csv"


@dataclass(frozen=True)
class Remedy:
    """Title of a project and advice, in both languages; ``code`` is blank in the general one."""

    code: str
    title_zh: str
    title_en: str
    advice_zh: str
    advice_en: str


GENERAL = Remedy(
    "",
    "短板整治",
    "Remedy of a shortfall",
    "查明原因，由责任部门列出问题清单和整治清单，明确时限后实施并复核。",
    "Find the cause; the responsible department lists problems and remedies with dates, acts, and checks.",
)


def remedy_of(indicator: tuple[str, str], dimension: tuple[str, str]) -> Remedy:
    """The remedy of an indicator, else of its dimension, else the general one.

    Both are given as (code, Chinese name).
    """
    table = _read()
    return table.get(indicator) or table.get(dimension) or GENERAL


@cache
def _read() -> Mapping[tuple[str, str], Remedy]:
    with _TABLE.open(encoding="utf-8", newline="") as handle:
        return {
            (row["code"], row["name_zh"]): Remedy(
                row["code"], row["title_zh"], row["title_en"], row["advice_zh"], row["advice_en"]
            )
            for row in csv.DictReader(handle)
        }
