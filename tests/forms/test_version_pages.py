"""Staff pages of versions: a draft is looked at, tried, compared, given files, published, thrown away."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.managing import Grant, add_user
from app.db import db, unit_of_work
from app.forms.authoring import save_draft, test_link_of
from app.forms.models import Form, FormVersion
from tests.forms.conftest import compiled, table

FILES = table("V2", 公园="公园和绿地").replace(
    b"| | geopoint | home |",
    b"| | select_one_from_file zones.csv | zone | Zone | Zone | | | | |\n"
    b"| | select_one_from_file towns.csv | town | Town | Town | | | | |\n| | geopoint | home |",
)


@pytest.fixture(scope="module")
def second() -> bytes:
    """A version that names two files, compiled once."""
    return compiled(FILES)


@pytest.fixture(autouse=True)
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ODK Validate says takes a second of every upload."""
    monkeypatch.setattr("app.forms.uploading.java_path", lambda: None)


@pytest.fixture
def draft(version: FormVersion, second: bytes) -> FormVersion:
    """A draft beside the published version."""
    with unit_of_work():
        return save_draft(content=second, filename="survey.xml")


def file(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def test_the_page_of_a_draft_shows_all_that_is_needed_before_publishing(
    office: FlaskClient, draft: FormVersion
) -> None:
    page = office.get(f"/forms/versions/{draft.id}").text
    link = test_link_of(draft)
    assert link is not None
    assert f'<iframe src="/s/{link.token}"' in page
    assert "与已发布的版本 V1 相比" in page
    assert "“park”的题干（中文 (zh)）从“公园”改为“公园和绿地”。" in page
    assert "缺附件：zones.csv、towns.csv" in page
    assert "显示条件 <code>${consent} = &#39;1&#39;</code>" in page
    assert "单选题" in page and "6 个选项" in page
    english = office.get(f"/forms/versions/{draft.id}?lang=en")
    assert english.status_code == 200


def test_any_two_versions_are_compared(office: FlaskClient, draft: FormVersion, version: FormVersion) -> None:
    page = office.get(f"/forms/versions/{draft.id}/changes?since={version.id}").text
    assert "新增单选题“zone Zone”。" in page
    back = office.get(f"/forms/versions/{version.id}/changes?since={draft.id}").text
    assert "删去单选题“zone Zone”。" in back


def test_versions_of_other_forms_are_not_compared(
    office: FlaskClient, draft: FormVersion, xform: bytes
) -> None:
    with unit_of_work():
        other = save_draft(content=xform.replace(b"survey_a", b"survey_z"), filename="z.xml")
    for since in (str(other.id), "0", "x", ""):
        assert office.get(f"/forms/versions/{draft.id}/changes?since={since}").status_code == 404


def test_several_files_are_given_at_once_and_replaced(office: FlaskClient, draft: FormVersion) -> None:
    address = f"/forms/versions/{draft.id}/files"
    both = [file(b"name,label\n1,A\n", "zones.csv"), file(b"name,label\n1,T\n", "towns.csv")]
    answer = office.post(address, data={"file": both}, follow_redirects=True)
    assert "附件已保存，都齐了。" in answer.text
    one = {"file": [file(b"name,label\n2,B\n", "mine.csv")], "file_name": "zones.csv"}
    assert office.post(address, data=one).status_code == 302
    db.session.expire_all()
    assert [each.size for each in draft.files] == [15, 15]


@pytest.mark.parametrize(
    ("files", "status", "words"),
    [
        ([], 422, "请选择要上传的文件"),
        ([(b"name,label\n", "other.csv")], 404, "表单没有名为“other.csv”的附件"),
        ([(b"code,label\n", "zones.csv")], 422, "缺少表单要用的列：name"),
        ([(b"name,label\n", "zones.csv"), (b"x", "no.csv")], 404, "表单没有名为“no.csv”的附件"),
    ],
)
def test_files_that_do_not_fit_are_refused_and_none_is_kept(
    office: FlaskClient, draft: FormVersion, files: list[tuple[bytes, str]], status: int, words: str
) -> None:
    answer = office.post(f"/forms/versions/{draft.id}/files", data={"file": [file(*each) for each in files]})
    assert answer.status_code == status
    assert words in answer.text
    db.session.expire_all()
    assert [each.sha256 for each in draft.files] == [None, None]


def test_a_draft_is_published_on_its_page(office: FlaskClient, draft: FormVersion) -> None:
    address = f"/forms/versions/{draft.id}/publish"
    refused = office.post(address)
    assert refused.status_code == 409
    assert "这些附件还没有上传：zones.csv、towns.csv" in refused.text
    answer = office.post(address, data={"without_files": "1"}, follow_redirects=True)
    assert "版本 V2 已发布" in answer.text
    assert office.post(address, data={"without_files": "1"}).status_code == 409
    assert office.post(f"/forms/versions/{draft.id}/discard").status_code == 409


def test_a_draft_is_thrown_away_on_its_page(office: FlaskClient, draft: FormVersion, xform: bytes) -> None:
    form_id = draft.form_id
    answer = office.post(f"/forms/versions/{draft.id}/discard")
    assert answer.headers["Location"].endswith(f"/forms/{form_id}")
    with unit_of_work():
        alone = save_draft(content=xform.replace(b"survey_a", b"survey_z"), filename="z.xml")
    answer = office.post(f"/forms/versions/{alone.id}/discard")
    assert answer.headers["Location"].endswith("/forms/")


def test_a_published_version_gets_a_test_link(office: FlaskClient, version: FormVersion) -> None:
    assert "这个版本没有测试链接" in office.get(f"/forms/versions/{version.id}").text
    assert office.post(f"/forms/versions/{version.id}/test-link").status_code == 302
    assert "<iframe" in office.get(f"/forms/versions/{version.id}").text
    assert office.post(f"/forms/versions/{version.id}/test-link").status_code == 409


def test_a_version_is_copied_on_its_page(office: FlaskClient, version: FormVersion) -> None:
    address = f"/forms/versions/{version.id}/copy"
    refused = office.post(address, data={"form_id": "a/b", "version": "1"})
    assert refused.status_code == 422 and "像文件路径" in refused.text
    answer = office.post(address, data={"form_id": "survey_b", "version": "2026"}, follow_redirects=True)
    assert "已复制为新表单的草稿" in answer.text
    assert [each.form_id for each in db.session.execute(select(Form).order_by(Form.id)).scalars()] == [
        "survey_a",
        "survey_b",
    ]


def test_the_workbook_of_a_version_is_given_back_as_it_came(
    office: FlaskClient, version: FormVersion
) -> None:
    assert office.get(f"/forms/versions/{version.id}/workbook").status_code == 404
    office.post("/forms/upload", data={"file": file(table("V7"), "调查.md")})
    [made] = db.session.execute(select(FormVersion).where(FormVersion.version == "V7")).scalars()
    with office.get(f"/forms/versions/{made.id}/workbook") as answer:
        assert answer.data == table("V7")
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_uploading_what_is_published_makes_no_draft(office: FlaskClient, version: FormVersion) -> None:
    answer = office.post(
        "/forms/upload", data={"file": file(version.xform, "survey.xml")}, follow_redirects=True
    )
    assert "没有新的草稿" in answer.text
    assert version.form.draft is None


def test_questions_are_followed_over_the_versions(office: FlaskClient, draft: FormVersion) -> None:
    alone = office.get("/forms/questions").text
    # A draft was never asked.
    assert "公园和绿地" not in alone and "公园" in alone
    office.post(f"/forms/versions/{draft.id}/publish", data={"without_files": "1"})
    page = office.get("/forms/questions?name=park").text
    assert "公园和绿地" in page and "题干不同" in page and "suggest" not in page
    assert "可直接比较" in office.get("/forms/questions?name=suggest").text
    assert "没有找到这样的题目" in office.get("/forms/questions?name=nobody&form=1").text


def test_an_analyst_reads_a_version_and_sees_no_link_to_answer_by(
    app: Flask, client: FlaskClient, draft: FormVersion
) -> None:
    with unit_of_work():
        add_user(
            username="analyst",
            display_name="分析员",
            password="long enough for us",
            grants=[Grant("analyst")],
        )
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/accounts/log-in", data={"username": "analyst", "password": "long enough for us"})
    answer = client.get(f"/forms/versions/{draft.id}")
    link = test_link_of(draft)
    assert link is not None
    assert answer.status_code == 200
    assert link.token not in answer.text
    assert client.post(f"/forms/versions/{draft.id}/publish").status_code == 403


@pytest.mark.parametrize("given", [{"consent_value": "0"}, {"consent_path": "/data/consent"}])
def test_consent_is_given_whole_or_not_at_all(office: FlaskClient, given: dict[str, str]) -> None:
    data = {"file": file(table("V8"), "survey.md")} | given
    answer = office.post("/forms/upload", data=data, headers={"Referer": "http://localhost/forms/"})
    assert answer.status_code == 422
    assert f"只填了“{next(iter(given.values()))}”" in answer.text
    # What was typed stands there again, and no draft was made without its protection.
    assert f'value="{next(iter(given.values()))}"' in answer.text
    assert db.session.execute(select(FormVersion)).first() is None


def test_form_without_places_says_so_when_places_are_to_be_coarsened(office: FlaskClient) -> None:
    alone = table("V9").replace(b"| geopoint | home |", b"| text | home |")
    data = {"file": file(alone, "survey.md"), "coarsen": "/data/basic/home"}
    answer = office.post("/forms/upload", data=data)
    assert answer.status_code == 422
    assert "没有位置题，不能模糊化" in answer.text


def test_state_of_a_published_form_that_is_not_opened_is_no_draft(office: FlaskClient, xform: bytes) -> None:
    with unit_of_work():
        made = save_draft(content=xform.replace(b"survey_a", b"survey_y"), filename="y.xml")
    office.post(f"/forms/versions/{made.id}/publish")
    page = office.get(f"/forms/{made.form_id}").text
    assert "现在：未开放。" in page and "草稿" not in page
