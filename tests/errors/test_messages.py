"""Codes have texts; a text never fails for want of a fact."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _l

from app.analysis.designs import SurveyError
from app.analysis.raking import calibrate
from app.errors import Invalid, describe, register_messages, year_of
from app.errors.messages import registered_codes
from app.errors.table_texts import TABLE_TEXTS


def test_facts_fill_the_text(app: Flask) -> None:
    assert describe("below-minimum", {"found": -1.5, "expected": 0}) == "-1.5 小于允许的最小值 0。"
    assert describe("not-a-choice", {"found": "x", "expected": ["a", "b"]}) == "“x”不在可选内容中：a、b。"
    assert describe("not-finite", {"found": 0.1 + 0.2}) == "“0.3”不是有限的数。"


def test_missing_fact_is_shown_as_missing(app: Flask) -> None:
    assert describe("too-large") == "上传的内容超过了 — 字节的上限。请拆分或压缩后再传。"


def test_fact_without_a_value_is_shown_as_missing(app: Flask) -> None:
    assert describe("not-a-number", {"found": None}) == "“—”不是数字。"


def test_logit_weights_without_bounds_ask_for_them(app: Flask) -> None:
    with pytest.raises(SurveyError) as caught:
        calibrate([1.0, 2.0], [[1.0], [1.0]], [4.0], names=("size",), method="logit")
    assert caught.value.code == "bounds-missing"
    assert "必须给出" in describe(caught.value.code, caught.value.facts)
    with pytest.raises(SurveyError) as caught:
        calibrate([1.0, 2.0], [[1.0], [1.0]], [4.0], names=("size",), method="logit", bounds=(1.2, 3.0))
    assert describe(caught.value.code, caught.value.facts).startswith("权重调整倍数的上下限 1.2、3 不能")


def test_code_without_a_text_still_says_what_is_known(app: Flask) -> None:
    assert describe("never-heard-of", {"a": 1, "b": "x"}) == "问题代码 never-heard-of：a=1, b=x"


def test_texts_of_tables_take_their_facts_and_no_other(app: Flask) -> None:
    known = {"found", "expected", "limit", "row", "sheet", "column"}
    for code, text in TABLE_TEXTS.items():
        assert str(text) % dict.fromkeys(known, "x"), code


def test_second_text_for_a_code_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="'not-found' is registered twice"):
        register_messages({"not-found": _l("别的意思")})
    register_messages({"not-found": _l("找不到这个页面或资源。请检查地址。")})
    assert "not-found" in registered_codes()


def test_text_with_a_bare_percent_sign_is_left_as_it_is(app: Flask) -> None:
    register_messages({"bare-percent-for-this-test": _l("占 100%。")})
    assert describe("bare-percent-for-this-test", {"a": 1}) == "占 100%。"


@pytest.mark.parametrize("text", [None, "", "abc", "1999", "2101", "99999999999999999999", "-2024", "2024.0"])
def test_unusable_year_is_refused(text: str | None) -> None:
    with pytest.raises(Invalid) as caught:
        year_of(text)
    assert caught.value.code == "year-unreadable"


def test_year_is_read() -> None:
    assert year_of("2024") == 2024
