"""Reading compiled forms: structure, texts, choices, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyxform.xls2xform import convert
from trial_forms import bare_form

from app.xforms.definition import FormDefinition, Group, Output, Repeat
from app.xforms.languages import pick_language
from app.xforms.parsing import parse_form
from app.xforms.problems import XFormProblem
from app.xforms.secondary import attach_files


def test_a_form_tells_its_identity_and_languages(trial: FormDefinition) -> None:
    assert (trial.form_id, trial.version, trial.title) == ("trial", "7", "试用问卷")
    assert trial.languages == ("中文 (zh)", "English (en)")
    assert trial.default_language == "中文 (zh)"
    assert pick_language(trial, "en") == "English (en)"
    assert pick_language(trial, "zh-Hans-CN") == "中文 (zh)"
    assert pick_language(trial, "fr") == "中文 (zh)"


def test_the_tree_mirrors_groups_and_repeats(trial: FormDefinition) -> None:
    home, person = trial.nodes["/data/home"], trial.nodes["/data/person"]
    assert isinstance(home, Group)
    assert isinstance(person, Repeat)
    assert [child.name for child in home.children][:3] == ["street", "community", "age"]
    assert trial.question("/data/person/name").repeats == ("/data/person",)
    assert len(person.initial) == 1
    assert not person.fixed


def test_questions_have_kind_texts_and_expressions(trial: FormDefinition) -> None:
    age = trial.question("/data/home/age")
    assert (age.kind, age.data_type, age.control) == ("integer", "int", "input")
    assert age.required is not None and age.required.constant
    assert age.label.plain("English (en)") == "Age"
    assert age.constraint_message.plain() == "年龄应在16至110岁之间"
    assert age.constraint is not None
    assert age.constraint.reads == {"/data/home/age"}
    told = trial.question("/data/home/told")
    assert told.kind == "note"
    parts = told.label.parts_in("中文 (zh)")
    assert [isinstance(part, Output) for part in parts] == [False, True, False]
    assert told.label.reads == {"/data/home/per_year"}
    assert trial.question("/data/start").preload is not None
    assert trial.question("/data/person/photo").is_upload
    assert trial.geopoints == ("/data/home/point",)


def test_choices_come_with_labels_and_filter_columns(trial: FormDefinition) -> None:
    community = trial.question("/data/home/community")
    assert [choice.value for choice in community.choices] == ["c11", "c12", "c21"]
    assert community.choice_by_value["c21"].columns == {"street_code": "s2"}
    assert community.choice_by_value["c21"].label.plain("English (en)") == "Third"
    assert community.itemset is not None
    assert community.itemset.nodeset.reads == {"/data/home/street"}


def test_a_form_without_translations_has_one_unnamed_language(
    form_of: Callable[[str], FormDefinition],
) -> None:
    form = form_of("""
| survey | | | |
| | type | name | label |
| | text | q | Question |
""")
    assert form.languages == ()
    assert form.named("q") is not None
    assert form.question("/data/q").label.plain("anything") == "Question"


@pytest.mark.shared
def test_the_forms_of_other_projects_are_understood(shared: Path) -> None:
    questions = {}
    for path in sorted((shared / "reference" / "forms").iterdir()):
        if path.suffix == ".xml":
            questions[path.name] = len(parse_form(path.read_bytes()).questions)
        elif path.suffix in {".xls", ".xlsx"}:
            xform = convert(xlsform=str(path), validate=False).xform
            questions[path.name] = len(parse_form(xform.encode()).questions)
    assert len(questions) == 8
    assert questions["250-questions.xml"] == 250
    assert questions["satisfaction_36.xlsx"] == 41
    assert min(questions.values()) >= 2


def test_external_choice_lists_are_attached_by_file_name(form_of: Callable[[str], FormDefinition]) -> None:
    form = form_of("""
| survey | | | |
| | type | name | label |
| | select_one_from_file streets.csv | street | Street |
""")
    assert form.media == ("streets.csv",)
    assert form.question("/data/street").choices == ()
    attached = attach_files(form, {"streets.csv": "name,label\ns1,新村\ns2,竟成\n".encode()})
    assert [choice.label.plain() for choice in attached.question("/data/street").choices] == ["新村", "竟成"]
    with pytest.raises(XFormProblem) as caught:
        attach_files(form, {"streets.csv": b"\xff\xfe\xff"})
    assert caught.value.code == "wrong-media-file"


def test_a_control_of_a_node_that_is_not_there_is_told() -> None:
    with pytest.raises(XFormProblem) as caught:
        parse_form(bare_form('<input ref="/data/b"><label>B</label></input>'))
    assert caught.value.code == "control-without-node"
    assert caught.value.facts["path"] == "/data/b"


@pytest.mark.parametrize(
    ("attribute", "expression", "code"),
    [
        ("relevant", "1 +", "expression-syntax"),
        ("relevant", "(" * 100 + "1" + ")" * 100, "expression-syntax"),
        ("calculate", "frobnicate(1)", "unknown-function"),
        ("constraint", "selected(.)", "wrong-argument-count"),
        ("relevant", "instance('nowhere')/root/item = 1", "unknown-instance"),
        ("constraint", "regex(., '[a-')", "expression-syntax"),
        ("calculate", "/data/a + 1", "circular-calculation"),
        ("relevant", "/data/a = 1", "circular-calculation"),
    ],
)
def test_a_wrong_expression_is_told_with_its_place(attribute: str, expression: str, code: str) -> None:
    with pytest.raises(XFormProblem) as caught:
        parse_form(bare_form(binds=f'<bind nodeset="/data/a" {attribute}="{expression}"/>'))
    assert caught.value.code == code
    assert caught.value.facts["path"] == "/data/a"


def test_a_circle_of_calculations_is_told_with_its_path() -> None:
    binds = '<bind nodeset="/data/a" calculate="/data/b"/><bind nodeset="/data/b" calculate="/data/a"/>'
    with pytest.raises(XFormProblem) as caught:
        parse_form(bare_form(instance="<a/><b/>", binds=binds))
    assert caught.value.code == "circular-calculation"
    assert "/data/b" in str(caught.value.facts["detail"])


def test_a_text_that_is_not_there_is_told() -> None:
    body = '<input ref="/data/a"><label ref="jr:itext(\'missing\')"/></input>'
    with pytest.raises(XFormProblem) as caught:
        parse_form(bare_form(body))
    assert (caught.value.code, caught.value.facts["detail"]) == ("unknown-text", "missing")


BILLION_LAUGHS = b"""<?xml version="1.0"?><!-- a > b --><!DOCTYPE lolz [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;">]>
<data id="x"><a>&b;</a></data>"""
_ATTRIBUTES = b"<%%b %b/>" % b" ".join(b'a%d="1"' % number for number in range(65))


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "malformed-xml"),
        (b"no xml", "malformed-xml"),
        (b"<h:html>", "malformed-xml"),
        (b"<data/>", "not-an-xform"),
        (BILLION_LAUGHS, "doctype-not-allowed"),
        (BILLION_LAUGHS.decode().encode("utf-16"), "doctype-not-allowed"),
        (b"<!doctype html><html/>", "doctype-not-allowed"),
        (b"<a>" * 100 + b"</a>" * 100, "too-deep"),
        (b"<a>" * 5000 + b"</a>" * 5000, "too-deep"),
        (b"<a>" + _ATTRIBUTES % b"b" + b"</a>", "too-many-attributes"),
        (b"<a>" + b"<b/>" * 500_000 + b"</a>", "too-many-nodes"),
        (b"<a>" + b" " * (11 * 1024 * 1024) + b"</a>", "too-large"),
        (b"<a>&undefined;</a>", "malformed-xml"),
    ],
)
def test_hostile_and_broken_xml_is_refused(xml: bytes, code: str) -> None:
    with pytest.raises(XFormProblem) as caught:
        parse_form(xml)
    assert caught.value.code == code
