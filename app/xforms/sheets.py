"""An XLSForm's sheets before any compiler sees them: all that a hand writes wrongly, each at its cell.

Source: the reference table of XLSForm (https://xlsform.org/en/ref-table/).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

Row = Mapping[str, Any]

_TYPE, _NAME, _LIST = ("type", "command"), ("name", "tag", "value"), ("list_name",)
#: What a question may show a resident; one of them is enough.
_SHOWN = ("label", "caption", "hint", "guidance_hint", "image", "audio", "video", "big-image", "media")
_COMPUTED = ("calculation", "calculate")
_ASKED = frozenset(
    {
        *("text", "integer", "int", "decimal", "range", "date", "time", "datetime", "barcode"),
        *("geopoint", "geotrace", "geoshape", "image", "photo", "audio", "video", "file"),
        *("acknowledge", "note"),
    }
)
_YES = frozenset({"yes", "true", "true()"})
_CHOICES_OF_FILE = (".csv", ".xml", ".geojson")


@dataclass(frozen=True)
class Vocabulary:
    """What a compiler knows: types of one word, the forms of types with more, and what may be a name.

    ``openings``: first words of types that go on with any other. ``select`` has the groups
    ``select_command`` and ``list_name``.
    """

    types: frozenset[str]
    selects: frozenset[str]
    openings: frozenset[str]
    begin: re.Pattern[str]
    end: re.Pattern[str]
    select: re.Pattern[str]
    is_name: Callable[[str], bool]


@dataclass(frozen=True)
class SheetProblem:
    """One thing wrong; ``row`` counts from 1 as the spreadsheet shows it, ``column`` is its heading."""

    code: str
    sheet: str
    row: int | None = None
    column: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheets:
    """The rows under the headings of an XLSForm; ``names``: the sheets of the file."""

    survey: Sequence[Row] | None
    choices: Sequence[Row] | None
    settings: Sequence[Row] | None
    survey_headings: Sequence[str]
    choices_headings: Sequence[str]
    names: Sequence[str]


def check_sheets(sheets: Sheets, known: Vocabulary) -> list[SheetProblem]:
    """Every problem of the sheets, in their order; none says nothing about formulas and references.

    Codes: survey-missing, survey-empty, column-missing, type-missing, type-unknown, type-misspelt,
    list-unnamed, name-missing, name-invalid, name-twice, label-missing, list-missing, choices-empty,
    choice-unnamed, choice-twice, choice-without-list.
    """
    if not sheets.survey and not sheets.survey_headings:
        return [SheetProblem("survey-missing", "survey", facts={"found": list(sheets.names) or ["—"]})]
    missing = [
        SheetProblem("column-missing", "survey", 1, names[0], {"found": list(sheets.survey_headings)})
        for names in (_TYPE, _NAME)
        if not any(_key(heading) in names for heading in sheets.survey_headings)
    ]
    if missing:
        return missing
    rows = [(number, row) for number, row in _numbered(sheets.survey) if not _is_disabled(row)]
    if not rows:
        return [SheetProblem("survey-empty", "survey", 2)]
    choices = list(_choice_problems(sheets))
    return [*_survey_problems(rows, sheets, known), *choices]


@dataclass(frozen=True)
class RowNumbers:
    """Where things stand: rows of the survey sheet by path under the root (``basic/age``), first rows of the
    choices sheet by list name.
    """

    survey: Mapping[str, int] = field(default_factory=dict)
    choices: Mapping[str, int] = field(default_factory=dict)


def row_numbers(sheets: Sheets, known: Vocabulary) -> RowNumbers:
    """The rows of sheets in which :func:`check_sheets` found nothing wrong."""
    found: dict[str, int] = {}
    inside: list[str] = []
    for number, row in _numbered(sheets.survey):
        kind, name = _cell(row, _TYPE)[1], _cell(row, _NAME)[1]
        if known.end.search(kind):
            inside = inside[:-1]
        elif kind and not _is_disabled(row):
            found.setdefault("/".join([*inside, name or kind]), number)
            inside = [*inside, name] if known.begin.search(kind) else inside
    lists: dict[str, int] = {}
    for number, row in _numbered(sheets.choices):
        lists.setdefault(_cell(row, _LIST)[1], number)
    return RowNumbers(found, lists)


def _key(heading: str) -> str:
    """A heading without its language, width of spaces and case."""
    return re.sub(r"\s+", "_", heading.partition("::")[0].strip().lower())


def _numbered(rows: Sequence[Row] | None) -> Iterator[tuple[int, Row]]:
    """The rows that hold anything, with their numbers under a heading in row 1."""
    return ((number, row) for number, row in enumerate(rows or (), start=2) if any(row.values()))


def _cell(row: Row, names: Sequence[str]) -> tuple[str, str]:
    """The heading and the text of the first filled column of these names; else its plain name and ""."""
    for heading, value in row.items():
        key = _key(heading)
        # An old form writes ``label:English``; a heading such as ``jr:count`` is none of these names.
        if value not in (None, "") and (key in names or key.partition(":")[0] in names):
            return heading, " ".join(str(value).split())
    return names[0], ""


def _is_disabled(row: Row) -> bool:
    return _cell(row, ("disabled",))[1].lower() in _YES


def _survey_problems(
    rows: Sequence[tuple[int, Row]], sheets: Sheets, known: Vocabulary
) -> Iterator[SheetProblem]:
    offered = {_cell(row, _LIST)[1] for _number, row in _numbered(sheets.choices)} - {""}
    inside: list[Counter[str]] = [Counter()]
    for number, row in rows:
        column, kind = _cell(row, _TYPE)
        if not kind:
            if _cell(row, _NAME)[1] or _cell(row, _SHOWN)[1]:
                yield SheetProblem("type-missing", "survey", number, column)
            continue
        if known.end.search(kind):
            # One end too many is told by the compiler, with the group it does not fit.
            del inside[max(1, len(inside) - 1) :]
            continue
        yield from _type_problems(number, column, kind, known, offered)
        yield from _name_problems(number, row, kind, known, inside[-1])
        if known.begin.search(kind):
            inside.append(Counter())
        elif _asks(kind, known) and not _cell(row, _SHOWN)[1] and not _cell(row, _COMPUTED)[1]:
            yield SheetProblem("label-missing", "survey", number, "label", {"found": _cell(row, _NAME)[1]})


def _asks(kind: str, known: Vocabulary) -> bool:
    return kind.lower() in _ASKED or bool(known.select.search(kind))


def _type_problems(
    number: int, column: str, kind: str, known: Vocabulary, offered: set[str]
) -> Iterator[SheetProblem]:
    if kind in known.selects:
        yield SheetProblem("list-unnamed", "survey", number, column, {"found": kind})
        return
    if (select := known.select.search(kind)) is not None:
        name = select["list_name"]
        from_elsewhere = "external" in select["select_command"] or "file" in select["select_command"]
        if from_elsewhere or "${" in name or name.lower().endswith(_CHOICES_OF_FILE) or name in offered:
            return
        facts = {"found": name, "expected": sorted(offered)[:20]}
        yield SheetProblem("list-missing" if offered else "choices-empty", "survey", number, column, facts)
        return
    word, _space, rest = kind.partition(" ")
    if kind in known.types or word in known.openings or known.begin.search(kind):
        return
    near = get_close_matches(word.lower(), sorted(_ASKED | known.selects), n=1, cutoff=0.7)
    facts = {"found": kind, "near": " ".join([near[0], rest]).strip()} if near else {"found": kind}
    yield SheetProblem("type-misspelt" if near else "type-unknown", "survey", number, column, facts)


def _name_problems(
    number: int, row: Row, kind: str, known: Vocabulary, seen: Counter[str]
) -> Iterator[SheetProblem]:
    column, name = _cell(row, _NAME)
    if not name:
        if kind not in {"note", "audit"}:
            yield SheetProblem("name-missing", "survey", number, column)
        return
    if not known.is_name(name):
        yield SheetProblem("name-invalid", "survey", number, column, {"found": name})
    elif seen[name]:
        yield SheetProblem("name-twice", "survey", number, column, {"found": name, "first": seen[name]})
    seen[name] = seen[name] or number


def _choice_problems(sheets: Sheets) -> Iterator[SheetProblem]:
    rows = list(_numbered(sheets.choices))
    for names in (_LIST, _NAME):
        if rows and not any(_key(heading) in names for heading in sheets.choices_headings):
            found = list(sheets.choices_headings)
            yield SheetProblem("column-missing", "choices", 1, names[0], {"found": found})
            rows = []
    settings = next(iter(sheets.settings or ()), {})
    may_repeat = _cell(settings, ("allow_choice_duplicates",))[1].lower() in _YES
    seen: dict[tuple[str, str], int] = {}
    for number, row in rows:
        (list_column, list_name), (column, name) = _cell(row, _LIST), _cell(row, _NAME)
        if not list_name:
            if name:
                yield SheetProblem("choice-without-list", "choices", number, list_column, {"found": name})
        elif not name:
            yield SheetProblem("choice-unnamed", "choices", number, column, {"list": list_name})
        elif (list_name, name) in seen and not may_repeat:
            facts = {"found": name, "list": list_name, "first": seen[list_name, name]}
            yield SheetProblem("choice-twice", "choices", number, column, facts)
        else:
            seen[list_name, name] = number
