"""The demonstration's catalogue is complete, consistent and plausible, read as plain files."""

from __future__ import annotations

import ast
import csv
import operator
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "app" / "demo" / "data" / "catalogue"
LEVELS = ["city", "district", "street", "community", "grid"]
OFFICIAL = {"official", "field_survey"}
BIG_DATA = {"remote_sensing", "mobile_signalling", "internet"}
SUFFIXES = {"remote_sensing": "_rs", "mobile_signalling": "_ms", "internet": "_poi"}
SPLIT_OFF = {"national_standard", "exemplary_standard", "plan_target"}
NAME = re.compile(r"[a-z][a-z0-9_]*")
FUNCTIONS = {"max", "min", "abs", "prev"}
NO_SURVEY_QUESTION = {"ST04"}
ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, strict=True))
    assert rows, name
    assert all(None not in row and None not in row.values() for row in rows), f"{name}: ragged rows"
    return rows


INDICATORS = {row["code"]: row for row in read("indicators.csv")}
ITEMS = {row["code"]: row for row in read("base_items.csv")}
FORMULAS = read("formulas.csv")
STANDARDS = read("standards.csv")
TARGETS = read("plan_targets.csv")
GENERATOR = {row["item_code"]: row for row in read("generator.csv")}
DEPARTMENTS = read("departments.csv")


def names_in(formula: str) -> set[str]:
    return set(NAME.findall(formula)) - FUNCTIONS


def share_base(item: str) -> str | None:
    kind, _, base = GENERATOR[item]["basis"].partition(":")
    return base if kind == "share_of" else None


def city_level(item: str, years_back: int = 0) -> float:
    """The generator's figure of an item for the city as a whole, without spread; a unit stands for itself."""
    row = GENERATOR[item]
    amount = float(row["mean"]) * (1 + float(row["trend"])) ** -years_back
    kind, _, base = row["basis"].partition(":")
    base = {"per_capita": "pop_resident", "per_built_km2": "area_built"}.get(kind, base)
    return amount * city_level(base, years_back) if base else amount


def evaluate(node: ast.expr, years_back: int = 0) -> float:
    """Compute a formula of the safe language from the generator's city figures."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=item):
            return city_level(item, years_back)
        case ast.BinOp(left=left, op=op, right=right):
            return ARITHMETIC[type(op)](evaluate(left, years_back), evaluate(right, years_back))
        case ast.Call(func=ast.Name(id="prev"), args=[ast.Name() as item]):
            return evaluate(item, years_back + 1)
        case ast.Call(func=ast.Name(id=("max" | "min" | "abs") as name), args=args):
            numbers = [evaluate(arg, years_back) for arg in args]
            return {"max": max, "min": min}[name](numbers) if name != "abs" else abs(numbers[0])
    raise AssertionError(f"not in the formula language: {ast.dump(node)}")


def generated_value(row: Row) -> float:
    return evaluate(ast.parse(row["formula"], mode="eval").body)


def reported_formulas() -> list[Row]:
    return [row for row in FORMULAS if row["source_kind"] in OFFICIAL]


def passes(value: float, limit: Row) -> bool:
    low = float(limit["value"])
    if limit["op"] == "range":
        return low <= value <= float(limit["value_high"])
    return value >= low - 1e-9 if limit["op"] == ">=" else value <= low + 1e-9


def test_the_set_has_134_indicators_in_14_dimensions() -> None:
    dimensions = {row["name_zh"]: row for row in read("dimensions.csv")}
    assert len(INDICATORS) == 134
    assert len(read("indicators.csv")) == 134
    assert Counter(row["kind"] for row in dimensions.values()) == {"common": 9, "special": 5}
    for code, row in INDICATORS.items():
        assert dimensions[row["dimension"]]["code"] == code[:2]


@pytest.mark.shared
def test_indicators_keep_every_mark_of_the_reference(shared: Path) -> None:
    with (shared / "reference" / "indicators.csv").open(encoding="utf-8", newline="") as handle:
        reference = list(csv.DictReader(handle))
    limits = {(row["indicator_code"], row["kind"]): row for row in STANDARDS}
    for given in reference:
        own = INDICATORS[given["code"]]
        changed = {"responsible_department_zh", "note"} if given["code"] == "SI02" else set()
        kept = set(given) - SPLIT_OFF - changed
        assert {key: own[key] for key in kept} == {key: given[key] for key in kept}
        assert not SPLIT_OFF & set(own)
        for kind in ("national_standard", "exemplary_standard"):
            limit = limits.pop((given["code"], kind), None)
            if limit is None:
                assert given[kind] == ""
                continue
            bounds = f"{limit['value']}..{limit['value_high']}" if limit["op"] == "range" else ""
            text = f"{bounds or limit['op'] + limit['value']} | {limit['citation']}"
            assert text == given[kind]
    assert limits == {}


def test_base_items_are_well_formed() -> None:
    assert len(read("base_items.csv")) == len(ITEMS)
    for code, row in ITEMS.items():
        assert NAME.fullmatch(code), code
        assert code not in FUNCTIONS
        assert row["source_kind"] in OFFICIAL | BIG_DATA, code
        assert row["collect_level"] in LEVELS[:3], code
        assert row["value_type"] in {"count", "area", "length", "amount", "share", "ratio", "duration"}, code
        assert 0 <= int(row["decimals"]) <= 4, code
        assert row["value_type"] != "count" or row["decimals"] == "0", code
        assert float(row["min"]) < float(row["max"]), code
        for column in ("name_zh", "name_en", "unit", "definition_zh"):
            assert row[column].strip() == row[column] != "", (code, column)
    assert len({row["name_zh"] for row in ITEMS.values()}) == len(ITEMS)


def test_items_of_the_big_data_are_recognised_by_their_suffix() -> None:
    for code, row in ITEMS.items():
        suffix = SUFFIXES.get(row["source_kind"])
        assert suffix is None or code.endswith(suffix), code
        assert suffix is not None or not code.endswith(tuple(SUFFIXES.values())), code


def test_every_department_is_known_and_the_reporting_ones_are_used() -> None:
    known = {row["name_zh"] for row in DEPARTMENTS}
    assert all(re.fullmatch(r"[a-z_]+", row["code"]) and row["name_en"] for row in DEPARTMENTS)
    assert len({row["code"] for row in DEPARTMENTS}) == len(known) == len(DEPARTMENTS)
    assert {row["responsible_department_zh"] for row in INDICATORS.values()} <= known
    for code, row in ITEMS.items():
        assert (row["department_zh"] in known) == (row["source_kind"] in OFFICIAL), code
    assert known == {row["department_zh"] for row in ITEMS.values()} - {""}


def test_every_indicator_has_a_formula_or_a_survey_estimator() -> None:
    ready = {row["indicator_code"] for row in FORMULAS if row["formula"] or row["survey_estimator"]}
    assert {row["indicator_code"] for row in FORMULAS} == set(INDICATORS)
    assert set(INDICATORS) - ready == NO_SURVEY_QUESTION
    keys = [(row["indicator_code"], row["source_kind"]) for row in FORMULAS]
    assert len(set(keys)) == len(keys)
    assert sum(1 for count in Counter(code for code, _ in keys).values() if count > 1) >= 20


def test_formulas_use_source_kinds_the_catalogue_names() -> None:
    offered: dict[str, list[str]] = {}
    for row in FORMULAS:
        offered.setdefault(row["indicator_code"], []).append(row["source_kind"])
        named = INDICATORS[row["indicator_code"]]["source_kinds"].split(";")
        assert row["source_kind"] in named, row
    for code, kinds in offered.items():
        first = INDICATORS[code]["source_kinds"].split(";")[0]
        notes = " ".join(row["note"] for row in FORMULAS if row["indicator_code"] == code)
        assert first in kinds or "official" in notes, code


def test_formulas_name_only_base_items_and_stay_in_the_safe_language() -> None:
    for row in FORMULAS:
        if not row["formula"]:
            continue
        assert re.fullmatch(r"[a-z0-9_+\-*/()., ]+", row["formula"]), row
        used = names_in(row["formula"])
        assert used
        assert used <= set(ITEMS), row
        kinds = {ITEMS[item]["source_kind"] for item in used}
        assert row["source_kind"] in kinds, row
        assert kinds <= {row["source_kind"], "official"}, row
        called = {node.func.id for node in ast.walk(ast.parse(row["formula"])) if isinstance(node, ast.Call)}
        assert called <= FUNCTIONS, row


def test_every_item_serves_an_indicator() -> None:
    used = set().union(*(names_in(row["formula"]) for row in FORMULAS))
    assert set(ITEMS) == used


def test_a_formula_is_computed_no_finer_than_its_items_are_collected() -> None:
    for row in FORMULAS:
        level = LEVELS.index(row["level"])
        assert level <= LEVELS.index(INDICATORS[row["indicator_code"]]["spatial_level"]), row
        assert row["aggregation"] in {"ratio", "sum", "max", "weighted_mean", "none"}
        if row["source_kind"] != "survey":
            assert all(
                level <= LEVELS.index(ITEMS[item]["collect_level"]) for item in names_in(row["formula"])
            )
            assert (row["aggregation"] == "none") == (row["level"] == "city"), row


def test_survey_rows_have_an_estimator_over_known_questions_or_say_why_not() -> None:
    pattern = re.compile(r"mean\(\w+\)|share\(\w+ in \d(,\d)*\)|score\(\w+(, \w+)*\)")
    for row in FORMULAS:
        is_survey = row["source_kind"] == "survey"
        assert is_survey or (row["formula"] and not row["survey_estimator"])
        if is_survey:
            assert row["formula"] == ""
            assert row["note"]
            estimated = pattern.fullmatch(row["survey_estimator"]) is not None
            assert estimated != (row["indicator_code"] in NO_SURVEY_QUESTION), row
    estimators = " ".join(row["survey_estimator"] for row in FORMULAS)
    assert all(name in estimators for name in ("tr_minutes", "tr_mode", "in_share", "sc_times", "st_tour"))


def test_standards_parse_and_carry_their_marks() -> None:
    for row in STANDARDS:
        assert row["indicator_code"] in INDICATORS
        assert row["op"] in {">=", "<=", "range"}
        float(row["value"])
        assert (row["value_high"] != "") == (row["op"] == "range")
        assert row["op"] != "range" or float(row["value"]) < float(row["value_high"])
        assert row["status"] in {"verified_text", "to_check"}
        assert "待核" not in row["citation"] or row["status"] == "to_check"
        assert row["citation"]
        start, end = (
            date.fromisoformat(row[key]) if row[key] else None for key in ("valid_from", "valid_to")
        )
        assert start is None or end is None or start < end
        assert "2025年" not in row["citation"] or end == date(2025, 12, 31), row
        wanted = {"positive": ">=", "negative": "<=", "range": "range"}
        assert row["op"] == wanted[INDICATORS[row["indicator_code"]]["direction"]], row
    assert len({row["indicator_code"] for row in STANDARDS}) == 33


def test_plan_targets_are_marked_as_invented_and_ask_for_more_than_the_standard() -> None:
    national = {row["indicator_code"]: row for row in STANDARDS if row["kind"] == "national_standard"}
    years = Counter(row["indicator_code"] for row in TARGETS)
    assert len(years) >= 40
    assert set(years.values()) == {4}
    for row in TARGETS:
        assert row["exam_year"] in {"2021", "2022", "2023", "2024"}
        assert row["status"] == "invented_for_demonstration"
        wanted = {"positive": ">=", "negative": "<="}
        assert row["op"] == wanted[INDICATORS[row["indicator_code"]]["direction"]]
        limit = national.get(row["indicator_code"])
        assert limit is None or passes(float(row["value"]), limit), row


def test_benchmarks_have_a_source_and_speak_of_rates() -> None:
    for row in read("benchmarks.csv"):
        assert row["source"]
        assert row["status"] == "found"
        float(row["value"])
        assert INDICATORS[row["indicator_code"]]["unit"] != "count"


def test_equivalences_list_only_differences_to_known_codes() -> None:
    rows = read("equivalences.csv")
    assert {row["from_year"] for row in rows} == {"2021", "2022", "2023"}
    keys = [(row["from_year"], row["to_code"] or row["from_code"]) for row in rows]
    assert len(set(keys)) == len(keys)
    for row in rows:
        assert row["to_year"] == "2024"
        assert row["relation"] in {"renamed", "redefined", "merged", "new", "dropped"}
        assert row["relation"] == "dropped" or row["to_code"] in INDICATORS
        assert (row["from_code"] == "") == (row["relation"] == "new")
        assert row["comparable"] in {"yes", "no"}
        assert row["relation"] == "renamed" or row["comparable"] == "no"
        assert row["note"]


def test_indicators_first_listed_in_2023_are_new_to_the_earlier_sets() -> None:
    listed = {(row["from_year"], row["to_code"]) for row in read("equivalences.csv")}
    for code, row in INDICATORS.items():
        if row["official_years"].startswith("2023+"):
            assert {("2021", code), ("2022", code)} <= listed, code


def test_the_generator_covers_every_item_that_is_reported() -> None:
    assert set(GENERATOR) == {code for code, row in ITEMS.items() if row["source_kind"] in OFFICIAL}
    for code, row in GENERATOR.items():
        kind, _, base = row["basis"].partition(":")
        assert kind in {"absolute_city", "per_capita", "per_built_km2", "per_unit", "share_of"}, code
        assert (base != "") == (kind == "share_of")
        assert not base or base in GENERATOR
        assert 0 <= float(row["spread"]) <= 0.6
        assert -0.25 <= float(row["trend"]) <= 0.5
        assert re.fullmatch(r"(\d{6}( \d{6})*)?", row["only_in"])
        whole = LEVELS.index(ITEMS[base]["collect_level"]) if base else len(LEVELS)
        assert LEVELS.index(ITEMS[code]["collect_level"]) <= whole, code


def test_a_generated_part_never_exceeds_its_whole() -> None:
    for code, row in GENERATOR.items():
        if share_base(code) is None:
            continue
        mean, spread, trend = (float(row[key]) for key in ("mean", "spread", "trend"))
        for year in range(2021, 2025):
            high = mean * (1 + 2 * spread) * (1 + trend) ** (year - 2024)
            assert 0 <= high <= 1 + 1e-9, (code, year, high)


def test_a_percentage_of_a_whole_is_generated_from_its_denominator() -> None:
    simple = re.compile(r"(\w+) / ([a-z]\w*) \* 100")
    not_a_share = {"gov_debt", "homes_completed"}
    for row in reported_formulas():
        found = simple.fullmatch(row["formula"])
        if found is None or found[1] in not_a_share or row["indicator_code"] == "EC01":
            continue
        chain = [share_base(found[1])]
        while chain[-1] and chain[-1] != found[2]:
            chain.append(share_base(chain[-1]))
        assert chain[-1] == found[2], row


def test_share_chains_end_and_items_fit_their_bounds() -> None:
    for code, row in ITEMS.items():
        if code in GENERATOR:
            assert city_level(code) <= float(row["max"]) * (1 if row["collect_level"] == "city" else 60), code
            assert city_level(code) >= float(row["min"]), code


def test_generated_values_are_plausible() -> None:
    outside = {"IV01": (-20, 20), "IV03": (10, 100), "IV04": (50, 200)}
    for row in reported_formulas():
        value, unit = generated_value(row), INDICATORS[row["indicator_code"]]["unit"]
        low, high = outside.get(row["indicator_code"], (0, 100 if unit == "%" else 1e9))
        assert low <= value <= high, (row["indicator_code"], value)
    values = {row["indicator_code"]: generated_value(row) for row in reported_formulas()}
    assert 5 < values["ST01"] < 60
    assert values["TR08"] < 1.1
    assert 8000 < city_level("pop_urban") / city_level("area_built") < 13000


def test_generated_values_are_judged_diversely_by_their_standards() -> None:
    limits: dict[str, dict[str, Row]] = {}
    for row in STANDARDS:
        limits.setdefault(row["indicator_code"], {})[row["kind"]] = row
    for row in TARGETS:
        if row["exam_year"] == "2024" and row["indicator_code"] in limits:
            limits[row["indicator_code"]]["plan_target"] = row
    verdicts = Counter()
    for row in reported_formulas():
        own = limits.get(row["indicator_code"])
        if own is None or row["source_kind"] == "field_survey":
            continue
        value = generated_value(row)
        failed = "national_standard" in own and not passes(value, own["national_standard"])
        beyond = all(passes(value, limit) for limit in own.values())
        verdicts["shortfall" if failed else "strength" if beyond else "meets"] += 1
    assert sum(verdicts.values()) >= 32
    assert all(verdicts[grade] >= 8 for grade in ("strength", "meets", "shortfall")), verdicts
