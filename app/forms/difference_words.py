"""The difference between two versions in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.forms.question_words import part_word, rule_word, type_word
from app.xforms.definition import FormDefinition
from app.xforms.differing import Change, differences
from app.xforms.in_names import label_in

_LONGEST_TEXT = 120
#: How changes are gathered on a page, in its order; whatever an analyst must know comes first.
SECTIONS: Mapping[str, frozenset[str]] = {
    "questions": frozenset(
        ("question-added", "question-removed", "group-added", "group-removed", "moved-to-group", "moved")
    ),
    "types": frozenset(("type-changed", "choice-added", "choice-removed")),
    "rules": frozenset(("rule-added", "rule-removed", "rule-changed", "default-changed")),
    "texts": frozenset(("label-changed", "text-changed", "choice-label-changed", "title-changed")),
    "other": frozenset(
        ("language-added", "language-removed", "file-added", "file-removed", "appearance-changed")
    ),
}


@dataclass(frozen=True)
class ChangeSection:
    """Changes of one sort: ``key`` is one of :data:`SECTIONS`."""

    key: str
    lines: Sequence[str]


def difference_sections(old: FormDefinition, new: FormDefinition, language: str) -> list[ChangeSection]:
    """All differences in the reader's words; ``language`` is that of the form for its own texts."""
    changes = differences(old, new, language)
    labels = {
        path: label_in(each.label, language) for form in (old, new) for path, each in form.nodes.items()
    }
    found = []
    for key, codes in SECTIONS.items():
        lines = [change_line(each, labels.get(each.path or "", "")) for each in changes if each.code in codes]
        if lines:
            found.append(ChangeSection(key, lines))
    return found


def change_line(change: Change, label: str = "") -> str:
    """One change as a sentence; ``label`` is what the question asks."""
    facts: dict[str, str] = {key: _short(value) for key, value in change.facts.items()}
    question = f"{change.name} {_short(label)}".strip()
    return _SENTENCES[change.code](question, facts)


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _group_added(question: str, facts: Mapping[str, str]) -> str:
    return _("新增%(type)s“%(question)s”。", type=type_word(facts["type"]), question=question)


def _removed(question: str, facts: Mapping[str, str]) -> str:
    return _("删去%(type)s“%(question)s”。", type=type_word(facts["type"]), question=question)


def _moved_to_group(question: str, facts: Mapping[str, str]) -> str:
    top = _("表单最外层")
    return _(
        "“%(question)s”从“%(before)s”移到“%(now)s”：导出时列的位置和路径会变。",
        question=question,
        before=facts["before"] or top,
        now=facts["now"] or top,
    )


def _moved(question: str, facts: Mapping[str, str]) -> str:
    if not facts["after"]:
        return _("“%(question)s”移到了本组的开头。", question=question)
    return _("“%(question)s”移到了“%(after)s”之后。", question=question, after=facts["after"])


def _type_changed(question: str, facts: Mapping[str, str]) -> str:
    return _(
        "“%(question)s”的题型从%(before)s改为%(now)s。",
        question=question,
        before=type_word(facts["before"]),
        now=type_word(facts["now"]),
    )


def _label_changed(question: str, facts: Mapping[str, str]) -> str:
    return _changed_text(question, _("题干"), facts)


def _text_changed(question: str, facts: Mapping[str, str]) -> str:
    return _changed_text(question, part_word(facts["part"]), facts)


def _changed_text(question: str, part: str, facts: Mapping[str, str]) -> str:
    language = _("（%(language)s）", language=facts["language"]) if facts["language"] else ""
    return _(
        "“%(question)s”的%(part)s%(language)s从“%(before)s”改为“%(now)s”。",
        question=question.partition(" ")[0],
        part=part,
        language=language,
        before=facts["before"] or "—",
        now=facts["now"] or "—",
    )


def _rule_added(question: str, facts: Mapping[str, str]) -> str:
    return _(
        "“%(question)s”新增%(rule)s：%(now)s",
        question=question,
        rule=rule_word(facts["rule"]),
        now=facts["now"],
    )


def _rule_removed(question: str, facts: Mapping[str, str]) -> str:
    return _(
        "“%(question)s”删去%(rule)s：%(before)s",
        question=question,
        rule=rule_word(facts["rule"]),
        before=facts["before"],
    )


def _rule_changed(question: str, facts: Mapping[str, str]) -> str:
    return _(
        "“%(question)s”的%(rule)s从 %(before)s 改为 %(now)s",
        question=question,
        rule=rule_word(facts["rule"]),
        before=facts["before"],
        now=facts["now"],
    )


def _choice_added(question: str, facts: Mapping[str, str]) -> str:
    return _("“%(question)s”新增选项 %(value)s“%(now)s”。", question=question, **_choice(facts))


def _choice_removed(question: str, facts: Mapping[str, str]) -> str:
    return _("“%(question)s”删去选项 %(value)s“%(before)s”。", question=question, **_choice(facts))


def _choice(facts: Mapping[str, str]) -> dict[str, str]:
    return {key: facts[key] for key in ("value", "before", "now") if key in facts}


def _choice_label(question: str, facts: Mapping[str, str]) -> str:
    part = _("选项 %(value)s", value=facts["value"])
    return _changed_text(question, part, facts)


def _of_form(sentence: Callable[[Mapping[str, str]], str]) -> Callable[[str, Mapping[str, str]], str]:
    return lambda _question, facts: sentence(facts)


_SENTENCES: Mapping[str, Callable[[str, Mapping[str, str]], str]] = {
    "question-added": _group_added,
    "group-added": _group_added,
    "question-removed": _removed,
    "group-removed": _removed,
    "moved-to-group": _moved_to_group,
    "moved": _moved,
    "type-changed": _type_changed,
    "label-changed": _label_changed,
    "text-changed": _text_changed,
    "rule-added": _rule_added,
    "rule-removed": _rule_removed,
    "rule-changed": _rule_changed,
    "choice-added": _choice_added,
    "choice-removed": _choice_removed,
    "choice-label-changed": _choice_label,
    "default-changed": lambda question, facts: _(
        "“%(question)s”的默认值从“%(before)s”改为“%(now)s”。",
        question=question,
        before=facts["before"] or "—",
        now=facts["now"] or "—",
    ),
    "appearance-changed": lambda question, facts: _(
        "“%(question)s”的外观（appearance）从“%(before)s”改为“%(now)s”。",
        question=question,
        before=facts["before"] or "—",
        now=facts["now"] or "—",
    ),
    "title-changed": _of_form(
        lambda facts: _(
            "表单名称从“%(before)s”改为“%(now)s”。", before=facts["before"] or "—", now=facts["now"] or "—"
        )
    ),
    "language-added": _of_form(lambda facts: _("新增语言“%(found)s”。", found=facts["found"])),
    "language-removed": _of_form(lambda facts: _("删去语言“%(found)s”。", found=facts["found"])),
    "file-added": _of_form(lambda facts: _("新增附件“%(found)s”。", found=facts["found"])),
    "file-removed": _of_form(lambda facts: _("不再需要附件“%(found)s”。", found=facts["found"])),
}
