"""Functions of nodes, of the form's texts and choice lists, and of the context."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.xforms.problems import XFormProblem
from app.xforms.xpath.function_spec import Evaluate, FunctionSpec, of_context, of_nodes, of_values
from app.xforms.xpath.number_functions import whole_number
from app.xforms.xpath.paths import FindNodes, split_path
from app.xforms.xpath.state import Context, TreeNode
from app.xforms.xpath.tree import Literal, Node, Path
from app.xforms.xpath.values import Scalar, to_number, to_text

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler

_MODULUS = 2**31 - 1
_LEAST, _LARGEST = -(2**63), 2**63 - 1


def _position(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    if not arguments:
        inside = compiler.context_path is None
        return lambda context: float(context.position if inside else context.node.position)
    find = compiler.nodes(arguments[0])

    def place(context: Context) -> Scalar:
        nodes = find(context)
        return float(nodes[0].position) if nodes else 0.0

    return place


def _first_node_value(build: Callable[[Compiler, tuple[Node, ...]], FindNodes]) -> Callable[..., Evaluate]:
    def build_value(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
        find = build(compiler, arguments)

        def read(context: Context) -> Scalar:
            nodes = find(context)
            return nodes[0].value if nodes else ""

        return read

    return build_value


def _instance(_compiler: Compiler, arguments: tuple[Node, ...]) -> FindNodes:
    if not isinstance(arguments[0], Literal):
        raise XFormProblem(
            "expression-syntax", {"function": "instance", "detail": "a text in quotes expected"}
        )
    name = to_text(arguments[0].value)

    def find(context: Context) -> list[TreeNode]:
        found = context.world.instances.get(name)
        return [found] if found is not None else []

    return find


def _current(_compiler: Compiler, _arguments: tuple[Node, ...]) -> FindNodes:
    return lambda context: [context.current]


def _randomize(compiler: Compiler, arguments: tuple[Node, ...]) -> FindNodes:
    find = compiler.nodes(arguments[0])
    seed = compiler.value(arguments[1]) if len(arguments) > 1 else None

    def shuffle(context: Context) -> list[TreeNode]:
        nodes = list(find(context))
        if seed is None and context.world.order:
            return shuffled(nodes, f"{context.world.order} {context.current.path}")
        if seed is None:
            context.world.chance.shuffle(nodes)
            return nodes
        return shuffled(nodes, seed(context))

    return shuffle


def shuffled(nodes: list[TreeNode], seed: Scalar) -> list[TreeNode]:
    """Shuffle as JavaRosa does for the same seed: Fisher–Yates from the inside out with the Park–Miller
    generator.

    A seed that is a text and no number counts as the first eight bytes of its SHA-256.
    """
    # JavaRosa reckons with decimals here, which are not exact beyond 53 bits.
    state = int(math.fmod(float(_seed_number(seed)), _MODULUS))
    if state <= 0:
        state += _MODULUS - 1
    order: list[TreeNode] = []
    for place, node in enumerate(nodes):
        state = state * 16807 % _MODULUS
        other = int((state - 1) / (_MODULUS - 1) * (place + 1))
        order.append(node)
        if other != place:
            order[place] = order[other]
        order[other] = node
    return order


def _seed_number(seed: Scalar) -> int:
    """Return a seed as a whole number of 64 bits."""
    number = to_number(seed)
    if math.isnan(number):
        text = seed if isinstance(seed, str) else ""
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True) if text else 0
    return _LEAST if number <= _LEAST else _LARGEST if number >= _LARGEST else int(number)


def _indexed_repeat(compiler: Compiler, arguments: tuple[Node, ...]) -> FindNodes:
    if len(arguments) % 2 == 0:
        raise XFormProblem("wrong-argument-count", {"function": "indexed-repeat", "found": len(arguments)})
    target = _path_of(compiler, arguments[0], "indexed-repeat")
    rows = []
    for repeat, index in zip(arguments[1::2], arguments[2::2], strict=True):
        rows.append((_path_of(compiler, repeat, "indexed-repeat"), compiler.value(index)))

    def find(context: Context) -> list[TreeNode]:
        # A row that is not there yet counts as the first.
        wanted = {path: max(1, whole_number(to_number(index(context)))) for path, index in rows}
        return [
            node for node in context.world.index.get(target, ()) if node.relevant and _in_rows(node, wanted)
        ]

    return find


def _in_rows(node: TreeNode, wanted: dict[str, int]) -> bool:
    above: TreeNode | None = node
    while above is not None:
        if above.path in wanted and above.position != wanted[above.path]:
            return False
        above = above.parent
    return True


def _path_of(compiler: Compiler, node: Node, function: str) -> str:
    if isinstance(node, Path):
        names, steps = split_path(node, compiler.context_path)
        if names is not None and not steps:
            return "/" + "/".join(names)
    raise XFormProblem("expression-syntax", {"function": function, "detail": "a path expected"})


def _choice_name(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    value, path = (compiler.value(argument) for argument in arguments)
    return lambda context: context.world.choice_label(to_text(value(context)), to_text(path(context)).strip())


def _itext(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    text_id = compiler.value(arguments[0])
    return lambda context: context.world.itext(to_text(text_id(context)), "")


def _property(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    name = compiler.value(arguments[0])
    return lambda context: context.world.properties.get(to_text(name(context)), "")


def _pulldata(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    source, column, key_column, key = (compiler.value(argument) for argument in arguments)

    def look_up(context: Context) -> Scalar:
        document = context.world.instances.get(to_text(source(context)))
        if document is None or not document.children:
            return ""
        root, named = document.children[0], to_text(key_column(context))
        index_key = (root, "pulldata", named)
        index = context.world.item_index.get(index_key)
        if index is None:
            index = {}
            for item in root.children:
                index.setdefault(_column(item, named), []).append(item)
            context.world.item_index[index_key] = index
        items = index.get(to_text(key(context)))
        return _column(items[0], to_text(column(context))) if items else ""

    return look_up


def _column(item: TreeNode, name: str) -> str:
    return next((to_text(child.value) for child in item.children if child.name == name), "")


def _name(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    find: FindNodes = compiler.nodes(arguments[0]) if arguments else lambda context: [context.node]
    return lambda context: next((node.name for node in find(context)), "")


NODE_FUNCTIONS = (
    of_nodes("count", lambda nodes: float(len(nodes))),
    of_nodes(
        "count-non-empty", lambda nodes: float(sum(1 for node in nodes if node.children or node.value != ""))
    ),
    FunctionSpec("position", 0, 1, _position, lasting=False),
    of_context("last", lambda context: float(context.size)),
    FunctionSpec("instance", 1, 1, _first_node_value(_instance), nodes=_instance),
    FunctionSpec("current", 0, 0, _first_node_value(_current), nodes=_current, lasting=False),
    FunctionSpec("randomize", 1, 2, _first_node_value(_randomize), nodes=_randomize, lasting=False),
    FunctionSpec("indexed-repeat", 3, None, _first_node_value(_indexed_repeat), nodes=_indexed_repeat),
    FunctionSpec("jr:choice-name", 2, 2, _choice_name, lasting=False),
    FunctionSpec("jr:itext", 1, 1, _itext, lasting=False),
    FunctionSpec("property", 1, 1, _property, lasting=False),
    FunctionSpec("pulldata", 4, 4, _pulldata, lasting=False),
    of_context("version", lambda context: context.world.version),
    FunctionSpec("name", 0, 1, _name, lasting=False),
    FunctionSpec("local-name", 0, 1, _name, lasting=False),
    of_values("id", 1, 1, to_text),
)
