"""Texts go compressed over the wire: pages of residents and all static files, for whoever accepts gzip.

Pages of staff stay as they are: they carry secrets beside what an address may put into them, and the length
of a compressed page tells of both together. The pages of residents repeat nothing of their address.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

import zopfli.gzip
from flask import Flask, g, request
from werkzeug.wrappers import Response

_TEXTS = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    }
)
_LEAST_BYTES = 500
_BLUEPRINTS = frozenset({"resident", "offline"})


def sent_to_many() -> None:
    """Have the answer to this request compressed as small as it gets: many are sent the very same bytes."""
    g.sent_to_many = True


def init_compressing(app: Flask) -> None:
    """Compress what may be compressed; registered before whatever changes the response."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    unchanging = request.endpoint in {"static", "offline.pack_file", "offline.worker"}
    if not unchanging and request.blueprint not in _BLUEPRINTS:
        return response
    if response.mimetype not in _TEXTS or response.status_code in {204, 206, 304}:
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" not in request.accept_encodings or "Content-Encoding" in response.headers:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _LEAST_BYTES:
        return response
    best = unchanging or "sent_to_many" in g
    response.set_data(_kept(body) if best else gzip.compress(body, 9, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, _weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)
    return response


@lru_cache(maxsize=256)
def _kept(body: bytes) -> bytes:
    # Slow, and the smallest: it is done once for what is sent to everybody.
    packed: bytes = zopfli.gzip.compress(body)
    return packed
