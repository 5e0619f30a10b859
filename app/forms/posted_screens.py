"""What a screen of questions sends, as the browser's form has it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from app.forms.drafting import Posted
from app.xforms.answers import path_of
from app.xforms.definition import FormDefinition
from app.xforms.paging import Page


def posted_screen() -> Posted:
    """The fields, the files and the places of files to remove of the present request."""
    fields: Mapping[str, list[str]] = {
        name: request.form.getlist(name) for name in request.form if name.startswith("/")
    }
    files = {name: upload for name, upload in request.files.items() if name.startswith("/")}
    return Posted(fields, files, frozenset(request.form.getlist("remove-file")))


def in_order(page: Page, asked: frozenset[tuple[str, tuple[str, ...]]]) -> list[str]:
    """The places of questions in the order of their page."""
    order = {path: number for number, path in enumerate(page.questions)}
    return sorted((place for place, _choices in asked), key=lambda place: (order[path_of(place)], place))


def in_repeat(definition: FormDefinition, place: str) -> bool:
    """Whether a place is a repeat of the form or a row of one."""
    return path_of(place) in {repeat for each in definition.questions.values() for repeat in each.repeats}
