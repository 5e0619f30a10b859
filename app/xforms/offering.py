"""Which choices a select offers, given the other answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.xforms.definition import Choice, FormDefinition, Itemset, Question, Text
from app.xforms.live import LiveForm
from app.xforms.xpath import Context, TreeNode, to_text


@dataclass(frozen=True)
class OfferedChoice:
    """A choice as it is shown."""

    value: str
    label: str
    media: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


def offered_choices(live: LiveForm, question: Question, node: TreeNode) -> list[Choice]:
    """Return the choices offered for a question at its node, filtered and in order."""
    itemset = question.itemset
    if itemset is None or (not itemset.filtered and not itemset.randomize):
        return list(question.choices)
    assert itemset.nodeset.find is not None  # noqa: S101
    items = itemset.nodeset.find(Context(live.world, node))
    if itemset.instance_id is None:
        return [_from_row(item, itemset) for item in items if _column(item, itemset.value_name)]
    known = _choice_of_item(live.form, question, itemset)
    return [known[item] for item in items if item in known]


def offers(live: LiveForm, question: Question, node: TreeNode, values: list[str]) -> str | None:
    """Return the first of the values that is not offered, or None.

    External lists that are not there offer all.
    """
    itemset = question.itemset
    if itemset is None or not itemset.filtered:
        if itemset is not None and not question.choices and not _is_loaded(live.form, itemset):
            return None
        known = question.choice_by_value
        return next((value for value in values if value not in known), None)
    if itemset.instance_id is not None and not _is_loaded(live.form, itemset):
        return None
    assert itemset.nodeset.find is not None  # noqa: S101
    items = itemset.nodeset.find(Context(live.world, node))
    offered = {_column(item, itemset.value_name) for item in items}
    return next((value for value in values if value not in offered), None)


def _is_loaded(form: FormDefinition, itemset: Itemset) -> bool:
    return itemset.instance_id in form.documents


def _column(item: TreeNode, name: str) -> str:
    for child in item.children:
        if child.name == name:
            return child.value if type(child.value) is str else to_text(child.value)
    return ""


def _from_row(item: TreeNode, itemset: Itemset) -> Choice:
    label = _column(item, itemset.label_name) or _column(item, itemset.value_name)
    return Choice(_column(item, itemset.value_name), Text({"": (label,)}))


def _choice_of_item(form: FormDefinition, question: Question, itemset: Itemset) -> Mapping[TreeNode, Choice]:
    document = form.documents.get(itemset.instance_id or "")
    if document is None or not document.children:
        return {}
    key = (document, itemset.value_name, itemset.label_name, itemset.label_is_text_id)
    known = form.choice_items.get(key)
    if known is None:
        items = (item for item in document.children[0].children if _has(item, itemset.value_name))
        known = form.choice_items[key] = dict(zip(items, question.choices, strict=True))
    return known


def _has(item: TreeNode, name: str) -> bool:
    return any(child.name == name for child in item.children)
