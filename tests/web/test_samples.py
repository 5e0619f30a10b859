"""Every sample that a page offers is taken by the upload beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

ClientAs = Callable[..., FlaskClient]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_samples_of_a_fresh_instance_are_taken_as_they_are(client_as: ClientAs, language: str) -> None:
    office = client_as("exam_office")
    assert office.get(f"/?lang={language}").status_code < 400

    def sample(page: str, address: str) -> bytes:
        assert re.search(rf'href="{address}(\?year=2024)?"', office.get(page).text)
        answer = office.get(address)
        assert answer.status_code == 200
        return answer.data

    def send(address: str, content: dict[str, tuple[bytes, str]], **form: str) -> None:
        files = {name: (io.BytesIO(data), filename) for name, (data, filename) in content.items()}
        answer = office.post(address, data={**form, **files}, content_type="multipart/form-data")
        assert answer.status_code == 302, answer.text

    book = sample("/catalogue/", "/catalogue/sample")
    send("/catalogue/upload", {"file": (book, "c.xlsx")}, exam_year="2024")
    table = sample("/areas/", "/areas/samples/areas.csv")
    send("/areas/table", {"file": (table, "a.csv")}, valid_from="2020-01-01")
    margins = sample("/areas/", "/areas/samples/margins.csv")
    told = {"root": "990100", "reference_year": "2023", "source_note": "x", "name": "m"}
    send("/areas/margins", {"file": (margins, "m.csv")}, **told)
    assert sample("/areas/", "/areas/samples/memberships.csv").startswith(b"\xef\xbb\xbffunctional_code")
    names = ("questions", "choices", "sections")
    lists = {
        name: (sample("/surveys/design", f"/surveys/samples/{name}.csv"), f"{name}.csv") for name in names
    }
    plan = {
        "exam_year": "2024",
        "root": "990100",
        "name": "w",
        "form_id": "w",
        "title_zh": "w",
        "version": "1",
    }
    send("/surveys/design", lists, **plan, design="two_stage")
    frame = sample("/surveys/1", "/surveys/samples/frame.csv")
    send("/surveys/1/frame", {"file": (frame, "f.csv")})
    strata_plan = plan | {"name": "s", "form_id": "s"}
    send("/surveys/design", lists, **strata_plan, design="strata")
    strata = sample("/surveys/2", "/surveys/samples/strata.csv")
    send("/surveys/2/strata", {"file": (strata, "s.csv")})
