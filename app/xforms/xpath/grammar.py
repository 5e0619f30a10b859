"""The XPath 1.0 grammar, by recursive descent."""

from __future__ import annotations

from app.xforms.problems import XFormProblem
from app.xforms.xpath.tokens import Token, tokenize
from app.xforms.xpath.tree import Binary, Call, Chain, Filter, Literal, Negation, Node, Path, Step

MAX_NESTING = 60
_AXES = frozenset({"child", "parent", "self", "attribute", "descendant", "descendant-or-self", "ancestor"})
_AXES |= {"ancestor-or-self", "following-sibling", "preceding-sibling"}
_NODE_TYPES = frozenset({"node", "text"})
_ANY_DEPTH = Step("descendant-or-self", "node()")


def parse_xpath(expression: str) -> Node:
    """Parse an expression. Raises XFormProblem expression-syntax with ``expression`` and ``position``."""
    return _Parser(expression).whole()


class _Parser:
    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = tokenize(expression)
        self._at = 0
        self._nesting = 0

    def whole(self) -> Node:
        node = self._expression_node()
        if self._token.kind != "end":
            raise self._problem()
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _problem(self, detail: str = "") -> XFormProblem:
        facts: dict[str, str | int] = {"expression": self._expression, "position": self._token.position}
        if detail:
            facts["detail"] = detail
        return XFormProblem("expression-syntax", facts)

    def _take(self) -> Token:
        token = self._token
        self._at += 1
        return token

    def _is(self, *texts: str) -> bool:
        token = self._token
        return token.kind in {"symbol", "operator"} and token.text in texts

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise self._problem(f"{text} expected")
        self._at += 1

    def _expression_node(self) -> Node:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self._problem("nested too deeply")
        node = self._or()
        self._nesting -= 1
        return node

    def _or(self) -> Node:
        operands = [self._and()]
        while self._is("or"):
            self._take()
            operands.append(self._and())
        return operands[0] if len(operands) == 1 else Chain("or", tuple(operands))

    def _and(self) -> Node:
        operands = [self._equality()]
        while self._is("and"):
            self._take()
            operands.append(self._equality())
        return operands[0] if len(operands) == 1 else Chain("and", tuple(operands))

    def _equality(self) -> Node:
        node = self._relation()
        while self._is("=", "!="):
            node = Binary(self._take().text, node, self._relation())
        return node

    def _relation(self) -> Node:
        node = self._sum()
        while self._is("<", "<=", ">", ">="):
            node = Binary(self._take().text, node, self._sum())
        return node

    def _sum(self) -> Node:
        node = self._product()
        while self._is("+", "-"):
            operator = self._take().text
            right = self._product()
            if operator == "-":
                node = Binary("-", node, right)
            elif isinstance(node, Chain) and node.operator == "+":
                node = Chain("+", (*node.operands, right))
            else:
                node = Chain("+", (node, right))
        return node

    def _product(self) -> Node:
        node = self._negation()
        while self._token.kind == "operator" and self._token.text in {"*", "div", "mod"}:
            node = Binary(self._take().text, node, self._negation())
        return node

    def _negation(self) -> Node:
        minuses = 0
        while self._is("-"):
            self._take()
            minuses += 1
        node = self._union()
        for _ in range(minuses):
            node = Negation(node)
        return node

    def _union(self) -> Node:
        operands = [self._path()]
        while self._is("|"):
            self._take()
            operands.append(self._path())
        return operands[0] if len(operands) == 1 else Chain("|", tuple(operands))

    def _path(self) -> Node:
        if self._is("/"):
            self._take()
            return Path(tuple(self._steps()) if self._step_begins() else (), absolute=True)
        if self._is("//"):
            self._take()
            return Path((_ANY_DEPTH, *self._steps()), absolute=True)
        if self._step_begins():
            return Path(tuple(self._steps()))
        return self._filtered()

    def _filtered(self) -> Node:
        node = self._primary()
        predicates = self._predicates()
        if predicates:
            node = Filter(node, predicates)
        if self._is("/"):
            self._take()
            return Path(tuple(self._steps()), start=node)
        if self._is("//"):
            self._take()
            return Path((_ANY_DEPTH, *self._steps()), start=node)
        return node

    def _step_begins(self) -> bool:
        token, following = self._token, self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        if token.kind == "symbol":
            return token.text in {".", "..", "@", "*"}
        if token.kind != "name":
            return False
        return following.text != "(" or following.kind != "symbol" or token.text in _NODE_TYPES

    def _steps(self) -> list[Step]:
        steps = [self._step()]
        while self._is("/", "//"):
            if self._take().text == "//":
                steps.append(_ANY_DEPTH)
            steps.append(self._step())
        return steps

    def _step(self) -> Step:
        if self._is("."):
            self._take()
            return Step("self", "node()", self._predicates())
        if self._is(".."):
            self._take()
            return Step("parent", "node()", self._predicates())
        axis = "child"
        if self._is("@"):
            self._take()
            axis = "attribute"
        elif self._token.kind == "name" and self._tokens[self._at + 1].text == "::":
            axis = self._take().text
            self._take()
            if axis not in _AXES:
                raise self._problem(f"axis {axis}")
        return Step(axis, self._node_test(), self._predicates())

    def _node_test(self) -> str:
        token = self._token
        if token.text == "*" and token.kind == "symbol":
            self._take()
            return "*"
        if token.kind != "name":
            raise self._problem("name expected")
        self._take()
        if token.text in _NODE_TYPES and self._is("("):
            self._take()
            self._expect(")")
            return f"{token.text}()"
        return token.text

    def _predicates(self) -> tuple[Node, ...]:
        predicates: list[Node] = []
        while self._is("["):
            self._take()
            predicates.append(self._expression_node())
            self._expect("]")
        return tuple(predicates)

    def _primary(self) -> Node:
        token = self._token
        if token.kind == "string":
            self._take()
            return Literal(token.text[1:-1])
        if token.kind == "number":
            self._take()
            return Literal(float(token.text))
        if token.kind == "name":
            return self._call()
        if self._is("("):
            self._take()
            node = self._expression_node()
            self._expect(")")
            return node
        raise self._problem()

    def _call(self) -> Node:
        name = self._take()
        self._expect("(")
        arguments: list[Node] = []
        if not self._is(")"):
            arguments.append(self._expression_node())
            while self._is(","):
                self._take()
                arguments.append(self._expression_node())
        self._expect(")")
        return Call(name.text, tuple(arguments), name.position)
