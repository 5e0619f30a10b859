"""Making the expressions that JavaRosa is asked about: a seed gives the same ones again."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence

from scripts.oracle.arguments import (
    FUNCTIONS,
    OPERANDS,
    OPERATORS,
    ORDERS,
    PATHS,
    PLACES_OF_PATHS,
    REFUSED,
    ROUND_PATHS,
)

Case = tuple[str, str]
SEED = 20241122
_TOP = "/data/out"
_OF_EACH_ARITY = 24
_OF_EACH_OPERATOR = 64
_NESTED = 420
_WHERE_PLACE_MATTERS = frozenset({"once", "position", "string-length", "normalize-space", "indexed-repeat"})
# Functions whose argument is worth every combination.
_THOROUGH = frozenset({"format-date-time", "regex", "round", "selected", "selected-at", "substr", "digest"})


def expression_cases() -> list[Case]:
    """Return (place, expression) pairs, each once, in a fixed order."""
    chance = random.Random(SEED)  # noqa: S311
    made = itertools.chain(_calls(chance), _operations(chance), _paths(), _nested(chance))
    single = ((_TOP, expression) for expression in (*REFUSED, *ORDERS))
    return list(dict.fromkeys(itertools.chain(made, single)))


def _calls(chance: random.Random) -> Iterator[Case]:
    for name, arities in FUNCTIONS.items():
        places = PLACES_OF_PATHS if name in _WHERE_PLACE_MATTERS else (_TOP,)
        for pools in arities:
            for arguments in _rows(pools, chance, 72 if name in _THOROUGH else _OF_EACH_ARITY):
                for place in places:
                    yield place, f"{name.strip()}({', '.join(arguments)})"


def _rows(pools: Sequence[Sequence[str]], chance: random.Random, enough: int) -> list[tuple[str, ...]]:
    """Return rows of arguments in which every argument of every pool comes at least once."""
    if not pools:
        return [()]
    if len(pools) == 1:
        return [(argument,) for argument in pools[0]]
    length = max(enough, *map(len, pools))
    columns = []
    for pool in pools:
        column = list(pool) * (length // len(pool) + 1)
        columns.append(chance.sample(column[:length], length))
    return list(zip(*columns, strict=True))


def _operations(chance: random.Random) -> Iterator[Case]:
    for operator in OPERATORS:
        for left, right in _rows((OPERANDS, OPERANDS), chance, _OF_EACH_OPERATOR):
            yield _TOP, f"{left} {operator} {right}"
    for operand in OPERANDS:
        yield _TOP, f"-{operand}" if not operand.startswith("-") else f"- {operand}"


def _paths() -> Iterator[Case]:
    for number, (place, path) in enumerate(itertools.product(PLACES_OF_PATHS, PATHS)):
        # Every path is asked for its text and in two of the other ways, which change from place to place.
        for turn in (0, 1 + number % 4, 5 + number % 4):
            yield place, ROUND_PATHS[turn].format(path)


def _nested(chance: random.Random) -> Iterator[Case]:
    for _ in range(_NESTED):
        yield _TOP, _expression(chance, 3)


def _expression(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(OPERANDS)
    if chance.random() < 0.4:
        left, right = _expression(chance, depth - 1), _expression(chance, depth - 1)
        joined = f"{left} {chance.choice(OPERATORS)} {right}"
        return f"({joined})" if chance.random() < 0.5 else joined
    name = chance.choice([name for name in FUNCTIONS if name not in {"randomize", "once"}])
    pools = chance.choice(FUNCTIONS[name])
    arguments = [
        _expression(chance, depth - 1) if chance.random() < 0.4 else chance.choice(pool) for pool in pools
    ]
    return f"{name}({', '.join(arguments)})"
