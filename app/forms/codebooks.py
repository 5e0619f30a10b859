"""The codebook of a version: what is asked, with which choices, and in which versions each question stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from app.forms.definitions import definition_of
from app.forms.models import FormVersion
from app.workbooks.workbook_plan import CellPlan, SheetPlan, WorkbookPlan
from app.workbooks.workbook_writing import write_workbook
from app.xforms.definition import Expression, FormDefinition, Group, Output, Question, Repeat, Text

Row = list[CellPlan]


def make_codebook(*, version: FormVersion, versions: Sequence[FormVersion]) -> bytes:
    """Bytes of an .xlsx; ``versions``: all of the form, newest first."""
    definition = definition_of(version)
    sheets = [
        (_("题目"), list(_questions(definition))),
        (_("选项"), list(_choices(definition))),
        (_("版本"), list(_standing(definition, versions))),
    ]
    return write_workbook(WorkbookPlan([_sheet(name, rows) for name, rows in sheets]))


def _sheet(name: str, rows: list[list[str]]) -> SheetPlan:
    head, *below = rows
    widths = {chr(65 + place): 14 + 18 * (place in {3, 4}) for place in range(min(26, len(head)))}
    return SheetPlan(name=name, rows=[_cells(head, "header"), *(_cells(row) for row in below)], widths=widths)


def _cells(row: list[str], style: str = "plain") -> Row:
    return [
        CellPlan(text or None, style="header" if style == "header" else "plain", wrap=True) for text in row
    ]


def _questions(definition: FormDefinition) -> Iterator[list[str]]:
    told = definition.languages or ("",)
    head = [_("变量名"), _("路径"), _("题型")]
    for heading in (_("题干"), _("提示")):
        head += [_in(heading, name) for name in told]
    head += [_("必答"), _("出现条件"), _("取值条件")]
    head += [_in(_("取值条件不符时的提示"), name) for name in told]
    yield [*head, _("计算"), _("选项表")]
    for path, node in definition.nodes.items():
        row = [node.name, path, _kind(node)]
        row += [_text(node.label, name) for name in told]
        if not isinstance(node, Question):
            yield [*row, *("" for _each in told), "", _written(node.relevant)]
            continue
        row += [_text(node.hint, name) for name in told]
        row += [_written(node.required), _written(node.relevant), _written(node.constraint)]
        row += [_text(node.constraint_message, name) for name in told]
        yield [*row, _written(node.calculate), _list_of(node)]


def _choices(definition: FormDefinition) -> Iterator[list[str]]:
    """Each list of choices once, however many questions use it."""
    told, seen = definition.languages or ("",), set[str]()
    extra = sorted(
        {name for each in definition.questions.values() for c in each.choices for name in c.columns}
    )
    yield [_("选项表"), _("值"), *(_in(_("选项文字"), name) for name in told), *extra]
    for question in definition.questions.values():
        listed = _list_of(question)
        if not listed or listed in seen:
            continue
        seen.add(listed)
        for each in question.choices:
            columns = [each.columns.get(name, "") for name in extra]
            yield [listed, each.value, *(_text(each.label, name) for name in told), *columns]


def _standing(definition: FormDefinition, versions: Sequence[FormVersion]) -> Iterator[list[str]]:
    """The questions of this version and of the others, with a mark under each version that asks them."""
    known = [(each, definition_of(each)) for each in versions]
    yield [_("路径"), *(each.version or "—" for each, _definition in known)]
    paths = dict.fromkeys(definition.questions)
    for _each, other in known:
        paths |= dict.fromkeys(other.questions)
    for path in paths:
        yield [
            path,
            *(_kind(other.questions[path]) if path in other.questions else "" for _each, other in known),
        ]


def _list_of(question: Question) -> str:
    """The name of a question's list of choices: that of its instance, else its own path."""
    if question.itemset is not None and question.itemset.instance_id:
        return question.itemset.instance_id
    return question.path if question.choices else ""


def _kind(node: Question | Group | Repeat) -> str:
    if isinstance(node, Question):
        return node.data_type if node.control is None else node.kind
    return "begin_group" if isinstance(node, Group) else "begin_repeat"


def _in(heading: str, name: str) -> str:
    return f"{heading} [{name}]" if name else heading


def _written(expression: Expression | None) -> str:
    return expression.text if expression is not None else ""


def _text(text: Text, name: str) -> str:
    """A text with its outputs as the expressions that they show."""
    parts = [
        f"{{{part.expression.text}}}" if isinstance(part, Output) else part for part in text.parts_in(name)
    ]
    return "".join(parts)
