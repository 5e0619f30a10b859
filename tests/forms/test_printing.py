"""Paper questionnaires, codebooks, posters and letters: the files are read back, their codes decoded."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient

from app.areas.models import Area
from app.audit.models import AuditEntry
from app.db import db, unit_of_work
from app.forms.links import link_address, make_link, revoke_link
from app.forms.models import Form, Link
from app.forms.publishing import publish
from app.printing.lettering import lines_of, width_of
from tests.forms.conftest import compiled, table
from tests.forms.test_resident import rows
from tests.xforms.test_tabling import HOUSEHOLD

CONDITIONS = """
| survey |
| | type | name | label | relevant | appearance | required | calculation |
| | calculate | calc | | | | | 1 + ${b} |
| | select_one yn | a | A? | | | yes |
| | integer | b | B? | ${a} = '1' | | |
| | select_multiple s | c | C? | ${b} >= 18 and not(selected(${a}, '0')) | | |
| | text | d | D? | selected(${c}, 'y') or ${b} = '' | multiline | |
| | text | e | E? | count-selected(${c}) >= 2 | | |
| | text | f | F? | regex(${d}, 'x') | | |
| | begin_group | g | Group | ${a} != '1' | | |
| | select_one steps | g1 | **Water** | | likert | yes |
| | select_one steps | g2 | Air | | likert | |
| | end_group | | | | | |
| | text | h | H? | ${g1} <= 2 | | |
| | note | n | Seen ${calc} | | | |
| | note | m | You said ${b} | | | |
| choices |
| | list_name | name | label |
| | yn | 1 | Yes |
| | yn | 0 | No |
| | s | x | Ex |
| | s | y | Why |
| | steps | 1 | Bad |
| | steps | 2 | Poor |
| | steps | 3 | Good |
| settings |
| | form_id | version |
| | cond | 1 |
"""


def pages_of(content: bytes) -> list[str]:
    """The text of each page, line ends as spaces."""
    document = pypdfium2.PdfDocument(content)
    try:
        texts = []
        for page in document:
            assert [round(each) for each in page.get_size()] == [595, 842]
            texts.append(" ".join(page.get_textpage().get_text_bounded().split()))
        return texts
    finally:
        document.close()


def codes_of(content: bytes) -> list[str]:
    """What a reader of QR codes sees on the pages."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [
            found.text
            for page in document
            for found in zxingcpp.read_barcodes(page.render(scale=2).to_numpy().copy())
        ]
    finally:
        document.close()


def paper(office: FlaskClient, form: Form, **asked: Any) -> str:
    answer = office.get(f"/forms/versions/{form.versions[0].id}/paper.pdf", query_string=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return " ".join(pages_of(answer.data))


def published(text: str) -> Form:
    with unit_of_work():
        return publish(content=compiled(text.encode()), filename="a.xml").form


def test_paper_asks_in_one_language_or_two(office: FlaskClient, form: Form) -> None:
    both = paper(office, form, languages="中文 (zh)|English (en)")
    assert "1. 同意吗？ ＊ Do you agree?" in both
    assert "表单 survey_a · 版本 V1" in both and "第 1 页，共 2 页" in both
    chinese = paper(office, form)
    assert "如果第 1 题选“是”，请回答第 2 至 5 题。" in chinese and "Do you agree" not in chinese
    assert "很不满意" in chinese and "可多选。" in chinese
    english = paper(office, form, languages="English (en)")
    assert "Very dissatisfied" in english and "很不满意" not in english


def test_conditions_are_told_by_the_numbers_of_questions(office: FlaskClient, app: Flask) -> None:
    told = paper(office, published(CONDITIONS))
    # What a phone works out is not known on paper.
    assert "Seen" not in told
    for words in (
        "如果第 1 题选“Yes”，请回答这一题。 2.",
        "如果第 2 题不小于 18，并且第 1 题不选“No”，请回答这一题。 3.",
        "如果第 3 题选“Why”，或者第 2 题没有回答，请回答这一题。 4.",
        "如果第 3 题至少选了 2 项，请回答这一题。 5.",
        "第 4 题 ,'x'",
        "如果第 1 题不选“Yes”，请回答第 7 至 8 题。",
        "如果第 7 题选“Bad”或“Poor”，请回答这一题。",
        "Bad Poor Good 7. Water ＊",
        "You said （第 2 题的回答）",
    ):
        assert words.replace(" ", "") in told.replace(" ", ""), words


def test_repeats_are_blank_rows(office: FlaskClient, app: Flask) -> None:
    household = published(HOUSEHOLD)
    told = paper(office, household, rows="2")
    assert told.count("家人（第 1 项）") == 1 and told.count("家人（第 2 项）") == 1
    assert "家人（第 3 项）" not in told and told.count("出行（第 2 项）") == 2
    assert "家人（第 3 项）" in paper(office, household)


def test_paper_that_cannot_be_is_refused(office: FlaskClient, form: Form) -> None:
    address = f"/forms/versions/{form.versions[0].id}/paper.pdf"
    assert "没有“Deutsch”这种语言" in office.get(f"{address}?languages=Deutsch").text
    for wrong in ("0", "21", "many"):
        answer = office.get(f"{address}?rows={wrong}")
        assert answer.status_code == 422 and "1 到 20" in answer.text


def test_codebook_tells_questions_choices_and_versions(office: FlaskClient, form: Form) -> None:
    with unit_of_work():
        text = table("V2").replace(b"suggest |", b"advice |").replace("公园 |".encode(), b"=1+1 |")
        publish(content=compiled(text), filename="a.xml")
    page = office.get(f"/forms/{form.id}").text
    newest = form.versions[0].id
    assert f"/forms/versions/{newest}/codebook.xlsx" in page and f"/forms/versions/{newest}/paper.pdf" in page
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"/forms/versions/{newest}/codebook.xlsx").data))
    assert book.sheetnames == ["题目", "选项", "版本"]
    head, *below = book["题目"].values
    lines = {row[1]: dict(zip(head, row, strict=True)) for row in below}
    age = lines["/data/basic/age"]
    assert (age["变量名"], age["题型"], age["题干 [English (en)]"]) == ("age", "integer", "Age")
    assert age["取值条件"] == ". >= 16 and . <= 110"
    assert "/data/consent" in lines["/data/basic"]["出现条件"]
    assert lines["/data/opinion/park"]["题干 [中文 (zh)]"] == "=1+1"
    choices = [row[:3] for row in book["选项"].values]
    assert (lines["/data/basic/street"]["选项表"], "s1", "珠山街道") in choices
    versions = {row[0]: row[1:] for row in book["版本"].values}
    assert versions["路径"] == ("V2", "V1")
    assert versions["/data/opinion/advice"] == ("text", None)
    assert versions["/data/opinion/suggest"] == (None, "text")


@pytest.fixture
def city(form: Form) -> Area:
    """A city with two communities, which the form asks."""
    with unit_of_work():
        city = Area(code="36", name_zh="瓷都", name_en="Porcelain", level="city", valid_from=date(2020, 1, 1))
        above = city
        for code, level in (("3601", "district"), ("360101", "street")):
            above = Area(code=code, name_zh=code, level=level, parent=above, valid_from=date(2020, 1, 1))
        for code, name in (("360101001", "东风社区"), ("360101002", "红旗社区")):
            db.session.add(
                Area(code=code, name_zh=name, level="community", parent=above, valid_from=date(2020, 1, 1))
            )
        db.session.flush()
        form.root_id = city.id
        form.title_en = "Survey of satisfaction"
    return city


def test_each_community_gets_a_link_and_a_poster(office: FlaskClient, form: Form, city: Area) -> None:
    with unit_of_work():
        revoke_link(link=make_link(form=form, kind="open", label="旧"))
    assert office.get(f"/forms/{form.id}/posters.pdf").status_code == 422
    for _twice in range(2):
        office.post(f"/forms/{form.id}/community-links")
    links = [each for each in rows(Link) if each.revoked_at is None]
    assert [(each.label, each.subject) for each in links] == [
        ("东风社区", "area:360101001"),
        ("红旗社区", "area:360101002"),
    ]
    content = office.get(f"/forms/{form.id}/posters.pdf").data
    first, second = pages_of(content)
    for words in ("瓷都", "Porcelain", "满意度调查", "Survey of satisfaction", "东风社区", "请扫描二维码"):
        assert words in first
    assert "红旗社区" in second and link_address(links[1]).replace("-", "") in second.replace(
        "-", ""
    ).replace(" ", "")
    assert codes_of(content) == [link_address(each) for each in links]
    own = office.get(f"/forms/links/{links[0].id}/poster.pdf")
    assert codes_of(own.data) == [link_address(links[0])]
    assert "一句话" in pages_of(office.get(f"/forms/{form.id}/posters.pdf?purpose=一句话").data)[0]
    assert office.get(f"/forms/{form.id}/posters.pdf?purpose={'长' * 121}").status_code == 422
    noted = db.session.query(AuditEntry).filter_by(action="access").all()
    assert {each.subject for each in noted} == {"forms", "links"}


def test_posters_are_for_those_who_may_see_links(
    client_as: Callable[..., FlaskClient], form: Form, city: Area
) -> None:
    analyst = client_as("analyst")
    assert analyst.get(f"/forms/{form.id}/posters.pdf").status_code == 403
    assert analyst.post(f"/forms/{form.id}/community-links").status_code == 403
    assert analyst.get(f"/forms/versions/{form.versions[0].id}/paper.pdf").status_code == 200
    assert client_as("viewer").get(f"/forms/versions/{form.versions[0].id}/paper.pdf").status_code == 403


def test_only_an_open_link_has_a_poster(office: FlaskClient, form: Form, city: Area) -> None:
    with unit_of_work():
        link = make_link(form=form, kind="personal")
    assert office.get(f"/forms/links/{link.id}/poster.pdf").status_code == 404


def test_lines_break_between_chinese_letters_and_words() -> None:
    lines = lines_of("如果第 3 题选“是”，请回答 question seven 这一题。", 10, 80)
    assert "".join(lines).replace(" ", "") == "如果第3题选“是”，请回答questionseven这一题。"
    assert all(width_of(each, 10) <= 92 for each in lines)
    assert not any(each[0] in "，。”" or each[-1] in "“" for each in lines)
    assert any("question" in each for each in lines) and any("seven" in each for each in lines)
    assert "".join(lines_of("https://" + "x" * 200, 10, 80)) == "https://" + "x" * 200
    assert lines_of("", 10, 80) == [""]


LOOKS = """
| survey |
| | type | name | label | appearance | calculation | read_only | default |
| | begin_group | table | Table | table-list | | | |
| | select_one steps | a | Water | | | | |
| | select_one steps | b | Air | | | | |
| | end_group | | | | | | |
| | date | year | Year | year | | | |
| | date | month | Month | month-year | | | |
| | text | told | Told | | concat('x', ${a}) | | |
| | text | fixed | Fixed | | | yes | as it is |
| | select_one steps or_other | last | Last | | | | |
| choices |
| | list_name | name | label |
| | steps | 1 | Bad |
| | steps | 2 | Poor |
| | steps | 3 | Good |
| settings |
| | form_id | version |
| | looks | 1 |
"""


def test_paper_has_nothing_of_the_compilers_and_asks_only_what_a_pen_can_answer(
    office: FlaskClient, app: Flask
) -> None:
    told = paper(office, published(LOOKS))
    assert "reserved_name" not in told
    assert "Told" not in told
    assert "Fixed：as it is" in told
    assert "Other" not in told and "Specify" not in told
    words = (
        "1. Water",
        "2. Air",
        "3. Year",
        "（年）",
        "4. Month",
        "（年-月）",
        "5. Last",
        "其他",
        "6. 请具体说明",
    )
    assert [each for each in words if each.replace(" ", "") not in told.replace(" ", "")] == []


def test_texts_longer_than_a_page_go_on_over_pages(office: FlaskClient, app: Flask) -> None:
    long = "知情同意书的一段话。" * 600
    choices = "\n".join(f"| | many | {number} | 选项{number} |" for number in range(12))
    text = f"""| survey | | | | |
| | type | name | label | hint | appearance |
| | begin_group | g | 开头{long}结尾 | | |
| | note | told | 开头{long}结尾 | 提示{long}完 | |
| | select_one many | one | 哪一个？ | | |
| | select_multiple tall | several | 哪些？ | | |
| | end_group | | | | |
| | begin_group | t | 表 | | table-list |
| | select_one sat | a | 行一{long}末 | | |
| | select_one sat | b | 行二 | | |
| | end_group | | | | |
| choices | | | |
| | list_name | name | label |
{choices}
| | tall | 1 | 甲{long}甲末 |
| | tall | 2 | 乙{long}乙末 |
| | sat | 1 | 好 |
| | sat | 2 | 差 |
| settings | | | |
| | form_id | form_title | version |
| | longest | 很长 | 1 |
"""
    told = paper(office, published(text)).replace(" ", "")
    for each in ("开头", "结尾", "提示", "完", "选项0", "选项11", "甲末", "乙末", "行一", "末", "行二"):
        assert each in told, each
    assert told.count("知情同意书") >= 5 * 550
