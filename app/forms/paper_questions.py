"""What stands on a paper questionnaire for each question of a form, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.forms.condition_words import ConditionWords
from app.forms.others import choice_words, question_words
from app.i18n import pair
from app.printing.questionnaire import Asked, Blank, Choices, Heading, Item, Matrix, Texts
from app.xforms.definition import Choice, FormDefinition, Group, Output, Question, Repeat, Text, is_true

#: More choices than this are written by hand: a list of a thousand communities would fill the paper.
_MOST_CHOICES = 40
_LONGEST_HEAD = 14
_MOST_HEADS = 7
#: Rows of a repeat that are printed where the form does not say how many.
BLANK_ROWS = 3
_MOST_ROWS = 20
_MARKS = re.compile(r"\*\*|__|^#{1,6} |<[^<>]{1,200}>", re.MULTILINE)
_ADDRESS = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_UPLOADS = {"image", "audio", "video", "file"}


def numbers_of(definition: FormDefinition) -> dict[str, str]:
    """The number on paper of each question that somebody answers, by its path."""
    asked = [path for path, each in definition.questions.items() if _is_asked(each)]
    return {path: str(number) for number, path in enumerate(asked, start=1)}


@dataclass(frozen=True)
class PaperQuestions:
    """The items of a paper in a language of the form; words of the house in the language that is set."""

    definition: FormDefinition
    numbers: Mapping[str, str]
    language: str
    rows: int = BLANK_ROWS

    @property
    def _conditions(self) -> ConditionWords:
        return ConditionWords(self.definition, self.numbers, self.language)

    def items(self) -> list[Item]:
        """All of them in their order."""
        return list(self._inside(self.definition.root, 0))

    def text(self, text: Text) -> str:
        """A text with the answers it would show told by their questions, without marks of Markdown."""
        parts = []
        for part in text.parts_in(self.language):
            if isinstance(part, Output):
                read = sorted(part.expression.reads & self.numbers.keys())
                told = _("（第 %(number)s 题的回答）", number=self.numbers[read[0]]) if read else "______"
                parts.append(told)
            else:
                parts.append(part)
        return _ADDRESS.sub(r"\1", _MARKS.sub("", "".join(parts))).strip()

    def _inside(self, group: Group | Repeat, depth: int) -> Iterator[Item]:
        children, place = group.children, 0
        while place < len(children):
            child = children[place]
            if isinstance(child, Question):
                if child.heads_table:
                    yield from self._head(child)
                    place += 1
                    continue
                alike = self._alike(children[place:])
                if len(alike) > 1:
                    yield self._matrix(alike)
                elif _is_asked(child) or self._is_said(child):
                    yield self._asked(child)
                place += max(1, len(alike))
                continue
            yield from self._group(child, depth)
            place += 1

    def _is_said(self, question: Question) -> bool:
        """Whether a note is printed: what a phone works out is not known on paper."""
        reads = question.label.reads | (question.relevant.reads if question.relevant else frozenset())
        return question.kind == "note" and reads <= self.numbers.keys()

    def _head(self, question: Question) -> Iterator[Asked]:
        """The words above a table of questions; the choices stand with each of them."""
        if question.label:
            yield Asked(number="", texts=(self.text(question.label),))

    def _group(self, group: Group | Repeat, depth: int) -> Iterator[Item]:
        if not any(_shows(each) for each in group.children):
            return
        title, notes = self.text(group.label), self._relevance(group)
        if isinstance(group, Group):
            if group.label or notes:
                yield Heading((title,) if title else (), depth + 1, notes)
            yield from self._inside(group, depth + bool(group.label))
            return
        for number in range(1, self._row_count(group) + 1):
            said = [*notes, (_("每一项填一份；不够时请另附纸。"),)] if number == 1 else []
            name = title or group.name
            yield Heading(
                (_("%(name)s（第 %(number)s 项）", name=name, number=number),), depth + 1, tuple(said)
            )
            yield from self._inside(group, depth + 1)

    def _row_count(self, repeat: Repeat) -> int:
        if repeat.count is not None and repeat.count.constant:
            return max(1, min(_MOST_ROWS, int(float(repeat.count.text or 1))))
        return self.rows

    def _relevance(self, node: Group | Repeat | Question) -> tuple[Texts, ...]:
        if node.relevant is None or node.relevant.constant:
            return ()
        told = self._conditions.tell(node.relevant, node.path)
        if isinstance(node, Question):
            return ((_("如果%(condition)s，请回答这一题。", condition=told),),)
        numbers = [self.numbers[path] for path in self.numbers if path.startswith(f"{node.path}/")]
        if not numbers:
            return ((_("如果%(condition)s，请看这一部分。", condition=told),),)
        facts = {"condition": told, "first": numbers[0], "last": numbers[-1]}
        if len(numbers) == 1:
            return ((_("如果%(condition)s，请回答第 %(first)s 题。", **facts),),)
        return ((_("如果%(condition)s，请回答第 %(first)s 至 %(last)s 题。", **facts),),)

    def _asked(self, question: Question) -> Asked:
        hints = [self.text(question.hint), self.text(question.constraint_message), self._how(question)]
        return Asked(
            number=self.numbers.get(question.path, ""),
            texts=(self._title(question),),
            notes=self._relevance(question),
            # As many in each language, the empty ones too: the languages are put together by their places.
            hints=tuple((each,) if each else () for each in hints),
            required=_is_required(question),
            answer=self._answer(question),
        )

    def _title(self, question: Question) -> str:
        """The label of a question; a text that nobody may change stands after its label."""
        title = question_words(question.name, self.text(question.label)) or question.name
        return pair(title, question.default) if question.kind == "note" and question.default else title

    def _choice(self, choice: Choice) -> str:
        return choice_words(choice.value, self.text(choice.label)) or choice.value

    def _how(self, question: Question) -> str:
        """How to answer with a pen, where that does not go without saying."""
        if question.kind == "select_multiple":
            return _("可多选。")
        if question.kind == "rank":
            return _("请在方框里按先后写 1、2、3……")
        if question.kind in _UPLOADS:
            return _("请另附照片、录音或文件，写明题号，并在下面写上名称。")
        if question.kind in {"geopoint", "geotrace", "geoshape"}:
            return _("请写明地址，或在地图上标出。")
        if (
            question.itemset is not None
            and question.itemset.filtered
            and len(question.choices) <= _MOST_CHOICES
        ):
            return _("只选与前面的回答相符的一项。")
        return ""

    def _answer(self, question: Question) -> Blank | Choices | None:  # noqa: PLR0911 - one return for each kind
        match question.kind:
            case "note":
                return None
            case "select_one" | "select_multiple" | "rank":
                if not 0 < len(question.choices) <= _MOST_CHOICES:
                    return Blank(unit=_("（请写名称）"), share=0.7)
                told = tuple((self._choice(each),) for each in question.choices)
                return Choices(told, many=question.kind != "select_one")
            case "acknowledge" | "trigger":
                return Choices(((_("已阅，同意"),),), many=True)
            case "range":
                steps = _steps(question.parameters)
                return Choices(tuple((each,) for each in steps)) if steps else Blank(share=0.3)
        units = {
            "integer": _("（整数）"),
            "decimal": _("（可带小数）"),
            "date": _day_unit(question),
            "time": _("（时:分）"),
            "datetime": _("（年-月-日 时:分）"),
        }
        if question.kind in units:
            return Blank(share=0.35, unit=units[question.kind])
        return Blank(lines=3 if "multiline" in question.appearances else 1)

    def _alike(self, children: Sequence[object]) -> list[Question]:
        """The first questions that go into one table: the same few and short choices, nothing beside."""
        found: list[Question] = []
        for each in children:
            if not isinstance(each, Question) or not _is_asked(each) or not self._fits_in_table(each):
                break
            if found and [c.value for c in each.choices] != [c.value for c in found[0].choices]:
                break
            found.append(each)
        return found

    def _fits_in_table(self, question: Question) -> bool:
        # Whether a table is drawn must not depend on the language: two of them share it.
        told = self.definition.languages or ("",)
        heads = [max((each.label.plain(name) for name in told), key=len) for each in question.choices]
        plain = question.relevant is None and (question.itemset is None or not question.itemset.filtered)
        short = 2 < len(heads) <= _MOST_HEADS and all(len(each) <= 2 * _LONGEST_HEAD for each in heads)
        return question.kind == "select_one" and plain and short and not (question.hint or question.guidance)

    def _matrix(self, alike: Sequence[Question]) -> Matrix:
        heads = tuple((self._choice(each),) for each in alike[0].choices)
        rows = [
            (self.numbers[each.path], (self.text(each.label) or each.name,), _is_required(each))
            for each in alike
        ]
        return Matrix(heads, tuple(rows))


def _is_asked(question: Question) -> bool:
    fixed = question.readonly is not None and question.readonly.constant and is_true(question.readonly)
    asks = question.kind not in {"note", "hidden"} and question.calculate is None and not question.heads_table
    return question.control is not None and asks and not fixed


def _day_unit(question: Question) -> str:
    """How a date is written; some ask for a part of one."""
    looks = question.appearances
    if "year" in looks:
        return _("（年）")
    return _("（年-月）") if "month-year" in looks else _("（年-月-日）")


def _shows(node: object) -> bool:
    if isinstance(node, Question):
        return _is_asked(node) or node.kind == "note"
    return isinstance(node, Group | Repeat) and any(map(_shows, node.children))


def _is_required(question: Question) -> bool:
    return question.required is not None and question.required.constant and is_true(question.required)


def _steps(parameters: Mapping[str, str]) -> list[str]:
    """The values of a scale of at most eleven steps, for boxes; none where they are more or not whole."""
    try:
        start, end, step = (float(parameters.get(name, "")) for name in ("start", "end", "step"))
    except ValueError:
        return []
    count = (end - start) / step if step else -1
    if not 0 < count <= 10:
        return []
    return [f"{start + number * step:g}" for number in range(int(count) + 1)]
