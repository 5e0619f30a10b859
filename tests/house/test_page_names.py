"""Directions to a page use the words by which the navigation calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from app.web.navigation import LOOP, Item

ROOT = Path(__file__).parents[2]
_PAGE = re.compile("“([^”%]{1,12})”页")


def labels(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        # The label's own text is its Chinese, whatever language a reader has.
        yield str(item.label._args[-1])
        yield from labels(item.children)


def test_every_page_named_in_a_text_is_a_label_of_the_navigation() -> None:
    known = set(labels(LOOP))
    named = {
        (str(path.relative_to(ROOT)), name)
        for kind in ("*.py", "*.html")
        for path in (ROOT / "app").rglob(kind)
        for name in _PAGE.findall(path.read_text(encoding="utf-8"))
    }
    assert named
    assert sorted(each for each in named if each[1] not in known) == []
