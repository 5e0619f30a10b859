"""Rows of an OData table, page by page, written while they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement

from app.errors import Problem
from app.forms.central_actors import submitter_number
from app.forms.central_asking import written
from app.forms.central_metadata import SYSTEM_PROPERTIES
from app.forms.central_options import Options, Token
from app.forms.central_reading import Line, Stored
from app.forms.central_schemas import review_state_told
from app.forms.central_tables import ROOT, Manner, Node, ODataTables, Row, parent_property
from app.xforms.typing_answers import moment_text


@dataclass(frozen=True)
class Page:
    """What stands around the rows of a page."""

    context: str
    count: int | None
    next_address: Callable[[str], str]


@dataclass(frozen=True)
class Under:
    """The one row of this key alone, or those that this row holds."""

    row: str = ""
    parent: str = ""


@dataclass(frozen=True)
class _Placed:
    """A row, the submission it belongs to, and its number there."""

    stored: Stored
    number: int
    row: Row


class RowReader:
    """Reads a table from the newest submission on."""

    def __init__(
        self,
        *,
        line: Line,
        tables: ODataTables,
        name: str,
        options: Options,
        wanted: Sequence[ColumnElement[bool]],
        under: Under,
    ) -> None:
        """Raises Problem ``odata-column`` for a column that is not there."""
        self.name, self.options = name, options
        self._line, self._tables, self._wanted, self._under = line, tables, wanted, under
        self._node = tables.tables[name]
        zone = ZoneInfo(current_app.config["SETTINGS"].time_zone)
        self._manner = Manner(zone, wkt=options.wkt, expand=options.expand)
        self._select = _selection(options.select)
        _check_columns(self._select, self._node, name)

    def count(self) -> int:
        """How many rows there are, whatever the page. Of a repeat they have to be read."""
        if self.name == ROOT:
            return self._line.count(*self._wanted)
        return sum(1 for _each in self._found(self._line.read(*self._wanted)))

    def written(self, page: Page) -> Iterator[str]:
        """The JSON of a page in pieces; the first row is read at once, so that what fails does so before."""
        rows = self._from_here()
        first = list(islice(rows, 1))
        return self._pieces(page, chain(first, rows))

    def _pieces(self, page: Page, rows: Iterator[_Placed]) -> Iterator[str]:
        top = self.options.top
        yield f'{{"@odata.context":{written(page.context)}'
        if page.count is not None:
            yield f',"@odata.count":{page.count}'
        yield ',"value":['
        last: _Placed | None = None
        for number, each in enumerate(rows):
            if number == top:
                break
            yield ("," if number else "") + written(self._shown(each))
            last = each
        else:
            last = None
        yield "]"
        if last is not None:
            token = Token(self._line.upto, last.stored.id, last.number).text()
            yield f',"@odata.nextLink":{written(page.next_address(token))}'
        yield "}"

    def _from_here(self) -> Iterator[_Placed]:
        token, skip = self.options.token, self.options.skip
        if token is not None:
            rows = self._found(self._line.read(*self._wanted, before=token.submission + 1))
            return (each for each in rows if each.stored.id < token.submission or each.number > token.row)
        if self.name == ROOT:
            return self._found(self._line.read(*self._wanted, skip=skip))
        return islice(self._found(self._line.read(*self._wanted)), skip, None)

    def _found(self, submissions: Iterator[Stored]) -> Iterator[_Placed]:
        for stored in submissions:
            for number, row in enumerate(self._tables.rows(self.name, stored.instance_id, stored.answers)):
                if self._under.row not in {"", row.key, stored.current_id} or self._under.parent not in {
                    "",
                    row.parent_key,
                }:
                    continue
                yield _Placed(stored, number, row)

    def _shown(self, placed: _Placed) -> Mapping[str, Any]:
        row, stored = placed.row, placed.stored
        found: dict[str, Any] = {"__id": row.key}
        if self.name == ROOT:
            found["__system"] = self._system(stored)
            found["meta"] = {"instanceID": stored.current_id}
        else:
            found[parent_property(self._node)] = row.parent_key
        found |= self._tables.values(self._node, row, self._manner)
        return _chosen(found, self._select) if self._select else found

    def _system(self, stored: Stored) -> dict[str, Any]:
        updated = stored.updated_at
        submitter = submitter_number(stored.link_id, stored.app_user_id)
        return {
            "submissionDate": moment_text(stored.submitted_at),
            "updatedAt": moment_text(updated) if updated else None,
            "submitterId": str(submitter),
            "submitterName": stored.submitter,
            "attachmentsPresent": stored.files,
            "attachmentsExpected": _uploads(self._tables.root, stored.answers),
            "status": None,
            "reviewState": review_state_told(stored.review_state, stored.edits),
            "deviceId": stored.device_id,
            "edits": stored.edits,
            "formVersion": stored.version_text,
            "disposition": stored.disposition,
            "flags": " ".join(stored.flags) or None,
        }


_Tree = dict[str, "_Tree"]


def _selection(select: Sequence[Sequence[str]]) -> _Tree:
    """The columns asked for, as a tree; an empty branch means all below it."""
    found: _Tree = {}
    for path in select:
        here = found
        for number, name in enumerate(path):
            known = here.get(name)
            if known == {} and name in here:
                break
            here = here.setdefault(name, {})
            if number == len(path) - 1:
                here.clear()
    return found


def _check_columns(select: _Tree, node: Node, name: str) -> None:
    known: dict[str, Any] = {each.name: each for each in node.children.values()}
    own: dict[str, Any] = {"__id": ()}
    if name == ROOT:
        own |= {"__system": SYSTEM_PROPERTIES, "meta": ("instanceID",)}
    elif name:
        own[parent_property(node)] = ()
    for column, below in select.items():
        if column in own and name:
            wrong = [each for each in below if each not in own[column]]
        elif column in known:
            wrong = []
            _check_columns(below, known[column], "")
        else:
            wrong = [column]
        if wrong:
            raise Problem("odata-column", found=wrong[0][:80], expected=[*own, *known][:50])


def _chosen(row: Mapping[str, Any], select: _Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, below in select.items():
        for key in (name, f"{name}@odata.navigationLink"):
            if key in row:
                inner = row[key]
                found[key] = _chosen(inner, below) if below and isinstance(inner, dict) else inner
    return found


def _uploads(node: Node, answers: Mapping[str, Any]) -> int:
    """How many files the answers name."""
    found = 0
    for child in node.children.values():
        value = answers.get(child.source)
        if child.kind == "value":
            found += value is not None and child.question is not None and child.question.is_upload
        else:
            rows = value if isinstance(value, list) else [value]
            found += sum(_uploads(child, each) for each in rows if isinstance(each, dict))
    return found
