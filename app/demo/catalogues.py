"""The catalogue workbook of each exam year: the 2024 set without what was not yet in the ministry's list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.analysis.formulas import names, parse, previous_names
from app.demo.places import DATA
from app.indicators.workbook import CatalogueTables, catalogue_workbook, read_folder

LATEST = 2024
YEARS = (2021, 2022, 2023, 2024)
_OLD_NAME = re.compile(r"旧名：([^；]+)")

Row = Mapping[str, Any]


def year_workbook(year: int) -> bytes:
    """The workbook that the exam office imports for a year."""
    return catalogue_workbook(year_tables(year))


def year_tables(year: int) -> CatalogueTables:
    """The tables of a year, made from the latest ones and the list of differences."""
    latest = read_folder(DATA / "catalogue")
    targets = [row for row in latest.plan_targets if int(row["exam_year"]) == year]
    if year == LATEST:
        return replace(latest, plan_targets=targets)
    differences = [row for row in latest.equivalences if int(row["from_year"]) == year]
    missing = {str(row["to_code"]) for row in differences if not row["from_code"]}
    old_names = {
        str(row["from_code"]): found.group(1)
        for row in differences
        if (found := _OLD_NAME.search(str(row["note"]))) is not None
    }
    indicators = [
        {**row, "name_zh": old_names.get(str(row["code"]), row["name_zh"])}
        for row in latest.indicators
        if row["code"] not in missing
    ]
    formulas = _without(latest.formulas, missing)
    used = {"pop_resident"}
    for row in formulas:
        if row["formula"]:
            tree = parse(str(row["formula"]))
            used |= names(tree) | previous_names(tree)
    return replace(
        latest,
        indicators=indicators,
        formulas=formulas,
        base_items=[row for row in latest.base_items if row["code"] in used],
        standards=_without(latest.standards, missing),
        plan_targets=_without(targets, missing),
        benchmarks=_without(latest.benchmarks, missing),
        equivalences=(),
    )


def _without(rows: Sequence[Row], codes: set[str]) -> list[Row]:
    return [row for row in rows if row["indicator_code"] not in codes]
