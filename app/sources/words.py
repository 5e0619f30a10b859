"""What the rules of measuring are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ZONE_NAMES: Mapping[str, LazyString] = {
    "built-up zone from the land cover": _l("土地覆盖判定的建成区"),
    "whole street": _l("整个街道"),
}
