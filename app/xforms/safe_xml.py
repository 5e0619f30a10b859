"""Reading XML that strangers wrote: no DTD, no entities, no network, bounded depth and size."""

from __future__ import annotations

from lxml import etree

from app.xforms.problems import XFormProblem

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 200_000
#: Reading the attributes of an element costs the square of their number.
MAX_ATTRIBUTES = 64
_DOCTYPE = b"<!DOCTYPE"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: What is declared → how it is read. The larger code holds both smaller ones of Chinese software.
_DECLARED = {
    "utf-8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
}
_WIDE = (
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)


def parse_xml(
    xml: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_elements: int = MAX_ELEMENTS
) -> etree._Element:
    """Parse untrusted XML and return the root element, without comments and processing instructions.

    Raises XFormProblem: malformed-xml, doctype-not-allowed, too-large, too-deep, too-many-nodes,
    too-many-attributes.
    """
    if len(xml) > max_bytes:
        raise XFormProblem("too-large", {"limit": max_bytes})
    # Each element has at most two "<" of its own; comments are rare. The count comes before the tree is
    # built.
    if xml.count(b"<") > 2 * max_elements + 1000:
        raise XFormProblem("too-many-nodes", {"limit": max_elements})
    if _declares_doctype(xml):
        raise XFormProblem("doctype-not-allowed")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: etree._Element = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        # The parser has a bound of its own for the depth; it tells of it as of a fault.
        if str(error).startswith("Excessive depth"):
            raise XFormProblem("too-deep", {"limit": max_depth}) from error
        raise XFormProblem(
            "malformed-xml", {"line": error.lineno or 0, "detail": str(error)[:200]}
        ) from error
    except (ValueError, LookupError) as error:
        raise XFormProblem("malformed-xml", {"detail": str(error)[:200]}) from error
    # An unusual encoding may have hidden the document type from the search above.
    if root.getroottree().docinfo.internalDTD is not None:
        raise XFormProblem("doctype-not-allowed")
    _check_shape(root, max_depth, max_elements)
    return root


def codec_of(xml: bytes, root: etree._Element) -> str:
    """Return the codec that the document of ``root`` is written in.

    What searches the bytes of a document must read them as the parser did, so an encoding that few write is
    refused: XFormProblem encoding-unknown.
    """
    declared = str(root.getroottree().docinfo.encoding or "utf-8")
    for mark, codec in _MARKS:
        # The mark of UTF-32 begins like that of UTF-16.
        if xml.startswith(mark) and xml[2:4] != b"\x00\x00":
            return codec
    # Wide characters without a mark are guessed at, and the guess is not told.
    if declared.lower() not in _DECLARED or b"\x00" in xml[:4]:
        raise XFormProblem("encoding-unknown", {"found": declared[:40]})
    return _DECLARED[declared.lower()]


def _declares_doctype(xml: bytes) -> bool:
    """Tell whether a document type stands before the root element, in UTF-8 or UTF-16.

    Only the prolog is searched, so an answer that speaks of "<!DOCTYPE" inside CDATA does no harm.
    """
    text = xml
    for mark, encoding in _WIDE:
        if xml.startswith(mark):
            text = xml.decode(encoding, errors="replace").encode("utf-8", errors="replace")
            break
    start = text.find(b"<")
    while start >= 0:
        if text.startswith(b"<!--", start):
            end = text.find(b"-->", start)
        elif text.startswith(b"<?", start):
            end = text.find(b"?>", start)
        else:
            return text[start : start + len(_DOCTYPE)].upper() == _DOCTYPE
        start = text.find(b"<", end + 2) if end >= 0 else -1
    return False


def _check_shape(root: etree._Element, max_depth: int, max_elements: int) -> None:
    level = [root]
    depth = count = 0
    while level:
        depth += 1
        count += len(level)
        if depth > max_depth:
            raise XFormProblem("too-deep", {"limit": max_depth})
        if count > max_elements:
            raise XFormProblem("too-many-nodes", {"limit": max_elements})
        for element in level:
            # They are counted here, never read: counting is quick.
            if len(element.attrib) > MAX_ATTRIBUTES:
                raise XFormProblem("too-many-attributes", {"limit": MAX_ATTRIBUTES, "line": line_of(element)})
        level = [child for element in level for child in element]


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def local_attributes(element: etree._Element) -> dict[str, str]:
    """Return the attributes of an element by local name."""
    return {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}


def line_of(element: etree._Element) -> int:
    """Return the line that an element begins on, 0 if it is not known."""
    line = element.sourceline
    return line if isinstance(line, int) else 0


def text_in(element: etree._Element) -> str:
    """Return all text inside an element."""
    return "".join(str(part) for part in element.itertext())
