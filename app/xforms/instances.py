"""Submissions: reading the XML that clients send, and writing the same from answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree

from app.xforms.definition import FormDefinition, Question
from app.xforms.live import LiveForm
from app.xforms.outline import form_id_of
from app.xforms.problems import XFormProblem
from app.xforms.safe_xml import codec_of, local_attributes, local_name, parse_xml
from app.xforms.typing_answers import text_of
from app.xforms.xpath import Context, TreeNode, to_text

#: An instance has an element for each answer; making one out costs far more than parsing it.
_MOST_ELEMENTS = 20_000
_XFORMS = "http://www.w3.org/2002/xforms"
_JAVAROSA = "http://openrosa.org/javarosa"
# XML 1.0 has no way to write these.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a submission; names are local names."""

    name: str
    text: str
    children: tuple[Element, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    def child(self, name: str) -> Element | None:
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Element]:
        """Return all children of that name."""
        return [child for child in self.children if child.name == name]

    def walk(self) -> Iterator[Element]:
        """Yield the element and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission as it came. ``deprecated_id`` names the instance that it replaces."""

    form_id: str
    version: str
    instance_id: str | None
    deprecated_id: str | None
    instance_name: str | None
    root: Element
    root_name: str
    encrypted: bool = False


def read_submission(xml: bytes) -> Submission:
    """Read a submission by local names; meta may be plain or ``orx:meta``.

    Raises XFormProblem: not-a-submission where the root names no form, and those of broken or hostile XML.
    """
    element = parse_xml(xml, max_elements=_MOST_ELEMENTS)
    codec_of(xml, element)
    form_id = form_id_of(element)
    if not form_id:
        raise XFormProblem("not-a-submission", {"detail": local_name(element)})
    root = _element(element)
    meta = root.child("meta")
    return Submission(
        form_id=form_id,
        version=root.attributes.get("version", "").strip(),
        instance_id=_meta_text(meta, "instanceID") or root.attributes.get("instanceID") or None,
        deprecated_id=_meta_text(meta, "deprecatedID"),
        instance_name=_meta_text(meta, "instanceName"),
        root=root,
        root_name=root.name,
        encrypted=root.attributes.get("encrypted") == "yes",
    )


def _element(element: etree._Element) -> Element:
    children = tuple(_element(child) for child in element)
    text = (
        "".join([element.text or "", *(child.tail or "" for child in element)])
        if children
        else element.text or ""
    )
    attributes = local_attributes(element) if element.attrib else {}
    return Element(local_name(element), text.strip() if children else text, children, attributes)


def _meta_text(meta: Element | None, name: str) -> str | None:
    child = None if meta is None else meta.child(name)
    return None if child is None else child.text.strip() or None


def referenced_files(form: FormDefinition, submission: Submission) -> list[str]:
    """Return the names of the files that the answers speak of, each once, those in meta (audit) too."""
    uploads = {
        path
        for path, question in form.questions.items()
        if question.is_upload or question.data_type == "binary"
    }
    found: dict[str, None] = {}

    def look(element: Element, path: str) -> None:
        name = element.text.strip()
        if name and not element.children and (path in uploads or path == f"{form.root.path}/meta/audit"):
            found[name] = None
        for child in element.children:
            look(child, f"{path}/{child.name}")

    look(submission.root, form.root.path)
    return list(found)


def write_submission(
    form: FormDefinition,
    answers: Mapping[str, Any],
    *,
    instance_id: str,
    version: str | None = None,
    deprecated_id: str | None = None,
    keep_irrelevant: bool = False,
    only_given: bool = False,
    audit: str | None = None,
    now: datetime | None = None,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """Return the XML of a submission, UTF-8.

    Calculations are done, nodes that are not relevant are left out (unless ``keep_irrelevant``), empty ones
    are written as empty elements. The preload "end" of the form gets ``now``, or this moment, or what
    ``metadata`` has for it.
    ``only_given``: nothing is worked out, neither calculations nor the end nor the name. ``audit``: the
    name of the file that logs the filling.
    """
    live = LiveForm(form, answers, now=now, metadata=metadata)
    if not only_given:
        live.calculate()
        live.preload(only_end=True)
    root, prefix = _root_of(form, form.version if version is None else version)
    _write_children(live, live.root, root, prefix, keep_irrelevant=keep_irrelevant)
    meta = etree.SubElement(root, f"{prefix}meta")
    etree.SubElement(meta, f"{prefix}instanceID").text = _writable(instance_id)
    if audit:
        etree.SubElement(meta, f"{prefix}audit").text = audit
    if deprecated_id:
        etree.SubElement(meta, f"{prefix}deprecatedID").text = _writable(deprecated_id)
    if form.instance_name is not None and not only_given:
        name = form.instance_name.evaluate(Context(live.world, live.root))
        etree.SubElement(meta, f"{prefix}instanceName").text = _writable(to_text(name))
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _root_of(form: FormDefinition, version: str) -> tuple[etree._Element, str]:
    """The empty root of a submission, and what stands before the names inside it."""
    namespace = form.root_namespace if form.root_namespace not in (None, _XFORMS) else None
    prefix = f"{{{namespace}}}" if namespace else ""
    nsmap: dict[str | None, str] = {"jr": _JAVAROSA}
    nsmap.update(form.namespaces.items())
    if namespace:
        nsmap[None] = namespace
    root = etree.Element(f"{prefix}{form.root_name}", nsmap=nsmap)  # type: ignore[arg-type]
    root.set("id", form.form_id)
    if version:
        root.set("version", version)
    return root, prefix


def _write_children(
    live: LiveForm, node: TreeNode, element: etree._Element, prefix: str, *, keep_irrelevant: bool
) -> None:
    for child in node.children:
        if not child.relevant and not keep_irrelevant:
            continue
        written = etree.SubElement(element, f"{prefix}{child.name}")
        definition = live.form.nodes[child.path]
        if isinstance(definition, Question):
            written.text = _writable(text_of(definition, live.answer(child))) or None
        else:
            _write_children(live, child, written, prefix, keep_irrelevant=keep_irrelevant)


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
