"""What an expression is evaluated against: nodes, and the world around them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.xforms.xpath.values import Scalar

ItemIndex = dict[tuple[object, ...], dict[str, list["TreeNode"]]]


class TreeNode:
    """One node of an instance: the answers of a form, or a secondary instance.

    ``path`` is the path without positions ("" in secondary instances), ``value`` its XPath value ("" when
    empty), ``position`` its place from 1 among the rows of its repeat. ``relevant`` includes the relevance
    of the ancestors.
    """

    __slots__ = (
        "attributes",
        "children",
        "name",
        "own_relevant",
        "parent",
        "path",
        "position",
        "relevant",
        "value",
    )

    def __init__(self, name: str, path: str = "", parent: TreeNode | None = None, value: Scalar = "") -> None:
        self.name = name
        self.path = path
        self.parent = parent
        self.value = value
        self.children: list[TreeNode] = []
        self.attributes: tuple[TreeNode, ...] = ()
        self.position = 1
        self.relevant = True
        self.own_relevant = True

    def add(self, child: TreeNode) -> TreeNode:
        """Hang a child under this node and return it."""
        child.parent = self
        self.children.append(child)
        return child


def no_text(_text_id: str, _form: str) -> str:
    """Return no text: for forms without translations."""
    return ""


@dataclass(slots=True)
class World:
    """Everything an expression may read.

    ``document`` is the node above the root element; ``index`` has the nodes of the main instance by path,
    in document order; ``instances`` the secondary instances by id (their document node, above the root
    element); ``item_index`` remembers look-ups in them by column. ``seconds_to_match`` is what is left of
    the time for regular expressions, ``undecided`` how many found it used up. While ``order`` is the
    same, ``randomize`` without a seed gives a question the same order; "" for another one each time.
    """

    document: TreeNode
    index: dict[str, list[TreeNode]]
    instances: Mapping[str, TreeNode] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC).astimezone())
    itext: Callable[[str, str], str] = no_text
    choice_label: Callable[[str, str], str] = no_text
    properties: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    item_index: ItemIndex = field(default_factory=dict)
    chance: random.Random = field(default_factory=random.SystemRandom)
    order: str = ""
    seconds_to_match: float = 0.5
    undecided: int = 0


class Context:
    """The place where an expression is evaluated; ``current`` stays while predicates move ``node``."""

    __slots__ = ("current", "node", "position", "size", "world")

    def __init__(self, world: World, node: TreeNode, current: TreeNode | None = None) -> None:
        self.world = world
        self.node = node
        self.current = node if current is None else current
        self.position = 1
        self.size = 1
