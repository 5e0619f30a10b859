"""What a form says that no compiler refuses and yet a resident or an analyst would trip over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.xforms import xpath
from app.xforms.definition import Expression, FormDefinition, Node, Question, Text
from app.xforms.in_names import NO_WORDS
from app.xforms.ordering import matching

_MOST_LISTED = 20


@dataclass(frozen=True)
class Finding:
    """One thing to look at. ``path`` is the node, ``list_name`` the list of choices it is about."""

    code: str
    path: str | None = None
    list_name: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def inspect_form(form: FormDefinition) -> list[Finding]:
    """Everything to look at, in the order of the form.

    Codes: label-missing-in (question without a label in one language), translation-missing (hints, messages
    and choices of one language, listed), choice-value-twice, choices-before-answer (a list of choices that
    waits for what is asked only later), reads-unknown, list-unused.
    """
    return [
        *_labels(form),
        *_translations(form),
        *_repeated_values(form),
        *_early_choices(form),
        *_unknown_reads(form),
        *_unused_lists(form),
    ]


def expressions_of(node: Node) -> Iterator[tuple[str, Expression]]:
    """The expressions of a node with the attribute each stands in."""
    found: list[tuple[str, Expression | None]] = [("relevant", node.relevant), ("readonly", node.readonly)]
    if isinstance(node, Question):
        found += [(name, getattr(node, name)) for name in ("constraint", "required", "calculate")]
        if node.itemset is not None:
            found.append(("choice_filter", node.itemset.nodeset))
    for name, expression in found:
        if expression is not None:
            yield name, expression


def missing_in(text: Text, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The languages in which a text that is there in another has no words."""
    if not text.parts or len(languages) < 2:
        return ()
    return tuple(each for each in languages if text.parts.get(each, NO_WORDS) in ((), NO_WORDS))


def _labels(form: FormDefinition) -> Iterator[Finding]:
    for path, question in form.questions.items():
        if question.control is None:
            continue
        for language in missing_in(question.label, form.languages):
            if language not in question.label.media:
                yield Finding("label-missing-in", path, facts={"found": question.name, "language": language})


def _translations(form: FormDefinition) -> Iterator[Finding]:
    missing: dict[str, dict[str, None]] = defaultdict(dict)
    for node in form.nodes.values():
        for text in _other_texts(node):
            for language in missing_in(text, form.languages):
                missing[language][node.name] = None
    for language, names in missing.items():
        facts = {"language": language, "count": len(names), "found": list(names)[:_MOST_LISTED]}
        yield Finding("translation-missing", facts=facts)


def _other_texts(node: Node) -> Iterator[Text]:
    if not isinstance(node, Question):
        yield node.label
        return
    yield from (node.hint, node.guidance, node.constraint_message, node.required_message)
    yield from (choice.label for choice in node.choices)


def _repeated_values(form: FormDefinition) -> Iterator[Finding]:
    for path, question in form.questions.items():
        if question.itemset is not None and question.itemset.filtered:
            continue
        seen: set[str] = set()
        twice: dict[str, None] = {}
        for choice in question.choices:
            if choice.value in seen:
                twice[choice.value] = None
            seen.add(choice.value)
        if twice:
            facts = {"name": question.name, "found": list(twice)[:_MOST_LISTED]}
            yield Finding("choice-value-twice", path, facts=facts)


def _early_choices(form: FormDefinition) -> Iterator[Finding]:
    place = {path: number for number, path in enumerate(form.nodes)}
    for path, question in form.questions.items():
        if question.itemset is None:
            continue
        for read in sorted(matching(question.itemset.nodeset.reads, place)):
            asked = form.nodes[read]
            later = place[read] > place[path] and not path.startswith(read + "/")
            computed = isinstance(asked, Question) and asked.control is None
            if later and not computed:
                yield Finding(
                    "choices-before-answer", path, facts={"found": question.name, "asked": asked.name}
                )


def _unknown_reads(form: FormDefinition) -> Iterator[Finding]:
    root = f"/{form.root_name}"
    for path, node in form.nodes.items():
        for attribute, expression in expressions_of(node):
            for read in sorted(expression.reads):
                inside = read.startswith(f"{root}/") and not read.startswith(f"{root}/meta")
                if inside and "*" not in read and read not in form.nodes:
                    yield Finding(
                        "reads-unknown",
                        path,
                        facts={"name": node.name, "attribute": attribute, "found": read},
                    )


def _unused_lists(form: FormDefinition) -> Iterator[Finding]:
    used = {each.itemset.instance_id for each in form.questions.values() if each.itemset is not None}
    for node in form.nodes.values():
        for _attribute, expression in expressions_of(node):
            used |= _instances(expression)
    for text in form.texts.values():
        for parts in text.parts.values():
            used |= {
                name for part in parts if not isinstance(part, str) for name in _instances(part.expression)
            }
    for action in form.set_values:
        used |= _instances(action.expression) if action.expression is not None else set()
    inner = {name for name, instance in form.secondary_instances.items() if not instance.src}
    written = " ".join(" ".join(each.parameters.values()) for each in form.questions.values()).split()
    for name in sorted(inner - used - set(written)):
        yield Finding("list-unused", list_name=name, facts={"found": name})


def _instances(expression: Expression) -> set[str | None]:
    calls = (each for each in xpath.calls_in(expression.tree) if each.name == "instance" and each.arguments)
    return {xpath.literal_text(each.arguments[0]) for each in calls}
