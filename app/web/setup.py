"""What every page has: CSRF protection and the context of the shared templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, has_request_context, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app.errors.edge import Pages, draw_with
from app.i18n import LANGUAGES, language
from app.web.entering import may_send
from app.web.headers import script_nonce
from app.web.navigation import navigation
from app.web.refused import draw_refused, way_back
from app.web.squeezing import init_squeezing

__all__ = ["add_context", "csrf", "init_web", "script_nonce"]

csrf = CSRFProtect()

_LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
_LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}

#: Rooms add what the shared page frame shows (the demonstration's mark, the chooser of year and area).
ContextSource = Callable[[], dict[str, Any]]


def init_web(app: Flask) -> None:
    """Register CSRF protection, the context of the page frame, and the end of uploads."""
    csrf.init_app(app)
    init_squeezing(app)
    app.extensions["cityexam_context"] = []
    app.context_processor(_frame)
    app.add_template_global(may_send)
    app.teardown_request(_close_uploads)
    draw_with(app, Pages(refused=draw_refused, way_back=way_back))
    proxies = app.config["SETTINGS"].trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]


def add_context(app: Flask, source: ContextSource) -> None:
    """Let a room add to the frame of every page."""
    app.extensions["cityexam_context"].append(source)


def _close_uploads(_error: BaseException | None) -> None:
    # Large files lie in temporary ones until they are stored; they go with the request, however it ended.
    request.close()


def _frame() -> dict[str, Any]:
    if not has_request_context():
        # A document drawn by a job has no reader to show doors to.
        return {"language": _LANGUAGE_TAGS[language()]}
    context: dict[str, Any] = {
        "language": _LANGUAGE_TAGS[language()],
        "languages": _languages(),
        "home_href": "/",
        "log_in_href": url_for("accounts.log_in"),
    }
    if current_user and current_user.is_authenticated:
        context["navigation"] = navigation()
        context["account"] = {
            "name": current_user.display_name,
            "href": url_for("accounts.profile"),
            "log_out_href": url_for("accounts.log_out"),
        }
    for source in current_app.extensions["cityexam_context"]:
        context |= source()
    return context


def _languages() -> list[dict[str, Any]]:
    """The same page in each language; a page without an address of its own leads to the overview."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    known = request.endpoint and request.method in {"GET", "HEAD"}
    path = quote(request.script_root + request.path, safe="/:@!$&'()*+,;=~") if known else "/"
    return [
        {
            "code": code,
            "label": _LANGUAGE_NAMES[code],
            "href": f"{path}?{urlencode([*kept, ('lang', code)] if known else [('lang', code)])}",
            "active": code == language(),
        }
        for code in LANGUAGES
    ]
