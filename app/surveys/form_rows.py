"""The rows of a survey's XLSForm: groups, gates, messages in the form's languages, choices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from babel import Locale, UnknownLocaleError

from app.surveys.question_list import Choice, Question, QuestionList

LANGUAGES = {"zh": "中文 (zh)", "en": "English (en)"}
_TEXT_COLUMNS = ("label", "constraint_message", "required_message")
_PLAIN_COLUMNS = (
    "type",
    "name",
    "required",
    "constraint",
    "relevant",
    "choice_filter",
    "parameters",
    "appearance",
)
_METADATA = (("start", "start"), ("end", "end"), ("today", "today"), ("deviceid", "deviceid"))
_RANGE = re.compile(r"\.\s*>=\s*(-?[\d.]+)\s+and\s+\.\s*<=\s*(-?[\d.]+)")
_MOST_CHOSEN = re.compile(r"count-selected\(\.\)\s*<=\s*(\d+)")
_LONGEST_TEXT = re.compile(r"string-length\(\.\)\s*<=\s*(\d+)")

Row = dict[str, str]
Both = tuple[str, str]


@dataclass(frozen=True)
class SurveyDesign:
    """What a survey's form is made of.

    ``gates``: questions whose answer 0 ends the survey. ``one_language``: ``zh`` or ``en`` makes a form
    without translations. ``streets`` and ``communities`` are the choices of the lists of these names.
    """

    form_id: str
    title_zh: str
    version: str
    questions: QuestionList
    title_en: str = ""
    streets: tuple[Choice, ...] = ()
    communities: tuple[Choice, ...] = ()
    one_language: str | None = None
    gates: tuple[str, ...] = ("consent", "resid6m")
    metadata: bool = True
    #: Section → its English, where the list itself has none (the catalogue's dimensions).
    section_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the form, ``zh`` first; after English those that questions are worded in too."""
        if self.one_language:
            return (self.one_language,)
        worded = {name for each in self.questions.questions for name in each.further}
        further = sorted(name.removeprefix("text_") for name in worded if name.startswith("text_"))
        return ("zh", "en", *further)

    def section_english(self, section: str) -> str:
        """The English of a section; its own name where there is none, so that it is never left out."""
        return self.questions.sections.get(section) or self.section_names.get(section) or section


def sections(design: SurveyDesign) -> list[tuple[str, str, list[Question]]]:
    """The form's groups: (group name, section, questions). A section that comes again is a new group."""
    runs = [(section, list(run)) for section, run in groupby(design.questions.questions, lambda q: q.section)]
    return [(f"part{number:02d}", section, run) for number, (section, run) in enumerate(runs, start=1)]


def question_paths(design: SurveyDesign) -> dict[str, str]:
    """Question → its path in the compiled form."""
    return {q.name: f"/data/{group}/{q.name}" for group, _section, run in sections(design) for q in run}


def survey_rows(design: SurveyDesign) -> list[list[str]]:
    """The survey sheet, its heading row first."""
    rows: list[Row] = []
    if design.metadata:
        rows += [{"type": kind, "name": name} for kind, name in _METADATA]
    passed: list[str] = []
    present = {question.name for question in design.questions.questions}
    gates = [name for name in design.gates if name in present]
    for group, section, run in sections(design):
        label = (section, design.section_english(section))
        opening = {"type": "begin_group", "name": group, "relevant": _passed(passed)}
        rows.append(opening | _texts(design, "label", label))
        inside: list[str] = []
        for question in run:
            rows.append(_question_row(design, question, inside))
            if question.name in gates:
                inside.append(question.name)
        passed += inside
        rows.append({"type": "end_group"})
    hinted = any(_is_hinted(each) for each in design.questions.questions)
    texts = (*_TEXT_COLUMNS, "hint") if hinted else _TEXT_COLUMNS
    return _sheet(rows, [*_PLAIN_COLUMNS, *_columns(design, texts)])


def choice_rows(design: SurveyDesign) -> list[list[str]]:
    """The choices sheet, its heading row first."""
    offered: dict[str, Sequence[Choice]] = dict(design.questions.choices)
    places = {"street": design.streets, "community": design.communities}
    offered |= {name: choices for name, choices in places.items() if choices}
    used = {question.list_name for question in design.questions.questions if question.list_name}
    rows: list[Row] = []
    further: list[str] = []
    for name in sorted(used):
        for choice in offered[name]:
            label = (choice.label_zh or choice.label_en, choice.label_en or choice.label_zh)
            worded = {f"label_{code}" for code in design.languages}
            columns = {name: text for name, text in choice.columns.items() if name not in worded}
            row = {"list_name": name, "name": choice.value, **columns}
            rows.append(row | _texts(design, "label", label, choice.columns))
            further += [column for column in columns if column not in further]
    return _sheet(rows, ["list_name", "name", *_columns(design, ("label",)), *further])


def settings_rows(design: SurveyDesign) -> list[list[str]]:
    """The settings sheet. The title is in the first language, as forms have one title."""
    title = design.title_en if design.one_language == "en" else design.title_zh
    row = {"form_title": title or design.title_zh, "form_id": design.form_id, "version": design.version}
    if not design.one_language:
        row["default_language"] = LANGUAGES["zh"]
    return _sheet([row], list(row))


def _question_row(design: SurveyDesign, question: Question, inside: Sequence[str]) -> Row:
    relevant = [
        _passed(inside),
        f"({question.relevant})" if question.relevant and inside else question.relevant,
    ]
    row = {
        "type": question.type,
        "name": question.name,
        "required": "yes" if question.required else "",
        "constraint": question.constraint,
        "relevant": " and ".join(part for part in relevant if part),
        "choice_filter": question.choice_filter,
        "parameters": question.parameters,
        # What phones and the residents' page show as one scale.
        "appearance": "likert" if question.list_name in design.questions.scale_lists else "",
    }
    row |= _texts(
        design,
        "label",
        (question.text_zh or question.text_en, question.text_en or question.text_zh),
        {name.replace("text_", "label_"): text for name, text in question.further.items()},
    )
    if _is_hinted(question):
        row |= _texts(
            design,
            "hint",
            (question.hint_zh or question.hint_en, question.hint_en or question.hint_zh),
            question.further,
        )
    if question.constraint:
        row |= _texts(design, "constraint_message", constraint_message(question.constraint))
    if question.required:
        row |= _texts(design, "required_message", ("请回答本题。", "Please answer this question."))
    return row


def constraint_message(constraint: str) -> Both:
    """What to tell a resident whose answer breaks the constraint, in Chinese and English."""
    if found := _RANGE.fullmatch(constraint.strip()):
        low, high = found.groups()
        return f"请填写 {low} 到 {high} 之间的数。", f"Please enter a number from {low} to {high}."
    if found := _MOST_CHOSEN.fullmatch(constraint.strip()):
        return f"最多选择 {found[1]} 项。", f"Please choose {found[1]} at most."
    if found := _LONGEST_TEXT.fullmatch(constraint.strip()):
        return f"请不要超过 {found[1]} 个字。", f"Please write {found[1]} characters at most."
    return "这个回答不符合要求，请检查。", "This answer does not fit. Please check it."


def _passed(gates: Iterable[str]) -> str:
    return " and ".join(f"${{{name}}} = '1'" for name in gates)


def _is_hinted(question: Question) -> bool:
    return bool(question.hint_zh or question.hint_en)


def _texts(design: SurveyDesign, column: str, both: Both, further: Mapping[str, str] | None = None) -> Row:
    """A text in the form's languages; ``further`` by column and language, where it is missing the English."""
    if design.one_language:
        return {column: both[0] if design.one_language == "zh" else both[1]}
    known = {"zh": both[0], "en": both[1]}
    worded = further or {}
    return {
        f"{column}::{_language(code)}": known.get(code) or worded.get(f"{column}_{code}") or both[1]
        for code in design.languages
    }


def _language(code: str) -> str:
    """A language as XLSForm names it: its own name and its code."""
    if code in LANGUAGES:
        return LANGUAGES[code]
    try:
        name = Locale.parse(code).get_language_name(code)
    except UnknownLocaleError:
        name = None
    return f"{name or code} ({code})"


def _columns(design: SurveyDesign, names: Iterable[str]) -> list[str]:
    if design.one_language:
        return list(names)
    return [f"{name}::{_language(code)}" for name in names for code in design.languages]


def _sheet(rows: Iterable[Row], columns: list[str]) -> list[list[str]]:
    return [columns, *([row.get(column, "") for column in columns] for row in rows)]
