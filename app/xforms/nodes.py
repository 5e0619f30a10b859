"""Giving the nodes of a form their meaning: groups, repeats and questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from app.xforms.body import Body
from app.xforms.choosing import ChoiceReader
from app.xforms.definition import Expression, Group, Node, Preload, Question, Repeat, is_true
from app.xforms.expressions import ExpressionReader
from app.xforms.outline import Outline, PrimaryNode
from app.xforms.safe_xml import local_attributes, local_name
from app.xforms.texts import TextReader

_TYPES = {
    "": "string",
    "integer": "int",
    "long": "int",
    "double": "decimal",
    "float": "decimal",
    "number": "decimal",
    "datetime": "dateTime",
    "select1": "string",
    "select": "string",
    "select_one": "string",
    "text": "string",
}
_KIND_OF_TYPE = {
    "int": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
    "geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
    "barcode": "barcode",
}
_KIND_OF_CONTROL = {"select1": "select_one", "select": "select_multiple", "rank": "rank", "range": "range"}
_KIND_OF_CONTROL |= {"trigger": "acknowledge"}
_KIND_OF_MEDIA = {"image": "image", "audio": "audio", "video": "video"}
_NOT_PARAMETERS = frozenset({"ref", "nodeset", "bind", "appearance", "query"})
_FIXED = re.compile(r"\s*(?:true|false)\(\)\s*\Z")


@dataclass
class NodeReader:
    """Builds the tree of a form's nodes."""

    outline: Outline
    body: Body
    expressions: ExpressionReader
    texts: TextReader
    choices: ChoiceReader

    def root(self) -> Group:
        """Return the root group, without meta."""
        primary = self.outline.primary
        children = self._children(primary, ())
        return Group(primary.path, primary.name, children=children, visible=True)

    def _children(self, primary: PrimaryNode, repeats: tuple[str, ...]) -> tuple[Node, ...]:
        at_root = primary is self.outline.primary
        found = [child for child in primary.children.values() if not (at_root and child.name == "meta")]
        # Visible nodes follow the order of the body; hidden ones keep their places between them.
        order = self.body.order
        visible = iter(sorted((c for c in found if c.path in order), key=lambda child: order[child.path]))
        ordered = [next(visible) if child.path in order else child for child in found]
        return tuple(self._node(child, repeats) for child in ordered)

    def _node(self, primary: PrimaryNode, repeats: tuple[str, ...]) -> Node:
        if primary.path in self.body.repeats:
            return self._repeat(primary, repeats)
        if primary.children or primary.path in self.body.groups:
            return self._group(primary, repeats)
        return self._question(primary, repeats)

    def _container(self, primary: PrimaryNode) -> dict[str, Any]:
        path = primary.path
        element = self.body.groups.get(path)
        repeat = self.body.repeats.get(path)
        label = _child(element, "label") if element is not None else None
        if label is None and repeat is not None:
            label = _child(repeat, "label")
        appearance = " ".join(
            one.get("appearance", "")
            for one in (element, repeat)
            if one is not None and one.get("appearance")
        )
        return {
            "path": path,
            "name": primary.name,
            "label": self.texts.of_element(label, path=path),
            "appearance": appearance,
            "relevant": self._bound(path, "relevant"),
            "readonly": self._bound(path, "readonly"),
        }

    def _group(self, primary: PrimaryNode, repeats: tuple[str, ...]) -> Group:
        facts = self._container(primary)
        visible = primary.path in self.body.groups
        return Group(**facts, children=self._children(primary, repeats), repeats=repeats, visible=visible)

    def _repeat(self, primary: PrimaryNode, repeats: tuple[str, ...]) -> Repeat:
        path = primary.path
        attributes = local_attributes(self.body.repeats[path])
        count = attributes.get("count")
        expression = None
        if count and count.strip():
            expression = self.expressions.read(count, path=path.rpartition("/")[0] or path, attribute="count")
        return Repeat(
            **self._container(primary),
            children=self._children(primary, (*repeats, path)),
            repeats=repeats,
            count=expression,
            fixed=expression is not None or _is_true_text(attributes.get("noAddRemove")),
            initial=tuple(row.texts() for row in primary.rows),
            fresh=primary.texts(kept=primary.template),
        )

    def _question(self, primary: PrimaryNode, repeats: tuple[str, ...]) -> Question:
        path = primary.path
        bind = self.outline.binds.get(path, {})
        control = self.body.controls.get(path)
        hint = None if control is None else _child(control, "hint")
        data_type = _data_type(bind.get("type", ""), control)
        readonly, calculate = self._bound(path, "readonly"), self._bound(path, "calculate")
        choices, itemset = self.choices.read(control, path) if control is not None else ((), None)
        preload = Preload(bind["preload"], bind.get("preloadParams", "")) if "preload" in bind else None
        return Question(
            path=path,
            name=primary.name,
            data_type=data_type,
            control=None if control is None else local_name(control),
            kind=_kind(control, data_type, readonly, calculate),
            appearance="" if control is None else control.get("appearance", ""),
            parameters=_parameters(control, bind),
            label=self.texts.of_element(None if control is None else _child(control, "label"), path=path),
            hint=self.texts.of_element(hint, path=path),
            guidance=self.texts.of_element(hint, path=path, guidance=True),
            constraint_message=self.texts.of_message(bind.get("constraintMsg"), path=path),
            required_message=self.texts.of_message(bind.get("requiredMsg"), path=path),
            relevant=self._bound(path, "relevant"),
            constraint=self._bound(path, "constraint"),
            required=self._bound(path, "required"),
            readonly=readonly,
            calculate=calculate,
            choices=choices,
            itemset=itemset,
            preload=preload,
            default=primary.default,
            repeats=repeats,
        )

    def _bound(self, path: str, attribute: str) -> Expression | None:
        text = self.outline.binds.get(path, {}).get(attribute, "")
        if not text.strip():
            return None
        expression = self.expressions.read(text, path=path, attribute=attribute)
        # An attribute that only says the usual is as good as none.
        if (
            attribute != "calculate"
            and _FIXED.match(text)
            and is_true(expression) == (attribute in _USUALLY_TRUE)
        ):
            return None
        return expression


_USUALLY_TRUE = frozenset({"relevant", "constraint"})


def _is_true_text(text: str | None) -> bool:
    return text is not None and text.strip() in {"true()", "true", "1"}


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if local_name(child) == name), None)


def _data_type(bound: str, control: etree._Element | None) -> str:
    """Return the data type.

    The prefix of a schema type (``xsd:int``) says nothing, that of odk:rank stays.
    """
    name = bound.strip()
    if not name and control is not None:
        if local_name(control) == "upload":
            return "binary"
        if local_name(control) == "rank":
            return "odk:rank"
    if not name.startswith("odk:"):
        name = name.rpartition(":")[2]
    return _TYPES.get(name, _TYPES.get(name.lower(), name))


def _kind(
    control: etree._Element | None, data_type: str, readonly: Expression | None, calculate: Expression | None
) -> str:
    if control is None:
        return "hidden"
    name = "select1" if control.get("query") else local_name(control)
    if name in _KIND_OF_CONTROL:
        return _KIND_OF_CONTROL[name]
    if name == "upload":
        return _KIND_OF_MEDIA.get(control.get("mediatype", "").partition("/")[0], "file")
    if data_type in _KIND_OF_TYPE:
        return _KIND_OF_TYPE[data_type]
    if readonly is not None and readonly.constant and calculate is None:
        return "note"
    return "text"


def _parameters(control: etree._Element | None, bind: dict[str, str]) -> dict[str, str]:
    found = {} if control is None else local_attributes(control)
    found = {name: value for name, value in found.items() if name not in _NOT_PARAMETERS}
    for name in ("max-pixels", "quality", "saveIncomplete"):
        if name in bind:
            found[name] = bind[name]
    return found
