"""Turning a parsed expression into a function, so that evaluating it again and again is cheap."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

from app.xforms.problems import XFormProblem
from app.xforms.xpath.functions import FUNCTIONS
from app.xforms.xpath.paths import FindNodes, compile_path, fixed_path
from app.xforms.xpath.state import Context, TreeNode
from app.xforms.xpath.stepping import compile_step
from app.xforms.xpath.tree import Binary, Call, Chain, Filter, Literal, Negation, Node, Path, Step
from app.xforms.xpath.values import NAN, Scalar, to_boolean, to_number, to_text

Evaluate = Callable[[Context], Scalar]
_NODESET_CALLS = frozenset({"instance", "current", "randomize"})
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles expressions that belong to one node. ``context_path`` is None inside a predicate."""

    context_path: str | None
    repeats: frozenset[str] = frozenset()

    def inside_predicate(self) -> Compiler:
        """Return the compiler for the predicates of an expression, whose context node moves."""
        return Compiler(None, self.repeats)

    def value(self, node: Node) -> Evaluate:
        """Return a function that gives the value of an expression; of many nodes, the value of the first."""
        match node:
            case Literal():
                constant = node.value
                return lambda _context: constant
            case Path() | Filter():
                return self._path_value(node)
            case Chain():
                return self._chain(node)
            case Binary():
                return self._binary(node)
            case Negation():
                operand = self.value(node.operand)
                return lambda context: -to_number(operand(context))
            case Call():
                return self._call(node)

    def nodes(self, node: Node) -> FindNodes:
        """Return a function that gives the nodes of an expression.

        Raises XFormProblem if it cannot give any.
        """
        if isinstance(node, Path):
            return compile_path(node, self)
        if isinstance(node, Filter):
            primary = self.nodes(node.primary)
            keep = _whole_filter(self, node.predicates)
            return lambda context: keep(context, primary(context))
        if isinstance(node, Chain) and node.operator == "|":
            sets = [self.nodes(operand) for operand in node.operands]
            return lambda context: list(dict.fromkeys(found for one in sets for found in one(context)))
        if isinstance(node, Call):
            spec = FUNCTIONS.get(node.name)
            if spec is not None and spec.nodes is not None:
                spec.check(node)
                return spec.nodes(self, node.arguments)
        raise XFormProblem("expression-syntax", {"detail": "nodes expected"})

    def gives_nodes(self, node: Node) -> bool:
        """Tell whether an expression gives nodes rather than a single value."""
        if isinstance(node, Path):
            return True
        if isinstance(node, Filter):
            return self.gives_nodes(node.primary)
        if isinstance(node, Chain):
            return node.operator == "|"
        return isinstance(node, Call) and node.name in _NODESET_CALLS

    def values(self, node: Node) -> Callable[[Context], list[Scalar]]:
        """Return a function that gives all values of an expression: of each node, or the single one."""
        if self.gives_nodes(node):
            find = self.nodes(node)
            return lambda context: [found.value for found in find(context)]
        single = self.value(node)
        return lambda context: [single(context)]

    def may_be_many(self, node: Node) -> bool:
        """Tell whether an expression may give more than one node."""
        if isinstance(node, Path):
            return fixed_path(node, self) is None
        return self.gives_nodes(node)

    def _path_value(self, node: Path | Filter) -> Evaluate:
        fixed = fixed_path(node, self) if isinstance(node, Path) else None
        if fixed is not None:
            path = fixed

            def read(context: Context) -> Scalar:
                found = context.world.index.get(path)
                return found[0].value if found and found[0].relevant else ""

            return read
        find = self.nodes(node)

        def read_first(context: Context) -> Scalar:
            found = find(context)
            return found[0].value if found else ""

        return read_first

    def _chain(self, node: Chain) -> Evaluate:
        if node.operator == "|":
            find = self.nodes(node)
            return lambda context: next((found.value for found in find(context)), "")
        operands = [self.value(operand) for operand in node.operands]
        if node.operator == "or":
            return lambda context: any(to_boolean(operand(context)) for operand in operands)
        if node.operator == "and":
            return lambda context: all(to_boolean(operand(context)) for operand in operands)
        return lambda context: float(sum(to_number(operand(context)) for operand in operands))

    def _binary(self, node: Binary) -> Evaluate:
        if node.operator in {"=", "!="}:
            return self._comparison(node, equal if node.operator == "=" else _unequal)
        if node.operator in _ORDER:
            return self._comparison(node, _ordered(_ORDER[node.operator]))
        calculate = _ARITHMETIC[node.operator]
        left, right = self.value(node.left), self.value(node.right)
        return lambda context: calculate(to_number(left(context)), to_number(right(context)))

    def _comparison(self, node: Binary, holds: Callable[[Scalar, Scalar], bool]) -> Evaluate:
        if not (self.may_be_many(node.left) or self.may_be_many(node.right)):
            left, right = self.value(node.left), self.value(node.right)
            return lambda context: holds(left(context), right(context))
        # A set of nodes compares as true when one of its nodes does; an empty one counts as an empty text.
        lefts, rights = self.values(node.left), self.values(node.right)

        def compare(context: Context) -> Scalar:
            others = rights(context) or [""]
            return any(holds(one, other) for one in lefts(context) or [""] for other in others)

        return compare

    def _call(self, node: Call) -> Evaluate:
        spec = FUNCTIONS.get(node.name)
        if spec is None:
            raise XFormProblem("unknown-function", {"function": node.name, "position": node.position})
        spec.check(node)
        return spec.build(self, node.arguments)


def _whole_filter(
    compiler: Compiler, predicates: tuple[Node, ...]
) -> Callable[[Context, list[TreeNode]], list[TreeNode]]:
    """Filter a set of nodes as a whole: ``(…)[2]`` is its second node, not the second of each parent."""
    step = compile_step(Step("child", "*", predicates), compiler)

    def keep(context: Context, nodes: list[TreeNode]) -> list[TreeNode]:
        holder = TreeNode("", "/")
        holder.children = nodes
        return step(context, [holder])

    return keep


def equal(left: Scalar, right: Scalar) -> bool:
    """Compare as JavaRosa does: as booleans if one is, else as numbers if one is, else as texts."""
    if type(left) is str and type(right) is str:
        return left == right
    if type(left) is bool or type(right) is bool:
        return to_boolean(left) is to_boolean(right)
    if type(left) is float or type(right) is float:
        return abs(to_number(left) - to_number(right)) < 1e-12
    return to_text(left) == to_text(right)


def _unequal(left: Scalar, right: Scalar) -> bool:
    return not equal(left, right)


def _ordered(holds: Callable[[float, float], bool]) -> Callable[[Scalar, Scalar], bool]:
    return lambda left, right: holds(to_number(left), to_number(right))


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    if left == 0 or math.isnan(left) or math.isnan(right):
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(left: float, right: float) -> float:
    return NAN if not right or math.isinf(left) else math.fmod(left, right)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "-": operator.sub,
    "*": operator.mul,
    "div": _divide,
    "mod": _remainder,
}
