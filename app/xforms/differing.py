"""The difference between two versions of a form: what was added, removed, moved and changed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.xforms.choice_differing import choice_changes
from app.xforms.definition import FormDefinition, Group, Node, Question, Repeat, Text
from app.xforms.in_names import in_names, text_in_names
from app.xforms.inspecting import expressions_of

_RULES = ("relevant", "constraint", "required", "readonly", "calculate", "choice_filter")
_TEXTS = ("hint", "guidance", "constraint_message", "required_message")


@dataclass(frozen=True)
class Change:
    """One difference. ``path`` is the node in the new form, in the old one where it was removed.

    ``facts`` hold texts of the forms (``before``, ``now``, ``after``, ``language``, ``found``).
    """

    code: str
    name: str = ""
    path: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TypeChange:
    """A field that holds something else than before; types as :func:`field_type` names them."""

    path: str
    name: str
    before: str
    now: str


def field_type(node: Node) -> str:
    """What a node holds: group, repeat, select_one, select_multiple, rank, or the type of its data."""
    if isinstance(node, Group):
        return "group"
    if isinstance(node, Repeat):
        return "repeat"
    return node.kind if node.is_select else node.data_type


def changed_types(old: FormDefinition, new: FormDefinition) -> list[TypeChange]:
    """Fields of equal path whose answers cannot stand in one column with those given before.

    A text that is only computed holds whatever a text or one choice holds; a note holds nothing.
    """
    found = []
    earlier = _by_path(old)
    for key, node in _by_path(new).items():
        before = earlier.get(key)
        if before is not None and not _comparable(before, node):
            found.append(TypeChange(node.path, node.name, field_type(before), field_type(node)))
    return found


def _comparable(before: Node, now: Node) -> bool:
    if field_type(before) == field_type(now):
        return True
    if not isinstance(before, Question) or not isinstance(now, Question):
        return False
    if "note" in (before.kind, now.kind):
        return True
    texts = {field_type(before), field_type(now)} <= {"string", "select_one", "barcode"}
    return texts and None in (before.control, now.control)


def differences(old: FormDefinition, new: FormDefinition, language: str = "") -> list[Change]:
    """All that differs, for the form as a whole first and then in the order of the new form.

    ``language``: the reader's, by the name that the forms have for it; choices are named in it.

    Codes: title-changed, language-added, language-removed, question-added, group-added, question-removed,
    group-removed, moved-to-group, moved, type-changed, label-changed, text-changed, rule-added, rule-removed,
    rule-changed, default-changed, appearance-changed, choice-added, choice-removed, choice-label-changed,
    file-added, file-removed.
    """
    pairs = _pairs(old, new)
    changes = [*_form_changes(old, new)]
    for path, node in new.nodes.items():
        before = pairs.get(path)
        if before is None:
            code = "question-added" if isinstance(node, Question) else "group-added"
            changes.append(Change(code, node.name, path, {"type": _kind(node)}))
            continue
        changes += _place_changes(before, node)
        changes += _node_changes(before, node, old, new)
    kept = {id(each) for each in pairs.values()}
    for path, node in old.nodes.items():
        if id(node) not in kept:
            code = "question-removed" if isinstance(node, Question) else "group-removed"
            changes.append(Change(code, node.name, path, {"type": _kind(node)}))
    changes += _order_changes(old, new, pairs)
    changes += [Change(*each) for each in choice_changes(old, new, pairs, language)]
    return changes


def _by_path(form: FormDefinition) -> dict[str, Node]:
    start = len(form.root_name) + 1
    return {path[start:]: node for path, node in form.nodes.items()}


def _pairs(old: FormDefinition, new: FormDefinition) -> dict[str, Node]:
    """Path in the new form → the node it was: that of the same path, else the only one of the same name."""
    before, now = _by_path(old), _by_path(new)
    found = {node.path: before[key] for key, node in now.items() if key in before}
    gone = [node for key, node in before.items() if key not in now]
    come = [node for key, node in now.items() if key not in before]
    names_gone, names_come = Counter(each.name for each in gone), Counter(each.name for each in come)
    by_name = {each.name: each for each in gone if names_gone[each.name] == 1}
    for node in come:
        twin = by_name.get(node.name)
        if twin is not None and names_come[node.name] == 1 and type(twin) is type(node):
            found[node.path] = twin
    return found


def _form_changes(old: FormDefinition, new: FormDefinition) -> Iterator[Change]:
    if old.title != new.title:
        yield Change("title-changed", facts={"before": old.title, "now": new.title})
    for code, found in (
        ("language-added", _only(new.languages, old.languages)),
        ("language-removed", _only(old.languages, new.languages)),
        ("file-added", _only(new.media, old.media)),
        ("file-removed", _only(old.media, new.media)),
    ):
        for each in found:
            yield Change(code, facts={"found": each})


def _only(these: Iterable[str], those: Sequence[str]) -> list[str]:
    return [each for each in these if each not in those]


def _group_of(path: str) -> str:
    """The path above, without the root's name: empty for what stands in no group."""
    return "/".join(path.split("/")[2:-1])


def _place_changes(before: Node, now: Node) -> Iterator[Change]:
    if _group_of(before.path) != _group_of(now.path):
        facts = {"before": _group_of(before.path), "now": _group_of(now.path)}
        yield Change("moved-to-group", now.name, now.path, facts)


def _node_changes(before: Node, now: Node, old: FormDefinition, new: FormDefinition) -> Iterator[Change]:
    if _kind(before) != _kind(now):
        facts = {"before": _kind(before), "now": _kind(now)}
        yield Change("type-changed", now.name, now.path, facts)
    for language, was, is_now in _text_changes(before.label, now.label, old, new):
        facts = {"language": language, "before": was, "now": is_now}
        yield Change("label-changed", now.name, now.path, facts)
    for part in _TEXTS if isinstance(before, Question) and isinstance(now, Question) else ():
        for language, was, is_now in _text_changes(getattr(before, part), getattr(now, part), old, new):
            facts = {"part": part, "language": language, "before": was, "now": is_now}
            yield Change("text-changed", now.name, now.path, facts)
    yield from _rule_changes(_rules(before, old), _rules(now, new), now)
    if isinstance(before, Question) and isinstance(now, Question) and before.default != now.default:
        yield Change("default-changed", now.name, now.path, {"before": before.default, "now": now.default})
    if before.appearance != now.appearance:
        facts = {"before": before.appearance, "now": now.appearance}
        yield Change("appearance-changed", now.name, now.path, facts)


def _kind(node: Node) -> str:
    return node.kind if isinstance(node, Question) else field_type(node)


def _text_changes(
    before: Text, now: Text, old: FormDefinition, new: FormDefinition
) -> Iterator[tuple[str, str, str]]:
    """Language, the words before and now, for each language that both forms have."""
    shared = [each for each in new.languages if each in old.languages] or [""]
    for language in shared:
        was, is_now = text_in_names(before, language), text_in_names(now, language)
        if was != is_now:
            yield language, was, is_now


def _rules(node: Node, form: FormDefinition) -> dict[str, str]:
    found = {name: in_names(each.text, form.root_name) for name, each in expressions_of(node)}
    if "choice_filter" in found:
        # Which list is offered is told by its choices; here only what is taken of it.
        found["choice_filter"] = found["choice_filter"].partition("[")[2].rpartition("]")[0].strip()
    if isinstance(node, Repeat) and node.count is not None:
        found["repeat_count"] = in_names(node.count.text, form.root_name)
    return found


def _rule_changes(before: Mapping[str, str], now: Mapping[str, str], node: Node) -> Iterator[Change]:
    for rule in (*_RULES, "repeat_count"):
        was, is_now = before.get(rule, ""), now.get(rule, "")
        if was == is_now:
            continue
        code = "rule-changed" if was and is_now else "rule-added" if is_now else "rule-removed"
        yield Change(code, node.name, node.path, {"rule": rule, "before": was, "now": is_now})


def _order_changes(old: FormDefinition, new: FormDefinition, pairs: Mapping[str, Node]) -> Iterator[Change]:
    """Nodes that stand elsewhere among those of their group: as few as explain the new order."""
    place = {id(node): number for number, node in enumerate(old.nodes.values())}
    siblings: dict[str, list[Node]] = {}
    for path, node in new.nodes.items():
        if path in pairs and _group_of(pairs[path].path) == _group_of(path):
            siblings.setdefault(_group_of(path), []).append(node)
    for group in siblings.values():
        kept = _longest_rising([place[id(pairs[node.path])] for node in group])
        for number, node in enumerate(group):
            if number not in kept:
                after = group[number - 1].name if number else ""
                yield Change("moved", node.name, node.path, {"after": after})


def _longest_rising(values: Sequence[int]) -> frozenset[int]:
    """The places of a longest rising part of a sequence of different numbers."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        last[length : length + 1] = [number]
    kept: list[int] = []
    step = last[-1] if last else -1
    while step >= 0:
        kept.append(step)
        step = before[step]
    return frozenset(kept)
