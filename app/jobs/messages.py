"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "job-unfinished": _l("任务“%(title)s”没有在 %(seconds)s 秒内完成。可以在“任务”页查看进度。"),
}
