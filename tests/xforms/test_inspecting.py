"""What no compiler refuses and yet somebody would trip over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.forms.compiling import compile_form
from app.xforms.file_columns import columns_read
from app.xforms.inspecting import inspect_form
from app.xforms.parsing import parse_form
from app.xforms.problems import XFormProblem

HEAD = "| survey | | | | | | |\n| | type | name | {columns} |\n"
CHOICES = "| choices | | | |\n| | list_name | name | label |\n| | yn | 1 | Yes |\n| | yn | 0 | No |\n"
SETTINGS = "| settings | | |\n| | form_id | version |\n| | f | 1 |\n"


def form(*rows: str, columns: str = "label | relevant | calculation | choice_filter", more: str = "") -> str:
    """A form of these rows of the survey sheet, as pyxform compiles it."""
    text = HEAD.format(columns=columns) + "".join(f"| | {row} |\n" for row in rows) + more + SETTINGS
    return compile_form(text.encode(), "md", "f").xform


def found(xform: str) -> list[tuple[str, str | None, Mapping[str, Any]]]:
    return [
        (each.code, each.path or each.list_name, each.facts)
        for each in inspect_form(parse_form(xform.encode()))
    ]


def test_a_form_without_faults_has_no_findings() -> None:
    assert found(form("select_one yn | a | A | | |", "text | b | B | ${a} = 1 | |", more=CHOICES)) == []


def test_missing_translations_are_listed_by_language() -> None:
    columns = "label::中文 (zh) | label::English (en) | hint::中文 (zh) | hint::English (en)"
    rows = ("text | a | 甲 | | 提示 |", "text | b | 乙 | B | 提示 |", "note | c | | C | |")
    assert found(form(*rows, columns=columns)) == [
        ("label-missing-in", "/data/a", {"found": "a", "language": "English (en)"}),
        ("label-missing-in", "/data/c", {"found": "c", "language": "中文 (zh)"}),
        ("translation-missing", None, {"language": "English (en)", "count": 2, "found": ["a", "b"]}),
    ]


def test_choices_that_wait_for_a_later_answer_are_found() -> None:
    choices = CHOICES.replace("| label |", "| label | of |").replace("| Yes |", "| Yes | x |")
    rows = ("select_one yn | a | A | | | of = ${b}", "text | b | B | | |")
    assert found(form(*rows, more=choices)) == [
        ("choices-before-answer", "/data/a", {"found": "a", "asked": "b"})
    ]
    assert found(form(*reversed(rows), more=choices)) == []


def test_unused_lists_and_repeated_values_are_found() -> None:
    unused = CHOICES + "| | more | 1 | One |\n"
    assert found(form("select_one yn | a | A | | |", more=unused)) == [
        ("list-unused", "more", {"found": "more"})
    ]
    xform = form("select_one yn | a | A | | |", more=CHOICES).replace("<name>0</name>", "<name>1</name>")
    assert found(xform) == [("choice-value-twice", "/data/a", {"name": "a", "found": ["1"]})]


def test_what_reads_no_node_is_found() -> None:
    xform = form("text | a | A | | |", "text | b | B | ${a} = 1 | |").replace("/data/a  =", "/data/nobody  =")
    assert found(xform) == [
        ("reads-unknown", "/data/b", {"name": "b", "attribute": "relevant", "found": "/data/nobody"})
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ("calculate | a | | | ${b} + 1 |", "calculate | b | | | ${a} + 1 |"),
        ("text | a | A | ${b} = 1 | |", "text | b | B | ${a} = 1 | |"),
        ("calculate | a | | | ${b} + 1 |", "text | b | B | ${a} = 1 | |"),
        ("text | a | A | ${a} = 1 | |",),
        ("begin_group | g | G | ${a} = 1 | |", "text | a | A | | |", "end_group | | | | |"),
    ],
)
def test_circles_of_calculations_and_relevance_are_refused(rows: tuple[str, ...]) -> None:
    with pytest.raises(XFormProblem) as refusal:
        parse_form(form(*rows).encode())
    assert refusal.value.code == "circular-calculation"
    assert refusal.value.facts["path"]


def test_the_columns_that_a_form_names_of_its_files() -> None:
    rows = (
        "select_one_from_file zones.csv | zone | Zone | | | district = ${a}",
        "text | a | A | | |",
        "calculate | p | | | pulldata('facts', 'persons', 'code', ${zone}) |",
        "calculate | q | | | instance('zones')/root/item[name = ${zone}]/size |",
    )
    read = columns_read(parse_form(form(*rows).encode()))
    assert read == {
        "zones.csv": frozenset({"name", "label", "district", "size"}),
        "facts.csv": frozenset({"persons", "code"}),
    }
