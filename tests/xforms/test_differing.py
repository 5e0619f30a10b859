"""The difference between two versions: each change is found, and nothing else."""

from __future__ import annotations

import pytest

from app.xforms.definition import FormDefinition
from app.xforms.differing import changed_types, differences
from app.xforms.parsing import parse_form
from app.xforms.question_history import histories
from tests.forms.conftest import compiled, table

OTHER_AGE = "| | integer | age | 年龄 | Age | yes | | . >= 16 and . <= 110 | |\n"
GONE = "| | text | suggest | 建议 | Suggestions | | | string-length(.) <= 20 | |\n"
CHANGES: dict[str, tuple[str, str, tuple[str, str, dict[str, str]]]] = {
    "label": (
        "| Parks |",
        "| Green parks |",
        ("label-changed", "park", {"language": "English (en)", "before": "Parks", "now": "Green parks"}),
    ),
    "added": (
        GONE,
        GONE + "| | text | more | 其他 | More | | | | |\n",
        ("question-added", "more", {"type": "text"}),
    ),
    "removed": (GONE, "", ("question-removed", "suggest", {"type": "text"})),
    "type": (
        "| integer | age |",
        "| decimal | age |",
        ("type-changed", "age", {"before": "integer", "now": "decimal"}),
    ),
    "moved": (
        OTHER_AGE + "| | select_one street | street | 街道 | Street | yes | | | |\n",
        "| | select_one street | street | 街道 | Street | yes | | | |\n" + OTHER_AGE,
        ("moved", "street", {"after": ""}),
    ),
    "group": (
        GONE + "| | end_group | | | | | | | |\n",
        "| | end_group | | | | | | | |\n" + GONE,
        ("moved-to-group", "suggest", {"before": "opinion", "now": ""}),
    ),
    "choice": (
        "| | aspect | c | 噪声 | Noise | |\n",
        "| | aspect | c | 噪声 | Noise | |\n| | aspect | d | 气味 | Smell | |\n",
        ("choice-added", "worst", {"value": "d", "now": "气味", "list": "aspect"}),
    ),
    "choice gone": (
        "| | aspect | c | 噪声 | Noise | |\n",
        "",
        ("choice-removed", "worst", {"value": "c", "before": "噪声", "list": "aspect"}),
    ),
    "choice label": (
        "| Parking |",
        "| Parking lots |",
        (
            "choice-label-changed",
            "worst",
            {
                "value": "a",
                "language": "English (en)",
                "before": "Parking",
                "now": "Parking lots",
                "list": "aspect",
            },
        ),
    ),
    "required": (
        "| 公园 | Parks | yes |",
        "| 公园 | Parks | |",
        ("rule-removed", "park", {"rule": "required", "before": "true()", "now": ""}),
    ),
    "relevant": (
        "| text | suggest | 建议 | Suggestions | | |",
        "| text | suggest | 建议 | Suggestions | | ${park} < 3 |",
        ("rule-added", "suggest", {"rule": "relevant", "before": "", "now": "${park} < 3"}),
    ),
    "constraint": (
        ". >= 16 and",
        ". >= 18 and",
        (
            "rule-changed",
            "age",
            {"rule": "constraint", "before": ". >= 16 and . <= 110", "now": ". >= 18 and . <= 110"},
        ),
    ),
    "filter": (
        "| street = ${street} |",
        "| |",
        ("rule-removed", "community", {"rule": "choice_filter", "before": "street = ${street}", "now": ""}),
    ),
    "title": (
        "| 满意度调查 |",
        "| 新调查 |",
        ("title-changed", "", {"before": "满意度调查", "now": "新调查"}),
    ),
}


@pytest.fixture(scope="module")
def old() -> FormDefinition:
    return parse_form(compiled(table()))


def changed(before: str, now: str) -> FormDefinition:
    text = table().decode()
    assert before in text
    return parse_form(compiled(text.replace(before, now).encode()))


def test_equal_versions_have_no_difference(old: FormDefinition) -> None:
    assert differences(old, parse_form(compiled(table("V2")))) == []


@pytest.mark.parametrize("case", CHANGES)
def test_each_change_is_found_alone(old: FormDefinition, case: str) -> None:
    before, now, expected = CHANGES[case]
    told = [(each.code, each.name, dict(each.facts)) for each in differences(old, changed(before, now))]
    assert told == [expected]


@pytest.mark.parametrize(
    ("before", "now", "types"),
    [
        ("| integer | age |", "| decimal | age |", ("int", "decimal")),
        ("| integer | age |", "| text | age |", ("int", "string")),
        ("| select_one sat5 | park |", "| select_multiple sat5 | park |", ("select_one", "select_multiple")),
        ("| select_one sat5 | park |", "| text | park |", ("select_one", "string")),
        ("| image | photo |", "| text | photo |", ("binary", "string")),
        ("| geopoint | home |", "| geotrace | home |", ("geopoint", "geotrace")),
    ],
)
def test_types_that_cannot_stand_in_one_column(
    old: FormDefinition, before: str, now: str, types: tuple[str, str]
) -> None:
    assert [(each.before, each.now) for each in changed_types(old, changed(before, now))] == [types]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("| text | suggest |", "| note | suggest |"),
        ("| text | suggest | 建议 | Suggestions |", "| hidden | suggest | | |"),
        ("| select_one sat5 | park |", "| hidden | park |"),
        ("| select_one sat5 | park |", "| select_one yn | park |"),
    ],
)
def test_types_whose_answers_go_together(old: FormDefinition, before: str, now: str) -> None:
    assert changed_types(old, changed(before, now)) == []


def test_a_question_is_followed_through_its_versions(old: FormDefinition) -> None:
    new = changed("| Parks |", "| Green parks |")
    found = {each.name: each for each in histories([(1, old), (2, new)], "en")}
    assert [each.label for each in found["park"].askings] == ["Parks", "Green parks"]
    assert (found["park"].same_words, found["park"].same_type, found["park"].same_choices) == (
        False,
        True,
        True,
    )
    assert found["age"].same_words
    assert "start" not in found
