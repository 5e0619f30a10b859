"""The formula language: reading, refusing, computing, splitting."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.formulas import (
    Call,
    Expression,
    FormulaError,
    Name,
    Negation,
    Number,
    Operation,
    Previous,
    evaluate,
    names,
    parse,
    previous_names,
    split,
    unparse,
)

NAMES = ("a", "b", "c_1")
numbers = st.floats(0, 1e6, allow_nan=False).map(Number)
leaves = numbers | st.sampled_from(NAMES).map(Name) | st.sampled_from(NAMES).map(Previous)


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return (
        st.builds(Negation, inner)
        | st.builds(Operation, st.sampled_from("+-*/"), inner, inner)
        | st.builds(Call, st.sampled_from(["max", "min"]), st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Call, st.just("abs"), st.tuples(inner))
    )


expressions = st.recursive(leaves, _grown, max_leaves=12)
items = st.fixed_dictionaries({name: st.floats(-1e4, 1e4) | st.just(0.0) for name in NAMES})


def _by_python(expression: Expression, values: dict[str, float], previous: dict[str, float]) -> float | None:
    scope = {name: values[name] for name in NAMES} | {"max": max, "min": min, "abs": abs}
    scope["prev"] = dict(zip(NAMES, (previous[name] for name in NAMES), strict=True)).__getitem__
    text = unparse(expression)
    for name in NAMES:
        text = text.replace(f"prev({name})", f"prev('{name}')")
    try:
        result = eval(text, {"__builtins__": {}}, scope)  # noqa: S307
    except ZeroDivisionError:
        return None
    return result if math.isfinite(result) else None


@given(expressions, items, items)
def test_a_random_formula_computes_what_python_computes(expression, values, previous):
    found = evaluate(expression, values, previous)
    expected = _by_python(expression, values, previous)
    assert found.value == expected
    assert (found.reason is None) == (expected is not None)


@given(expressions)
def test_a_written_formula_parses_to_the_same_tree(expression):
    assert parse(unparse(expression)) == expression


def test_precedence_and_associativity_by_hand():
    assert evaluate(parse("2 + 3 * 4 - 6 / 3 / 2"), {}).value == 13
    assert evaluate(parse("-(2 - 5) * --2"), {}).value == 6
    assert (
        evaluate(parse("max(0, need - have, min(7, 3)) + abs(-1.5e1)"), {"need": 10, "have": 2}).value == 23
    )


def test_signs_of_a_chinese_keyboard_are_read():
    assert parse("（park－lake）÷homes×100") == parse("(park - lake) / homes * 100")
    assert parse("max（a，b）") == parse("max(a, b)")


def test_the_year_before_is_asked_for_apart():
    growth = parse("(gdp - prev(gdp)) / prev(gdp) * 100")
    assert names(growth) == {"gdp"}
    assert previous_names(growth) == {"gdp"}
    assert evaluate(growth, {"gdp": 110}, {"gdp": 100}).value == pytest.approx(10)
    without = evaluate(growth, {"gdp": 110})
    assert (without.value, without.reason, without.missing_previous) == (None, "missing", ("gdp",))


@pytest.mark.parametrize(
    ("values", "reason", "missing"),
    [
        ({"a": None, "b": 1}, "missing", ("a",)),
        ({"a": math.nan}, "missing", ("a", "b")),
        ({"a": 1, "b": 0}, "division-by-zero", ()),
        ({"a": 1e308, "b": 1e-10}, "not-finite", ()),
    ],
)
def test_an_obstacle_is_a_state_and_not_an_exception(values, reason, missing):
    found = evaluate(parse("a / b"), values)
    assert (found.value, found.reason, found.missing) == (None, reason, missing)


def test_zero_is_a_value_and_not_missing():
    assert evaluate(parse("a / b * 100"), {"a": 0, "b": 5}).value == 0


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "formula-empty", 0),
        ("   ", "formula-empty", 0),
        ("a +", "formula-unexpected-end", 3),
        ("(a + b", "formula-unexpected-end", 6),
        ("a b", "formula-unexpected", 2),
        ("a + * b", "formula-unexpected", 4),
        ("a)", "formula-unexpected", 1),
        ("a ** 2", "formula-unexpected", 3),
        ("a; b", "formula-bad-character", 1),
        ("面积 / b", "formula-bad-character", 0),
        ("1.2.3", "formula-bad-number", 0),
        ("2a", "formula-bad-number", 0),
        ("1e999", "formula-bad-number", 0),
        ("sqrt(a)", "formula-unknown-function", 0),
        ("__import__(a)", "formula-bad-character", 0),
        ("1 + max(a)", "formula-wrong-arity", 4),
        ("abs(a, b)", "formula-wrong-arity", 0),
        ("max + 1", "formula-reserved-name", 0),
        ("prev(a + b)", "formula-unexpected", 7),
        ("prev(1)", "formula-unexpected", 5),
        ("(" * 60 + "a" + ")" * 60, "formula-too-deep", 40),
        ("-" * 200 + "a", "formula-too-deep", 40),
        ("a+" * 900 + "a", "formula-too-deep", 400),
        ("a" * 3000, "formula-too-long", 2000),
    ],
)
def test_a_wrong_text_is_refused_with_its_position(text, code, position):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.position) == (code, position)


def test_the_longest_allowed_chain_still_computes():
    assert evaluate(parse("a" + "+a" * 199), {"a": 1}).value == 200


@pytest.mark.parametrize(
    ("text", "factor", "numerator", "denominator", "additive"),
    [
        ("a / b", 1, "a", "b", True),
        ("a / b * 100", 100, "a", "b", True),
        ("100 * (a - c) / (b + d)", 100, "a - c", "b + d", True),
        ("a / (b / 10000)", 10000, "a", "b", True),
        ("-(a / b) * 2", -2, "a", "b", True),
        ("max(0, a - c) / b", 1, "max(0, a - c)", "b", False),
        ("(a + 1) / b", 1, "a + 1", "b", False),
    ],
)
def test_a_ratio_is_split_into_factor_numerator_and_denominator(
    text, factor, numerator, denominator, additive
):
    ratio = split(parse(text))
    assert ratio is not None
    assert (unparse(ratio.numerator), unparse(ratio.denominator)) == (numerator, denominator)
    assert (ratio.factor, ratio.additive) == (pytest.approx(factor), additive)
    values = {"a": 7.0, "b": 4.0, "c": 2.0, "d": 3.0}
    above, below = evaluate(ratio.numerator, values).value, evaluate(ratio.denominator, values).value
    assert ratio.factor * above / below == pytest.approx(evaluate(parse(text), values).value)


@pytest.mark.parametrize(
    "text", ["a", "a + b", "(1 - a / b) * 100", "a * c / b", "a / 2", "1 / b", "a / b / 0"]
)
def test_what_is_no_single_ratio_is_not_split(text):
    assert split(parse(text)) is None
