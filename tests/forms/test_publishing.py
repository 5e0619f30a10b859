"""Publishing: what is accepted, what is refused and where, and that a refusal changes nothing."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from app.db import db, unit_of_work
from app.errors import Conflict, Invalid, NotFound, TooLarge, describe, describe_place
from app.forms.collecting import receive
from app.forms.compiler_words import told_code
from app.forms.compiling import CompilingFault, compile_form
from app.forms.compiling_places import places_of
from app.forms.definitions import definition_of
from app.forms.models import Form, FormVersion
from app.forms.publishing import attach_file, publish
from app.forms.queries import published_version
from tests.forms.conftest import COARSEN, CONSENT, instance, table

MEDIA = table().replace(
    b"| | geopoint | home |",
    b"| | select_one_from_file zones.csv | zone | Zone | Zone | | | | |\n| | geopoint | home |",
)


def count(model: type) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def test_published_bytes_are_kept_with_their_md5(version: FormVersion) -> None:
    assert version.md5 == hashlib.md5(version.xform, usedforsecurity=False).hexdigest()
    assert version.form.form_id == "survey_a"
    assert version.form.title == "满意度调查"
    assert version.coarsen == COARSEN
    assert (version.consent_path, version.consent_value) == CONSENT
    assert definition_of(version) is definition_of(version)


def test_compiled_xml_is_kept_byte_for_byte(version: FormVersion) -> None:
    xml = version.xform.replace(b'version="V1"', b'version="V2"')
    assert xml != version.xform
    with unit_of_work():
        second = publish(content=xml, filename="survey.xml", form_id="survey_a")
    assert second.xform == xml
    assert second.workbook_sha256 is None
    assert second.form_id == version.form_id
    # What the version before protected stays protected.
    assert second.coarsen == COARSEN
    assert second.consent_path == CONSENT[0]
    assert published_version(version.form).id == second.id


def test_equal_version_with_equal_bytes_is_the_version_that_is_there(version: FormVersion) -> None:
    assert publish(content=table(), filename="survey.md").id == version.id


def test_equal_version_with_other_bytes_is_refused(version: FormVersion) -> None:
    with pytest.raises(Conflict) as refusal:
        publish(content=table(Parks="Green parks"), filename="survey.md")
    assert refusal.value.code == "version-taken"
    db.session.rollback()
    assert count(FormVersion) == 1


def test_compiler_errors_name_sheet_row_and_column(app: Flask) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(content=table().replace(b"| age |", b"| a ge |"), filename="survey.md")
    assert refusal.value.code == "form-not-compiled"
    place = refusal.value.places[0]
    assert (place.sheet, place.row, place.column) == ("survey", 5, "name")
    assert "变量名“a ge”不能用" in describe(place.code, place.facts)
    assert count(Form) == 0


def workbook(**sheets: list[list[str | None]]) -> bytes:
    """An XLSForm workbook."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


HEAD: list[str | None] = ["type", "name", "label"]


def test_everything_wrong_in_the_sheets_is_told_at_once(app: Flask) -> None:
    survey = [HEAD, ["txet", "a", "A"], ["select_one nowhere", "b", "B"], ["integer", "a", "C"]]
    survey += [["text", "1x", "D"], ["select_one", "c", "C"], [None, "e", "E"], ["text", "g", None]]
    survey += [["text", None, "H"], ["quiz", "k", "K"]]
    choices = [["list_name", "name", "label"], ["yn", "1", "是"], ["yn", "1", "否"], ["yn", None, "?"]]
    with pytest.raises(Invalid) as refusal:
        publish(content=workbook(survey=survey, choices=choices), filename="survey.xlsx")
    assert [(each.code, each.sheet, each.row, each.column) for each in refusal.value.places] == [
        ("form-type-misspelt", "survey", 2, "type"),
        ("form-list-missing", "survey", 3, "type"),
        ("form-name-twice", "survey", 4, "name"),
        ("form-name-invalid", "survey", 5, "name"),
        ("form-list-unnamed", "survey", 6, "type"),
        ("form-type-missing", "survey", 7, "type"),
        ("form-label-missing", "survey", 8, "label"),
        ("form-name-missing", "survey", 9, "name"),
        ("form-type-unknown", "survey", 10, "type"),
        ("form-choice-twice", "choices", 3, "name"),
        ("form-choice-unnamed", "choices", 4, "name"),
    ]
    assert "是不是“text”" in describe(refusal.value.places[0].code, refusal.value.places[0].facts)


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"type,name,label\ntext,a,A\n", "survey.csv", "form-survey-missing"),
        (workbook(questions=[HEAD, ["text", "a", "A"]], other=[["x"]]), "survey.xlsx", "form-survey-missing"),
        (workbook(survey=[HEAD], settings=[["form_id"]]), "survey.xlsx", "form-survey-empty"),
        (workbook(survey=[["a", "b"], ["1", "2"]], settings=[["x"]]), "survey.xlsx", "form-column-missing"),
        (
            workbook(survey=[HEAD, ["select_one yn", "a", "A"]], choices=[["list_name", "name", "label"]]),
            "survey.xlsx",
            "form-choices-empty",
        ),
        (
            workbook(survey=[HEAD, ["select_one yn", "a", "A"]], choices=[["a", "b"], ["1", "2"]]),
            "survey.xlsx",
            "form-choices-empty",
        ),
    ],
)
def test_missing_sheets_and_lists_are_told_with_their_cure(
    app: Flask, content: bytes, filename: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(content=content, filename=filename)
    place = refusal.value.places[0]
    assert place.code == code
    text = describe(place.code, place.facts)
    assert re.search("请", text) and not re.search("[A-Za-z]{4,} [a-z]{2,} [a-z]{2,}", text), text


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["text", "b", "${nobody}"], "form-reference-unknown"),
        (["begin_group", "b", "B"], "form-begin-unmatched"),
        (["end_group", None, None], "form-end-unmatched"),
        (["calculate", "b", None], "form-calculation-missing"),
        (["begin_repeat", "meta", "B"], "form-name-meta"),
    ],
)
def test_what_the_compiler_says_is_told_in_the_readers_words(
    app: Flask, row: list[str | None], code: str
) -> None:
    rows = [HEAD, ["text", "a", "A"], row]
    with pytest.raises(CompilingFault) as refusal:
        compile_form(workbook(survey=rows, settings=[["form_id"], ["x"]]), "xlsx", "x")
    place = refusal.value.facts["places"][0]
    assert told_code(place["detail"])[0] == code, place


def test_what_nobody_knows_is_passed_on_as_it_is() -> None:
    assert told_code("Something new.") == ("form-compiler-says", {"detail": "Something new."})


def test_compiler_message_with_several_rows_becomes_several_places() -> None:
    told = places_of(
        "[row : 3] On the 'choices' sheet, the 'name' value is invalid. A\n[row : 12] Missing calculation."
    )
    assert [(each.get("sheet"), each.get("row"), each.get("column")) for each in told] == [
        ("choices", 3, "name"),
        ("survey", 12, None),
    ]
    assert places_of("No survey sheet") == [{"detail": "No survey sheet"}]


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "survey.xlsx", "form-file-empty"),
        (b"PK rubbish", "survey.xlsx", "form-workbook-unreadable"),
        (b"text", "survey.docx", "form-file-kind"),
        (b"text", "survey", "form-file-kind"),
        (b"\xd0\xcf\x11\xe0rubbish", "survey.xls", "form-kind-unreadable"),
        (b"rubbish", "survey.md", "form-kind-unreadable"),
        (b"type;name;label\ntext;a;A\n", "survey.csv", "form-kind-unreadable"),
        (b"survey,,,\n,type,name,label\n,text,\x81\xff,A\n", "survey.csv", "form-workbook-unreadable"),
        (b"<a", "survey.xml", "form-unusable"),
        (b"<a/>", "survey.xml", "form-unusable"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "survey.xml", "form-unusable"),
    ],
)
def test_bad_files_are_refused_and_nothing_changes(
    app: Flask, content: bytes, filename: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(content=content, filename=filename)
    assert refusal.value.code == code
    told = [describe(code, refusal.value.facts)]
    told += [describe(place.code, place.facts) for place in refusal.value.places]
    for text in told:
        assert not re.search("问题代码|Argument|Error|malformed|=", text), text
    assert count(Form) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_form_may_be_a_csv_file_of_a_chinese_spreadsheet_program(app: Flask, encoding: str) -> None:
    text = (
        "survey,,,\r\n,type,name,label\r\n,select_one yn,agree,您同意吗？\r\n"
        "choices,,,\r\n,list_name,name,label\r\n"
        ",yn,1,是\r\nnotes,,,\r\n,a,b,c\r\nsettings,,,\r\n,form_id,version,\r\n,csv_form,V1,\r\n"
    )
    with unit_of_work():
        version = publish(content=text.encode(encoding), filename="survey.csv")
    [question] = [each for each in definition_of(version).questions.values() if each.choices]
    assert (version.form.form_id, question.label.plain("")) == ("csv_form", "您同意吗？")


def test_archive_bomb_is_refused_before_it_is_opened(app: Flask) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"<workbook>" + b" " * 30_000_000 + b"</workbook>")
    with pytest.raises(Invalid) as refusal:
        publish(content=packed.getvalue(), filename="survey.xlsx")
    assert refusal.value.code == "form-workbook-unreadable"
    [place] = refusal.value.places
    assert "压缩比" in describe(place.code, place.facts)


def test_too_large_file_is_refused(app: Flask) -> None:
    with pytest.raises(TooLarge):
        publish(content=b"x" * (20 * 1024 * 1024 + 1), filename="survey.md")


def test_form_id_must_be_the_one_asked_for(app: Flask) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(content=table(), filename="survey.md", form_id="other")
    assert refusal.value.code == "form-id-differs"


def test_coarsening_must_name_a_place(app: Flask) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(content=table(), filename="survey.md", coarsen=["/data/basic/age"])
    assert refusal.value.places[0].facts["found"] == "/data/basic/age"
    assert refusal.value.facts["expected"] == ["/data/basic/home"]


def test_protected_place_cannot_vanish_unnoticed(version: FormVersion) -> None:
    changed = table("V2").replace(b"| geopoint | home |", b"| geopoint | house |")
    with pytest.raises(Invalid) as refusal:
        publish(content=changed, filename="survey.md")
    assert refusal.value.code == "coarsening-impossible"
    with unit_of_work():
        assert publish(content=changed, filename="survey.md", coarsen=["/data/basic/house"]).coarsen


@pytest.mark.parametrize("consent", [("/data/no", "0"), ("/data/consent", "7")])
def test_consent_must_name_a_question_and_a_choice(app: Flask, consent: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(content=table(), filename="survey.md", consent=consent)
    assert refusal.value.code == "consent-question-unknown"


def test_choice_file_is_checked_and_its_choices_are_read(app: Flask) -> None:
    with unit_of_work():
        version = publish(content=MEDIA, filename="survey.md")
    assert [each.file_name for each in version.files] == ["zones.csv"]
    assert version.files[0].sha256 is None
    before = version.definition_key
    with pytest.raises(Invalid) as refusal:
        attach_file(version=version, file_name="zones.csv", content=b"\xff\xfe\x00rubbish")
    assert refusal.value.code == "form-unusable"
    db.session.rollback()
    with pytest.raises(NotFound):
        attach_file(version=version, file_name="other.csv", content=b"name,label\n1,A\n")
    with unit_of_work():
        attach_file(version=version, file_name="zones.csv", content=b"name,label\nz1,North\nz2,South\n")
    assert version.definition_key != before
    choices = definition_of(version).questions["/data/basic/zone"].choices
    assert [each.value for each in choices] == ["z1", "z2"]


def test_files_are_carried_over_to_the_next_version(app: Flask) -> None:
    with unit_of_work():
        first = publish(content=MEDIA, filename="survey.md")
        attach_file(version=first, file_name="zones.csv", content=b"name,label\nz1,North\n")
    with unit_of_work():
        second = publish(content=MEDIA.replace(b"| V1 |", b"| V2 |"), filename="survey.md")
    assert second.files[0].sha256 == first.files[0].sha256
    assert [each.value for each in definition_of(second).questions["/data/basic/zone"].choices] == ["z1"]


def test_file_of_a_published_version_is_given_once(app: Flask) -> None:
    north, south = b"name,label\nz1,North\n", b"name,label\nz2,South\n"
    with unit_of_work():
        first = publish(content=MEDIA, filename="survey.md")
        attach_file(version=first, file_name="zones.csv", content=north)
        attach_file(version=first, file_name="zones.csv", content=north)
    with pytest.raises(Conflict) as refusal:
        attach_file(version=first, file_name="zones.csv", content=south)
    assert refusal.value.code == "form-file-filled"
    assert "新的 version" in describe(refusal.value.code, refusal.value.facts)
    assert [each.value for each in definition_of(first).questions["/data/basic/zone"].choices] == ["z1"]
    # The next version begins with the same file and may be given another, until somebody has answered by it.
    with unit_of_work():
        second = publish(content=MEDIA.replace(b"| V1 |", b"| V2 |"), filename="survey.md")
        third = publish(content=MEDIA.replace(b"| V1 |", b"| V3 |"), filename="survey.md")
        attach_file(version=second, file_name="zones.csv", content=south)
        receive(form=third.form, xml=instance(version="V3"), channel="import")
    for version in (second, third):
        with pytest.raises(Conflict):
            attach_file(version=version, file_name="zones.csv", content=b"name,label\nz3,East\n")


def test_form_without_an_id_is_named_by_its_file(app: Flask) -> None:
    text = table().replace(b"| | form_id | form_title |", b"| | form_name | form_title |")
    with unit_of_work():
        version = publish(content=text, filename="街道问卷.md")
    assert version.form.form_id == "街道问卷"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "questions"),
    [
        ("satisfaction_36.xlsx", 36),
        ("all-question-types.xlsx", 85),
        ("good_eats_multilang.xls", 10),
        ("250-questions.xml", 250),
        ("ifrc-distribution-site-assessment.xml", 88),
        ("repeat_date_test.xls", 4),
        ("specify_other.xls", 2),
        ("xlsform_spec_test.xlsx", 40),
    ],
)
def test_real_forms_are_published(app: Flask, forms_folder: Path, name: str, questions: int) -> None:
    with unit_of_work():
        version = publish(content=(forms_folder / name).read_bytes(), filename=name)
    assert version.facts["questions"] == questions
    assert definition_of(version).questions


@pytest.mark.shared
@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "zh",
            [
                "问卷表格有错误，没有发布任何内容",
                "工作表“survey”，第 4 行，“type”列",
                "请按下面的位置逐一修改",
            ],
        ),
        (
            "en",
            [
                "nothing was published",
                "Sheet “survey”, Row 4, column “type”",
                "Correct them at the places below",
            ],
        ),
    ],
)
def test_spoilt_real_form_names_sheet_row_and_cure(
    app: Flask, forms_folder: Path, lang: str, told: list[str]
) -> None:
    book = load_workbook(forms_folder / "satisfaction_36.xlsx")
    columns = [cell.value for cell in book["survey"][1]]
    book["survey"].cell(4, columns.index("type") + 1).value = "slecet_one yesno"
    content = io.BytesIO()
    book.save(content)
    with pytest.raises(Invalid) as refusal:
        publish(content=content.getvalue(), filename="satisfaction_36.xlsx")
    with app.test_request_context(f"/?lang={lang}"):
        shown = [describe(refusal.value.code, refusal.value.facts)]
        for each in refusal.value.places:
            shown += [describe_place(each), describe(each.code, each.facts)]
    text = "\n".join(shown)
    assert "slecet_one" in text
    assert [each for each in told if each not in text] == [], text
    assert count(Form) == 0
