"""Languages of the interface: Chinese first, English complete."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, current_app, g, request, session
from flask_babel import Babel
from flask_babel import gettext as _

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}

babel = Babel()


def init_i18n(app: Flask) -> None:
    """Set up the catalogue and the choice of language."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LANGUAGES[app.config["SETTINGS"].default_language])
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", app.config["SETTINGS"].time_zone)
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "i18n/translations")
    babel.init_app(app, locale_selector=lambda: LANGUAGES[language()])
    app.before_request(_remember_language)
    # Templates name and join as the pages' own words do.
    app.jinja_env.globals.update(named=named, listing=listing, pair=pair, aside=aside)


def language() -> str:
    """The reader's language: ``zh`` or ``en``.

    The address (``?lang=``) decides, then an earlier choice, then what the browser asks for.
    """
    if "language" in g:
        return str(g.language)
    chosen = request.args.get("lang") or session.get("language") if request else None
    if chosen in LANGUAGES:
        g.language = chosen
    else:
        offered = request.accept_languages.best_match(["zh", "zh-CN", "en"]) if request else None
        default = current_app.config["SETTINGS"].default_language
        g.language = offered[:2] if offered else default
    return str(g.language)


def _remember_language() -> None:
    if request.args.get("lang") in LANGUAGES and session.get("language") != request.args["lang"]:
        session["language"] = request.args["lang"]


def named(zh: str | None, en: str | None) -> str:
    """The name in the reader's language; the other one where it is missing."""
    first, second = (zh, en) if language() == "zh" else (en, zh)
    return first or second or ""


def listing(parts: Iterable[object]) -> str:
    """The parts one after the other, with the comma of the reader's language for lists."""
    return _("、").join(str(part) for part in parts)


def pair(name: object, text: object) -> str:
    """A name and what is said of it, with the reader's colon."""
    return _("%(a)s：%(b)s", a=name, b=text)


def aside(text: object, remark: object) -> str:
    """A text with a remark in the reader's brackets."""
    return _("%(a)s（%(b)s）", a=text, b=remark)
