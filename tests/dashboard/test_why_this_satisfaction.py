"""The satisfaction of a dimension and of a question, worked out again from what their pages show."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from app.surveys.queries import ResultRow, results
from tests.dashboard.conftest import SignIn
from tests.dashboard.made_city import MadeCity
from tests.dashboard.made_places import CITY, EAST, STREETS


def opened(client: FlaskClient, path: str) -> html.HtmlElement:
    """A page."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def number(cell: html.HtmlElement) -> float:
    """The number of a cell, without interval and unit."""
    text: str = cell.text_content()
    return float(text.split(maxsplit=1)[0].replace(",", ""))


def told(made: tuple[Flask, MadeCity], measure: str, area: str) -> dict[str, ResultRow]:
    """The estimates of an area that may be shown, by code."""
    with made[0].app_context():
        rows = results(made[1].wave_id, measure=measure, level=None)
    return {row.code: row for row in rows if row.area_code == area}


@pytest.mark.parametrize("area", [CITY, EAST])
def test_a_dimension_is_the_sum_of_its_questions_and_these_of_their_answers(
    made: tuple[Flask, MadeCity], sign_in: SignIn, area: str
) -> None:
    viewer = sign_in("viewer")
    overview = opened(viewer, f"/?year=2024&area={area}")
    questions = told(made, "question", area)
    followed = 0
    for code, row in told(made, "dimension", area).items():
        links = overview.xpath(f"//main//a[contains(@href, '/explain/dimension/{made[1].wave_id}:{code}')]")
        assert links, code
        page = opened(viewer, links[0].get("href"))
        rows = [line.xpath("th|td") for line in page.xpath("(//main//table)[1]/tbody/tr")]
        if any(each.suppressed for each in questions.values() if each.dimension == code):
            # With one part left out, the others and the whole would tell it.
            assert {cells[3].text_content().strip() for cells in rows} == {"样本过少"}
            continue
        worked_out = sum(number(cells[3]) / 100 * number(cells[4]) for cells in rows)
        assert worked_out == pytest.approx(row.estimate, abs=0.03)
        assert sum(number(cells[3]) for cells in rows) == pytest.approx(100, abs=0.03)
        for cells in rows:
            (link,) = cells[1].xpath(".//a/@href")
            question = questions[link.partition("?")[0].rpartition(":")[2]]
            assert number(cells[2]) == question.n
            answers = [
                line.xpath("th|td") for line in opened(viewer, link).xpath("(//main//table)[1]/tbody/tr")
            ]
            assert sum(number(each[1]) for each in answers) == question.n
            points = sum(number(each[2]) / 100 * number(each[3]) for each in answers)
            assert points == pytest.approx(question.estimate, abs=0.03)
            followed += 1
    assert followed == (3 if area == CITY else 1)


def test_residents_who_judged_some_questions_only_count_once(
    made: tuple[Flask, MadeCity], sign_in: SignIn
) -> None:
    """The shares differ from an equal split because somebody left questions of the dimension open."""
    page = opened(sign_in("viewer"), f"/explain/dimension/{made[1].wave_id}:EC?year=2024&area={CITY}")
    shares = [number(each.xpath("td")[2]) for each in page.xpath("(//main//table)[1]/tbody/tr")]
    assert len(shares) > 1
    assert len({round(each, 2) for each in shares}) > 1


def test_too_few_answers_give_away_no_parts(made: tuple[Flask, MadeCity], sign_in: SignIn) -> None:
    viewer = sign_in("viewer")
    for street in STREETS:
        for measure, kind in (("dimension", "dimension"), ("question", "estimate")):
            for code, row in told(made, measure, street).items():
                page = opened(viewer, f"/explain/{kind}/{made[1].wave_id}:{code}?year=2024&area={street}")
                if row.suppressed:
                    assert "这里的答卷太少" in page.text_content()
                    assert not page.xpath("//main//section[.//tfoot]")


def test_responses_are_one_step_on_for_analysts_alone(made: tuple[Flask, MadeCity], sign_in: SignIn) -> None:
    dimension = next(iter(told(made, "dimension", CITY)))
    address = f"/explain/dimension/{made[1].wave_id}:{dimension}"
    for role, count in (("analyst", 1), ("viewer", 0)):
        page = opened(sign_in(role), address)
        assert len(page.xpath("//main//a[contains(@href, '/explain/responses/')]")) == count
    assert sign_in("viewer").get(f"/explain/dimension/{made[1].wave_id}:nothing").status_code == 404
    assert sign_in("viewer").get("/explain/dimension/x:y").status_code == 404
