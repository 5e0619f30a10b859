"""A form's rules for the browser: the table of its nodes with their parsed expressions.

``shipped_form`` gives JSON of this shape (expressions as ``app.xforms.xpath.shipping`` writes them):

- ``nodes``: rows ``[name, parent, type, rules]``; the first is the root (parent -1), parents stand before
  what is in them. The type is ``g`` (group), ``r`` (repeat), ``m`` (meta, which no answer is in), or the data
  type of a question, with ``*`` behind it where the answer is a list of choices. Empty rules are left out.
- rules: ``r`` relevant, ``c`` constraint, ``q`` required, ``o`` read-only, ``x`` calculation, ``n`` number of
  rows, ``i`` choices ``[nodes, column of the value, column of the label, from an instance]`` (only where
  answers or chance decide), ``t`` the outputs in its texts, in the order of ``outputs_of``.
- ``order``: numbers of the nodes with a calculation or relevance, each after all that it reads.
- ``actions``: ``[target, events, value, trigger]``; the value is an expression; the trigger a number, or -1.
- ``instances``: choice lists that expressions read: ``[root, item, [column, …], [value, …], …]``, or, where
  items differ, ``[root, null, tree, …]`` with trees ``[name, value or children]``.
- ``labels`` (path to value to language to text) and ``texts`` (id to language to text) where expressions ask.
- ``scripts``: which scripts are needed besides the three that every form needs, in the order to load them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.xforms.definition import (
    Expression,
    FormDefinition,
    Group,
    Node,
    Output,
    Question,
    Repeat,
    SetValue,
    Text,
    is_true,
)
from app.xforms.typing_answers import LIST_KINDS
from app.xforms.xpath import TreeNode
from app.xforms.xpath.shipping import Shipped, Shipper

_META = ("instanceID", "instanceName", "deprecatedID")
#: What is called (functions, sets of nodes, axes of paths) beyond what every form gets, by the script that
#: has it, in the order to load them.
# fmt: off
SCRIPTS: dict[str, frozenset[str]] = {
    "usual-functions": frozenset({
        "ceiling", "coalesce", "concat", "contains", "count", "count-non-empty", "ends-with", "floor", "int",
        "is-selected", "join", "max", "min", "normalize-space", "now", "once", "position", "row",
        "selected-at", "starts-with", "string-length", "substr", "substring-after", "substring-before", "sum",
    }),
    "patterns": frozenset({"regex"}),
    "more-functions": frozenset({
        "abs", "acos", "area", "asin", "atan", "atan2", "boolean-from-string", "checklist", "cos",
        "decimal-date-time", "decimal-time", "depend", "distance", "enclosed-area", "exp", "exp10",
        "format-date", "format-date-time", "geofence", "id", "indexed-repeat", "jr:choice-name", "jr:itext",
        "last", "local-name", "log", "log10", "name", "pi", "pow", "property", "pulldata", "random",
        "randomize", "sin", "sqrt", "substring", "tan", "translate", "uuid", "version",
        "weighted-checklist",
        "date-time", "filter", "|", "current",
        "ancestor", "ancestor-or-self", "following-sibling", "preceding-sibling",
        "attribute", "descendant", "descendant-or-self",
    }),
    "digests": frozenset({"base64-decode", "digest"}),
    # These have what is no call.
    "trees": frozenset(), "actions": frozenset(), "counts": frozenset(), "made-choices": frozenset(),
}
# fmt: on


def shipped_form(form: FormDefinition, also: Iterable[Shipped] = ()) -> dict[str, Any]:
    """Return the rules of a form as the browser evaluates them; the same form always gives the same.

    ``also`` are expressions that are evaluated besides those of the nodes: what they read is shipped too.
    """
    return _FormShipper(form, node_numbers(form), list(also)).whole()


def shipped_json(form: FormDefinition) -> bytes:
    """Return the rules of a form as compact JSON in UTF-8."""
    return json.dumps(shipped_form(form), ensure_ascii=False, separators=(",", ":")).encode()


def node_numbers(form: FormDefinition) -> dict[str, int]:
    """Return the number of each path in the table of nodes; what is in meta stands last."""
    root = form.root.path
    paths = [root, *(node.path for node in _inside(form.root))]
    paths += [f"{root}/meta", *(f"{root}/meta/{name}" for name in _META)]
    return {path: number for number, path in enumerate(paths)}


def outputs_of(node: Node) -> list[Expression]:
    """Return the expressions in the texts of a node, in all languages, each once."""
    texts = [node.label]
    if isinstance(node, Question):
        texts += [node.hint, node.guidance, node.constraint_message, node.required_message]
        texts += [choice.label for choice in node.choices]
    found = {each.text: each for text in texts for each in _outputs(text)}
    return list(found.values())


def _outputs(text: Text) -> Iterator[Expression]:
    for parts in text.parts.values():
        yield from (part.expression for part in parts if isinstance(part, Output))


def _inside(group: Group | Repeat) -> Iterator[Node]:
    for child in group.children:
        yield child
        if not isinstance(child, Question):
            yield from _inside(child)


@dataclass
class _FormShipper:
    form: FormDefinition
    numbers: Mapping[str, int]
    #: All arrays that were written, to see what they call.
    written: list[Shipped] = field(default_factory=list)

    def whole(self) -> dict[str, Any]:
        form = self.form
        found: dict[str, Any] = {
            "version": form.version,
            "id": form.form_id,
            "nodes": [self._row(form.root, -1), *map(self._node, _inside(form.root)), *self._meta()],
            "order": [self.numbers[path] for path in form.calculation_order],
            "actions": [self._action(action) for action in form.set_values if action.target in self.numbers],
        }
        calls = [call for tree in self.written for call in _calls(tree)]
        names = {call[0] for call in calls}
        asked = {
            call[1] for call in calls if call[0] in {"instance", "pulldata"} and isinstance(call[1], str)
        }
        found["instances"] = {
            name: _instance(document, self._read())
            for name, document in form.documents.items()
            if name in asked
        }
        if "jr:choice-name" in names:
            found["labels"] = self._labels([call[2] for call in calls if call[0] == "jr:choice-name"])
        if "jr:itext" in names:
            found["texts"] = {text_id: self._plain(text) for text_id, text in form.texts.items()}
        found["scripts"] = _scripts(calls, found)
        return found

    def _read(self) -> frozenset[str] | None:
        """The names by which expressions may ask for columns of choice lists; None where it may be any."""
        texts = set(_texts(self.written))
        any_name = {"*", "node()", "pulldata"}
        if not texts.isdisjoint(any_name):
            return None
        itemsets = (question.itemset for question in self.form.questions.values())
        return frozenset(texts.union(itemset.value_name for itemset in itemsets if itemset is not None))

    def _meta(self) -> list[list[Any]]:
        meta = self.numbers[f"{self.form.root.path}/meta"]
        return [["meta", 0, "m"], *([name, meta, "m"] for name in _META)]

    def _node(self, node: Node) -> list[Any]:
        return self._row(node, self.numbers[node.path.rpartition("/")[0]])

    def _row(self, node: Node, parent: int) -> list[Any]:
        rules = self._rules(node)
        return [node.name, parent, _type(node), *([rules] if rules else [])]

    def _rules(self, node: Node) -> dict[str, Shipped]:
        path = node.path
        found = {"r": self._truth(node.relevant, path), "o": self._truth(node.readonly, path)}
        if isinstance(node, Repeat):
            found["n"] = self._value(node.count, path.rpartition("/")[0] or path)
        if isinstance(node, Question):
            found["c"] = self._truth(node.constraint, path)
            found["q"] = self._truth(node.required, path)
            found["x"] = self._value(node.calculate, path)
            itemset = node.itemset
            if itemset is not None and (itemset.filtered or itemset.randomize):
                nodes = self._value(itemset.nodeset, path)
                of_instance = itemset.instance_id is not None
                found["i"] = [nodes, itemset.value_name, itemset.label_name, of_instance]
        found["t"] = [self._value(each, path) for each in outputs_of(node)] or None
        return {name: rule for name, rule in found.items() if rule is not None}

    def _truth(self, expression: Expression | None, path: str) -> Shipped:
        if expression is not None and expression.constant:
            return is_true(expression)
        return self._value(expression, path)

    def _value(self, expression: Expression | None, path: str) -> Shipped:
        if expression is None:
            return None
        tree = Shipper(self.numbers, self.form.repeats, path).ship(expression.tree)
        self.written.append(tree)
        return tree

    def _action(self, action: SetValue) -> list[Any]:
        value = action.text if action.expression is None else self._value(action.expression, action.target)
        trigger = -1 if action.trigger is None else self.numbers.get(action.trigger, -1)
        return [self.numbers[action.target], list(action.events), value, trigger]

    def _labels(self, paths: list[Shipped]) -> dict[str, Any]:
        known = {path.strip() for path in paths if isinstance(path, str)}
        told = len(known) == len({json.dumps(path) for path in paths})
        return {
            path: {value: self._plain(choice.label) for value, choice in question.choice_by_value.items()}
            for path, question in self.form.questions.items()
            if question.is_select and (path in known or not told)
        }

    def _plain(self, text: Text) -> dict[str, str]:
        # The first is taken where a reader's language has no text.
        languages = dict.fromkeys((self.form.default_language, *self.form.languages))
        return {language: text.plain(language) for language in languages}


def _type(node: Node) -> str:
    if isinstance(node, Question):
        return node.data_type + ("*" if node.kind in LIST_KINDS else "")
    return "r" if isinstance(node, Repeat) else "g"


def _scripts(calls: list[list[Any]], told: Mapping[str, Any]) -> list[str]:
    names = {call[0] for call in calls}
    rules = [row[3] for row in told["nodes"] if len(row) > 3]
    parts = {
        "trees": any(table[1] is None for table in told["instances"].values()),
        "actions": bool(told["actions"]),
        "counts": any("n" in each for each in rules),
        "made-choices": any("i" in each and not each["i"][3] for each in rules),
    }
    if any(call[0] == "randomize" and len(call) > 2 for call in calls):
        # A seed that is a text is digested.
        names.add("digest")
    return [script for script, has in SCRIPTS.items() if parts.get(script) or not names.isdisjoint(has)]


def _calls(tree: Shipped) -> Iterator[list[Any]]:
    if isinstance(tree, list):
        if tree and isinstance(tree[0], str):
            yield tree
        for part in tree:
            yield from _calls(part)


def _texts(tree: Shipped) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        for part in tree:
            yield from _texts(part)


def _instance(document: TreeNode, read: frozenset[str] | None) -> list[Any]:
    """Return a secondary instance as a table of its items, or as trees where items have no columns alike.

    A table has only the columns that are ``read``.
    """
    root = document.children[0] if document.children else TreeNode("")
    items = root.children
    columns = [child.name for child in items[0].children] if items else []
    alike = all(
        item.name == items[0].name and not item.value and [child.name for child in item.children] == columns
        for item in items
    )
    if alike and not any(child.children for item in items for child in item.children):
        kept = [column for column, name in enumerate(columns) if read is None or name in read]
        rows = [[item.children[column].value for column in kept] for item in items]
        return [root.name, items[0].name if items else "item", [columns[column] for column in kept], *rows]
    return [root.name, None, *map(_tree, items)]


def _tree(node: TreeNode) -> list[Any]:
    return [node.name, [_tree(child) for child in node.children] if node.children else node.value]
