"""The same figures for other systems, and the summary of an exam."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from app.dashboard.summary import rounded
from app.dashboard.summary_text import width
from tests.dashboard.conftest import SignIn
from tests.dashboard.made_city import MadeCity
from tests.dashboard.made_places import CITY, EAST, WEST


def test_results_as_json_tell_what_the_pages_tell(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    whole = client.get("/api/v1/results/overview").json
    assert (whole["year"], whole["area"], whole["assessed"]) == (2024, CITY, True)
    assert f"{whole['score']['score']:.1f}" in client.get("/").text
    assert sum(whole["grades"].values()) == 7
    dimensions = client.get("/api/v1/results/dimension-scores").json
    assert [row["dimension"] for row in dimensions] == ["EC", "TR", "SA"]
    assert dimensions[2]["capped"] is True
    assert dimensions[0]["satisfaction"]["n"] > 100
    rows = client.get("/api/v1/results/evaluations").json
    assert [row["indicator"] for row in rows] == ["EC01", "EC02", "TR01", "SA01", "SA02", "SA03", "SA04"]
    assert all(len(row["verdicts"]) == 6 for row in rows)
    assert "id" not in rows[0]
    red = client.get("/api/v1/results/evaluations?warning=red").json
    warned = client.get("/api/v1/results/warnings").json
    assert [row["indicator"] for row in red] == [
        row["indicator"] for row in warned if row["warning"] == "red"
    ]
    assert client.get(f"/api/v1/results/evaluations?area={EAST}&dimension=EC").json[0]["area"] == EAST


def test_wrong_questions_are_answered_with_problems(made: tuple[Flask, MadeCity], sign_in: SignIn) -> None:
    assert made[0].test_client().get("/api/v1/results/overview").status_code == 401
    client = sign_in("viewer")
    assert client.get("/api/v1/results/evaluations?grade=fine").status_code == 422
    unknown = client.get("/api/v1/results/overview?year=1999")
    assert unknown.status_code == 404
    assert unknown.json["code"] == "unknown-exam-year"
    assert client.get("/api/v1/results/warnings?area=900000").json["code"] == "not-assessed"


def run_summary(app: Flask, *arguments: str) -> str:
    done = app.test_cli_runner().invoke(args=["exam", "summary", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_summary_tells_how_data_came_in_and_what_came_out(made: tuple[Flask, MadeCity]) -> None:
    facts: dict[str, Any] = json.loads(run_summary(made[0], "--year", "2024", "--json"))
    assert facts["areas"] == {"city": 1, "community": 8, "district": 2, "functional": 1, "street": 4}
    assert facts["indicators"]["total"] == 7
    assert facts["indicators"]["by_state"]["not_collected"] == 1
    wave = facts["waves"][0]
    assert wave["received"] == wave["responded_units"] > 100
    assert wave["weights"]["converged"] is True
    assert set(wave["districts"]) == {EAST, WEST}
    assert wave["satisfaction"]["low"] < wave["satisfaction"]["mean"] < wave["satisfaction"]["high"]
    reports = facts["reports"]
    assert (reports["departments"], reports["accepted"], reports["returned"], reports["versions"]) == (
        2,
        2,
        1,
        3,
    )
    assert {"official", "internet", "survey"} == set(facts["values"])
    assert facts["cross_check"]["city"]["differ"] == 1
    assert facts["assessment"]["warnings"]["red"] >= 1
    assert facts["assessment"]["dimensions"]["SA"]["capped"] is True
    assert [row["rank"] for row in facts["renewal"]["areas"]] == [1, 2, 3, 4]


def test_the_summary_is_the_same_bytes_each_time_and_names_no_rows(made: tuple[Flask, MadeCity]) -> None:
    first = run_summary(made[0], "--year", "2024", "--json")
    assert first == run_summary(made[0], "--year", "2024", "--json")
    assert list(json.loads(first)) == sorted(json.loads(first))
    keys = set(re.findall(r'"([a-z_]+)":', first))
    assert not {key for key in keys if key == "id" or key.endswith(("_id", "_at", "token"))}


def test_the_summary_in_words_is_short(made: tuple[Flask, MadeCity]) -> None:
    text = run_summary(made[0], "--year", "2024")
    assert text.startswith("小城 2024 年度城市体检")
    assert len(text.splitlines()) < 50
    for words in ("数据收集", "校核", "综合得分", "维度得分", "重点片区", "生态宜居", "东区"):
        assert words in text


def test_the_summary_of_nothing_says_what_to_do(made: tuple[Flask, MadeCity]) -> None:
    done = made[0].test_cli_runner().invoke(args=["exam", "summary", "--year", "1999"])
    assert done.exit_code == 1
    assert "1999" in done.output


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (1 / 3, 0.3333333333),
        (-0.0, 0.0),
        (float("nan"), None),
        ({"b": [1.00000000001]}, {"b": [1.0]}),
        (True, True),
        (12345678901, 12345678901),
    ],
)
def test_numbers_are_rounded_to_ten_digits(given: Any, told: Any) -> None:
    assert rounded(given) == told
    assert str(rounded(given)) == str(told)


def test_chinese_signs_take_two_columns() -> None:
    assert width("小城A1") == 6
