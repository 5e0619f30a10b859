"""Moving points to the middle of a grid cell in a submission, and changing nothing else in it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator

from lxml import etree

from app.xforms.problems import XFormProblem
from app.xforms.safe_xml import codec_of, parse_xml, text_in

METRES_PER_DEGREE = math.pi * 6_371_008.8 / 180
_MARKUP = re.compile(
    rb"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|</(?P<end>[^\s>]+)\s*>"
    rb"|<(?P<start>[^\s/>!?]+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")


def coarsen_point(lat: float, lon: float, *, cell: float = 100.0) -> tuple[float, float]:
    """Return the middle of the cell of ``cell`` metres that a point (degrees) lies in, on a sphere.

    The same cell always gives the same point, and a point already moved stays where it is.
    """
    height = cell / METRES_PER_DEGREE
    middle_lat = min(90.0, max(-90.0, (math.floor(lat / height) + 0.5) * height))
    width = cell / (METRES_PER_DEGREE * max(math.cos(math.radians(middle_lat)), 1e-6))
    middle_lon = min(180.0, max(-180.0, (math.floor(lon / width) + 0.5) * width))
    return middle_lat, middle_lon


def coarsen(xml: bytes, paths: Collection[str], *, cell: float = 100.0) -> bytes:
    """Return the submission with the points at these paths (without positions) moved to the middle of their
    cells.

    Lines and areas are moved point by point. Altitude and accuracy become 0. A text with digits that is no
    point is emptied: it may be an exact place in a form of its own. Raises XFormProblem for broken or
    hostile XML.
    """
    codec = codec_of(xml, parse_xml(xml))
    # The name of the root is a client's choice, so it does not count.
    below = frozenset(tuple(path.split("/")[2:]) for path in paths)
    if codec.startswith("utf-8"):
        return _coarsen(xml, below, cell)
    try:
        text = xml.decode(codec)
    except UnicodeDecodeError as error:
        raise XFormProblem("malformed-xml", {"detail": str(error)[:200]}) from error
    return _coarsen(text.encode(), below, cell).decode().encode(codec)


def _coarsen(xml: bytes, paths: frozenset[tuple[str, ...]], cell: float) -> bytes:
    pieces: list[bytes] = []
    position = 0
    for start, end in _contents(xml, paths):
        content = xml[start:end]
        coarse = _coarse_content(content, cell)
        if coarse is not None:
            pieces += [xml[position:start], coarse]
            position = end
    return b"".join([*pieces, xml[position:]])


def _contents(xml: bytes, paths: frozenset[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Yield the byte ranges between the start and end tags of the elements at these paths."""
    names: list[str] = []
    opened: tuple[int, int] | None = None
    for match in _MARKUP.finditer(xml):
        if match["end"] is not None:
            if opened is not None and opened[0] == len(names):
                yield opened[1], match.start()
                opened = None
            names.pop()
        elif match["start"] is not None and not match[0].endswith(b"/>"):
            names.append(match["start"].decode("utf-8", errors="replace").rpartition(":")[2])
            if opened is None and tuple(names[1:]) in paths:
                opened = (len(names), match.end())


def _coarse_content(content: bytes, cell: float) -> bytes | None:
    """Return the new content of an element, None where it stays as it is."""
    text = content.decode("utf-8", errors="replace")
    if "<" in text or "&" in text:
        text = _text_in(content)
    if not any(sign.isdigit() for sign in text):
        return None
    points = []
    for part in text.split(";"):
        numbers = part.split()
        if not numbers:
            continue
        if not 2 <= len(numbers) <= 4 or not all(_NUMBER.match(number) for number in numbers):
            return b""
        lat, lon = float(numbers[0]), float(numbers[1])
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            return b""
        middle = coarsen_point(lat, lon, cell=cell)
        points.append(f"{middle[0]:.6f} {middle[1]:.6f} 0 0")
    return "; ".join(points).encode()


def _text_in(content: bytes) -> str:
    """Return the text of content that has markup of its own: references, CDATA, elements."""
    holder = re.sub(rb"(</?)[^\s/>!?:]+:", rb"\1", content)
    try:
        return text_in(parse_xml(b"<x>" + holder + b"</x>"))
    except (XFormProblem, etree.LxmlError):
        # The content was well-formed in its document; only a prefix that is declared further up can break
        # it here.
        return "0"
