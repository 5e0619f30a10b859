"""Parsed expressions as nested arrays, so that a browser evaluates them without parsing.

A text, a number or a truth value stands for itself; everything else is an array that begins with a name:

- ``[function, argument, …]`` and ``[operator, operand, …]``: ``["if", …]``, ``["=", left, right]``; a unary
  minus is ``["negative", operand]``.
- ``["/", base, step, …]`` is a path. A base is the number of a node in the form's table (in a repeat the one
  in the row around), ``-1 - n`` for the node ``n`` levels above the one that the expression belongs to,
  ``"."`` for the node that a predicate looks at, ``"/"`` for the document, ``""`` for no node at all, or an
  expression that gives nodes. A step is the name of a child (``*`` for any), ``".."``, ``"."``, or
  ``[axis, test, predicate, …]``.
- ``["filter", nodes, predicate, …]`` filters a set of nodes as a whole.
- ``["row"]`` is ``position()`` outside predicates: the number of the row.
- ``["indexed-repeat", node, repeat, index, …]`` has the numbers of the node and its repeats.
- ``["matches", text, pattern]`` is ``regex()`` of a constant pattern that browsers read as Java does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.xforms.xpath.java_patterns import is_plain
from app.xforms.xpath.paths import climb, local, split_path
from app.xforms.xpath.tree import Binary, Call, Chain, Filter, Literal, Negation, Node, Path, Step

Shipped = Any


@dataclass(frozen=True, slots=True)
class Shipper:
    """Writes expressions that belong to one node (``context_path``; None inside a predicate).

    ``numbers`` has the place of each path in the form's table of nodes.
    """

    numbers: Mapping[str, int]
    repeats: frozenset[str]
    context_path: str | None

    def ship(self, node: Node) -> Shipped:  # noqa: PLR0911 - one return for each kind
        """Return an expression as JSON that the browser evaluates."""
        match node:
            case Literal():
                return _constant(node.value)
            case Path():
                return self._path(node)
            case Filter():
                inside = self._inside()
                return ["filter", self.ship(node.primary), *map(inside.ship, node.predicates)]
            case Chain():
                return [node.operator, *map(self.ship, node.operands)]
            case Binary():
                return [node.operator, self.ship(node.left), self.ship(node.right)]
            case Negation():
                return ["negative", self.ship(node.operand)]
            case Call():
                return self._call(node)

    def _inside(self) -> Shipper:
        return replace(self, context_path=None)

    def _call(self, node: Call) -> Shipped:
        if node.name == "position" and not node.arguments and self.context_path is not None:
            return ["row"]
        if node.name == "indexed-repeat":
            target, *rows = node.arguments
            parts = [self._number(target)]
            for repeat, index in zip(rows[::2], rows[1::2], strict=True):
                parts += [self._number(repeat), self.ship(index)]
            return [node.name, *parts]
        if node.name == "regex" and _is_plain(node.arguments[1]):
            return ["matches", *map(self.ship, node.arguments)]
        return [node.name, *map(self.ship, node.arguments)]

    def _number(self, node: Node) -> int:
        names, _ = split_path(node, self.context_path) if isinstance(node, Path) else (None, [])
        return self.numbers.get(_joined(names or []), -1)

    def _path(self, path: Path) -> Shipped:
        names, steps = split_path(path, self.context_path)
        base: Shipped
        if names is None:
            base = "." if path.start is None else self.ship(path.start)
        elif path.absolute and not names:
            base = "/"
        elif path.absolute or (names and not steps and not self._has_rows(names)):
            base = self.numbers.get(_joined(names), "")
        else:
            depth = (self.context_path or "").count("/")
            names, steps = climb(path, self.context_path or "")
            base = len(names) - depth - 1
        return ["/", base, *map(self._step, steps)]

    def _has_rows(self, names: list[str]) -> bool:
        return any(_joined(names[:length]) in self.repeats for length in range(1, len(names) + 1))

    def _step(self, step: Step) -> Shipped:
        if not step.predicates and step.axis == "child" and not step.test.endswith(")"):
            return local(step.test)
        if not step.predicates and step.test == "node()" and step.axis in {"self", "parent"}:
            return "." if step.axis == "self" else ".."
        return [step.axis, local(step.test), *map(self._inside().ship, step.predicates)]


def _joined(names: list[str]) -> str:
    return "/" + "/".join(names)


def _is_plain(node: Node) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, str) and is_plain(node.value)


def _constant(value: str | float) -> Shipped:
    if isinstance(value, str):
        return value
    if math.isinf(value):
        return ["div", 1, 0]
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
