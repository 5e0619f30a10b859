"""Parsing the expressions of a form once, with the place told where one is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.xforms import xpath
from app.xforms.definition import Expression
from app.xforms.problems import XFormProblem


@dataclass
class ExpressionReader:
    """Parses the expressions of one form; equal texts at the same path are parsed once."""

    repeats: frozenset[str] = frozenset()
    instance_ids: frozenset[str] = frozenset()
    known: dict[tuple[str, str, bool], Expression] = field(default_factory=dict)

    def read(self, text: str, *, path: str, attribute: str, nodes: bool = False) -> Expression:
        """Parse an expression that stands at a node.

        ``nodes``: it must find nodes. Raises XFormProblem with the place.
        """
        key = (text, path, nodes)
        if key in self.known:
            return self.known[key]
        try:
            expression = self._compile(text, path, nodes=nodes)
        except XFormProblem as problem:
            facts = {"path": path, "attribute": attribute, "expression": text.strip(), **problem.facts}
            raise XFormProblem(problem.code, facts) from problem
        self.known[key] = expression
        return expression

    def _compile(self, text: str, path: str, *, nodes: bool) -> Expression:
        tree = xpath.parse_xpath(text)
        compiler = xpath.Compiler(path, self.repeats)
        evaluate = compiler.value(tree)
        find = compiler.nodes(tree) if nodes else None
        self._check_instances(tree)
        return Expression(
            text=text.strip(),
            tree=tree,
            reads=xpath.paths_read(tree, path),
            constant=xpath.is_constant(tree),
            lasting=xpath.is_lasting(tree),
            evaluate=evaluate,
            find=find,
        )

    def _check_instances(self, tree: xpath.Node) -> None:
        for call in xpath.calls_in(tree):
            if call.name != "instance" or not call.arguments:
                continue
            name = xpath.literal_text(call.arguments[0])
            if name is not None and name not in self.instance_ids:
                raise XFormProblem("unknown-instance", {"detail": name})
