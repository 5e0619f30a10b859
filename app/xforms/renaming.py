"""A copy of a form under another id: for the next year, or for another city."""

from __future__ import annotations

from lxml import etree

from app.xforms.outline import read_outline
from app.xforms.safe_xml import local_name, parse_xml


def renamed(xform: bytes, *, form_id: str, version: str, title: str) -> bytes:
    """The form with another id, version and title (empty: as it was). Raises XFormProblem as parsing does."""
    root = parse_xml(xform)
    instance = read_outline(root).instance_element
    for name, value in (("id", form_id), ("version", version)):
        written = next((each for each in instance.attrib if str(each).rpartition("}")[2] == name), name)
        instance.set(written, value)
    if title:
        head = next(child for child in root if local_name(child) == "head")
        element = next((child for child in head if local_name(child) == "title"), None)
        if element is None:
            element = etree.SubElement(head, f"{{{etree.QName(head).namespace}}}title")
        element.text = title
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
