"""The first look at a form: its primary instance and its binds, before anything is given meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from app.xforms.problems import XFormProblem
from app.xforms.safe_xml import local_attributes, local_name, text_in

_XFORMS = "http://www.w3.org/2002/xforms"


@dataclass
class PrimaryNode:
    """A node of the primary instance, equal siblings merged. ``rows`` are these, without the template."""

    name: str
    path: str
    default: str = ""
    children: dict[str, PrimaryNode] = field(default_factory=dict)
    rows: list[PrimaryNode] = field(default_factory=list)
    template: bool = False

    def texts(self, *, kept: bool = True) -> dict[str, Any]:
        """Return what stands below by name: a text, a list of the same for a group (one) or repeat (rows).

        ``kept`` False: all texts are empty.
        """
        return {
            child.name: [row.texts(kept=kept) for row in child.rows]
            if child.children
            else child.default * kept
            for child in self.children.values()
        }

    def walk(self) -> Iterator[PrimaryNode]:
        """Yield all nodes below."""
        for child in self.children.values():
            yield child
            yield from child.walk()


@dataclass
class Outline:
    """The parts of a form document."""

    title: str
    model: etree._Element
    body: etree._Element | None
    instance_element: etree._Element
    primary: PrimaryNode
    secondary_elements: list[etree._Element]
    binds: dict[str, dict[str, str]]
    bind_paths: dict[str, str]

    def paths(self) -> dict[str, PrimaryNode]:
        """Return the nodes of the primary instance by path, root and meta included."""
        return {self.primary.path: self.primary} | {node.path: node for node in self.primary.walk()}


def read_outline(root: etree._Element) -> Outline:
    """Find the parts of a form.

    Raises XFormProblem: not-an-xform, no-primary-instance, no-form-id.
    """
    head = _child(root, "head")
    model = None if head is None else _child(head, "model")
    if local_name(root) != "html" or head is None or model is None:
        raise XFormProblem("not-an-xform", {"detail": local_name(root)})
    instances = [child for child in model if local_name(child) == "instance"]
    content = next(iter(instances[0]), None) if instances else None
    if content is None:
        raise XFormProblem("no-primary-instance")
    if not form_id_of(content):
        raise XFormProblem("no-form-id", {"path": f"/{local_name(content)}"})
    title = _child(head, "title")
    primary = _primary(content, "")
    outline = Outline(
        title=("" if title is None else text_in(title)).strip(),
        model=model,
        body=_child(root, "body"),
        instance_element=content,
        primary=primary,
        secondary_elements=[instance for instance in instances[1:] if instance.get("id")],
        binds={},
        bind_paths={},
    )
    _read_binds(outline)
    return outline


def form_id_of(element: etree._Element) -> str:
    """Return the id of a form or submission: the ``id`` of its root, else its namespace."""
    own = local_attributes(element).get("id", "").strip()
    if own:
        return own
    namespace = etree.QName(element).namespace or ""
    return "" if namespace == _XFORMS else namespace


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if local_name(child) == name), None)


def _primary(element: etree._Element, parent_path: str) -> PrimaryNode:
    name = local_name(element)
    path = f"{parent_path}/{name}"
    node = PrimaryNode(name, path, (element.text or "").strip() if len(element) == 0 else "")
    for child in element:
        _merge(node, child)
    return node


def _merge(parent: PrimaryNode, element: etree._Element) -> None:
    node = _primary(element, parent.path)
    is_template = "template" in local_attributes(element)
    known = parent.children.setdefault(node.name, node)
    known.template = known.template or is_template
    if not is_template:
        known.rows.append(node)


def _read_binds(outline: Outline) -> None:
    paths = outline.paths()
    for bind in outline.model:
        if local_name(bind) != "bind":
            continue
        attributes = local_attributes(bind)
        path = absolute_path(attributes.get("nodeset", attributes.get("ref", "")), outline.primary.path)
        # Clients pass over a bind of a node that is not there.
        if path not in paths:
            continue
        outline.binds.setdefault(path, {}).update(attributes)
        if "id" in attributes:
            outline.bind_paths[attributes["id"]] = path


def absolute_path(reference: str, base: str) -> str:
    """Return a reference of a bind or control as an absolute path without prefixes."""
    text = reference.strip()
    names = [] if text.startswith("/") else [name for name in base.split("/") if name]
    for name in text.split("/"):
        if name == "..":
            names = names[:-1]
        elif name not in ("", "."):
            names.append(name.rpartition(":")[2])
    return "/" + "/".join(names)
