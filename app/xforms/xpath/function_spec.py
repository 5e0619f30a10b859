"""How a function of XPath is described: its arguments, whether it always gives the same, and how it is
built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.xforms.problems import XFormProblem
from app.xforms.xpath.state import Context, TreeNode
from app.xforms.xpath.tree import Call, Node
from app.xforms.xpath.values import Scalar

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler

Evaluate = Callable[[Context], Scalar]
Build = Callable[["Compiler", tuple[Node, ...]], Evaluate]
BuildNodes = Callable[["Compiler", tuple[Node, ...]], Callable[[Context], list[TreeNode]]]


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """``most`` is None for any number of arguments.

    ``lasting`` is False where time, chance or place decide.
    """

    name: str
    least: int
    most: int | None
    build: Build
    lasting: bool = True
    nodes: BuildNodes | None = None

    def check(self, call: Call) -> None:
        """Raise XFormProblem wrong-argument-count."""
        count = len(call.arguments)
        if count < self.least or (self.most is not None and count > self.most):
            facts: dict[str, str | int] = {"function": call.name, "position": call.position, "found": count}
            raise XFormProblem("wrong-argument-count", facts)


def of_values(
    name: str, least: int, most: int | None, function: Callable[..., Scalar], *, lasting: bool = True
) -> FunctionSpec:
    """Describe a function of single values."""

    def build(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
        parts = [compiler.value(argument) for argument in arguments]
        if len(parts) == 1:
            only = parts[0]
            return lambda context: function(only(context))
        if len(parts) == 2:
            first, second = parts
            return lambda context: function(first(context), second(context))
        return lambda context: function(*[part(context) for part in parts])

    return FunctionSpec(name, least, most, build, lasting)


def of_all_values(
    name: str, least: int, function: Callable[[list[Scalar]], Scalar], *, before: int = 0
) -> FunctionSpec:
    """Describe a function of many values, after ``before`` single ones.

    As for JavaRosa a set of nodes stands for the values of all its nodes only where it is the one argument.
    """

    def build(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
        if len(arguments) == before + 1:
            first, many = (
                [compiler.value(argument) for argument in arguments[:-1]],
                compiler.values(arguments[-1]),
            )
            return lambda context: function([*(part(context) for part in first), *many(context)])
        parts = [compiler.value(argument) for argument in arguments]
        return lambda context: function([part(context) for part in parts])

    return FunctionSpec(name, least, None, build)


def of_nodes(name: str, function: Callable[[list[TreeNode]], Scalar]) -> FunctionSpec:
    """Describe a function of one set of nodes."""

    def build(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
        find = compiler.nodes(arguments[0])
        return lambda context: function(find(context))

    return FunctionSpec(name, 1, 1, build)


def of_context(name: str, function: Callable[[Context], Scalar], *, lasting: bool = False) -> FunctionSpec:
    """Describe a function without arguments that asks the context."""
    return FunctionSpec(name, 0, 0, lambda _compiler, _arguments: function, lasting)
