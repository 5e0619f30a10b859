"""The lists behind the figures of big data, as readers open them: pages, scopes, withdrawn files."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.accounts.managing import Grant, add_user
from app.areas.models import Area
from app.db import db, unit_of_work
from app.sources.models import Measurement
from app.sources.withdrawing import withdraw_dataset
from tests.conftest import PASSWORD
from tests.sources.conftest import Import
from tests.sources.test_measuring import points, run
from tests.sources.test_tracing import FEW_TRIPS, stock, trips

ClientAs = Callable[..., FlaskClient]
#: 120 toilets in street A, one park on each side of the border.
TOILETS = [(20.0 * number + 10, 500.0, "toilet") for number in range(120)]
PLACES = [*TOILETS, (2900.0, 1500.0, "park"), (3100.0, 1500.0, "park"), (5000.0, 100.0, "toilet")]


@pytest.fixture
def measured(city: Area, bring: Import) -> Measurement:
    """Points and signalling of the two streets, measured."""
    bring("points", points(*PLACES), crs="wgs84")
    bring("signalling_stock", stock())
    return run(city)


def content(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text[answer.text.index("<main") :])


def listed(page: str) -> list[str]:
    """The first cell of each row of the page's list."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
    assert body is not None
    return re.findall(r'<tr[^>]*><th scope="row"[^>]*>(?:<a [^>]*>)?([^<]+)', body[1])


def reader_of(app_client: FlaskClient, code: str) -> FlaskClient:
    """A leader of one area."""
    with unit_of_work():
        add_user(
            username="part", display_name="分区", password=PASSWORD, grants=[Grant("viewer", area_code=code)]
        )
    client = app_client.application.test_client()
    log_in = client.post("/accounts/log-in", data={"username": "part", "password": PASSWORD})
    assert log_in.status_code == 302, log_in.text
    return client


def test_the_list_behind_a_count_goes_over_pages_and_has_as_many_points(
    measured: Measurement, client_as: ClientAs
) -> None:
    client, dataset = client_as("viewer"), measured.dataset_ids[0]
    told = content(client, f"/explain/measurement/{measured.id}:{dataset}?area=3602A")
    link = next(each for each in re.findall(r'href="([^"]+)"', told) if ":toilets_poi" in each)
    assert re.search(rf'{re.escape(link)}">120<', told)
    found = []
    for page in (1, 2, 3):
        shown = content(client, f"{link}&page={page}")
        assert "共 120 条" in shown
        found += listed(shown)
    assert found == [str(row) for row in range(2, 122)]
    assert listed(content(client, f"{link}&page=99")) == found[100:]


def test_a_list_is_of_one_street_and_the_page_of_a_city_names_them(
    measured: Measurement, client_as: ClientAs
) -> None:
    address = f"/explain/rows/{measured.id}:{measured.dataset_ids[0]}:toilets_poi"
    told = content(client_as("viewer"), f"{address}?area=36")
    assert "请选择一个街道" in told
    assert re.findall(r"<li><a [^>]*area=(3602[AB])", told) == ["3602A", "3602B"]


def test_a_reader_of_one_area_sees_no_point_of_another(measured: Measurement, client: FlaskClient) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    reader = reader_of(client, "3602A")
    address = f"/explain/rows/{measured.id}:{measured.dataset_ids[0]}"
    assert reader.get(f"{address}:toilets_poi?area=3602B").status_code == 403
    assert reader.get(f"{address}:toilets_poi?area=36").status_code == 403
    parks = content(reader, f"{address}:area_park_cov_poi?area=3602A")
    assert listed(parks) == ["122"]
    assert "另有 1 条在您的查看范围之外" in parks
    told = content(reader, f"/explain/measurement/{measured.id}:{measured.dataset_ids[0]}?area=3602A")
    assert "3602B" not in told


def test_the_city_s_reader_sees_the_facilities_of_both_sides(
    measured: Measurement, client_as: ClientAs
) -> None:
    address = f"/explain/rows/{measured.id}:{measured.dataset_ids[0]}:area_park_cov_poi?area=3602A"
    assert listed(content(client_as("viewer"), address)) == ["122", "123"]


def test_field_workers_and_guests_do_not_enter(
    measured: Measurement, client: FlaskClient, client_as: ClientAs
) -> None:
    address = f"/explain/rows/{measured.id}:{measured.dataset_ids[0]}:toilets_poi?area=3602A"
    assert client.get(address).status_code == 302
    assert client_as("field_worker").get(address).status_code == 403


def test_cells_lead_to_their_hours_and_small_ones_stay_together(
    measured: Measurement, client_as: ClientAs
) -> None:
    client = client_as("viewer")
    cells = content(client, f"/explain/rows/{measured.id}:{measured.dataset_ids[1]}:night_persons?area=3602A")
    assert listed(cells)[-1] == "合并的 2 行"
    assert "不足 10 人的行不单独列出" in cells
    assert not re.search(r">[38]\.00<", cells)
    link = next(each for each in re.findall(r'href="([^"]+)"', cells) if ":hours:" in each)
    hours = content(client, link)
    assert listed(hours)[:2] == ["2024-05-14 00:00", "2024-05-14 01:00"]
    assert "24,000.00" in hours
    small = link.replace("500250.0", "500750.0")
    assert small != link
    assert client.get(small).status_code == 404


def test_few_persons_are_not_told_beside_the_count_of_their_rows(
    city: Area, bring: Import, client_as: ClientAs
) -> None:
    bring("signalling_stock", stock([(750.0, 250.0, 4.0), (4250.0, 250.0, 5000.0)]))
    bring("signalling_commuting", trips(FEW_TRIPS))
    done, client = run(city), client_as("viewer")
    for dataset, names in zip(
        done.dataset_ids,
        (["night_persons"], ["commuters", "commuters_ms", "commuters_under5_ms", "commute_minutes_ms"]),
        strict=True,
    ):
        told = content(client, f"/explain/measurement/{done.id}:{dataset}?area=36")
        for name in names:
            few, many = (
                re.search(rf'{done.id}:{dataset}:{name}[?&][^"]*area={code}[^"]*">(.*?)</a>', told, re.S)
                for code in ("3602A", "3602B")
            )
            assert few is not None, name
            assert many is not None, name
            assert ("样本过少" in few[1], "样本过少" in many[1]) == (True, False), name
            listing = content(client, f"/explain/rows/{done.id}:{dataset}:{name}?area=3602A")
            assert "样本过少" in listing, name
            assert "所以没有合计" in listing, name


def test_a_withdrawn_file_is_followed_with_clear_words(measured: Measurement, client_as: ClientAs) -> None:
    with unit_of_work():
        withdraw_dataset(dataset_id=measured.dataset_ids[0], reason="坐标有误")
    origin = f"{measured.id}:{measured.dataset_ids[0]}"
    client = client_as("viewer")
    for address in (f"/explain/measurement/{origin}", f"/explain/rows/{origin}:toilets_poi"):
        told = content(client, f"{address}?area=3602A")
        assert "这份数据已经撤回（坐标有误）" in told
    assert "共 120 条" in told


def test_a_list_that_no_longer_gives_the_figure_says_so(measured: Measurement, client_as: ClientAs) -> None:
    address = f"/explain/rows/{measured.id}:{measured.dataset_ids[0]}:toilet?area=3602A"
    assert "与记录的数不同" not in content(client_as("viewer"), address)
    with unit_of_work():
        kept = db.session.get_one(Measurement, measured.id)
        (name, counted) = next(iter(kept.facts["counted"].items()))
        changed = {each: {**by_area} for each, by_area in counted.items()}
        changed["toilet"] = dict.fromkeys(changed["toilet"], 7.0)
        kept.facts = {**kept.facts, "counted": {**kept.facts["counted"], name: changed}}
    assert "与记录的数不同" in content(client_as("viewer"), address)


def test_what_has_no_rows_is_not_found_in_words(measured: Measurement, client_as: ClientAs) -> None:
    client, (first, second) = client_as("viewer"), measured.dataset_ids
    for key in (
        "x",
        "1",
        f"{measured.id}:{first}",
        f"{measured.id}:{first}:nothing",
        f"{measured.id}:99:park",
    ):
        answer = client.get(f"/explain/rows/{key}?area=3602A")
        assert answer.status_code == 404, key
        assert "<h1>" in answer.text
    assert client.get(f"/explain/rows/{measured.id}:{second}:hours:x?area=3602A").status_code == 404
    assert client.get(f"/explain/rows/{measured.id}:{first}:built:park?area=3602A").status_code == 404
