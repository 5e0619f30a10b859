"""XLSForm to XForm in a bounded child process: imports pyxform, openpyxl and what stands on nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any

from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from pyxform import aliases, constants
from pyxform.errors import PyXFormError, PyXFormReadError
from pyxform.parsing.expression import is_xml_tag
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL, RE_SELECT
from pyxform.xls2json_backends import DefinitionData, SupportedFileTypes, get_definition_data
from pyxform.xls2xform import convert

from app.forms.compiling_places import LONGEST_DETAIL, MOST_PLACES, places_of
from app.xforms.sheets import RowNumbers, Sheets, Vocabulary, check_sheets, row_numbers

_QUOTED = re.compile(r"'([^']+)'")
#: Types that pyxform knows by other ways than its dictionary.
_OTHER_TYPES = {"audit", "entity", *constants.EXTERNAL_INSTANCE_TYPES}
_KNOWN = Vocabulary(
    types=frozenset({*QUESTION_TYPE_DICT, *aliases._type_alias_map, *aliases.settings_header} | _OTHER_TYPES),
    selects=frozenset(aliases.select),
    openings=frozenset(aliases.osm),
    begin=RE_BEGIN_CONTROL,
    end=RE_END_CONTROL,
    select=RE_SELECT,
    is_name=lambda text: bool(is_xml_tag(text)),
)
_FILE_TYPES = {
    "xlsx": SupportedFileTypes.xlsx,
    "xlsm": SupportedFileTypes.xlsm,
    "xls": SupportedFileTypes.xls,
    "csv": SupportedFileTypes.csv,
    "md": SupportedFileTypes.md,
}


class CompilingFault(Exception):
    """pyxform refused the XLSForm.

    ``facts["places"]`` lists mappings with ``detail`` (what pyxform said) or ``code`` and ``facts`` (what
    we found before it), and, where they are known, ``sheet``, ``row`` (1-based, as the spreadsheet shows
    it) and ``column``.
    """

    def __init__(self, code: str, facts: dict[str, Any]) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Compiled:
    """The XForm, pyxform's warnings, the choices of ``select_one_external`` as CSV, the rows of it all."""

    xform: str
    warnings: tuple[str, ...]
    itemsets: str | None
    rows: RowNumbers


def compile_form(content: bytes, kind: str, stem: str) -> Compiled:
    """Compile an XLSForm (``kind``: xlsx, xlsm, xls, csv, md); ``stem`` is its id when it names none.

    Texts come as UTF-8 without a mark. Raises CompilingFault ``form-not-compiled`` with places, or
    ``form-kind-unreadable``.
    """
    warnings: list[str] = []
    survey: Sequence[Mapping[str, Any]] = ()
    try:
        workbook = _read(content, kind, stem)
        warnings.extend(_unnamed(workbook, stem))
        sheets = _sheets(workbook)
        _refuse_wrong_sheets(sheets)
        survey = deepcopy(workbook.survey or ())
        result = convert(xlsform=_plain(workbook), warnings=warnings)
    except PyXFormError as error:
        places = [_sought(place, survey) for place in places_of(str(error))]
        raise CompilingFault("form-not-compiled", {"places": places}) from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        # pyxform meets malformed cells with plain Python errors; the reader still has to learn of them.
        detail = f"{type(error).__name__}: {error}"[:LONGEST_DETAIL]
        raise CompilingFault("form-not-compiled", {"places": [{"detail": detail}]}) from error
    return Compiled(result.xform, tuple(_single(warnings)), result.itemsets, row_numbers(sheets, _KNOWN))


def _unnamed(workbook: DefinitionData, stem: str) -> Iterator[str]:
    """What the settings do not say although the next version needs it; pyxform is silent about both."""
    said = {
        str(name).strip().lower() for row in workbook.settings or () for name, value in row.items() if value
    }
    if not said & {"form_id", "id_string"}:
        yield f"No form_id in the settings: the form is called '{stem}' after its file"
    if "version" not in said:
        yield "No version in the settings"


def _single(warnings: Sequence[str]) -> Iterator[str]:
    """The warnings one by one: those about languages come as several lines of one."""
    for warning in warnings:
        yield from warning.splitlines() if warning.startswith("Language '") else [warning]


def _sheets(workbook: DefinitionData) -> Sheets:
    return Sheets(
        survey=workbook.survey,
        choices=workbook.choices,
        settings=workbook.settings,
        survey_headings=_headings(workbook.survey_header),
        choices_headings=_headings(workbook.choices_header),
        names=workbook.sheet_names or (),
    )


def _refuse_wrong_sheets(sheets: Sheets) -> None:
    """Tell all that is wrong at once; pyxform stops at the first."""
    problems = check_sheets(sheets, _KNOWN)
    if problems:
        places = [asdict(each) | {"code": f"form-{each.code}"} for each in problems[:MOST_PLACES]]
        raise CompilingFault("form-not-compiled", {"places": places})


def _headings(header: Sequence[Mapping[str, Any]] | None) -> list[str]:
    return [name for row in header or () for name in row if name]


@contextmanager
def _true_dimensions() -> Iterator[None]:
    """Let openpyxl count the cells itself: a false ``<dimension>`` would silently lose questions."""
    believed = ReadOnlyWorksheet._get_size
    ReadOnlyWorksheet._get_size = lambda _sheet: None
    try:
        yield
    finally:
        ReadOnlyWorksheet._get_size = believed


def _read(content: bytes, kind: str, stem: str) -> DefinitionData:
    """The sheets of the file; those that XLSForm does not know are left out, as in a workbook."""
    read = SupportedFileTypes.get_processors()[_FILE_TYPES[kind]]
    try:
        with _true_dimensions():
            sheets = read(get_definition_data(definition=content))
    except PyXFormReadError as error:
        raise CompilingFault("form-kind-unreadable", {"kind": kind}) from error
    known = DefinitionData.__dataclass_fields__
    return DefinitionData(
        fallback_form_name=stem, **{name: rows for name, rows in sheets.items() if name in known}
    )


def _sought(place: dict[str, Any], survey: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The place with the row of the survey sheet whose cell holds what pyxform quotes but does not place."""
    if "row" in place:
        return place
    quoted = set(_QUOTED.findall(place["detail"]))
    for number, row in enumerate(survey, start=2):
        for column, value in row.items():
            if value in quoted:
                return place | {"sheet": "survey", "row": number, "column": column}
    return place


def _plain(workbook: Any) -> dict[str, Any]:
    return {name: getattr(workbook, name) for name in workbook.__dataclass_fields__}
