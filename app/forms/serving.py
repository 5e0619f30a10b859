"""Serving bytes that somebody uploaded: a browser may show pictures, hear and see, never run them."""

from __future__ import annotations

from flask import Response, send_file

from app.storage import storage

#: Nothing inside may load or run, and it is of no origin: least of all of ours.
HARMLESS = {"Content-Security-Policy": "default-src 'none'; sandbox"}
#: Kinds of pictures that hold points alone. SVG is not among them: it may hold a script.
_PICTURES = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "bmp", "avif", "heic", "heif")
)


def send_uploaded(
    sha256: str, content_type: str | None, file_name: str, *, max_age: int | None = None
) -> Response:
    """The stored bytes: pictures, sound and film as what they are, everything else to be saved."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    shown = kind in _PICTURES or kind.startswith(("audio/", "video/"))
    response = send_file(
        storage().path(sha256),
        mimetype=kind if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=file_name,
        max_age=max_age,
    )
    response.headers.update(HARMLESS)
    return response


def source_text(xml: bytes) -> Response:
    """XML to read, as text: as XML it could bring a script of its own."""
    return Response(xml, content_type="text/plain; charset=utf-8", headers=HARMLESS)
