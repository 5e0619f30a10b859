"""Scripts and styles that belong together, in one file, without comments and spaces."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin

_STATIC = Path(__file__).parent / "static"
#: Name of the pack → its files below ``static``, in the order to run them.
PACKS: dict[str, tuple[str, ...]] = {
    "resident.css": ("web/tokens.css", "web/resident.css"),
    "filling.js": (
        "forms/evaluate.js",
        "forms/functions.js",
        "forms/answered-form.js",
        "forms/typing.js",
        "forms/filling.js",
        "forms/fields.js",
        "forms/drawing.js",
        "forms/screens.js",
        "forms/keeping.js",
        "forms/sending.js",
        "forms/taking-over.js",
    ),
    "more-functions.js": ("forms/more-functions.js",),
    "digests.js": ("forms/digests.js",),
    "photos.js": ("forms/photos.js",),
    "worker.js": ("forms/keeping.js", "forms/sending.js", "forms/worker.js"),
}


@dataclass(frozen=True)
class Pack:
    """The bytes of a pack, and their digest, which stands in its address."""

    body: bytes
    digest: str
    mimetype: str


@cache
def pack(name: str) -> Pack:
    """The pack of this name; KeyError where there is none."""
    source = "\n".join((_STATIC / each).read_text(encoding="utf-8") for each in PACKS[name])
    is_script = name.endswith(".js")
    body = (jsmin(source) if is_script else cssmin(source)).encode()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Pack(body, digest, "text/javascript" if is_script else "text/css")
