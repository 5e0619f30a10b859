"""Serving bytes that somebody uploaded: a browser may show pictures, hear and see, never run them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Response, send_file

from app.storage import storage

#: Nothing inside may load or run, and it is of no origin: least of all of ours.
HARMLESS = {"Content-Security-Policy": "default-src 'none'; sandbox"}
#: Kinds of pictures that hold points alone. SVG is not among them: it may hold a script.
_PICTURES = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "bmp", "avif", "heic", "heif")
)

_KIND = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")

#: What the bytes of a picture begin with that every browser draws, and no name or type is believed over.
_BEGINNINGS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
#: A larger picture would make a page of staff slow; it is saved to be seen.
_LARGEST_SHOWN = 8 * 1024 * 1024


@dataclass(frozen=True)
class SentFile:
    """A file as a page lists it: ``href`` saves it, ``picture`` shows it where it is a picture."""

    name: str
    size: int
    href: str
    picture: str | None


def picture_kind(sha256: str) -> str | None:
    """The type of a stored picture that may be shown on a page, by its bytes; None for what is none."""
    path = storage().path(sha256)
    if not path.is_file() or path.stat().st_size > _LARGEST_SHOWN:
        return None
    with path.open("rb") as stream:
        head = stream.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for begin, kind in _BEGINNINGS.items() if head.startswith(begin)), None)


def send_uploaded(
    sha256: str,
    content_type: str | None,
    file_name: str,
    *,
    max_age: int | None = None,
    own_type: bool = False,
) -> Response:
    """The stored bytes: pictures, sound and film as what they are, everything else to be saved.

    ``own_type``: what is to be saved keeps its type too.
    """
    kind = (content_type or "").partition(";")[0].strip().lower()
    if not _KIND.match(kind):
        # A sender may have written anything there; only this much can stand in a header.
        kind = ""
    shown = kind in _PICTURES or kind.startswith(("audio/", "video/"))
    response = send_file(
        storage().path(sha256),
        mimetype=kind if kind and (shown or own_type) else "application/octet-stream",
        as_attachment=not shown,
        download_name=file_name,
        max_age=max_age,
    )
    response.headers.update(HARMLESS)
    return response


def source_text(xml: bytes) -> Response:
    """XML to read, as text: as XML it could bring a script of its own."""
    return Response(xml, content_type="text/plain; charset=utf-8", headers=HARMLESS)
