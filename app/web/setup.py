"""What every page has: security headers, request ids, the context of the shared templates."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from app.i18n import LANGUAGES, language
from app.web.navigation import navigation

csrf = CSRFProtect()

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_LANGUAGE_NAMES = {"zh": "中文", "en": "English"}

#: Rooms add what the shared page frame shows (the demonstration's mark, the chooser of year and area).
ContextSource = Callable[[], dict[str, Any]]


def init_web(app: Flask) -> None:
    """Register headers, CSRF protection and the context of the page frame."""
    csrf.init_app(app)
    app.extensions["cityexam_context"] = []
    app.after_request(_harden)
    app.context_processor(_frame)
    proxies = app.config["SETTINGS"].trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]


def add_context(app: Flask, source: ContextSource) -> None:
    """Let a room add to the frame of every page."""
    app.extensions["cityexam_context"].append(source)


def script_nonce() -> str:
    """The nonce of this response's inline scripts (map documents alone have any)."""
    if "script_nonce" not in g:
        g.script_nonce = secrets.token_urlsafe(16)
    return str(g.script_nonce)


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self)")
    if not request.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    return response


def _frame() -> dict[str, Any]:
    context: dict[str, Any] = {
        "language": {"zh": "zh-CN", "en": "en"}[language()],
        "languages": _languages(),
        "home_href": "/",
        "log_in_href": url_for("accounts.log_in"),
    }
    if current_user and current_user.is_authenticated:
        context["navigation"] = navigation(current_user.roles)
        context["account"] = {
            "name": current_user.display_name,
            "href": url_for("accounts.profile"),
            "log_out_href": url_for("accounts.log_out"),
        }
    for source in current_app.extensions["cityexam_context"]:
        context |= source()
    return context


def _languages() -> list[dict[str, Any]]:
    kept = {key: value for key, value in request.args.items(multi=False) if key != "lang"} if request else {}
    found = []
    for code in LANGUAGES:
        target: dict[str, Any] = {**(request.view_args or {}), **kept, "lang": code}
        known = request and request.endpoint and request.method == "GET"
        href = url_for(request.endpoint, **target) if known and request.endpoint else f"/?lang={code}"
        active = code == language()
        found.append({"code": code, "label": _LANGUAGE_NAMES[code], "href": href, "active": active})
    return found
