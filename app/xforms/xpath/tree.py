"""The parsed form of an XPath expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True, slots=True)
class Literal:
    """A string or a number written in the expression."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: axis (child, parent, self, descendant-or-self, attribute), name or ``*`` or
    ``node()``.
    """

    axis: str
    test: str
    predicates: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A location path. ``start`` is None for a path from the context node or, if absolute, from the root."""

    steps: tuple[Step, ...]
    absolute: bool = False
    start: Node | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """An expression with predicates behind it: ``instance('a')[1]``."""

    primary: Node
    predicates: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; the name keeps its prefix (``jr:choice-name``)."""

    name: str
    arguments: tuple[Node, ...]
    position: int = 0


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison or an arithmetic operation: ``= != < <= > >= - * div mod``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Many operands of one operator that joins from left to right: ``or and + |``."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """A unary minus."""

    operand: Node


Node = Union[Literal, Path, Filter, Call, Binary, Chain, Negation]  # noqa: UP007


def parts_of(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - one return for each kind
    """Return the expressions directly inside an expression, predicates included."""
    match node:
        case Path():
            inner = tuple(predicate for step in node.steps for predicate in step.predicates)
            return inner if node.start is None else (node.start, *inner)
        case Filter():
            return (node.primary, *node.predicates)
        case Call():
            return node.arguments
        case Binary():
            return (node.left, node.right)
        case Chain():
            return node.operands
        case Negation():
            return (node.operand,)
    return ()
