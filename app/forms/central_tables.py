"""A form as tables of OData: one for the form and one for each repeat, the same for all its versions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.xforms.definition import FormDefinition, Group, Question, Repeat
from app.xforms.typing_answers import has_type, text_of
from app.xforms.xpath.values import parse_date_time

ROOT = "Submissions"
STRING = "Edm.String"
#: Decimals are kept as binary numbers; an Edm.Decimal would promise places that they do not have.
_TYPES = {
    "int": "Edm.Int64",
    "decimal": "Edm.Double",
    "date": "Edm.Date",
    "dateTime": "Edm.DateTimeOffset",
    "geopoint": "Edm.GeographyPoint",
    "geotrace": "Edm.GeographyLineString",
    "geoshape": "Edm.GeographyPolygon",
}
_NOT_IN_NAMES = re.compile(r"\W+")


@dataclass
class Node:
    """A question, group or repeat as a property. ``question`` is the newest version's."""

    source: str
    name: str
    kind: str
    type: str = STRING
    question: Question | None = None
    children: dict[str, Node] = field(default_factory=dict)
    #: Of a repeat: its table and that of the rows it stands in.
    table: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Row:
    """One row: its key, the key of the row that holds it ("" for none), what was answered there, and the
    link that leads here.
    """

    key: str
    parent_key: str
    answers: Mapping[str, Any]
    place: str


@dataclass(frozen=True)
class Manner:
    """How values are written: places as GeoJSON or as text (WKT), repeats as links or in full."""

    zone: ZoneInfo
    wkt: bool = False
    expand: bool = False


class ODataTables:
    """The tables of a form, from its versions (oldest first, at least one).

    Columns are those of the newest version, then what earlier ones had besides. A question whose kind
    changed is text in all rows.
    """

    def __init__(self, definitions: Sequence[FormDefinition]) -> None:
        self.root = Node("", ROOT, "repeat", table=ROOT)
        self.tables: dict[str, Node] = {ROOT: self.root}
        for definition in reversed(definitions):
            self._merge(self.root, definition.root, self.root, ROOT)

    def _merge(self, into: Node, group: Group | Repeat, table: Node, path: str) -> None:
        for child in group.children:
            kind = {Group: "group", Repeat: "repeat"}.get(type(child), "value")
            known = into.children.get(child.name)
            if known is None:
                taken = {each.name for each in into.children.values()}
                known = into.children[child.name] = Node(child.name, _free_name(child.name, taken), kind)
                if isinstance(child, Question):
                    known.question, known.type = child, _type_of(child)
                elif kind == "repeat":
                    known.table, known.parent = f"{path}.{known.name}", table.table
                    self.tables[known.table] = known
            if known.kind != kind:
                # What an earlier version called so and is no longer of this kind has no place here.
                continue
            if isinstance(child, Question):
                if known.type != _type_of(child):
                    known.type = STRING
                continue
            inner = known if kind == "repeat" else table
            self._merge(known, child, inner, f"{path}.{known.name}")

    def line_of(self, table: str) -> list[Node]:
        """The nodes that lead from the form's table down to this one, itself included."""
        return _line(self.root, self.tables[table]) or []

    def rows(self, table: str, instance_id: str, answers: Mapping[str, Any]) -> Iterator[Row]:
        """The rows of a table in one submission, in their order."""
        top = Row(instance_id, "", answers, f"{ROOT}({quoted(instance_id)})")
        yield from _descend(self.line_of(table), top, answers, top.place)

    def values(self, node: Node, row: Row, manner: Manner) -> dict[str, Any]:
        """The properties of a row."""
        return self._values(node, row, row.answers, row.place, manner)

    def _values(
        self, node: Node, row: Row, answers: Mapping[str, Any], place: str, manner: Manner
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for child in node.children.values():
            value, here = answers.get(child.source), f"{place}/{child.name}"
            if child.kind == "value":
                found[child.name] = _value(child, value, manner)
            elif child.kind == "group":
                inner = value if isinstance(value, dict) else {}
                found[child.name] = self._values(child, row, inner, here, manner)
            else:
                found[f"{child.name}@odata.navigationLink"] = here
                if manner.expand:
                    found[child.name] = [
                        {"__id": each.key, **self.values(child, each, manner)}
                        for each in _descend([child], row, answers, place)
                    ]
        return found


def parent_property(node: Node) -> str:
    """The property of a repeat's row that holds the key of the row it stands in."""
    return f"__{node.parent.replace('.', '-')}-id"


def quoted(text: str) -> str:
    """A text as OData writes it in an address."""
    return "'" + text.replace("'", "''") + "'"


def _line(node: Node, wanted: Node) -> list[Node] | None:
    if node is wanted:
        return []
    for child in node.children.values():
        below = _line(child, wanted) if child.kind != "value" else None
        if below is not None:
            return [child, *below]
    return None


def _descend(line: Sequence[Node], row: Row, answers: Mapping[str, Any], place: str) -> Iterator[Row]:
    if not line:
        yield row
        return
    node, value = line[0], answers.get(line[0].source)
    here = f"{place}/{node.name}"
    if node.kind == "group":
        if isinstance(value, dict):
            yield from _descend(line[1:], row, value, here)
        return
    for number, each in enumerate(value if isinstance(value, list) else (), start=1):
        if isinstance(each, dict):
            key = hashlib.sha1(
                f"{row.key}/{node.table}[{number}]".encode(), usedforsecurity=False
            ).hexdigest()
            inner = Row(key, row.key, each, f"{here}({quoted(key)})")
            yield from _descend(line[1:], inner, each, inner.place)


def _free_name(name: str, taken: set[str]) -> str:
    """A name that OData takes: letters of any script, digits and underscores, not twice in one row."""
    plain = _NOT_IN_NAMES.sub("_", name)[:120]
    plain = plain if not plain[:1].isdigit() else f"_{plain}"
    tried, number = plain, 1
    while tried in taken:
        number += 1
        tried = f"{plain}_{number}"
    return tried


def _type_of(question: Question) -> str:
    if question.is_select or question.is_upload:
        return STRING
    return _TYPES.get(question.data_type, STRING)


def _value(node: Node, value: Any, manner: Manner) -> Any:
    question = node.question
    if value is None or question is None:
        return None
    if node.type == STRING:
        return text_of(question, value) or None
    if not has_type(question, value):
        # A column of numbers takes no text: the stored XML keeps what was written.
        return None
    if node.type.startswith("Edm.Geography"):
        return place_text(node.type, value) if manner.wkt else place_json(node.type, value)
    if node.type == "Edm.DateTimeOffset":
        return _moment(value, manner.zone)
    return value


def _moment(text: str, zone: ZoneInfo) -> str | None:
    found = parse_date_time(text)
    if not isinstance(found, datetime):
        found = datetime(found.year, found.month, found.day) if found is not None else None  # noqa: DTZ001
    if found is None:
        return None
    # A phone that wrote no zone meant the city's.
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).isoformat()


def _position(point: Mapping[str, Any]) -> list[float]:
    altitude = point.get("altitude")
    return [point["lon"], point["lat"], *([altitude] if altitude is not None else [])]


def place_json(kind: str, value: Any) -> dict[str, Any] | None:
    """A place as GeoJSON, with the accuracy of a point; None for a line of one point and the like."""
    if kind == "Edm.GeographyPoint":
        found: dict[str, Any] = {"type": "Point", "coordinates": _position(value)}
        if value.get("accuracy") is not None:
            found["properties"] = {"accuracy": value["accuracy"]}
        return found
    positions = [_position(each) for each in value]
    if kind == "Edm.GeographyLineString":
        return {"type": "LineString", "coordinates": positions} if len(positions) > 1 else None
    return {"type": "Polygon", "coordinates": [_ring(positions)]} if len(positions) > 2 else None


def place_text(kind: str, value: Any) -> str | None:
    """A place as well-known text."""
    found = place_json(kind, value)
    if found is None:
        return None
    if kind == "Edm.GeographyPoint":
        return f"POINT ({_numbers(found['coordinates'])})"
    if kind == "Edm.GeographyLineString":
        return f"LINESTRING ({', '.join(map(_numbers, found['coordinates']))})"
    return f"POLYGON (({', '.join(map(_numbers, found['coordinates'][0]))}))"


def _numbers(position: Sequence[float]) -> str:
    return " ".join(repr(each) for each in position)


def _ring(positions: list[list[float]]) -> list[list[float]]:
    return positions if positions[0] == positions[-1] else [*positions, positions[0]]
