"""Scripts and styles that belong together, in one file each, for pages that must be small.

``scripts/pack_frontend.py`` makes the files in ``packed`` from the sources below ``static``: without comments
and spaces and with short names inside. Where a source has changed since, the sources themselves are served.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_STATIC = Path(__file__).parent / "static"
PACKED = Path(__file__).parent / "packed"
#: Scripts begin with it, and where several are one it holds for all.
_SAID_ONCE = b'"use strict";'
_WIDGETS = (
    "barcode",
    "dates",
    "filter",
    "grouping",
    "picture",
    "places",
    "point",
    "quick",
    "range",
    "rank",
    "sketch",
)
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
        "forms/taking-over.js",
    ),
    "queue.js": ("forms/keeping.js", "forms/sending.js"),
    "usual-functions.js": ("forms/usual-functions.js",),
    "patterns.js": ("forms/patterns.js",),
    "more-functions.js": ("forms/more-functions.js",),
    "digests.js": ("forms/digests.js",),
    **{f"{name}.js": (f"forms/{name}.js",) for name in ("trees", "actions", "counts", "made-choices")},
    "language.css": ("web/resident-language.css",),
    "question-parts.css": ("web/resident-parts.css",),
    "columns.css": ("web/resident-columns.css",),
    "marked.css": ("web/resident-marked.css",),
    "widgets.css": ("forms/widgets.css",),
    "seeking.css": ("forms/widgets-seeking.css",),
    "board.css": ("forms/widgets-board.css",),
    **{f"{name}.js": (f"forms/{name}.js",) for name in ("widgets", *_WIDGETS)},
    "worker.js": ("forms/worker.js",),
}


@dataclass(frozen=True)
class Pack:
    """The bytes of a pack, and their digest, which stands in its address."""

    body: bytes
    digest: str
    mimetype: str


def together(names: Iterable[str]) -> str:
    """The name of several packs in one file, which is smaller than they are apart: ``a+b.js``."""
    parts = [name.partition(".") for name in names]
    return "+".join(stem for stem, _dot, _kind in parts) + f".{parts[0][2]}"


@lru_cache(maxsize=256)
def pack(name: str) -> Pack:
    """The pack of this name, or several together in their order; KeyError where there is none."""
    stems, _dot, kind = name.partition(".")
    parts = [f"{stem}.{kind}" for stem in stems.split("+")]
    if len(set(parts)) < len(parts) or not PACKS.keys() >= set(parts):
        raise KeyError(name)
    first, *others = map(_body, parts)
    body = first + b"".join(each.removeprefix(_SAID_ONCE) for each in others)
    mimetype = "text/javascript" if name.endswith(".js") else "text/css"
    return Pack(body, hashlib.sha256(body).hexdigest()[:12], mimetype)


def _body(name: str) -> bytes:
    return (PACKED / name).read_bytes() if is_current(name) else source_of(name).encode()


def source_of(name: str) -> str:
    """The sources of a pack, one after the other."""
    return "\n".join((_STATIC / each).read_text(encoding="utf-8") for each in PACKS[name])


def source_digest(name: str) -> str:
    """The digest of the sources, by which a packed file knows what it was made from.

    Of all of its kind together: custom properties that no style reads are left out of each, and properties
    that only scripts know are called the same in each.
    """
    kind = name[name.index(".") :]
    names = [each for each in PACKS if each.endswith(kind)]
    return hashlib.sha256("\n".join((name, *map(source_of, names))).encode()).hexdigest()


def is_current(name: str) -> bool:
    """Whether the packed file was made from the present sources."""
    made: dict[str, str] = json.loads((PACKED / "sources.json").read_text(encoding="utf-8"))
    return made.get(name) == source_digest(name)
