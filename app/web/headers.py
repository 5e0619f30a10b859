"""Headers of every response: what browsers may load, keep and tell others."""

from __future__ import annotations

import secrets

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

_POLICY = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self)",
}
_YEAR_S = 31_536_000


def init_headers(app: Flask) -> None:
    """Give every response its headers; a view's own stay."""
    app.after_request(_harden)


def script_nonce() -> str:
    """The nonce of this response's inline scripts (map documents alone have any)."""
    if "script_nonce" not in g:
        g.script_nonce = secrets.token_urlsafe(16)
    return str(g.script_nonce)


def _harden(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SETTINGS"].secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")
    # Only our own unchanging files may be kept; a missing one is asked for again.
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
