"""What levels and kinds of areas are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

LEVEL_NAMES: Mapping[str, LazyString] = {
    "city": _l("全市"),
    "district": _l("区县"),
    "street": _l("街道（乡镇）"),
    "community": _l("社区"),
    "grid": _l("网格"),
    "functional": _l("功能区"),
}
#: The kinds that a city's own table may name besides are shown as they stand there.
KIND_NAMES: Mapping[str, LazyString] = {
    "city": _l("城市"),
    "district": _l("区县"),
    "subdistrict": _l("街道"),
    "town": _l("镇"),
    "township": _l("乡"),
    "residents": _l("居委会"),
    "villagers": _l("村委会"),
    "other": _l("其他"),
    "functional_area": _l("功能区"),
}
