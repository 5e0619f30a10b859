"""Maps open from this server alone, tell no data from zero, and let no name become markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from look import WEB, bare_app

from app.web.maps import AreaValue, Tiles, folium_map, map_policy, with_nonce


@pytest.fixture
def app() -> Iterator[Flask]:
    app = bare_app()
    with app.test_request_context():
        yield app


def square(code: str, name: str, east: float) -> dict[str, Any]:
    ring = [[east, 29], [east + 1, 29], [east + 1, 30], [east, 30], [east, 29]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


AREAS = {
    "type": "FeatureCollection",
    "features": [
        square("1", "甲街道", 117),
        square("2", "乙镇", 118),
        square("3", "丙乡", 119),
        square("4", "丁乡", 120),
    ],
}
VALUES = {
    "1": AreaValue(value=0.0, href="/why?area=1"),
    "2": AreaValue(value=88.25, low=80.1, high=96.4, state="modelled"),
    "3": AreaValue(state="not_applicable"),
}


def drawn(**changes: Any) -> str:
    wishes: dict[str, Any] = {
        "areas": AREAS,
        "values": VALUES,
        "address": lambda name: f"/static/{name}",
        "title": "覆盖率",
        "unit": "%",
    }
    return folium_map(**{**wishes, **changes})


def looks(html: str) -> dict[str, str]:
    return dict(re.findall(r'"code": "(\d+)", "look": "([a-z0-9_-]+)"', html))


def test_a_map_asks_no_foreign_host_and_only_files_that_exist(app: Flask) -> None:
    html = drawn()
    assert "http://" not in html
    assert "https://" not in html
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    assert len(addresses) == 5
    for address in addresses:
        assert (WEB / address.removeprefix("/")).is_file(), address


def test_zero_missing_and_not_applicable_are_three_looks(app: Flask) -> None:
    html = drawn()
    assert looks(html) == {"1": "step-1", "2": "step-6", "3": "not_applicable", "4": "missing"}
    legend = html.split('<aside class="legend">')[1].split("</aside>")[0]
    assert "无数据" in legend
    assert "不适用" in legend
    assert "示意边界" in legend
    assert "无数据" not in drawn(values={str(n): AreaValue(value=n) for n in range(1, 5)})


def test_a_map_without_any_value_says_so_and_draws(app: Flask) -> None:
    html = drawn(values={})
    assert set(looks(html).values()) == {"missing"}
    assert "step-" not in html.split("</aside>")[0]


def test_the_legend_counts_from_much_to_little_and_holds_every_value(app: Flask) -> None:
    values = {
        str(number): AreaValue(value=value) for number, value in enumerate((1.04, 2.0, 3.0, 9.96), start=1)
    }
    legend = drawn(values=values).split('<aside class="legend">')[1]
    bounds = [
        (float(low), float(high)) for low, high in re.findall(r"<span>([\d.]+) – ([\d.]+)</span>", legend)
    ]
    assert bounds[0][1] >= 9.96
    assert bounds[-1][0] <= 1.04
    assert [low for low, _ in bounds[:-1]] == [high for _, high in bounds[1:]]


def test_given_breaks_are_kept_and_widened_to_hold_what_lies_outside(app: Flask) -> None:
    legend = drawn(breaks=[20, 60, 80]).split("</aside>")[0]
    assert "60.0 – 88.2" in legend or "60.0 – 88.3" in legend
    assert "0.0 – 60.0" in legend
    with pytest.raises(ValueError, match="ascending"):
        drawn(breaks=[60, 20])


def test_a_value_is_told_with_unit_interval_and_a_link_to_its_explanation(app: Flask) -> None:
    html = drawn()
    assert "88.2 % (80.1\\u201396.4) \\u00b7 \\u6a21\\u578b\\u4f30\\u8ba1" in html
    assert "/why?area=1" in html


def test_a_name_from_a_file_never_becomes_markup(app: Flask) -> None:
    hostile = {
        "type": "FeatureCollection",
        "features": [square("1", "</script><img src=x onerror=a()>", 117)],
    }
    html = drawn(
        areas=hostile, outlines=hostile, title="<i>", values={"1": AreaValue(value=1, href="javascript:a()")}
    )
    assert "<img" not in html
    assert "\\u003cimg" not in html
    assert "javascript:" not in html
    assert "<i>" not in html


def test_tiles_come_only_from_the_address_the_operator_sets(app: Flask) -> None:
    tiles = Tiles(address="https://t{s}.tiles.example/{z}/{x}/{y}.png", attribution="示例")
    html = drawn(tiles=tiles)
    assert set(re.findall(r"https?://[^/\"]+", html)) == {"https://t{s}.tiles.example"}
    assert tiles.origin == "https://*.tiles.example"
    assert "img-src 'self' data: https://*.tiles.example;" in map_policy("abc", [tiles.origin])


def test_the_nonce_stands_on_every_script_and_style_once(app: Flask) -> None:
    html = with_nonce(with_nonce(drawn(), "abc123=="), "abc123==")
    openings = re.findall(r"<(?:script|style)[\s>][^>]*", html)
    assert len(openings) >= 6
    assert all(opening.count('nonce="abc123=="') == 1 for opening in openings)
    assert "'nonce-abc123=='" in map_policy("abc123==")
    with pytest.raises(ValueError, match="nonce"):
        with_nonce(html, 'a" onload="')


def test_areas_without_a_code_or_a_geometry_are_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="feature 1 has no property 'adcode'"):
        drawn(code_property="adcode")
    with pytest.raises(ValueError, match="geometry"):
        drawn(areas={"type": "FeatureCollection", "features": []})
