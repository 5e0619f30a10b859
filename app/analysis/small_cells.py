"""Which cells of a table of answers may not be shown: the small ones, and those that would betray them.

A cell stands on too few answers when it has some, but fewer than the threshold. Where a total is shown
and one of its parts is not, the part is found by subtraction; so further parts are held back until what
subtraction gives stands on enough answers of more than one part (complementary suppression: Hundepool et
al., Statistical Disclosure Control, 2012, chapter 4). Those of a total who belong to none of its parts are a
part that is never shown, and found by subtraction like any other. A cell without any answers has nothing to
hide: it is no data, which is another thing than too few.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Cell = TypeVar("Cell", bound=Hashable)


def is_small(answers: int, threshold: int) -> bool:
    """Whether a number of answers is too small to show what was answered."""
    return 0 < answers < threshold


def withheld(
    answers: Mapping[Cell, int],
    families: Sequence[tuple[Cell, Sequence[Cell]]],
    threshold: int,
) -> frozenset[Cell]:
    """The cells that may not be shown.

    ``answers``: how many answers each cell stands on. ``families``: a total with its parts, the whole
    before what it is divided into; parts without answers are left out of it. Of the parts that are large
    enough the smallest are held back first, those that come first in the family before their equals.
    """
    hidden = {cell for cell, count in answers.items() if is_small(count, threshold)}
    for total, parts in families:
        there = [part for part in parts if answers.get(part, 0) > 0]
        missing = [part for part in there if part in hidden]
        rest = max(0, answers.get(total, 0) - sum(answers[part] for part in there))
        if not missing and not is_small(rest, threshold) and total not in hidden:
            continue
        # A hidden total tells nothing of its parts, but the parts together must not tell it.
        fewest = 1 if total in hidden else 2
        shown = sorted((part for part in there if part not in hidden), key=lambda part: answers[part])
        parts_unknown = len(missing) + (rest > 0)
        unknown = sum(answers[part] for part in missing) + rest
        for part in shown:
            if parts_unknown >= fewest and unknown >= threshold:
                break
            hidden.add(part)
            parts_unknown += 1
            unknown += answers[part]
    return frozenset(hidden)
