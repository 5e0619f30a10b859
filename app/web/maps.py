"""Maps that open without any other host: folium documents with local scripts, styles and legend.

A map is a document of its own, shown in an ``iframe``. Its route answers with :func:`with_nonce` applied to
the html of :func:`folium_map` and the header of :func:`map_policy`. Folium's own Choropleth is not used: its
legend needs d3 and its missing values have a plain fill. Here the legend is HTML, the colours are the tokens
of the house (so that dark mode works) and areas without data are hatched.
"""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask_babel import gettext as _

if TYPE_CHECKING:
    import folium
    from branca.element import Element

GeoJson = Mapping[str, Any]
STEPS = 6


@dataclass(frozen=True, kw_only=True)
class AreaValue:
    """What a map shows of one area: a value with its 95 % interval, or the state that says why there is none.

    ``state`` is one of reported, derived, modelled, not_applicable, missing, suppressed (too few answers);
    ``href`` explains the value.
    """

    value: float | None = None
    state: str = "reported"
    low: float | None = None
    high: float | None = None
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """A background the operator has chosen: address template with {x}, {y}, {z} and its attribution."""

    address: str
    attribution: str
    max_zoom: int = 18

    @property
    def origin(self) -> str:
        """Scheme and host of the tiles for the content policy, ``{s}`` widened to any subdomain."""
        parts = urlsplit(self.address)
        first, dot, rest = parts.netloc.partition(".")
        # A policy knows a star as a whole label only: t{s}.example.org becomes *.example.org.
        host = f"*{dot}{rest}" if "{s}" in first else parts.netloc
        return f"{parts.scheme}://{host}"


@dataclass(frozen=True)
class _Scale:
    """The bounds between colour steps; ``bounds`` has one number more than there are steps."""

    bounds: tuple[float, ...]
    decimals: int

    def step(self, value: float) -> int:
        """Return the colour of ``value``, from 1 to 6, spread over the whole range of colours."""
        classes = len(self.bounds) - 1
        place = min(max(bisect_right(self.bounds, value) - 1, 0), classes - 1)
        return self.colour(place)

    def colour(self, place: int) -> int:
        """Return the colour step of the class at ``place`` counted from 0."""
        classes = len(self.bounds) - 1
        return STEPS if classes == 1 else 1 + round(place * (STEPS - 1) / (classes - 1))


def folium_map(
    *,
    areas: GeoJson,
    values: Mapping[str, AreaValue],
    address: Callable[[str], str],
    title: str,
    unit: str = "",
    decimals: int = 1,
    breaks: Sequence[float] | None = None,
    caption: str | None = None,
    outlines: GeoJson | None = None,
    code_property: str = "code",
    name_property: str = "name",
    tiles: Tiles | None = None,
    language: str = "zh-CN",
) -> str:
    """Return a whole HTML document with the areas coloured by their values.

    ``areas`` is a GeoJSON FeatureCollection in WGS84; ``values`` is keyed by the text of ``code_property``;
    an area without an entry is missing. ``breaks`` are the bounds of the colour classes, ascending; without
    them up to five classes of about equal count are made. ``outlines`` are areas drawn as lines above,
    named by ``name_property``. ``address`` turns a path below the static folder into an address.
    ``caption`` defaults to 示意边界 (boundaries are schematic); give "" where they are real.

    Raises ``ValueError`` if no feature has a geometry, a feature has no code, or breaks do not ascend.
    """
    scale = _scale([v.value for v in values.values() if _is_shown(v)], breaks, decimals)
    features = _prepared(areas, values, code_property, name_property, unit, scale, decimals)
    drawn = _ground(address, tiles)
    layer = _area_layer(features, with_tiles=tiles is not None)
    layer.add_to(drawn)
    if outlines is not None and outlines.get("features"):
        _outline_layer(outlines, name_property).add_to(drawn)
    drawn.get_root().header.add_child(_icon(address))
    drawn.fit_bounds(layer.get_bounds(), padding=(24, 24))
    looks = {feature["properties"]["look"] for feature in features}
    panel = _legend(title, unit, scale, looks, _("示意边界") if caption is None else caption)
    return _document(drawn, title=title, language=language, panel=panel)


def with_nonce(html: str, nonce: str) -> str:
    """Return ``html`` with ``nonce`` on every script and style element, as a strict policy demands."""
    if not re.fullmatch(r"[A-Za-z0-9+/_=-]+", nonce):
        raise ValueError("a nonce is base64 text")
    return re.sub(r"<(script|style)(?=[\s>])(?![^>]*\snonce=)", rf'<\1 nonce="{nonce}"', html)


def map_policy(nonce: str, tile_origins: Collection[str] = ()) -> str:
    """Return a map's Content-Security-Policy: own files, elements with the nonce, images of the tiles."""
    images = " ".join(["'self'", "data:", *sorted(tile_origins)])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src {images}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        ]
    )


def _is_shown(value: AreaValue) -> bool:
    absent = value.state in {"missing", "not_applicable", "suppressed"} or value.value is None
    return not absent and math.isfinite(value.value or 0.0)


def _ground(address: Callable[[str], str], tiles: Tiles | None) -> folium.Map:
    """Return an empty map with Leaflet and the map's style from this server, nothing else from anywhere.

    Plain ground, or the operator's tiles with their attribution.
    """
    # Folium brings pandas along; whoever draws no map does not wait for them.
    import folium  # noqa: PLC0415 - brings pandas along

    drawn = folium.Map(
        tiles=None,
        control_scale=True,
        attribution_control=tiles is not None,
        zoom_snap=0.25,
    )
    drawn.default_js = [("leaflet", address("vendor/leaflet/leaflet.js"))]
    drawn.default_css = [
        ("leaflet_css", address("vendor/leaflet/leaflet.css")),
        ("tokens_css", address("web/tokens.css")),
        ("map_css", address("web/map.css")),
    ]
    if tiles is not None:
        background = folium.TileLayer(tiles=tiles.address, attr=tiles.attribution, max_zoom=tiles.max_zoom)
        background.add_to(drawn)
    return drawn


def _icon(address: Callable[[str], str]) -> Element:
    from branca.element import Element  # noqa: PLC0415 - comes with folium, as late as it

    return Element(f'<link rel="icon" href="{escape(address("web/mark.svg"))}">')


def _prepared(
    areas: GeoJson,
    values: Mapping[str, AreaValue],
    code_property: str,
    name_property: str,
    unit: str,
    scale: _Scale | None,
    decimals: int,
) -> list[dict[str, Any]]:
    """Return the features with code, look and texts, escaped: a name from a file must not become markup."""
    features = []
    for number, feature in enumerate(areas.get("features", []), start=1):
        if not feature.get("geometry"):
            continue
        properties = feature.get("properties") or {}
        code = properties.get(code_property)
        if code is None:
            raise ValueError(f"feature {number} has no property {code_property!r}")
        value = values.get(str(code), AreaValue(state="missing"))
        name = escape(str(properties.get(name_property) or code))
        facts = {
            "code": str(code),
            "name": name,
            "said": _said(value, unit, decimals),
            "more": _link(value.href, name),
            "look": _look(value, scale),
        }
        features.append({"type": "Feature", "geometry": feature["geometry"], "properties": facts})
    if not features:
        raise ValueError("there is no feature with a geometry to draw")
    return features


def _said(value: AreaValue, unit: str, decimals: int) -> str:
    """Return the value in words, with unit and interval, as escaped text."""
    if value.state == "not_applicable":
        return escape(_("不适用"))
    if value.state == "suppressed":
        return escape(_("样本过少"))
    if not _is_shown(value) or value.value is None:
        return escape(_("无数据"))
    text = f"{_number(value.value, decimals)} {unit}".strip()
    if value.low is not None and value.high is not None:
        text += f" ({_number(value.low, decimals)}–{_number(value.high, decimals)})"
    if value.state == "modelled":
        text += " · " + _("模型估计")
    return escape(text)


def _number(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace("-", "−")


def _link(href: str | None, name: str) -> str:
    if not href or not href.startswith(("/", "?")) or href.startswith("//"):
        return name
    return f'<a href="{escape(href)}" target="_top">{name}</a>'


def _scale(values: Sequence[float | None], breaks: Sequence[float] | None, decimals: int) -> _Scale | None:
    """Return the colour classes: the given bounds, widened to hold every value, or classes of equal count."""
    known = sorted(value for value in values if value is not None)
    if breaks is not None and (len(breaks) < 2 or any(b <= a for a, b in itertools.pairwise(breaks))):
        raise ValueError("breaks are at least two ascending numbers")
    if not known:
        return None
    if breaks is not None:
        first, last = min(breaks[0], known[0]), max(breaks[-1], known[-1])
        return _Scale((first, *breaks[1:-1], last), decimals)
    classes = min(5, len(set(known)))
    cuts = [known[i * len(known) // classes] for i in range(1, classes)]
    first, last = _outward(known[0], decimals, -1), _outward(known[-1], decimals, 1)
    inner = [bound for bound in sorted({round(cut, decimals) for cut in cuts}) if first < bound < last]
    return _Scale((first, *inner, last if last > first else first + 10.0**-decimals), decimals)


def _outward(value: float, decimals: int, direction: int) -> float:
    """Round away from the middle, so that the legend's ends hold every value."""
    factor = 10.0**decimals
    moved = math.floor(value * factor) if direction < 0 else math.ceil(value * factor)
    return moved / factor


def _look(value: AreaValue, scale: _Scale | None) -> str:
    """Return the class of an area's shape: its colour step, missing, few, or not_applicable."""
    if value.state == "not_applicable":
        return "not_applicable"
    if value.state == "suppressed":
        return "few"
    if scale is None or not _is_shown(value) or value.value is None:
        return "missing"
    return f"step-{scale.step(value.value)}"


def _area_layer(features: list[dict[str, Any]], *, with_tiles: bool) -> folium.GeoJson:
    import folium  # noqa: PLC0415 - brings pandas along

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        look = feature["properties"]["look"]
        return {"className": f"area {look}", "weight": 1, "fillOpacity": 0.75 if with_tiles else 1}

    layer = folium.GeoJson({"type": "FeatureCollection", "features": features}, style_function=style)
    layer.add_child(folium.GeoJsonTooltip(fields=["name", "said"], labels=False, class_name="area-words"))
    layer.add_child(folium.GeoJsonPopup(fields=["more", "said"], labels=False, class_name="area-words"))
    return layer


def _outline_layer(outlines: GeoJson, name_property: str) -> folium.GeoJson:
    import folium  # noqa: PLC0415 - brings pandas along

    features = [
        {
            "type": "Feature",
            "geometry": feature["geometry"],
            "properties": {"name": escape(str(feature.get("properties", {}).get(name_property) or ""))},
        }
        for feature in outlines["features"]
        if feature.get("geometry")
    ]
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda _feature: {"className": "outline", "weight": 3, "fill": False},
    )
    layer.add_child(folium.GeoJsonTooltip(fields=["name"], labels=False, class_name="area-words"))
    return layer


def _legend(title: str, unit: str, scale: _Scale | None, states: Collection[str], caption: str) -> str:
    """Return the panel of a map: what it shows, its classes from much to little, what grey means, caption."""
    rows = []
    if scale is not None:
        for place in reversed(range(len(scale.bounds) - 1)):
            low, high = (_number(bound, scale.decimals) for bound in scale.bounds[place : place + 2])
            rows.append(_key(f"step-{scale.colour(place)}", f"{low} – {high}"))
    if "missing" in states:
        rows.append(_key("missing", _("无数据")))
    if "few" in states:
        rows.append(_key("few", _("样本过少")))
    if "not_applicable" in states:
        rows.append(_key("not_applicable", _("不适用")))
    heading = escape(title) + (f' <span class="unit">{escape(unit)}</span>' if unit else "")
    foot = f'<p class="caption">{escape(caption)}</p>' if caption else ""
    return f'<aside class="legend"><h1>{heading}</h1><ul>{"".join(rows)}</ul>{foot}</aside>'


def _key(look: str, words: str) -> str:
    shape = f'<rect class="area {look}" width="20" height="14"/>'
    swatch = f'<svg width="20" height="14" aria-hidden="true">{shape}</svg>'
    return f"<li>{swatch}<span>{escape(words)}</span></li>"


_PATTERNS = (
    '<svg class="definition-svg" aria-hidden="true"><defs><pattern id="no-data" width="7" height="7" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatch-ground" width="7" height="7"/>'
    '<line class="hatch-line" x1="0" y1="0" x2="0" y2="7"/></pattern>'
    '<pattern id="too-few" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="hatch-ground" width="6" height="6"/><circle class="few-dot" cx="3" cy="3" r="1.2"/>'
    "</pattern></defs></svg>"
)


def _document(drawn: folium.Map, *, title: str, language: str, panel: str) -> str:
    """Render the map and give the document its language, title, patterns and legend."""
    figure = drawn.get_root()
    figure.title = escape(title)
    html = str(figure.render())
    html = html.replace("L.control.scale()", "L.control.scale({imperial: false})", 1)
    html = html.replace("<html>", f'<html lang="{escape(language)}">', 1)
    # Folium forbids zooming with two fingers; a reader with weak sight needs it.
    html = re.sub(
        r'<meta name="viewport" content="[^"]*" ?/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        html,
        count=1,
    )
    return html.replace("<body>", f"<body>{_PATTERNS}{panel}", 1)
