"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {}
