"""The look of the house: pages render without rooms, ask no foreign host, and can be read by everyone."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string
from look import FRAME, RESIDENT, STAFF, WEB, bare_app

OWN = WEB / "static" / "web"
VENDOR = WEB / "static" / "vendor"
FOREIGN = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
#: Foreground, background: every pair that carries text.
TEXT_PAIRS = [
    *[
        (ink, ground)
        for ink in ("ink", "ink-soft", "ink-faint", "accent")
        for ground in ("paper", "paper-quiet")
    ],
    *[(ink, "paper-raised") for ink in ("ink", "ink-soft", "ink-faint", "accent", "bad")],
    *[(tone, f"{tone}-soft") for tone in ("accent", "good", "near", "bad", "blank")],
    *[("ink-soft", f"{tone}-soft") for tone in ("accent", "good", "near", "bad", "blank")],
    *[("ink", f"{tone}-soft") for tone in ("accent", "good", "near", "bad")],
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent", "bad-soft"),
    ("near", "bad-soft"),
    ("bad", "paper"),
    ("blank", "paper"),
]


@pytest.fixture
def app() -> Flask:
    return bare_app()


class Outline(HTMLParser):
    """Collects what the tests ask of a page: elements with their attributes, ids, balance of tags."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "rect", "line", "circle", "path"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def staff_page(app: Flask, **changes: Any) -> str:
    with app.test_request_context():
        return render_template("staff.html", **{**FRAME, **STAFF, **changes})


def resident_page(app: Flask, **changes: Any) -> str:
    with app.test_request_context():
        return render_template("resident.html", **{**FRAME, **RESIDENT, **changes})


def piece(app: Flask, call: str, **names: Any) -> str:
    """Render one macro call on its own."""
    source = '{% import "web/macros.html" as ui with context %}{{ ' + call + " }}"
    with app.test_request_context():
        return render_template_string(source, **names).strip()


@pytest.mark.parametrize("page", [staff_page, resident_page])
def test_pages_are_well_formed_and_need_no_inline_style_or_script(app: Flask, page: Any) -> None:
    outline = Outline(page(app))
    assert outline.unbalanced == []
    assert outline.open == []
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert not [attributes for _, attributes in outline.elements if "style" in attributes]
    assert not [script for script in outline.all("script") if "src" not in script]
    assert not outline.all("style")


@pytest.mark.parametrize("page", [staff_page, resident_page])
def test_every_field_has_a_label_and_every_reference_a_target(app: Flask, page: Any) -> None:
    html = page(app, errors=[{"id": "question-mode", "message": "请选择"}])
    outline = Outline(html)
    ids = {attributes.get("id") for _, attributes in outline.elements}
    for label in outline.all("label"):
        assert "for" not in label or label["for"] in ids
    for _, attributes in outline.elements:
        for target in (attributes.get("aria-describedby") or "").split():
            assert target in ids
    assert re.search(r'<a class="skip-link" href="#content">', html)
    assert "content" in ids


def test_the_demonstration_says_so_and_a_real_city_does_not(app: Flask) -> None:
    sentence = "演示数据：由种子生成，非真实城市数据"
    assert sentence in staff_page(app)
    assert sentence in resident_page(app)
    assert sentence not in staff_page(app, is_demonstration=False)
    assert sentence not in resident_page(app, is_demonstration=False)


def test_the_staff_frame_marks_the_place_keeps_the_choice_and_logs_out_by_post(app: Flask) -> None:
    html = staff_page(app)
    assert '<a href="/assess" aria-current="true">评估</a>' in html
    assert '<a href="/yardsticks" aria-current="page">六维</a>' in html
    assert '<option value="2024" selected>2024</option>' in html
    assert '<input type="hidden" name="grade" value="shortfall">' in html
    assert re.search(r'<form method="post" action="/log-out">\s*<input type="hidden" name="csrf_token"', html)


def test_a_staff_page_stands_without_any_context(app: Flask) -> None:
    with app.test_request_context():
        html = render_template("web/base.html")
    assert '<html lang="zh-CN">' in html
    assert "<title>城市体检</title>" in html
    assert "chooser" not in html


def test_a_resident_sees_no_navigation_but_who_asks_and_how_far(app: Flask) -> None:
    html = resident_page(app)
    assert "main-navigation" not in html
    assert "景德镇市住房和城乡建设局" in html
    assert "第 3 题，共 12 题" in html
    assert '<progress value="2" max="12"' in html


def test_a_resident_error_stands_beside_the_question_and_on_top(app: Flask) -> None:
    html = resident_page(app, errors=[{"id": "question-mode", "message": "请至少选一项"}])
    assert '<a href="#question-mode">请至少选一项</a>' in html
    assert 'id="question-mode" aria-describedby="error-mode"' in html
    assert html.index("error-summary") < html.index('id="question-mode"')


def test_zero_no_data_and_not_applicable_never_look_alike(app: Flask) -> None:
    zero = piece(app, "ui.figure(0, decimals=0)")
    missing = piece(app, "ui.figure(none)")
    not_applicable = piece(app, 'ui.figure(none, state="not_applicable")')
    assert "no-value" not in zero
    assert ">0<" in zero
    assert 'class="no-value missing">无数据<' in missing
    assert 'class="no-value not_applicable">不适用<' in not_applicable
    assert piece(app, "ui.figure(value)", value=float("nan")) == missing
    bars = [piece(app, f'ui.score_bar("甲", {score})') for score in ("0", "none")]
    assert "url(#no-data)" not in bars[0]
    assert "url(#no-data)" in bars[1]


def test_a_figure_carries_unit_year_interval_state_and_its_explanation(app: Flask) -> None:
    html = piece(
        app, 'ui.figure(-1234.56, "%", 2024, low=-1300, high=-1200.04, state="modelled", href="/why?a=1&b=2")'
    )
    assert '<a class="figure-value" href="/why?a=1&amp;b=2">−1,234.6</a>' in html
    assert "(−1,300.0–−1,200.0)" in html
    assert "估" in html
    assert '<span class="figure-year">2024</span>' in html


@pytest.mark.parametrize("grade", ["strength", "meets", "shortfall", "no_basis", "cannot_tell"])
def test_a_grade_is_told_by_word_and_shape_not_by_colour_alone(app: Flask, grade: str) -> None:
    html = piece(app, "ui.grade_badge(grade)", grade=grade)
    others = [
        piece(app, "ui.grade_badge(grade)", grade=other)
        for other in ("strength", "meets", "x")
        if other != grade
    ]
    shape = re.search(r"<svg.*?</svg>", html)
    assert shape is not None
    assert all(shape.group() not in other for other in others)
    assert re.search(r"[一-鿿]{2,}", html)


def test_figures_in_a_table_stand_at_the_right_with_fixed_decimals(app: Flask) -> None:
    columns = [
        {"key": "name", "label": "地区"},
        {"key": "value", "label": "值", "kind": "number", "decimals": 2},
    ]
    rows = [{"name": "<b>甲</b>", "value": 1}, {"name": "乙", "value": None}]
    html = piece(app, "ui.data_table(columns, rows)", columns=columns, rows=rows)
    assert '<td class="align-end"><span class="figure"><span class="figure-value">1.00</span>' in html
    assert "&lt;b&gt;甲&lt;/b&gt;" in html
    assert "无数据" in html
    assert "data-table" not in piece(app, "ui.data_table(columns, [])", columns=columns)


def test_a_sparkline_leaves_a_hatched_gap_where_a_year_is_missing(app: Flask) -> None:
    points = [{"year": 2020, "value": 1.0}, {"year": 2021, "value": None}, {"year": 2022, "value": 2.0}]
    html = piece(app, 'ui.sparkline(points, "升")', points=points)
    assert html.count("stroke-line") == 0
    assert html.count("url(#no-data)") == 1
    assert html.count("<circle") == 2
    whole = [{**point, "value": point["value"] or 1.5} for point in points]
    assert piece(app, 'ui.sparkline(points, "升")', points=whole).count("stroke-line") == 2


def test_a_distribution_fills_the_whole_width_and_names_the_uncounted(app: Flask) -> None:
    html = piece(app, 'ui.distribution([1, 2, 3, 4, 10], "多数满意", dont_know=7)')
    widths = [
        float(width) for width in re.findall(r'answer-part" x="[\d.]+%" y="20" width="([\d.]+)%"', html)
    ]
    assert sum(widths) == pytest.approx(100)
    assert "50%" in html
    assert "不清楚或未使用 7，不计入" in html
    assert "无数据" in piece(app, 'ui.distribution([0, 0, 0, 0, 0], "无")')


def test_pagination_shows_the_ends_and_the_neighbours(app: Flask) -> None:
    html = piece(app, 'ui.pagination(6, 20, "?page={page}", total=1999)')
    assert re.findall(r">(\d+)<", html) == ["1", "4", "5", "6", "7", "8", "20"]
    assert 'rel="next" href="?page=7"' in html
    assert "共 1,999 条" in html
    assert piece(app, 'ui.pagination(1, 1, "?page={page}")') == ""
    assert 'href="/p/2"' in piece(app, "ui.pagination(1, 2, href)", href=lambda page: f"/p/{page}")


def test_the_error_page_tells_what_happened_and_what_to_do(app: Flask) -> None:
    problems = [{"place": "表 2 · C14", "message": "超出范围", "cure": "请核对单位"}]
    facts = {
        "code": 422,
        "title": "有错",
        "what_happened": "没有保存",
        "cure": "改正后再交",
        "problems": problems,
    }
    for resident in (False, True):
        with app.test_request_context():
            html = render_template("web/error.html", **facts, resident=resident, reference="ab-1")
        for text in ("422", "有错", "没有保存", "改正后再交", "表 2 · C14", "超出范围", "请核对单位", "ab-1"):
            assert text in html


def test_our_templates_styles_and_scripts_name_no_foreign_host() -> None:
    sources = [*(WEB / "templates").rglob("*.html"), *OWN.rglob("*.*")]
    assert len(sources) > 10
    named = {path.name: FOREIGN.findall(path.read_text(encoding="utf-8")) for path in sources}
    assert {name: hosts for name, hosts in named.items() if hosts} == {}


def test_the_residents_styles_are_understood_by_chromium_80() -> None:
    newer = re.compile(
        r":has\(|:is\(|:where\(|:focus-visible|aspect-ratio|\binset:|(?<!-)\bgap:|@layer|@container|color-mix|"
        r"light-dark|accent-color|(?<!prefers-)color-scheme:|margin-inline:|padding-inline:|\d(?:d|s|l)v[hw]|&",
    )
    for name in ("tokens.css", "resident.css"):
        text = re.sub(r"/\*.*?\*/", "", (OWN / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        assert newer.findall(text) == [], name
        outside_media = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", r"\1", text)
        assert re.sub(r"[^{}]+\{[^{}]*\}", "", outside_media).strip() == "", f"{name} nests rules"


def test_every_token_that_is_used_is_defined() -> None:
    defined = set(
        re.findall(r"^\s*(--[a-z0-9-]+):", (OWN / "tokens.css").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for path in OWN.glob("*.css"):
        used = set(re.findall(r"var\((--[a-z0-9-]+)", path.read_text(encoding="utf-8")))
        assert used <= defined, path.name
        if path.name != "tokens.css":
            assert not re.search(r"(?:color|fill|stroke|background): #", path.read_text(encoding="utf-8")), (
                path.name
            )


def tokens(scheme: str) -> dict[str, str]:
    """The colours of a scheme; the dark one stands on the light one."""
    text = (OWN / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", dark.split("@media print")[0]))
    return found


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_the_guideline_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_has_a_contrast_of_at_least_four_and_a_half(scheme: str, ink: str, ground: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_of_fields_and_the_focus_ring_can_be_seen(scheme: str) -> None:
    colours = tokens(scheme)
    for line in ("line-strong", "focus", "good-fill", "bad-fill", "accent"):
        assert contrast(colours[line], colours["paper"]) >= (2.5 if line.endswith("-fill") else 3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_steps_of_a_map_go_one_way_in_lightness(scheme: str) -> None:
    colours = tokens(scheme)
    steps = [luminance(colours[f"step-{number}"]) for number in range(1, 7)]
    assert steps == sorted(steps, reverse=scheme == "light")
    assert all(contrast(colours[f"step-{n}"], colours[f"step-{n + 1}"]) >= 1.15 for n in range(1, 6))


def vendored() -> dict[str, tuple[str, str, str]]:
    """File → version, licence, digest, as VENDORED.md tells."""
    text = (VENDOR / "VENDORED.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+/\S+) \| (\S+) \| (\S+) \| \d+ \| `([0-9a-f]{64})` \|$", text, re.MULTILINE)
    return {file: (version, licence, digest) for file, version, licence, digest in rows}


def test_the_vendored_files_are_exactly_those_that_are_listed() -> None:
    listed = vendored()
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - {
        "VENDORED.md"
    }
    assert present == set(listed)
    for file, (_, _, digest) in listed.items():
        assert hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() == digest, file


def test_the_vendored_list_follows_the_wish_list_and_carries_licences() -> None:
    packages = json.loads((WEB / "vendor.json").read_text(encoding="utf-8"))["packages"]
    wanted = {
        f"{package['name']}/{place}": (package["version"], package["licence"])
        for package in packages
        for place in package["files"].values()
    }
    assert {file: facts[:2] for file, facts in vendored().items()} == wanted
    for package in packages:
        assert (VENDOR / package["name"] / "LICENSE").stat().st_size > 500


def test_a_vendored_style_asks_only_for_files_that_lie_beside_it() -> None:
    for style in VENDOR.rglob("*.css"):
        for address in re.findall(r"url\(['\"]?([^)'\"]+)", style.read_text(encoding="utf-8")):
            assert address.startswith("#") or Path(style.parent / address).is_file(), address
