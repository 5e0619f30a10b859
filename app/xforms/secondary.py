"""Secondary instances: choice lists inside the form, and those in files beside it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lxml import etree

from app.xforms.definition import Choice, FormDefinition, Itemset, Node, Question, SecondaryInstance, Text
from app.xforms.problems import XFormProblem
from app.xforms.regrouping import with_questions
from app.xforms.safe_xml import local_name, parse_xml
from app.xforms.texts import file_name
from app.xforms.xpath import TreeNode

MAX_ROWS = 200_000
#: Where the choices of all questions of type select_one_external are, with the name of their list.
ITEMSETS = "itemsets.csv"


def read_instance(element: etree._Element) -> SecondaryInstance:
    """Read an ``instance`` element of the model."""
    src = element.get("src")
    content = next(iter(element), None)
    document = None if content is None or src else as_document(content)
    return SecondaryInstance(element.get("id", ""), src, document)


def external_list(name: str) -> SecondaryInstance:
    """Return the instance of a list of ``select_one_external``, which the form itself does not declare."""
    return SecondaryInstance(name, f"jr://file-csv/{ITEMSETS}", None)


def as_document(element: etree._Element) -> TreeNode:
    """Return a document node above a tree of nodes that looks like an XML element."""
    document = TreeNode("")
    document.add(_as_node(element))
    return document


def _as_node(element: etree._Element) -> TreeNode:
    node = TreeNode(local_name(element), value=(element.text or "").strip())
    for child in element:
        node.add(_as_node(child))
    return node


def needed_file(instance: SecondaryInstance) -> str | None:
    """Return the name of the file that an instance is in; None for inline ones and the last saved answers."""
    if not instance.src or instance.src.startswith("jr://instance"):
        return None
    return file_name(instance.src)


def choices_of(
    document: TreeNode, itemset: Itemset, texts: Mapping[str, Text], language: str
) -> tuple[Choice, ...]:
    """Return all items of an itemset's instance as choices."""
    root = document.children[0] if document.children else TreeNode("")
    found = []
    for item in root.children:
        columns = {child.name: str(child.value) for child in item.children}
        if itemset.value_name not in columns:
            continue
        label = columns.get(itemset.label_name, "")
        text = texts.get(label) if itemset.label_is_text_id else _in_languages(columns, itemset, language)
        rest = {
            n: v for n, v in columns.items() if n not in {itemset.value_name, itemset.label_name, "itextId"}
        }
        value = columns[itemset.value_name]
        found.append(Choice(value, text or Text({language: (label or value,)}, {}, language), rest))
    return tuple(found)


def _in_languages(columns: Mapping[str, str], itemset: Itemset, language: str) -> Text | None:
    """Return the label of an item that has a column for each language, ``label::English (en)``."""
    start = f"{itemset.label_name}::"
    parts = {name[len(start) :]: (label,) for name, label in columns.items() if name.startswith(start)}
    return Text(parts, {}, language) if parts else None


def attach_files(form: FormDefinition, files: Mapping[str, bytes]) -> FormDefinition:
    """Return the form with its external choice lists (CSV, XML, GeoJSON), given by file name.

    Files that the form does not need are left alone. Raises XFormProblem wrong-media-file or those of
    broken XML.
    """
    instances = dict(form.secondary_instances)
    for name, instance in instances.items():
        needed = needed_file(instance)
        if needed is not None and needed in files:
            found = _read_file(needed, files[needed])
            if needed == ITEMSETS and f"{name}.csv" != ITEMSETS:
                found = _rows_of_list(found, name)
            instances[name] = replace(instance, document=found)
    changed: dict[str, Node] = {}
    for path, question in form.questions.items():
        itemset = question.itemset
        if itemset is None or itemset.instance_id is None or question.choices:
            continue
        document = instances[itemset.instance_id].document
        if document is not None:
            choices = choices_of(document, itemset, form.texts, form.default_language)
            changed[path] = replace(question, choices=choices)
    root = with_questions(form.root, changed)
    nodes = {path: changed.get(path, node) for path, node in form.nodes.items()}
    nodes = {path: _from_tree(root, path, node) for path, node in nodes.items()}
    questions = {path: node for path, node in nodes.items() if isinstance(node, Question)}
    return replace(
        form,
        root=root,
        nodes=nodes,
        questions=questions,
        secondary_instances=instances,
        item_index={},
        choice_items={},
    )


def _rows_of_list(document: TreeNode, name: str) -> TreeNode:
    rows = ({each.name: str(each.value) for each in item.children} for item in document.children[0].children)
    return _rows_document([row for row in rows if row.get("list_name") == name])


def columns_of(name: str, content: bytes) -> frozenset[str]:
    """The columns of a file of choices. Raises XFormProblem as :func:`attach_files` does."""
    document = _read_file(name, content)
    found = {child.name for root in document.children for item in root.children for child in item.children}
    if name.lower().endswith(".csv"):
        # A table without rows has its columns all the same.
        found |= set(_csv_headings(content))
    return frozenset(found)


def _from_tree(root: Any, path: str, node: Node) -> Node:
    if isinstance(node, Question):
        return node
    found = root
    for name in path.split("/")[2:]:
        found = next(child for child in found.children if child.name == name)
    answer: Node = found
    return answer


def _read_file(name: str, content: bytes) -> TreeNode:
    if len(content) > 50 * 1024 * 1024:
        raise XFormProblem("too-large", {"detail": name, "limit": 50 * 1024 * 1024})
    suffix = name.rpartition(".")[2].lower()
    if suffix == "csv":
        return _rows_document(_csv_rows(name, content))
    if suffix == "geojson":
        return _rows_document(_geojson_rows(name, content))
    if suffix == "xml":
        return as_document(parse_xml(content))
    raise XFormProblem("wrong-media-file", {"detail": name})


def _rows_document(rows: list[dict[str, str]]) -> TreeNode:
    document = TreeNode("")
    root = document.add(TreeNode("root"))
    for row in rows:
        item = root.add(TreeNode("item"))
        for column, value in row.items():
            item.add(TreeNode(column, value=value))
    return document


def _csv_rows(name: str, content: bytes) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise XFormProblem("wrong-media-file", {"detail": name, "position": error.start}) from error
    rows = []
    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            rows.append({key: value or "" for key, value in row.items() if isinstance(key, str)})
            if len(rows) > MAX_ROWS:
                raise XFormProblem("too-many-nodes", {"detail": name, "limit": MAX_ROWS})
    except csv.Error as error:
        raise XFormProblem("wrong-media-file", {"detail": f"{name}: {error}"}) from error
    return rows


def _csv_headings(content: bytes) -> list[str]:
    text = content.decode("utf-8-sig")
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), [])


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _geojson_rows(name: str, content: bytes) -> list[dict[str, str]]:
    try:
        rows = [_feature_row(feature) for feature in json.loads(content)["features"]]
        if any("\x00" in text for row in rows for text in row.values()):
            raise ValueError("U+0000 in a text")
        # Half a surrogate pair, which only an escape brings in, cannot be written: UnicodeEncodeError.
        json.dumps(rows, ensure_ascii=False).encode()
        return rows
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise XFormProblem("wrong-media-file", {"detail": f"{name}: {error}"[:200]}) from error


def _feature_row(feature: dict[str, Any]) -> dict[str, str]:
    row = {"geometry": _geometry_text(feature.get("geometry") or {})}
    if "id" in feature:
        row["id"] = str(feature["id"])
    row.update({key: "" if value is None else str(value) for key, value in feature["properties"].items()})
    return row


def _geometry_text(geometry: dict[str, Any]) -> str:
    coordinates: Any = geometry.get("coordinates", [])
    match geometry.get("type"):
        case "Point":
            points = [coordinates]
        case "LineString":
            points = coordinates
        case "Polygon":
            points = coordinates[0] if coordinates else []
        case _:
            return ""
    return "; ".join(f"{point[1]} {point[0]} {point[2] if len(point) > 2 else 0} 0" for point in points)
