"""Conditions of a form in words for people with a pen: “if question 3 is answered Yes”."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt

from flask_babel import gettext as _

from app.forms.others import choice_words
from app.xforms.definition import Expression, FormDefinition, Question
from app.xforms.xpath import Call, Literal, Node
from app.xforms.xpath.paths import split_path
from app.xforms.xpath.tree import Binary, Chain, Path

_COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge}
_PATH = re.compile(r"(?:/[\w.-]+)+")
_TURNED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class ConditionWords:
    """Tells conditions by the numbers that questions have on paper, in a language of the form."""

    definition: FormDefinition
    #: Number on paper by the question's path.
    numbers: Mapping[str, str]
    language: str

    def tell(self, condition: Expression, place: str) -> str:
        """The condition of the node at ``place``; what has no words stands as it is written."""
        return self._node(condition.tree, place) or _("满足条件：%(text)s", text=self.written(condition.text))

    def written(self, text: str) -> str:
        """An expression with the numbers of questions for their paths, and names for those of others."""

        def told(found: re.Match[str]) -> str:
            number = self.numbers.get(found[0])
            return found[0].rpartition("/")[2] if number is None else _("第 %(number)s 题", number=number)

        return _PATH.sub(told, text)

    def _node(self, node: Node, place: str) -> str | None:  # noqa: PLR0911 - one return for each kind
        match node:
            case Chain(operator="and" | "or"):
                return self._joined(node, place)
            case Binary(operator=operator, left=Path() as asked, right=Literal(value=value)):
                return self._compared(self._question(asked, place), operator, _written(value))
            case Binary(operator=operator, left=Literal(value=value), right=Path() as asked) if (
                operator in _TURNED
            ):
                return self._compared(self._question(asked, place), _TURNED[operator], _written(value))
            case Binary(operator=operator, left=Call() as call, right=Literal(value=value)):
                return self._measured(call, operator, _written(value), place)
            case Call(name="not", arguments=(Call(name="selected") as inner,)):
                return self._selected(inner, place, chosen=False)
            case Call(name="not", arguments=(inner,)):
                told = self._node(inner, place)
                return told and _("并非“%(told)s”", told=told)
            case Call(name="selected"):
                return self._selected(node, place, chosen=True)
        return None

    def _joined(self, chain: Chain, place: str) -> str | None:
        parts = [self._node(each, place) for each in chain.operands]
        if not all(parts):
            return None
        # Where both words stand in one condition, the inner ones are bracketed.
        inner = [isinstance(each, Chain) for each in chain.operands]
        told = [_("（%(a)s）", a=part) if nested else part for part, nested in zip(parts, inner, strict=True)]
        return (_("，并且") if chain.operator == "and" else _("，或者")).join(map(str, told))

    def _question(self, path: Path, place: str) -> Question | None:
        names, steps = split_path(path, place)
        found = None if names is None or steps else "/" + "/".join(names)
        return self.definition.questions.get(found) if found in self.numbers else None

    def _compared(self, question: Question | None, operator: str, value: str) -> str | None:
        if question is None:
            return None
        number = self.numbers[question.path]
        if value == "":
            told = {"=": _("第 %(n)s 题没有回答", n=number), "!=": _("第 %(n)s 题有回答", n=number)}
            return told.get(operator)
        if question.choices:
            label = self._label(question, value)
            told = {"=": _("第 %(n)s 题选“%(label)s”", n=number, label=label)}
            told["!="] = _("第 %(n)s 题不选“%(label)s”", n=number, label=label)
            if operator in told:
                return told[operator]
            return self._ranked(question, operator, value)
        return {
            "=": _("第 %(n)s 题填“%(value)s”", n=number, value=value),
            "!=": _("第 %(n)s 题不填“%(value)s”", n=number, value=value),
            "<": _("第 %(n)s 题小于 %(value)s", n=number, value=value),
            "<=": _("第 %(n)s 题不大于 %(value)s", n=number, value=value),
            ">": _("第 %(n)s 题大于 %(value)s", n=number, value=value),
            ">=": _("第 %(n)s 题不小于 %(value)s", n=number, value=value),
        }.get(operator)

    def _ranked(self, question: Question, operator: str, value: str) -> str | None:
        """A comparison of codes by the choices that it lets through: nobody sees a code on paper."""
        fits = _COMPARED.get(operator)
        try:
            chosen = [each for each in question.choices if fits and fits(float(each.value), float(value))]
        except ValueError:
            return None
        if not chosen:
            return None
        labels = _("”或“").join(self._label(question, each.value) for each in chosen)
        return _("第 %(n)s 题选“%(label)s”", n=self.numbers[question.path], label=labels)

    def _measured(self, call: Call, operator: str, value: str, place: str) -> str | None:
        asked = call.arguments[0] if call.arguments else None
        question = self._question(asked, place) if isinstance(asked, Path) else None
        if question is None or call.name not in {"count-selected", "string-length", "number", "int"}:
            return None
        if call.name in {"number", "int"}:
            return self._compared(question, operator, value)
        if (operator, value) in {(">", "0"), ("!=", "0"), (">=", "1")}:
            return self._compared(question, "!=", "")
        if call.name == "string-length":
            return None
        number = self.numbers[question.path]
        return {
            "=": _("第 %(n)s 题选了 %(count)s 项", n=number, count=value),
            "<": _("第 %(n)s 题选的不到 %(count)s 项", n=number, count=value),
            "<=": _("第 %(n)s 题最多选了 %(count)s 项", n=number, count=value),
            ">": _("第 %(n)s 题选的多于 %(count)s 项", n=number, count=value),
            ">=": _("第 %(n)s 题至少选了 %(count)s 项", n=number, count=value),
        }.get(operator)

    def _selected(self, call: Call, place: str, *, chosen: bool) -> str | None:
        match call.arguments:
            case (Path() as asked, Literal(value=value)):
                question = self._question(asked, place)
                if question is None:
                    return None
                facts = {"n": self.numbers[question.path], "label": self._label(question, _written(value))}
                if chosen:
                    return _("第 %(n)s 题选“%(label)s”", **facts)
                return _("第 %(n)s 题不选“%(label)s”", **facts)
        return None

    def _label(self, question: Question, value: str) -> str:
        choice = question.choice_by_value.get(value)
        return choice_words(value, choice.label.plain(self.language) if choice else "") or value


def _written(value: str | float) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
