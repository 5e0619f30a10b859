"""Every exception becomes an answer in the manner of its door and in the reader's language."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

STATUSES = {
    "invalid": 422,
    "not-found": 404,
    "conflict": 409,
    "gone": 410,
    "forbidden": 403,
    "too-many": 429,
    "unavailable": 503,
    "pure": 422,
    "crash": 500,
}


@pytest.mark.parametrize(("what", "status"), STATUSES.items())
def test_json_door_answers_with_a_problem(raising: FlaskClient, what: str, status: int) -> None:
    answer = raising.get(f"/api/v1/raising/{what}")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    body = answer.json
    assert body is not None
    assert body["status"] == status
    assert body["type"] == f"urn:cityexam:{body['code']}"
    assert body["title"]
    assert "%(" not in answer.text


@pytest.mark.parametrize(("what", "status"), STATUSES.items())
def test_openrosa_door_answers_with_its_envelope(raising: FlaskClient, what: str, status: int) -> None:
    answer = raising.get(f"/k/raising/{what}")
    assert answer.status_code == status
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    document = etree.fromstring(answer.data)
    assert document.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    message = document.find("{*}message")
    assert message is not None
    assert message.get("nature") == "submit_error"
    assert message.text


@pytest.mark.parametrize(("what", "status"), STATUSES.items())
@pytest.mark.parametrize("prefix", ["/staff/", "/s/raising/"])
def test_page_door_answers_with_a_page(raising: FlaskClient, prefix: str, what: str, status: int) -> None:
    answer = raising.get(prefix + what)
    assert answer.status_code == status
    assert answer.content_type == "text/html; charset=utf-8"
    # To a resident, a survey that is over or not yet open is told as that alone.
    ended = prefix == "/s/raising/" and status in {403, 409, 410}
    assert ("出错了" in answer.text) is not ended
    assert "编号" in answer.text


def test_every_place_is_told_in_words(raising: FlaskClient) -> None:
    body = raising.get("/api/v1/raising/invalid").json
    assert body is not None
    assert [each["place"] for each in body["problems"]] == [
        "工作表“区县”，单元格 C7",
        "第 8 行，“面积”列",
        "字段“x”",
    ]
    assert body["problems"][0]["message"] == "这里必须填写。"
    assert body["problems"][1]["message"] == "“十”不是数字。"
    assert "unknown-code-of-ours" in body["problems"][2]["message"]
    page = raising.get("/staff/invalid").text
    assert "单元格 C7" in page
    assert "“十”不是数字。" in page


def test_unexpected_error_is_logged_and_tells_nothing(
    raising: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/staff/crash", "/api/v1/raising/crash", "/k/raising/crash", "/s/raising/crash"):
        answer = raising.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "RuntimeError" not in answer.text
    logged = [record for record in caplog.records if record.exc_info and record.levelno == logging.ERROR]
    assert len(logged) == 4
    assert "internals at /root/secret/path" in caplog.text


def test_broken_rule_of_the_tables_is_an_error_of_ours(raising: FlaskClient) -> None:
    answer = raising.post("/api/v1/raising/null")
    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["code"] == "internal"


def test_machine_facts_of_pure_rooms_stay_in_the_log(
    raising: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = raising.get("/api/v1/raising/pure-secret")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "crashed"
    assert answer.json["facts"] == {"code": "inner", "places": 1}
    assert "/root/secret/path" in caplog.text


def test_retry_after_stands_in_the_header(raising: FlaskClient) -> None:
    assert raising.get("/staff/too-many").headers["Retry-After"] == "30"
    assert raising.get("/k/raising/unavailable").headers["Retry-After"] == "5"


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/k/a/b/c/d", "/s/a/b/c/d/e"])
def test_unknown_address_is_404_everywhere(raising: FlaskClient, path: str) -> None:
    assert raising.get(path).status_code == 404


@pytest.mark.parametrize("prefix", ["/staff", "/api/v1/raising", "/k/raising", "/s/raising"])
def test_wrong_method_names_the_right_ones(raising: FlaskClient, prefix: str) -> None:
    answer = raising.delete(f"{prefix}/invalid")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("prefix", ["/staff", "/api/v1/raising", "/k/raising", "/s/raising"])
def test_body_beyond_the_bound_is_413(raising: FlaskClient, prefix: str) -> None:
    answer = raising.post(f"{prefix}/read", data=b"x" * 1001)
    assert answer.status_code == 413
    assert "1000" in answer.text
    assert raising.post(f"{prefix}/read", data=b"x" * 1000).status_code == 200


@pytest.mark.parametrize("prefix", ["/staff", "/api/v1/raising", "/k/raising", "/s/raising"])
def test_too_many_parts_are_not_called_too_many_bytes(
    app: Flask, raising: FlaskClient, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 64 * 1024 * 1024)
    parts = {f"f{number}": "x" for number in range(1001)}
    answer = raising.post(f"{prefix}/parts", data=parts, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "1000" in answer.text
    assert str(64 * 1024 * 1024) not in answer.text


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (400, "bad-request"),
        (401, "not-signed-in"),
        (415, "media-type-unsupported"),
        (500, "internal"),
        (503, "internal"),
    ],
)
def test_plain_http_errors_have_codes(raising: FlaskClient, code: int, expected: str) -> None:
    answer = raising.get(f"/api/v1/raising/{code}")
    assert answer.status_code == code
    assert answer.json is not None
    assert answer.json["code"] == expected


def test_schema_errors_name_each_field_in_the_readers_language(raising: FlaskClient) -> None:
    answer = raising.post("/api/v1/checked/", json={"number": "x", "more": 1})
    assert answer.status_code == 422
    body = answer.json
    assert body is not None
    assert body["code"] == "fields-invalid"
    assert {each["place"]: each["message"] for each in body["problems"]} == {
        "字段“json.name”": "这个字段必须填写。",
        "字段“json.number”": "这里应为整数。",
        "字段“json.more”": "没有这个字段。",
    }
    assert raising.post("/api/v1/checked/", json={"name": "a"}).json == {"name": "a"}
    broken = raising.post("/api/v1/checked/", data="{", content_type="application/json")
    assert broken.status_code == 400


def test_form_without_a_csrf_token_says_so_in_each_manner(app: Flask, client: FlaskClient) -> None:
    page = client.post("/accounts/log-in", data={"username": "a", "password": "b"})
    assert page.status_code == 400
    assert "页面已过期" in page.text
    problem = client.post("/accounts/log-in", headers={"Accept": "application/json"})
    assert problem.json is not None
    assert problem.json["code"] == "csrf"


def test_unexpected_error_is_raised_in_tests(app: Flask) -> None:
    from tests.errors.conftest import doors

    app.register_blueprint(doors("/loud"), url_prefix="/loud")
    with pytest.raises(RuntimeError, match="internals"):
        app.test_client().get("/loud/crash")


def test_failing_hook_after_the_view_is_answered_too(raising: FlaskClient) -> None:
    application = raising.application

    @application.after_request
    def broken(response: object) -> object:
        raise RuntimeError("secret hook")

    answer = raising.get("/healthz")
    application.after_request_funcs[None].remove(broken)
    assert answer.status_code == 500
    assert "secret" not in answer.text


@pytest.mark.parametrize("door", ["/staff/", "/s/raising/", "/k/raising/", "/api/v1/raising/"])
def test_no_text_is_too_odd_to_be_told(raising: FlaskClient, door: str) -> None:
    answer = raising.get(f"{door}unshown")
    assert answer.status_code == 422
    assert "a\ufffd\ufffdb" in answer.text


def test_a_posted_text_that_no_page_can_show_is_refused_and_no_failure(raising: FlaskClient) -> None:
    answer = raising.post("/staff/unshown", data={"a": "\x00\x07"})
    assert answer.status_code == 422
