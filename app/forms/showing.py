"""What staff see of a version: its questions as an outline, what is to be looked at, what changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.errors import NotFound, Place, describe, describe_place
from app.forms.compiler_words import told_code
from app.forms.compiling_places import place_of
from app.forms.definitions import definition_of
from app.forms.difference_words import ChangeSection, difference_sections
from app.forms.models import FormVersion
from app.forms.question_words import type_word
from app.i18n import language, listing
from app.xforms.definition import FormDefinition, Group, Node, Question
from app.xforms.in_names import in_names, label_in
from app.xforms.languages import pick_language


@dataclass(frozen=True)
class OutlineRow:
    """A question or group of the form. ``depth`` counts the groups around it; ``choices`` is their number."""

    depth: int
    name: str
    label: str
    kind: str
    relevant: str
    required: bool
    choices: int
    asks: bool


def outline_of(version: FormVersion) -> list[OutlineRow]:
    """Questions, groups and calculations in the order of the form, in the reader's language."""
    definition = definition_of(version)
    return list(_rows(definition.root.children, definition, pick_language(definition, language()), 0))


def notices_of(version: FormVersion) -> list[dict[str, Any]]:
    """What was found and what the compilers warned of, as the list of problems of a page shows it.

    What is said alike of several rows of a sheet is said once, with all the rows.
    """
    facts: Mapping[str, Any] = version.facts
    found = []
    for each in facts.get("findings", ()):
        place = Place(
            each["code"], each["facts"], each["sheet"], row=each["row"], field_name=each["field_name"]
        )
        found.append(place)
    for warning in facts.get("warnings", ()):
        told = place_of(warning)
        code, known = told_code(told["detail"])
        found.append(Place(code, known, told.get("sheet"), row=told.get("row")))
    alike: dict[str, list[Place]] = {}
    for place in found:
        alike.setdefault(json.dumps([place.code, place.facts, place.sheet, place.field_name]), []).append(
            place
        )
    return [_notice(places) for places in alike.values()]


def changes_since(earlier: FormVersion, version: FormVersion) -> list[ChangeSection]:
    """What differs between two versions of one form, in the reader's language.

    Raises NotFound ``versions-of-other-forms``.
    """
    if earlier.form_id != version.form_id:
        raise NotFound("versions-of-other-forms")
    new = definition_of(version)
    return difference_sections(definition_of(earlier), new, pick_language(new, language()))


def version_before(version: FormVersion, listed: Sequence[FormVersion]) -> FormVersion | None:
    """The version published before this one; ``listed``: those of its form, newest first."""
    published = [each for each in listed if not each.is_draft]
    if version.is_draft:
        return published[0] if published else None
    following = published[published.index(version) + 1 :]
    return following[0] if following else None


def _notice(places: Sequence[Place]) -> dict[str, Any]:
    first, rows = places[0], listing(each.row for each in places if each.row is not None)
    where = describe_place(first) or _("整份表单")
    if len(places) > 1 and first.sheet and rows:
        where = _("工作表“%(sheet)s”，第 %(rows)s 行", sheet=first.sheet, rows=rows)
    return {"severity": "warning", "place": where, "message": describe(first.code, first.facts)}


def _rows(nodes: Sequence[Node], form: FormDefinition, words: str, depth: int) -> Iterator[OutlineRow]:
    for node in nodes:
        question = isinstance(node, Question)
        relevant = in_names(node.relevant.text, form.root_name) if node.relevant is not None else ""
        kind = node.kind if isinstance(node, Question) else "group" if isinstance(node, Group) else "repeat"
        yield OutlineRow(
            depth=depth,
            name=node.name,
            label=label_in(node.label, words),
            kind=type_word(kind),
            relevant=relevant,
            required=isinstance(node, Question) and node.required is not None,
            choices=len(node.choices) if isinstance(node, Question) else 0,
            asks=not isinstance(node, Question) or node.control is not None,
        )
        if not question:
            yield from _rows(node.children, form, words, depth + 1)
