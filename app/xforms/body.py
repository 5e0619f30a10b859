"""The body of a form: which node each control, group and repeat belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from app.xforms.outline import Outline, absolute_path
from app.xforms.problems import XFormProblem
from app.xforms.safe_xml import line_of, local_attributes, local_name

CONTROLS = frozenset({"input", "select1", "select", "rank", "range", "upload", "trigger", "secret"})
ACTIONS = frozenset({"setvalue", "setgeopoint", "recordaudio", "action", "insert", "delete"})
_TEXTS = frozenset({"label", "hint", "help", "alert", "value", "item", "itemset", "output", "extension"})


@dataclass
class Body:
    """Elements of the body by the path of their node, in body order."""

    controls: dict[str, etree._Element] = field(default_factory=dict)
    groups: dict[str, etree._Element] = field(default_factory=dict)
    repeats: dict[str, etree._Element] = field(default_factory=dict)
    # (the setvalue element, the path of the control it stands in or None, the path it is relative to)
    actions: list[tuple[etree._Element, str | None, str]] = field(default_factory=list)
    order: dict[str, int] = field(default_factory=dict)


def read_body(outline: Outline) -> Body:
    """Walk the body. Raises XFormProblem: control-without-node, unsupported-control, duplicate-node."""
    body = Body()
    walker = _Walker(body, outline, frozenset(outline.paths()))
    for element in outline.model:
        if local_name(element) == "setvalue":
            body.actions.append((element, None, outline.primary.path))
    if outline.body is not None:
        for element in outline.body:
            walker.visit(element, outline.primary.path)
    _check_rows(outline, body)
    return body


@dataclass
class _Walker:
    body: Body
    outline: Outline
    paths: frozenset[str]

    def visit(self, element: etree._Element, base: str) -> None:
        name = local_name(element)
        if name == "group":
            self._visit_group(element, base)
        elif name == "repeat":
            path = self._path(element, base)
            self._note(self.body.repeats, path, element)
            for child in element:
                self.visit(child, path)
        elif name in CONTROLS:
            path = self._path(element, base)
            self._note(self.body.controls, path, element)
            for child in element:
                if local_name(child) == "setvalue":
                    self.body.actions.append((child, path, path))
        elif name == "setvalue":
            self.body.actions.append((element, None, base))
        elif name not in _TEXTS and name not in ACTIONS:
            raise XFormProblem("unsupported-control", {"detail": name, "line": line_of(element)})

    def _visit_group(self, element: etree._Element, base: str) -> None:
        path = base
        if local_attributes(element).keys() & {"ref", "nodeset", "bind"}:
            path = self._path(element, base)
            # A group around a repeat carries the repeat's label and means the same node.
            self.body.groups.setdefault(path, element)
            self.body.order.setdefault(path, len(self.body.order))
        for child in element:
            self.visit(child, path)

    def _path(self, element: etree._Element, base: str) -> str:
        attributes = local_attributes(element)
        facts: dict[str, str | int] = {"detail": local_name(element), "line": line_of(element)}
        if "bind" in attributes:
            path = self.outline.bind_paths.get(attributes["bind"], "")
        else:
            reference = attributes.get("nodeset", attributes.get("ref", ""))
            path = absolute_path(reference, base) if reference else ""
        if path not in self.paths:
            raise XFormProblem("control-without-node", {"path": path, **facts})
        return path

    def _note(self, found: dict[str, etree._Element], path: str, element: etree._Element) -> None:
        if path in found and found is self.body.repeats:
            raise XFormProblem("duplicate-node", {"path": path, "line": line_of(element)})
        # A second control for the same node shows it once more; the first one gives it its meaning.
        found.setdefault(path, element)
        self.body.order.setdefault(path, len(self.body.order))


def _check_rows(outline: Outline, body: Body) -> None:
    for node in outline.primary.walk():
        if len(node.rows) > 1 and node.path not in body.repeats:
            raise XFormProblem("duplicate-node", {"path": node.path})
