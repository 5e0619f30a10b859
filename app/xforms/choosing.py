"""Reading the choices of a select: written inside it, or taken from a secondary instance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from app.xforms import xpath
from app.xforms.definition import Choice, Itemset, SecondaryInstance
from app.xforms.expressions import ExpressionReader
from app.xforms.problems import XFormProblem
from app.xforms.safe_xml import local_name
from app.xforms.secondary import choices_of
from app.xforms.texts import TextReader
from app.xforms.xpath.tree import Call

_TEXT_ID = re.compile(r"\s*jr:itext\(\s*(?:\./)?([\w.\-]+)\s*\)\s*\Z")


@dataclass
class ChoiceReader:
    """Reads the choices of one form's selects; the items of a list are read once."""

    expressions: ExpressionReader
    texts: TextReader
    instances: Mapping[str, SecondaryInstance]
    known: dict[tuple[str, str, str, bool], tuple[Choice, ...]] = field(default_factory=dict)

    def read(self, control: etree._Element, path: str) -> tuple[tuple[Choice, ...], Itemset | None]:
        """Return the choices known beforehand and where they come from."""
        element = _child(control, "itemset")
        query = control.get("query")
        if query:
            itemset = self._external(query, path)
            return self._items(itemset), itemset
        if element is not None:
            itemset = self._itemset(element, path)
            return self._items(itemset), itemset
        return tuple(self._inline(item, path) for item in control if local_name(item) == "item"), None

    def _inline(self, item: etree._Element, path: str) -> Choice:
        value = _child(item, "value")
        text = "" if value is None else (value.text or "").strip()
        return Choice(text, self.texts.of_element(_child(item, "label"), path=path))

    def _external(self, query: str, path: str) -> Itemset:
        """The choices of ``select_one_external``."""
        nodeset = self.expressions.read(query, path=path, attribute="query", nodes=True)
        return Itemset(nodeset, xpath.instance_read(nodeset.tree), "name", "label", label_is_text_id=False)

    def _itemset(self, element: etree._Element, path: str) -> Itemset:
        nodeset = self.expressions.read(
            element.get("nodeset", ""), path=path, attribute="nodeset", nodes=True
        )
        label, value = _child(element, "label"), _child(element, "value")
        label_ref = "" if label is None else label.get("ref", "")
        match = _TEXT_ID.match(label_ref)
        tree, seed = nodeset.tree, None
        randomize = isinstance(tree, Call) and tree.name == "randomize"
        if isinstance(tree, Call) and randomize:
            if len(tree.arguments) > 1:
                seed_text = _last_argument(nodeset.text)
                seed = self.expressions.read(seed_text, path=path, attribute="nodeset")
            tree = tree.arguments[0]
        instance_id = xpath.instance_read(tree)
        return Itemset(
            nodeset=nodeset,
            instance_id=instance_id,
            value_name=_last_name("" if value is None else value.get("ref", ""), path),
            label_name=match[1] if match else _last_name(label_ref or "label", path),
            label_is_text_id=match is not None,
            randomize=randomize,
            seed=seed,
        )

    def _items(self, itemset: Itemset) -> tuple[Choice, ...]:
        instance = self.instances.get(itemset.instance_id or "")
        if instance is None or instance.document is None or itemset.instance_id is None:
            return ()
        key = (itemset.instance_id, itemset.value_name, itemset.label_name, itemset.label_is_text_id)
        if key not in self.known:
            texts = {}
            if itemset.label_is_text_id:
                texts = {text_id: self.texts.by_id(text_id, path="/") for text_id in self.texts.values}
            self.known[key] = choices_of(instance.document, itemset, texts, self.texts.default_language)
        return self.known[key]


def _last_name(reference: str, path: str) -> str:
    name = reference.strip().rpartition("/")[2].rpartition(":")[2]
    if not name:
        raise XFormProblem(
            "expression-syntax", {"path": path, "attribute": "itemset", "expression": reference}
        )
    return name


def _last_argument(call: str) -> str:
    """Return the text of the last argument of a function call."""
    inside = call.strip()[:-1]
    depth, start = 0, 0
    for place, sign in enumerate(inside):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "," and depth == 1:
            start = place + 1
    return inside[start:]


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if local_name(child) == name), None)
