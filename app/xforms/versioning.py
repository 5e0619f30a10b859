"""Another version string for a form, and nothing else of it changed."""

from __future__ import annotations

from lxml import etree

from app.xforms.outline import read_outline
from app.xforms.safe_xml import parse_xml


def with_version(xform: bytes, version: str) -> bytes:
    """Return the form with this version in its primary instance, UTF-8.

    Raises XFormProblem for what is no form.
    """
    root = parse_xml(xform)
    instance = read_outline(root).instance_element
    names = [name for name in instance.attrib if etree.QName(name).localname == "version"]
    instance.set(names[0] if names else "version", version)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
