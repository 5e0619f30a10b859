"""What is refused of an upload, and what is only said: each with its place, cure and the reader's words."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook

from app.db import db, unit_of_work
from app.errors import Invalid, describe
from app.forms.authoring import save_draft
from app.forms.compiler_words import told_code
from app.forms.compiling import CompilingFault, compile_form
from app.forms.models import FormVersion
from app.forms.publishing import publish
from app.forms.showing import notices_of
from app.forms.validating import Validated, java_path, told_lines, validate_xform
from tests.forms.conftest import compiled, table

_ENGLISH = re.compile(r"[A-Za-z]{4,} [a-z]{2,} [a-z]{2,}")


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ODK Validate says takes a second of every upload."""
    monkeypatch.setattr("app.forms.uploading.java_path", lambda: None)


def draft(content: bytes, filename: str) -> FormVersion:
    with unit_of_work():
        return save_draft(content=content, filename=filename)


def workbook(text: bytes) -> bytes:
    """A Markdown table as a workbook."""
    book = Workbook()
    book.remove(book.worksheets[0])
    page = None
    for line in text.decode().splitlines():
        first, *cells = [each.strip() for each in line.strip("|").split("|")]
        if first:
            page = book.create_sheet(first)
        else:
            assert page is not None
            page.append(cells)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def as_csv(text: bytes) -> bytes:
    return "\n".join(
        ",".join(f'"{each.strip()}"' for each in line.strip("|").split("|"))
        for line in text.decode().splitlines()
    ).encode()


@pytest.mark.usefixtures("no_java")
@pytest.mark.parametrize("kind", ["xlsx", "csv", "gb18030", "md", "xml"])
def test_one_form_comes_in_by_every_way(app: Flask, kind: str) -> None:
    content, filename = {
        "xlsx": (workbook(table()), "survey.xlsx"),
        "csv": (as_csv(table()), "survey.csv"),
        "gb18030": (as_csv(table()).decode().encode("gb18030"), "survey.csv"),
        "md": (table(), "survey.md"),
        "xml": (compiled(table()), "survey.xml"),
    }[kind]
    made = draft(content, filename)
    assert made.xform == compiled(table())
    assert (made.workbook_sha256 is None) is (kind == "xml")


@pytest.mark.usefixtures("no_java")
def test_an_old_workbook_comes_in(app: Flask, forms_folder: Path) -> None:
    made = draft((forms_folder / "specify_other.xls").read_bytes(), "specify_other.xls")
    assert made.form.form_id == "specify_other"
    assert made.is_draft


@pytest.mark.usefixtures("no_java")
@pytest.mark.parametrize(
    ("before", "now", "place"),
    [
        (
            "| 年龄 | Age | yes | |",
            "| 年龄 | Age | yes | ${age} = 1 |",
            ("form-circular-calculation", "survey", 5, None),
        ),
        (". >= 16 and", ". >= 16 and and", ("form-expression-syntax", "survey", 5, "constraint")),
        (". >= 16 and", "nosuch(.) and", ("form-unknown-function", "survey", 5, "constraint")),
        ("${consent} = '1'", "selected(.)", ("form-wrong-argument-count", "survey", 4, "relevant")),
    ],
)
def test_what_pyxform_lets_through_is_told_at_its_row(
    app: Flask, before: str, now: str, place: tuple[str, str, int, str | None]
) -> None:
    text = table().decode()
    assert before in text
    with pytest.raises(Invalid) as refusal:
        draft(text.replace(before, now, 1).encode(), "survey.md")
    assert refusal.value.code == "form-unusable"
    told = refusal.value.places[0]
    assert (told.code, told.sheet, told.row, told.column) == place


@pytest.mark.usefixtures("no_java")
@pytest.mark.parametrize("form_id", ["a/b", "a\\b", "../survey", ".survey", "survey."])
@pytest.mark.parametrize("save", ["draft", "publish"])
def test_ids_like_paths_are_refused(app: Flask, xform: bytes, form_id: str, save: str) -> None:
    content = xform.replace(b'id="survey_a"', f'id="{form_id}"'.encode())
    with pytest.raises(Invalid) as refusal:
        save_draft(content=content, filename="f.xml") if save == "draft" else publish(
            content=content, filename="f.xml"
        )
    assert refusal.value.code == "form-id-path-like"
    assert form_id in describe(refusal.value.code, refusal.value.facts)


@pytest.mark.usefixtures("no_java")
@pytest.mark.parametrize("save", ["draft", "publish"])
def test_a_field_that_changes_its_type_is_refused(app: Flask, version: FormVersion, save: str) -> None:
    content = table("V2").replace(b"| integer | age |", b"| decimal | age |")
    with pytest.raises(Invalid) as refusal:
        save_draft(content=content, filename="f.md") if save == "draft" else publish(
            content=content, filename="f.md"
        )
    assert refusal.value.code == "form-types-changed"
    place = refusal.value.places[0]
    assert (place.code, place.sheet, place.row, place.column) == ("field-type-changed", "survey", 5, "type")
    text = describe(place.code, place.facts)
    assert "V1" in text and "整数" in text and "小数" in text
    db.session.rollback()
    assert [each.version for each in version.form.versions] == ["V1"]


@pytest.mark.usefixtures("no_java")
def test_a_type_is_compared_with_every_published_version(app: Flask, version: FormVersion) -> None:
    """A question that was left out for a year comes back with the type it had."""
    age = "| | integer | age | 年龄 | Age | yes | | . >= 16 and . <= 110 | |\n"
    without = table("V2").decode().replace(age, "")
    with unit_of_work():
        publish(content=without.encode(), filename="f.md")
    back = table("V3").replace(b"| integer | age |", b"| text | age |")
    with pytest.raises(Invalid) as refusal:
        draft(back, "f.md")
    assert refusal.value.places[0].facts["version"] == "V1"


@pytest.mark.usefixtures("no_java")
def test_warnings_of_the_compiler_and_ours_are_kept_in_the_readers_words(app: Flask) -> None:
    text = (
        table(Parks="")
        .decode()
        .replace("| | aspect | c |", "| | unused | 1 | 无 | None | |\n| | aspect | c |")
    )
    columns = "| label::English (en) | required |"
    text = text.replace(columns, "| label::English | required |", 1)
    text = text.replace("label::English (en) | street", "label::English | street")
    notices = notices_of(draft(text.encode(), "survey.md"))
    told = [(each["place"], each["message"]) for each in notices]
    assert (
        "工作表“survey”，第 11 行",
        "题目“park”没有“English”的题干，选这种语言的人会看到空白。请补上。",
    ) in told
    assert any("选项表“unused”没有题目使用" in message for _place, message in told)
    assert any("没有写代码：English" in message for _place, message in told)
    assert not [message for _place, message in told if _ENGLISH.search(message)]


@pytest.mark.usefixtures("no_java")
def test_what_is_said_alike_of_several_rows_is_said_once(app: Flask) -> None:
    text = (
        "| survey | | | |\n| | type | name | label |\n| | image | a | A |\n| | image | b | B |\n"
        "| | begin_repeat | c | |\n| | image | d | D |\n| | end_repeat | | |\n"
    )
    told = [(each["place"], each["message"]) for each in notices_of(draft(text.encode(), "pictures.md"))]
    [places] = [place for place, message in told if "max-pixels" in message]
    assert places == "工作表“survey”，第 2、3、5 行"
    assert any("表单编号取了文件名“pictures”" in message for _place, message in told)
    assert any("没有写 version" in message for _place, message in told)
    assert ("工作表“survey”，第 4 行", "重复组没有名称") in [(place, text[:7]) for place, text in told]


ROWS = "| survey | | | | | |\n| | type | name | label | {extra} |\n"
CHOICES = "| choices | | | |\n| | list_name | name | label |\n| | yn | 1 | Yes |\n| | yn | 0 | |\n"
COMPILER_CASES: dict[str, tuple[str, str, str]] = {
    "form-save-to": ("save_to", "| | text | a | A | prop |\n", ""),
    "form-reference-list": ("trigger", "| | text | a | A | |\n| | text | b | B | ${a} ${a} |\n", ""),
    "form-range-parameter": ("parameters", "| | range | a | A | start=1 end=5 step=0 |\n", ""),
    "form-parameters-unknown": ("parameters", "| | text | a | A | colour=red |\n", ""),
    "form-parameters-parsed": ("parameters", "| | text | a | A | rows |\n", ""),
    "form-parameters-invalid": ("parameters", "| | text | a | A | rows=many |\n", ""),
    "form-trigger-missing": ("trigger", "| | background-geopoint | a | A | |\n", ""),
    "form-audit-name": ("parameters", "| | audit | a | | |\n", ""),
    "form-audit-parameters": ("parameters", "| | audit | | | location-priority=balanced |\n", ""),
    "form-list-file-kind": ("x", "| | select_one_from_file a.txt | a | A | |\n", ""),
    "form-or-other-filter": ("choice_filter", "| | select_one yn or_other | a | A | x = 1 |\n", CHOICES),
    "form-big-image-alone": ("media::big-image", "| | note | a | A | a.png |\n", ""),
    "form-choice-spaces": (
        "x",
        "| | select_multiple yn | a | A | |\n",
        CHOICES.replace("| 0 |", "| 0 1 |"),
    ),
    "form-reference-ambiguous": (
        "relevant",
        "| | begin_group | g | G | |\n| | text | a | A | |\n| | end_group | | | |\n"
        "| | text | a | A | |\n| | text | b | B | ${a} = 1 |\n",
        "",
    ),
}


@pytest.mark.parametrize("code", COMPILER_CASES)
def test_what_pyxform_refuses_has_words(app: Flask, code: str) -> None:
    extra, rows, more = COMPILER_CASES[code]
    text = ROWS.format(extra=extra) + rows + more + "| settings | |\n| | form_id |\n| | f |\n"
    with pytest.raises(CompilingFault) as refusal:
        compile_form(text.encode(), "md", "f")
    place = refusal.value.facts["places"][0]
    assert "detail" in place, place
    found, facts = told_code(place["detail"])
    assert found == code, place
    message = describe(found, facts)
    assert "请" in message or "应" in message or "不能" in message or "例如" in message
    assert not _ENGLISH.search(message), message


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("form-name-case", "| | text | a | A | |\n| | text | A | A | |\n"),
        ("form-choice-unlabelled", "| | select_one yn | a | A | |\n"),
        ("form-disabled-column", "| | text | a | A | |\n| | text | b | B | yes |\n"),
        ("form-type-old", "| | text | a | A | |\n| | simserial | s | | |\n"),
        ("form-sheet-near", "| | text | a | A | |\n| setings | |\n| | form_id |\n| | f |\n"),
        ("form-or-other", "| | select_one yn or_other | a | A | |\n"),
        ("form-translations-column", "| | text | a | A | |\n"),
    ],
)
def test_what_pyxform_warns_of_has_words(app: Flask, code: str, rows: str) -> None:
    extra = {"form-disabled-column": "disabled", "form-translations-column": "hint::French (fr)"}
    head = ROWS.format(extra=extra.get(code, "label::French (fr)" if code == "form-or-other" else "x"))
    text = head + rows + (CHOICES if "yn" in rows else "")
    said = [told_code(each) for each in compile_form(text.encode(), "md", "f").warnings]
    assert code in {each[0] for each in said}, said
    assert not [describe(*each) for each in said if _ENGLISH.search(describe(*each))]


def test_a_false_dimension_loses_no_question(app: Flask) -> None:
    """A tool that wrote ``A1:C2`` into the sheet would have hidden all rows but the first."""
    import zipfile

    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(table()))) as source, zipfile.ZipFile(written, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:C2"', part)
                assert b"A1:C2" in part
            target.writestr(name, part)
    assert compile_form(written.getvalue(), "xlsx", "f").xform.encode() == compiled(table())


JAVA = pytest.mark.skipif(java_path() is None, reason="Java is not here, so ODK Validate cannot run")


@JAVA
@pytest.mark.parametrize(
    ("before", "now", "codes"),
    [
        ("<p", "<p", []),
        (
            '<input ref="/data/basic/age">',
            '<input ref="/data/basic/agx">',
            ["form-validator-no-node"],
        ),
        ("instance('community')", "instance('nobody')", ["form-validator-instance"]),
        (
            "/data/basic/age:label')\"/>",
            "/data/basic/agex:label')\"/>",
            ["form-validator-text"],
        ),
        (". &gt;= 16 and", ". &gt;= 16 and and", ["form-validator-expression"]),
        (
            "relevant=\" /data/consent  = '1'\"",
            "relevant=\" /data/basic/age  = '1'\"",
            ["form-validator-cycle"],
        ),
    ],
)
def test_what_odk_validate_refuses_has_words(
    app: Flask, xform: bytes, before: str, now: str, codes: list[str]
) -> None:
    said = validate_xform(xform.decode().replace(before, now).encode())
    assert said.valid is (not codes)
    told = [told_code(each, otherwise="form-validator-says") for each in said.lines]
    assert [each[0] for each in told] == codes
    assert not [describe(*each) for each in told if _ENGLISH.search(describe(*each))]


@JAVA
def test_odk_validate_looks_at_what_is_uploaded(app: Flask, xform: bytes) -> None:
    assert draft(xform, "f.xml").facts["warnings"] == []


def test_what_odk_validate_refuses_is_refused_at_its_row(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "bind for /data/basic/age contains invalid constraint expression [x y] null"
    monkeypatch.setattr("app.forms.uploading.java_path", lambda: "java")
    answers = {"validate_xform": Validated(False, (line, "Something new."))}

    def bounded(target: str, *args: object, **bounds: object) -> object:
        name = target.partition(":")[2]
        return answers[name] if name in answers else compile_form(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("app.forms.uploading.run_bounded", bounded)
    with pytest.raises(Invalid) as refusal:
        draft(table(), "survey.md")
    assert refusal.value.code == "form-unusable"
    first, second = refusal.value.places
    assert (first.code, first.sheet, first.row) == ("form-validator-expression", "survey", 5)
    assert (second.code, second.facts) == ("form-validator-says", {"detail": "Something new."})


def test_javas_own_words_are_left_out() -> None:
    text = (
        "\n>> XForm is invalid.\norg.a.BException: Bad thing\n\tat a.b(C.java:1)\nResult: Invalid\n/x/x.xml\n"
    )
    assert told_lines(text) == ("Bad thing",)
    circle = "a.XException: Cycle detected!\nThe following nodes are in the loop:\n/data/a\n/data/b"
    assert told_code(told_lines(circle)[0])[1]["found"] == "/data/a /data/b"
