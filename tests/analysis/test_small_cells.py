"""Which cells of a table may not be shown, so that none of them is found by subtraction."""

from __future__ import annotations

import random

import pytest

from app.analysis.small_cells import is_small, withheld

THRESHOLD = 30


@pytest.mark.parametrize(("answers", "small"), [(0, False), (1, True), (29, True), (30, False)])
def test_small_is_some_answers_but_fewer_than_the_threshold(answers: int, small: bool) -> None:
    assert is_small(answers, THRESHOLD) is small


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ({"a": 40, "b": 50, "c": 60}, set()),
        # One small part alone would be the total less the others.
        ({"a": 3, "b": 50, "c": 60}, {"a", "b"}),
        ({"a": 3, "b": 60, "c": 50}, {"a", "c"}),
        # Two small ones together are still few: the rest of the total would be seven people.
        ({"a": 3, "b": 4, "c": 60, "d": 50}, {"a", "b", "d"}),
        ({"a": 20, "b": 25, "c": 60}, {"a", "b"}),
        # No answers hide nothing and need no cover.
        ({"a": 0, "b": 50, "c": 60}, set()),
        ({"a": 0, "b": 3, "c": 60}, {"b", "c"}),
        # Equals are held back in the order of the family.
        ({"a": 50, "b": 3, "c": 50}, {"a", "b"}),
    ],
)
def test_a_part_is_never_the_total_less_the_other_parts(parts: dict[str, int], hidden: set[str]) -> None:
    answers = {"all": sum(parts.values()), **parts}
    assert withheld(answers, [("all", list(parts))], THRESHOLD) == hidden


@pytest.mark.parametrize(
    ("total", "parts", "hidden"),
    [
        # Three told no group: all less the two groups would be theirs.
        (105, {"m": 50, "f": 52}, {"m"}),
        (53, {"m": 50}, {"m"}),
        # Enough who told no group are nobody's secret, and cover a small part.
        (132, {"m": 50, "f": 52}, set()),
        (93, {"m": 3, "f": 60}, {"m"}),
        # Few who told no group cover a small part only together with another.
        (76, {"m": 4, "f": 70}, {"m", "f"}),
        (58, {"m": 20, "f": 28}, {"m", "f"}),
        (119, {"m": 20, "f": 89}, {"m"}),
    ],
)
def test_those_of_no_part_are_not_the_total_less_its_parts(
    total: int, parts: dict[str, int], hidden: set[str]
) -> None:
    assert withheld({"all": total, **parts}, [("all", list(parts))], THRESHOLD) == hidden


def test_a_hidden_total_is_not_told_by_its_parts_but_for_a_few() -> None:
    answers = {"all": 153, "a": 3, "b": 50, "c": 100, "b1": 48}
    families = [("all", ["a", "b", "c"]), ("b", ["b1"])]
    assert withheld(answers, families, THRESHOLD) == {"a", "b", "b1"}


def test_the_parts_of_a_hidden_part_do_not_add_up_to_it() -> None:
    answers = {"all": 153, "a": 3, "b": 50, "c": 100, "b1": 31, "b2": 19, "c1": 60, "c2": 40}
    families = [("all", ["a", "b", "c"]), ("b", ["b1", "b2"]), ("c", ["c1", "c2"])]
    # b covers a; b1 has to go with b2, which alone is too few, as b less b1 would tell it.
    assert withheld(answers, families, THRESHOLD) == {"a", "b", "b1", "b2"}


def test_a_total_of_too_few_answers_has_no_part_that_is_shown() -> None:
    answers = {"all": 12, "a": 5, "b": 7}
    assert withheld(answers, [("all", ["a", "b"])], THRESHOLD) == {"all", "a", "b"}


@pytest.mark.parametrize("seed", range(30))
def test_whatever_can_be_subtracted_stands_on_enough_answers(seed: int) -> None:
    """What is left of a total after all shown parts below it is nobody, or enough answers."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret is drawn here
    answers: dict[str, int] = {}
    families: list[tuple[str, list[str]]] = [("city", [])]
    rests = [0, 0, 2, 12, 31, 80]
    for d in range(4):
        district = f"d{d}"
        streets = [f"{district}s{s}" for s in range(rng.randint(1, 6))]
        answers |= {street: rng.choice([0, 3, 12, 29, 30, 45, 200]) for street in streets}
        answers[district] = sum(answers[street] for street in streets) + rng.choice(rests)
        families[0][1].append(district)
        families.append((district, streets))
    answers["city"] = sum(answers[district] for district in families[0][1]) + rng.choice(rests)
    hidden = withheld(answers, families, THRESHOLD)
    assert {cell for cell, count in answers.items() if 0 < count < THRESHOLD} <= hidden
    held = dict(families)

    def unknown_of(cell: str) -> int:
        """A hidden district is known but for its hidden streets and those of none."""
        if cell not in held:
            return answers[cell]
        rest = answers[cell] - sum(answers[part] for part in held[cell])
        return rest + sum(unknown_of(part) for part in held[cell] if part in hidden)

    for total in set(held) - hidden:
        left = unknown_of(total)
        assert left == 0 or left >= THRESHOLD or answers[total] < THRESHOLD
