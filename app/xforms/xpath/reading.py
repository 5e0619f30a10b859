"""Which paths an expression reads, so that calculations find their order and pages their breaks."""

from __future__ import annotations

from app.xforms.xpath.functions import FUNCTIONS
from app.xforms.xpath.paths import local, split_path
from app.xforms.xpath.tree import Call, Filter, Literal, Node, Path, Step, parts_of


def paths_read(node: Node, context_path: str | None) -> frozenset[str]:
    """Return the paths of the main instance that an expression reads.

    ``*`` stands for any name, ``//`` for any depth.
    """
    found: set[str] = set()
    _collect(node, context_path, context_path, found)
    return frozenset(found)


def _collect(node: Node, context_path: str | None, current: str | None, found: set[str]) -> None:
    if isinstance(node, Path):
        _collect_path(node, context_path, current, found)
        return
    if isinstance(node, Filter):
        _collect(node.primary, context_path, current, found)
        inside = _target(node.primary, context_path)
        for predicate in node.predicates:
            _collect(predicate, inside, current, found)
        return
    if isinstance(node, Call) and node.name == "jr:choice-name" and len(node.arguments) == 2:
        _collect(node.arguments[0], context_path, current, found)
        return
    if isinstance(node, Call) and node.name == "once" and current is not None:
        found.discard(current)
    for part in parts_of(node):
        _collect(part, context_path, current, found)


def _collect_path(path: Path, context_path: str | None, current: str | None, found: set[str]) -> None:
    from_current = isinstance(path.start, Call) and path.start.name == "current"
    base = current if from_current else context_path
    if path.start is not None and not from_current:
        _collect(path.start, context_path, current, found)
        base = _target(path.start, context_path)
        names = None if base is None else [name for name in base.split("/") if name]
        steps = list(path.steps)
    else:
        names, steps = split_path(path, base)
    for step in steps:
        names = _after(names, step)
        inside = None if names is None else "/" + "/".join(names)
        for predicate in step.predicates:
            _collect(predicate, inside, current, found)
    if names:
        found.add("/" + "/".join(names))


def _target(node: Node, context_path: str | None) -> str | None:
    if isinstance(node, Path) and node.start is None:
        names, steps = split_path(node, context_path)
        for step in steps:
            names = _after(names, step)
        return None if names is None else "/" + "/".join(names)
    return None


def _after(names: list[str] | None, step: Step) -> list[str] | None:
    if names is None:
        return None
    if step.axis == "parent":
        return names[:-1]
    if step.axis == "self":
        return names
    if step.axis in {"descendant-or-self", "descendant"}:
        return [*names, "**"]
    return [*names, local(step.test)]


def is_constant(node: Node) -> bool:
    """Tell whether an expression gives the same value always and everywhere."""
    if isinstance(node, Path):
        return False
    if isinstance(node, Call):
        spec = FUNCTIONS.get(node.name)
        if spec is None or not spec.lasting or spec.nodes is not None:
            return False
        # Without an argument these speak of the context node.
        if not node.arguments and node.name in {"string", "number", "string-length", "normalize-space"}:
            return False
    return all(is_constant(part) for part in parts_of(node))


def calls_in(node: Node) -> list[Call]:
    """Return all function calls in an expression."""
    own = [node] if isinstance(node, Call) else []
    return own + [call for part in parts_of(node) for call in calls_in(part)]


def is_lasting(node: Node) -> bool:
    """Tell whether an expression gives the same again for the same answers: neither time nor chance is in
    it.
    """
    return all(
        call.name not in {"now", "today", "random", "uuid", "once", "randomize"} for call in calls_in(node)
    )


def literal_text(node: Node) -> str | None:
    """Return the text of an expression that is only a text in quotes."""
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None


def instance_read(node: Node) -> str | None:
    """Return the id of the instance that a path begins in; None for the form's own answers."""
    if isinstance(node, Filter):
        return instance_read(node.primary)
    if isinstance(node, Path) and node.start is not None:
        return instance_read(node.start)
    if isinstance(node, Call) and node.name == "instance" and node.arguments:
        return literal_text(node.arguments[0])
    return None
