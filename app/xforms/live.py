"""A form with answers in it: the nodes, their relevance and their calculations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.xforms.definition import Choice, Expression, FormDefinition, Group, Question, Repeat, is_true
from app.xforms.typing_answers import answer_of, moment_text, scalar_of, stored_scalar
from app.xforms.xpath import Context, TreeNode, World, to_boolean

_META = ("instanceID", "instanceName", "deprecatedID")


class LiveForm:
    """The nodes of one answered form, and the world that its expressions are evaluated in.

    ``places`` gives the node at a place; ``answer`` of a node is its JSON value.
    """

    def __init__(
        self,
        form: FormDefinition,
        answers: Mapping[str, Any],
        *,
        language: str = "",
        now: datetime | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self.form = form
        self.language = language or form.default_language
        self.metadata = dict(metadata or {})
        document = TreeNode("", "/")
        moment = now if now is not None else datetime.now(UTC).astimezone()
        self.world = World(
            document=document,
            index={},
            instances=form.documents,
            now=moment,
            itext=self._itext,
            choice_label=self._choice_label,
            properties=self.metadata,
            version=form.version,
            item_index=form.item_index,
        )
        self.places: dict[str, TreeNode] = {}
        self.place_of: dict[TreeNode, str] = {}
        self.given: dict[TreeNode, Any] = {}
        self.root = document.add(TreeNode(form.root_name, form.root.path))
        told = (("id", form.form_id), ("version", form.version))
        self.root.attributes = tuple(TreeNode(name, value=value) for name, value in told)
        self._note(self.root, form.root.path)
        self._build(form.root, self.root, answers, form.root.path)
        for name in _META:
            path = f"{form.root.path}/meta/{name}"
            self.world.index[path] = [TreeNode(name, path, value=self.metadata.get(name, ""))]

    def _note(self, node: TreeNode, place: str) -> None:
        self.world.index.setdefault(node.path, []).append(node)
        self.places[place] = node
        self.place_of[node] = place

    def _build(self, group: Group | Repeat, parent: TreeNode, answers: Any, place: str) -> None:
        known = answers if isinstance(answers, Mapping) else {}
        for child in group.children:
            answer = known.get(child.name)
            here = f"{place}/{child.name}"
            if isinstance(child, Question):
                node = TreeNode(
                    child.name,
                    child.path,
                    parent,
                    "" if answer is None else scalar_of(child, answer, self.world.now),
                )
                parent.children.append(node)
                self.given[node] = answer
                self._note(node, here)
            elif isinstance(child, Repeat):
                for number, row in enumerate(answer if isinstance(answer, list) else (), start=1):
                    node = TreeNode(child.name, child.path, parent)
                    node.position = number
                    parent.children.append(node)
                    self._note(node, f"{here}[{number}]")
                    self._build(child, node, row, f"{here}[{number}]")
            else:
                node = TreeNode(child.name, child.path, parent)
                parent.children.append(node)
                self._note(node, here)
                self._build(child, node, answer, here)

    def answer(self, node: TreeNode) -> Any:
        """Return the JSON value of a question's node."""
        if node in self.given:
            return self.given[node]
        return answer_of(self.form.questions[node.path], node.value)

    def set_scalar(self, node: TreeNode, question: Question, value: Any) -> None:
        """Store the outcome of an expression in a node."""
        node.value = stored_scalar(question, value, self.world.now)
        self.given.pop(node, None)

    def set_answer(self, node: TreeNode, question: Question, answer: Any) -> None:
        """Store a JSON value in a node."""
        node.value = scalar_of(question, answer, self.world.now)
        self.given[node] = answer

    def calculate(self, *, keep_given: bool = False) -> None:
        """Work out relevance and calculations in order.

        ``keep_given``: values that were sent are not replaced.
        """
        nodes, index, world = self.form.nodes, self.world.index, self.world
        for path in self.form.calculation_order:
            definition = nodes[path]
            relevant = definition.relevant
            calculate = definition.calculate if isinstance(definition, Question) else None
            for node in index.get(path, ()):
                if relevant is not None:
                    own = to_boolean(relevant.evaluate(Context(world, node)))
                    if own is not node.own_relevant:
                        node.own_relevant = own
                        spread_relevance(node)
                if calculate is not None and node.relevant and not (keep_given and node.value != ""):
                    assert isinstance(definition, Question)  # noqa: S101
                    self.set_scalar(node, definition, calculate.evaluate(Context(world, node)))

    def preload(self, *, only_end: bool = False) -> None:
        """Put in what the client knows: times, dates and properties.

        Only where nothing is, except the end.
        """
        for path, question in self.form.questions.items():
            if question.preload is None:
                continue
            is_end = question.preload.kind == "timestamp" and question.preload.params == "end"
            for node in self.world.index.get(path, ()):
                if (is_end and only_end) or (node.value == "" and not only_end):
                    value = self._preloaded(question)
                    if value is not None:
                        self.set_answer(node, question, value)

    def _preloaded(self, question: Question) -> str | None:
        assert question.preload is not None  # noqa: S101
        kind, params = question.preload.kind, question.preload.params
        now = self.world.now
        if kind == "timestamp":
            return self.metadata.get(params) or moment_text(now)
        if kind == "date" and params == "today":
            return self.metadata.get(params) or now.date().isoformat()
        if kind in {"property", "context"}:
            return self.metadata.get(params.removeprefix("uri:")) or None
        return None

    def holds(self, expression: Expression | None, node: TreeNode, *, otherwise: bool) -> bool:
        """Return the truth of an expression at a node."""
        if expression is None:
            return otherwise
        if expression.constant:
            return is_true(expression)
        return to_boolean(expression.evaluate(Context(self.world, node)))

    def asks_rows(self, repeat: Repeat, parent: TreeNode) -> bool:
        """Return whether rows of a repeat would be relevant in a group or row, even if it has none."""
        row = TreeNode(repeat.name, repeat.path, parent)
        return parent.relevant and self.holds(repeat.relevant, row, otherwise=True)

    def is_readonly(self, node: TreeNode) -> bool:
        """Return whether a node, or a group around it, is read-only now."""
        above: TreeNode | None = node
        while above is not None and above.path in self.form.nodes:
            if self.holds(self.form.nodes[above.path].readonly, above, otherwise=False):
                return True
            above = above.parent
        return False

    def answers(self, *, drop_irrelevant: bool = True) -> dict[str, Any]:
        """Return all answers as a nested dict; those that are not relevant are None (repeats: no rows)."""
        return self._answers(self.form.root, self.root, drop_irrelevant)

    def _answers(self, group: Group | Repeat, node: TreeNode, drop: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for definition in group.children:
            if isinstance(definition, Repeat):
                found[definition.name] = []
        for child in node.children:
            definition = self.form.nodes[child.path]
            hidden = drop and not child.relevant
            if isinstance(definition, Question):
                found[child.name] = None if hidden else self.answer(child)
            elif isinstance(definition, Repeat):
                if not hidden:
                    found[child.name].append(self._answers(definition, child, drop))
            else:
                found[child.name] = self._answers(definition, child, drop)
        return found

    def question_nodes(self) -> Iterator[tuple[Question, TreeNode]]:
        """Yield all questions with their nodes, in document order within each path."""
        index = self.world.index
        for path, question in self.form.questions.items():
            for node in index.get(path, ()):
                yield question, node

    def _itext(self, text_id: str, _form: str) -> str:
        text = self.form.texts.get(text_id)
        return "" if text is None else text.plain(self.language)

    def _choice_label(self, value: str, path: str) -> str:
        question = self.form.questions.get(path)
        choice: Choice | None = None if question is None else question.choice_by_value.get(value)
        return "" if choice is None else choice.label.plain(self.language)


def spread_relevance(node: TreeNode) -> None:
    """Work out the relevance of a node and all below it from their own and that above."""
    above = node.parent is None or node.parent.relevant
    node.relevant = above and node.own_relevant
    for child in node.children:
        spread_relevance(child)
