"""XPath as XForms use it: parsing, what an expression reads, and evaluation."""

from __future__ import annotations

from app.xforms.xpath.compiling import Compiler
from app.xforms.xpath.grammar import parse_xpath
from app.xforms.xpath.reading import (
    calls_in,
    instance_read,
    is_constant,
    is_lasting,
    literal_text,
    paths_read,
)
from app.xforms.xpath.state import Context, TreeNode, World
from app.xforms.xpath.tree import Call, Literal, Node
from app.xforms.xpath.values import Scalar, to_boolean, to_number, to_text

# Constant expressions may be evaluated here: they look at nothing.
NOWHERE = Context(World(TreeNode(""), {}), TreeNode(""))

__all__ = [
    "NOWHERE",
    "Call",
    "Compiler",
    "Context",
    "Literal",
    "Node",
    "Scalar",
    "TreeNode",
    "World",
    "calls_in",
    "instance_read",
    "is_constant",
    "is_lasting",
    "literal_text",
    "parse_xpath",
    "paths_read",
    "to_boolean",
    "to_number",
    "to_text",
]
