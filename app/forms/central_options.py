"""What a reader of OData asks for: how many, from where, which columns, how written."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import LARGEST_KEY, Problem, whole_number

_KNOWN = frozenset(
    {"$top", "$skip", "$count", "$filter", "$expand", "$wkt", "$select", "$skiptoken", "$format", "$orderby"}
)
#: The order there is; who asks for it gets it.
_ORDER = "__system/submissiondate desc"
_PAGE_SIZE = re.compile(r"(?:odata\.)?maxpagesize=(\d{1,9})")
_MOST_COLUMNS = 500


@dataclass(frozen=True)
class Token:
    """The row that was given last, and which submission was the newest at the first page."""

    upto: int
    submission: int
    row: int

    def text(self) -> str:
        """As it stands in an address."""
        written = json.dumps([self.upto, self.submission, self.row]).encode()
        return base64.urlsafe_b64encode(written).decode().rstrip("=")


@dataclass(frozen=True)
class Options:
    """One request for a table. ``top`` is the size of a page; None for all there is."""

    top: int | None = None
    skip: int = 0
    count: bool = False
    filter: str = ""
    expand: bool = False
    wkt: bool = False
    select: tuple[tuple[str, ...], ...] = ()
    token: Token | None = None


def read_options(given: Mapping[str, str], prefer: str) -> Options:
    """The options of an address and of the Prefer header; Problem ``odata-…`` for what is not done here."""
    unknown = sorted(each for each in given if each.startswith("$") and each not in _KNOWN)
    if unknown:
        raise Problem("odata-option", found=unknown[0][:40], expected=sorted(_KNOWN))
    if given.get("$expand", "*") not in {"*", ""}:
        raise Problem("odata-expand", found=given["$expand"][:80])
    if given.get("$orderby", _ORDER).strip().lower() not in {_ORDER, ""}:
        raise Problem("odata-order", found=given["$orderby"][:80])
    size = _PAGE_SIZE.search(prefer)
    bounds = [_number(given, "$top"), int(size[1]) if size else None]
    return Options(
        top=min((each for each in bounds if each is not None), default=None),
        skip=_number(given, "$skip") or 0,
        count=given.get("$count", "").lower() == "true",
        filter=given.get("$filter", "").strip(),
        expand=given.get("$expand") == "*",
        wkt=given.get("$wkt", "").lower() == "true",
        select=_columns(given.get("$select", "")),
        token=_token(given["$skiptoken"]) if "$skiptoken" in given else None,
    )


def _number(given: Mapping[str, str], name: str) -> int | None:
    if name not in given:
        return None
    found = whole_number(given[name])
    if found is None:
        raise Problem("odata-number", option=name, found=given[name][:40])
    return found


def _columns(text: str) -> tuple[tuple[str, ...], ...]:
    named = [tuple(each.strip().split("/")) for each in text.split(",") if each.strip()]
    return () if ("*",) in named else tuple(named[:_MOST_COLUMNS])


def _token(text: str) -> Token:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        upto, submission, row = found
    except (ValueError, TypeError, RecursionError) as error:
        raise Problem("odata-token") from error
    if not all(type(each) is int and 0 <= each < LARGEST_KEY for each in (upto, submission, row)):
        raise Problem("odata-token")
    return Token(upto, submission, row)
