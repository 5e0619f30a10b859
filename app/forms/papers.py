"""A version of a form as a paper questionnaire: one PDF in one or two of its languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from app.errors import Invalid
from app.forms.definitions import definition_of
from app.forms.models import FormVersion
from app.forms.paper_questions import BLANK_ROWS, PaperQuestions, numbers_of
from app.i18n import LANGUAGES, language
from app.printing.questionnaire import REQUIRED, Item, Texts, print_questionnaire
from app.xforms.definition import FormDefinition
from app.xforms.languages import pick_language

#: What stands between the names of two languages in an address.
BETWEEN = "|"
_MOST_ROWS = 20


def paper_languages(definition: FormDefinition) -> list[str]:
    """What a paper may be asked for in: each language of the form, and the first with each other one."""
    names = sorted(definition.languages, key=lambda each: each != pick_language(definition, language()))
    return [*names, *(f"{names[0]}{BETWEEN}{each}" for each in names[1:])]


@dataclass(frozen=True)
class PaperChoices:
    """What papers of versions may be asked for in, by the version's key, and which of them hold repeats."""

    languages: Mapping[int, list[str]]
    with_repeats: frozenset[int]


def paper_choices(versions: Sequence[FormVersion]) -> PaperChoices:
    """What the pages of versions offer; forms are read once and then remembered."""
    known = {each.id: definition_of(each) for each in versions}
    return PaperChoices(
        {key: paper_languages(each) for key, each in known.items()},
        frozenset(key for key, each in known.items() if each.repeats),
    )


def print_paper(*, version: FormVersion, languages: str, rows: int = BLANK_ROWS) -> bytes:
    """Bytes of the PDF. ``languages``: one of ``paper_languages``, "" for the reader's alone; ``rows``: how
    many blank rows of each repeat that has no fixed count.

    Raises Invalid ``paper-language``, ``paper-rows``.
    """
    definition = definition_of(version)
    asked = languages.split(BETWEEN) if languages else [pick_language(definition, language())]
    known = definition.languages or ("",)
    if len(asked) > 2 or (languages and not set(asked) <= set(known)):
        raise Invalid("paper-language", found=languages[:60], expected=paper_languages(definition))
    if not 1 <= rows <= _MOST_ROWS:
        raise Invalid("paper-rows", limit=_MOST_ROWS)
    numbers = numbers_of(definition)
    title: Texts = ()
    opening: list[Texts] = []
    items: list[Item] = []
    for name in asked:
        code = _code(definition, name)
        with force_locale(LANGUAGES[code]):
            own = version.form.title_en if code == "en" else version.form.title
            title = _both(title, (own or definition.title,))
            said = [_("带 %(mark)s 的题必须回答。在选中的选项前打勾，或在横线上填写。", mark=REQUIRED)]
            opening = _both(opening, [(each,) for each in said])
            items = _both(items, PaperQuestions(definition, numbers, name, rows).items())
    left = _("表单 %(form)s · 版本 %(version)s", form=definition.form_id, version=version.version or "—")
    with force_locale(LANGUAGES[_code(definition, asked[0])]):
        pages = _("第 %(page)s 页，共 %(pages)s 页", page="{page}", pages="{pages}")
    return print_questionnaire(
        title=title, opening=opening, items=items, foot=(left, lambda n, m: pages.format(page=n, pages=m))
    )


def _code(definition: FormDefinition, name: str) -> str:
    """The house's language that goes with one of the form: its own, else the reader's."""
    for code in LANGUAGES:
        if (
            name
            and pick_language(definition, code) == name
            and (code != "en" or len(definition.languages) > 1)
        ):
            return code
    return language()


def _both(first: Any, second: Any) -> Any:
    """Equal things once; texts of two languages one after the other, all the way down."""
    if not first:
        return second
    if isinstance(first, tuple) and all(isinstance(each, str) for each in (*first, *second)):
        return (*first, *(each for each in second if each not in first))
    if isinstance(first, list | tuple):
        return type(first)(_both(a, b) for a, b in zip(first, second, strict=True))
    if is_dataclass(first) and not isinstance(first, type):
        named: Sequence[str] = [each.name for each in fields(first)]
        return replace(first, **{name: _both(getattr(first, name), getattr(second, name)) for name in named})
    return first
