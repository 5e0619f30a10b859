"""The order in which calculations and relevance are worked out, and circles among them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from app.xforms.definition import Node, Question
from app.xforms.problems import XFormProblem


def matching(reads: Iterable[str], paths: Iterable[str]) -> set[str]:
    """Return the paths that a set of read paths means, wildcards resolved."""
    known = paths if isinstance(paths, dict) else dict.fromkeys(paths)
    found: set[str] = set()
    for read in reads:
        if "*" in read:
            found.update(fnmatch.filter(known, read))
        elif read in known:
            found.add(read)
    return found


def ancestors(path: str) -> list[str]:
    """Return the paths above a path, the root's left out."""
    names = path.split("/")
    return ["/".join(names[:length]) for length in range(3, len(names))]


def direct_reads(node: Node) -> set[str]:
    """Return what a node's value and relevance are worked out from."""
    reads: set[str] = set()
    if node.relevant is not None:
        reads |= node.relevant.reads
    if isinstance(node, Question) and node.calculate is not None:
        reads |= node.calculate.reads
    return reads


def _rule_reads(node: Node) -> set[str]:
    """Return all that JavaRosa counts when it looks for circles: required and read-only too."""
    reads = direct_reads(node)
    if node.readonly is not None:
        reads |= node.readonly.reads
    if isinstance(node, Question) and node.required is not None:
        reads |= node.required.reads
    return reads


def calculation_order(nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """Return the paths with a calculation or relevance, each after all that it reads.

    Raises XFormProblem circular-calculation with the circle in ``detail``. As for JavaRosa, a node that reads
    itself is a circle even where it means another row, and so is a group that reads what is inside it.
    """
    known = dict(nodes)
    graph: dict[str, set[str]] = {}
    for path, node in nodes.items():
        waits = set(ancestors(path))
        for read in matching(_rule_reads(node), known):
            if read == path or read.startswith(path + "/"):
                raise XFormProblem("circular-calculation", {"path": path, "detail": f"{path} → {read}"})
            # The row or group that a node stands in is asked for its number, not for what is in it.
            if not path.startswith(read + "/"):
                waits.update((read, *ancestors(read)))
        graph[path] = waits
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = [str(path) for path in error.args[1]]
        raise XFormProblem(
            "circular-calculation", {"path": circle[0], "detail": " → ".join(circle)}
        ) from error
    return tuple(path for path in order if _has_rule(nodes[path]))


def _has_rule(node: Node) -> bool:
    return node.relevant is not None or (isinstance(node, Question) and node.calculate is not None)
