"""Every number of the ranking is worked out again from what its explanation shows."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import pytest
from flask.testing import FlaskClient
from lxml import html

from app.db import db
from app.renewal.models import PriorityArea
from app.renewal.prioritising import prioritise
from app.renewal.queries import priority_areas
from tests.assessment.conftest import Examined

SignIn = Callable[..., FlaskClient]


def opened(client: FlaskClient, path: str) -> html.HtmlElement:
    """A page."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def rows(page: html.HtmlElement, section: str) -> list[list[str]]:
    """The cells of the table in a section."""
    found = page.xpath(f"//section[@id='{section}']//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th|td")] for row in found]


def number(text: str) -> float:
    """A number as a page writes it, its unit left aside."""
    return float(text.split(maxsplit=1)[0].replace(",", "").replace("−", "-"))


def listed(page: html.HtmlElement) -> list[tuple[html.HtmlElement, list[html.HtmlElement]]]:
    """The rows of the list with their cells."""
    return [(row, row.xpath("th|td")) for row in page.xpath("//main//table")[0].xpath(".//tbody/tr")]


@pytest.mark.usefixtures("with_people", "assessed")
def test_the_numbers_of_the_list_lead_to_pages_that_give_them_again(
    examined: Examined, signed_in: SignIn
) -> None:
    prioritise(exam_year=2024, root_id=examined.city.root.id)
    db.session.commit()
    office = signed_in("exam_office")
    shown = listed(opened(office, "/renewal/?year=2024"))
    assert len(shown) == 3
    problems = [number(cells[3].text_content()) for _row, cells in shown]
    for _row, cells in shown:
        rank, name, kind, problem, potential, priority, *_more = cells
        links = {
            cell: cell.xpath(".//a/@href")[0] for cell in (rank, name, kind, problem, potential, priority)
        }
        assert links[problem].endswith("#problem")
        assert links[potential].endswith("#potential")
        assert links[rank].endswith("#priority")
        page = opened(office, links[problem].partition("#")[0])
        scored = number(page.xpath("string(//section[@id='problem']//p)").split("÷")[1])
        gaps = [60 - number(each[2]) for each in rows(page, "problem")]
        worked_out = sum(gaps) / scored
        assert worked_out == pytest.approx(number(problem.text_content()), abs=0.051)
        scaled = [
            (number(each[2]) - number(each[3])) / (number(each[4]) - number(each[3])) * 100
            for each in rows(page, "potential")
            if each[5] != "不计"
        ]
        chance = sum(scaled) / len(scaled)
        assert chance == pytest.approx(number(potential.text_content()), abs=0.051)
        first = (worked_out / 60 * 100 * chance) ** 0.5
        assert first == pytest.approx(number(priority.text_content()), abs=0.11)
        told = page.xpath("string(//section[@id='priority'])")
        is_bad = number(problem.text_content()) >= median(problems)
        compared = page.xpath("//section[@id='priority']//dd")[1].text_content()
        assert compared.endswith("：大" if is_bad else "：小")
        assert f"排第 {rank.text_content().strip()}" in told


@pytest.mark.usefixtures("assessed")
def test_a_part_leads_to_its_figures_and_one_without_says_what_is_missing(
    examined: Examined, with_people: dict[tuple[str, str], int], signed_in: SignIn
) -> None:
    run = prioritise(exam_year=2024, root_id=examined.city.root.id)
    first = priority_areas(run.id)[0]
    db.session.commit()
    page = opened(signed_in("viewer"), f"/renewal/areas/{first.id}")
    by_name = {each[0]: each for each in rows(page, "potential")}
    density = by_name["人口密度"]
    assert "pop_resident ÷ area_total" in density[1]
    assert "3,000" in density[1]
    assert [number(each) for each in density[2:6]] == [3000, 1000, 3000, 100]
    assert by_name["历史建筑和老里弄"][5] == "不计"
    assert "缺数据项：historic_total、lanes_total" in by_name["历史建筑和老里弄"][1]


@pytest.mark.usefixtures("assessed")
def test_without_any_part_the_priority_is_told_by_the_problem_alone(
    examined: Examined, signed_in: SignIn
) -> None:
    run = prioritise(exam_year=2024, root_id=examined.city.root.id)
    first: PriorityArea = priority_areas(run.id)[0]
    db.session.commit()
    told = opened(signed_in("viewer"), f"/renewal/areas/{first.id}").xpath(
        "string(//section[@id='priority'])"
    )
    assert "24.00 ÷ 60 × 100 = 40.0" in told
    assert "潜力没有数" in told
