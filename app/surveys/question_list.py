"""A survey's question list as a table: questions, their choices, and the English of their sections."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import Invalid, Place, table_places
from app.workbooks.cells import qualified
from app.workbooks.tables import TableColumn, TableReading, TableRow, read_checked_table, sheet_names

File = tuple[bytes, str]

PLACE_LISTS = ("street", "community")
SCORED = ("", "dimension", "overall")
_SELECTS = ("select_one", "select_multiple")
_TYPES = (
    *_SELECTS,
    *("text", "integer", "decimal", "date", "geopoint", "image", "audio", "note", "acknowledge"),
)
_FIVE_POINTS = frozenset({"1", "2", "3", "4", "5", "9"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: The longest name that results are kept under.
_LONGEST_NAME = 120
#: Columns of the wording in further languages, as ``text_fr`` or ``hint_fr``.
_FURTHER = re.compile(r"(text|hint)_(?!zh$|en$)[a-z]{2,3}")
#: The sheets of a workbook that holds the whole list.
SHEETS = {"questions": "题目表", "choices": "选项表", "sections": "分节英文名"}

QUESTION_COLUMNS = (
    TableColumn("name", ("名称", "变量名"), kind="code", filled=True),
    TableColumn("dimension", ("group", "section", "维度", "分组"), kind="text", filled=True),
    TableColumn("type", ("题型",), required=False, kind="text"),
    TableColumn("scale", ("量表",), required=False, kind="text"),
    TableColumn("text_zh", ("中文", "题目"), required=False, kind="text"),
    TableColumn("text_en", ("英文",), required=False, kind="text"),
    TableColumn("hint_zh", ("提示", "中文提示"), required=False, kind="text"),
    TableColumn("hint_en", ("英文提示",), required=False, kind="text"),
    TableColumn("required", ("必答",), required=False, kind="text"),
    TableColumn("constraint", ("约束",), required=False, kind="text"),
    TableColumn("choice_filter", ("选项过滤",), required=False, kind="text"),
    TableColumn("parameters", ("参数",), required=False, kind="text"),
    TableColumn("relevant", ("显示条件",), required=False, kind="text"),
    TableColumn("scored", ("计分",), required=False, kind="text"),
    TableColumn("indicator_codes", ("指标代码",), required=False, kind="text"),
    TableColumn("note", ("备注",), required=False, kind="text"),
)
CHOICE_COLUMNS = (
    TableColumn("list_name", ("选项表",), kind="code", filled=True),
    TableColumn("name", ("值", "value"), kind="code", filled=True),
    TableColumn("label_zh", ("中文",), required=False, kind="text"),
    TableColumn("label_en", ("英文",), required=False, kind="text"),
)
SECTION_COLUMNS = (
    TableColumn("name_zh", ("中文",), kind="text", filled=True),
    TableColumn("name_en", ("英文",), kind="text", filled=True),
)


@dataclass(frozen=True)
class Choice:
    """One answer offered; ``columns`` are further columns that filters read."""

    value: str
    label_zh: str = ""
    label_en: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One row of the list; ``type`` as XLSForm writes it (``integer``, ``select_one sat5``).

    ``row`` is its row in the file, 0 when it came from none.
    """

    name: str
    section: str
    type: str
    text_zh: str = ""
    text_en: str = ""
    required: bool = False
    constraint: str = ""
    choice_filter: str = ""
    parameters: str = ""
    relevant: str = ""
    scored: str = ""
    indicator_codes: tuple[str, ...] = ()
    note: str = ""
    row: int = 0
    hint_zh: str = ""
    hint_en: str = ""
    #: The wording in further languages: column (``text_fr``, ``hint_fr``) → text.
    further: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The type without its list of choices."""
        return self.type.partition(" ")[0]

    @property
    def list_name(self) -> str:
        """The list of choices; empty without one."""
        return self.type.partition(" ")[2]


@dataclass(frozen=True)
class QuestionList:
    """Questions in their order, the choices of every list, the English names of sections.

    ``sheet`` and ``columns`` (column → its letters) say where in the file the questions stand.
    """

    questions: tuple[Question, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    sections: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def scale_lists(self) -> frozenset[str]:
        """Lists whose choices are steps of one scale: those of scored questions, and the known ones."""
        scored = {each.list_name for each in self.questions if each.scored}
        return frozenset(scored | {_list_name(name) for name in SCALES})

    def asks(self, list_name: str) -> bool:
        """Whether a question offers the choices of this list."""
        return any(each.list_name == list_name for each in self.questions)

    def place(self, question: Question, column: str, code: str, facts: Mapping[str, Any]) -> Place:
        """A problem at a cell of the list; without its row where the question came from no file."""
        cell = (
            qualified(self.sheet, f"{self.columns[column]}{question.row}")
            if self._has(question, column)
            else None
        )
        row = question.row or None
        return Place(code, dict(facts), sheet=self.sheet, row=row, column=column, cell=cell)

    def _has(self, question: Question, column: str) -> bool:
        return bool(question.row) and column in self.columns


def _scale(*labels: tuple[str, str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(str(value), zh, en) for value, (zh, en) in zip((5, 4, 3, 2, 1, 9), labels, strict=True)
    )


#: Five-point scales that a list may name without bringing their choices; 9 is "don't know".
SCALES: Mapping[str, tuple[Choice, ...]] = {
    "satisfaction": _scale(
        ("很满意", "Very satisfied"),
        ("满意", "Satisfied"),
        ("一般", "Neutral"),
        ("不满意", "Dissatisfied"),
        ("很不满意", "Very dissatisfied"),
        ("不了解", "Don't know"),
    ),
    "poor..excellent": _scale(
        ("很好", "Excellent"),
        ("好", "Good"),
        ("一般", "Neutral"),
        ("较差", "Below average"),
        ("很差", "Poor"),
        ("不了解", "Don't know"),
    ),
}


def read_question_list(
    *, questions: File, choices: File | None = None, sections: File | None = None
) -> QuestionList:
    """Read the tables (CSV or XLSX; bytes and file name each), or the sheets of one workbook.

    Choices and sections without a file of their own are looked for in the sheets ``choices`` and
    ``sections`` of the workbook of the questions, which then stand in its sheet ``questions``.
    A list with the columns name, group, scale and text_en works too: every item is scored in its
    group, on a scale of :data:`SCALES` or of the choices. Raises Invalid ``question-list-invalid``
    with the place of every problem.
    """
    sheets = _sheets(questions)
    reading = read_checked_table(
        questions[0], columns=QUESTION_COLUMNS, filename=questions[1], sheet=sheets.get("questions")
    )
    places = table_places(reading.problems)
    offered = _read_choices(_part("choices", choices, questions, sheets, CHOICE_COLUMNS), places)
    named = _read_sections(_part("sections", sections, questions, sheets, SECTION_COLUMNS), places)
    rows = [_question(row) for row in reading.table.rows]
    for question in rows:
        if question.list_name and question.list_name not in offered:
            known = {_list_name(name): scale for name, scale in SCALES.items()}
            if question.list_name in known:
                offered[question.list_name] = known[question.list_name]
    table = reading.table
    found = QuestionList(tuple(rows), offered, named, table.sheet, table.places)
    places += _check(found)
    if places:
        raise Invalid("question-list-invalid", places=places, count=len(places))
    return found


def _sheets(file: File) -> dict[str, str]:
    """Part of the list → the sheet of the workbook that holds it; none of a file without sheets."""
    found = {name.strip().lower(): name for name in reversed(sheet_names(file[0], filename=file[1]))}
    return {
        part: found.get(part) or found[chinese]
        for part, chinese in SHEETS.items()
        if part in found or chinese in found
    }


def _part(
    part: str, file: File | None, questions: File, sheets: Mapping[str, str], columns: Sequence[TableColumn]
) -> TableReading | None:
    """A table from its own file, else from its sheet beside the questions; None where there is neither."""
    if file is not None:
        return read_checked_table(file[0], columns=columns, filename=file[1])
    if part not in sheets:
        return None
    return read_checked_table(questions[0], columns=columns, filename=questions[1], sheet=sheets[part])


def _question(row: TableRow) -> Question:
    kind, _, list_name = _text(row, "type").partition(" ")
    scored = _text(row, "scored")
    if not kind and _text(row, "scale"):
        kind, list_name, scored = "select_one", _text(row, "scale"), scored or "dimension"
    return Question(
        name=_text(row, "name"),
        section=_text(row, "dimension"),
        type=f"{kind} {_list_name(list_name)}".strip(),
        text_zh=_text(row, "text_zh"),
        text_en=_text(row, "text_en"),
        required=_text(row, "required").lower() in {"yes", "true", "1", "是"},
        constraint=_text(row, "constraint"),
        choice_filter=_text(row, "choice_filter"),
        parameters=_text(row, "parameters"),
        relevant=_text(row, "relevant"),
        scored=scored,
        indicator_codes=tuple(
            code for code in re.split(r"[;；,，\s]+", _text(row, "indicator_codes")) if code
        ),
        note=_text(row, "note"),
        row=row.number,
        hint_zh=_text(row, "hint_zh"),
        hint_en=_text(row, "hint_en"),
        further={
            name: text for name in row.values if _FURTHER.fullmatch(name) and (text := _text(row, name))
        },
    )


def _text(row: TableRow, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value).strip()


def _list_name(text: str) -> str:
    return re.sub(r"\W+", "_", text.strip())


def _read_choices(reading: TableReading | None, places: list[Place]) -> dict[str, tuple[Choice, ...]]:
    if reading is None:
        return {}
    places += table_places(reading.problems)
    known = {column.name for column in CHOICE_COLUMNS}
    found: dict[str, list[Choice]] = {}
    seen: set[tuple[str, str]] = set()
    for row in reading.table.rows:
        name = _list_name(_text(row, "list_name"))
        offered = found.setdefault(name, [])
        value = _text(row, "name")
        if (name, value) in seen:
            facts = {"found": value, "list": _text(row, "list_name")}
            places.append(_at(reading, row.number, "name", "choice-twice", facts))
        seen.add((name, value))
        further = {name: _text(row, name) for name in reading.table.columns if name not in known}
        offered.append(Choice(value, _text(row, "label_zh"), _text(row, "label_en"), further))
    return {name: tuple(offered) for name, offered in found.items()}


def _read_sections(reading: TableReading | None, places: list[Place]) -> dict[str, str]:
    if reading is None:
        return {}
    places += table_places(reading.problems)
    return {_text(row, "name_zh"): _text(row, "name_en") for row in reading.table.rows}


def _check(found: QuestionList) -> list[Place]:
    places: list[Place] = []
    seen: set[str] = set()
    for question in found.questions:
        for column, code, facts in _question_problems(question, found, seen):
            places.append(found.place(question, column, code, facts))
        seen.add(question.name)
    return places


def _question_problems(
    question: Question, found: QuestionList, seen: set[str]
) -> list[tuple[str, str, dict[str, Any]]]:
    problems: list[tuple[str, str, dict[str, Any]]] = []
    if not _NAME.fullmatch(question.name):
        problems.append(("name", "question-name-invalid", {"found": question.name}))
    if len(question.name) > _LONGEST_NAME:
        problems.append(("name", "question-name-too-long", {"limit": _LONGEST_NAME}))
    if question.name in seen:
        problems.append(("name", "question-twice", {"found": question.name}))
    if question.kind not in _TYPES:
        problems.append(("type", "question-type-unknown", {"found": question.type, "expected": _TYPES}))
    if not question.text_zh and not question.text_en:
        problems.append(("text_zh", "question-text-missing", {"found": question.name}))
    if question.scored not in SCORED:
        problems.append(("scored", "scored-unknown", {"found": question.scored}))
    offered = found.choices.get(question.list_name, ())
    if question.kind in _SELECTS and not offered and question.list_name not in PLACE_LISTS:
        problems.append(("type", "choice-list-missing", {"found": question.list_name}))
    elif question.scored in ("dimension", "overall"):
        strange = sorted({each.value for each in offered} - _FIVE_POINTS)
        if strange or question.kind != "select_one":
            problems.append(("scored", "scored-not-five-point", {"found": question.name, "codes": strange}))
    return problems


def _at(reading: TableReading, row: int, column: str, code: str, facts: Mapping[str, Any]) -> Place:
    table = reading.table
    cell = table.cell_address(row, column) if column in table.places else None
    return Place(code, dict(facts), sheet=table.sheet, row=row, column=column, cell=cell)
