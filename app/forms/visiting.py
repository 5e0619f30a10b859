"""Somebody at a link: the draft so far, the form it is of, and whether answers are taken now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.audit import set_actor
from app.db import utcnow
from app.errors import Forbidden, Gone, NotFound
from app.forms.clock import city_now
from app.forms.definitions import definition_of
from app.forms.drafting import find_draft, first_filling
from app.forms.links import WEB_KINDS, link_by_token
from app.forms.models import Draft, FormVersion, Link
from app.forms.queries import asking_area, published_version
from app.forms.tongues import form_language
from app.i18n import language
from app.xforms.definition import FormDefinition
from app.xforms.filling import Filling, open_filling
from app.xforms.paging import Page, pages

#: A resident reads a question and picks a choice, most are of one kind.
_SECONDS_A_QUESTION = 8
#: What the clock of a device may be ahead of ours before it counts.
_CLOCK_SLACK = timedelta(hours=1)


@dataclass(frozen=True)
class Visit:
    """Somebody at a link: the draft so far (none before the first answer) and the form it is of."""

    link: Link
    draft: Draft | None
    version: FormVersion
    definition: FormDefinition

    def filling(self) -> Filling:
        """The form with the answers so far, in the reader's language."""
        words = form_language(self.definition)
        if self.draft is None:
            return first_filling(self.definition, words, utcnow())
        filling = open_filling(self.definition, self.draft.answers, language=words, now=city_now())
        return filling.keep_orders(self.draft.draft_key)

    def area_name(self) -> str:
        """The city that asks, in the reader's language; "" where it is not known."""
        area = asking_area(self.link.form)
        if area is None:
            return ""
        return area.name_en if language() == "en" and area.name_en else area.name_zh

    def minutes(self) -> int:
        """About how long the form takes."""
        return max(1, round(self.version.facts["questions"] * _SECONDS_A_QUESTION / 60))

    @property
    def one_page(self) -> bool:
        """Whether all questions stand on one page."""
        return self.link.form.one_page

    def pages(self) -> list[Page]:
        """The pages of the form as this link shows it."""
        return pages(self.definition, one=self.one_page)

    def page(self, number: int) -> Page:
        """The page of this number; NotFound beyond the last."""
        all_pages = self.pages()
        if not 1 <= number <= len(all_pages):
            raise NotFound("not-found")
        return all_pages[number - 1]

    def last_seen(self) -> int:
        """The number of the page where the draft was left, of the pages that there are now."""
        return 1 if self.draft is None else min(self.draft.screen, len(self.pages()))


def residents_link(token: str) -> Link:
    """The link of a resident's page; what follows is noted as done through it."""
    link = link_by_token(token, kinds=WEB_KINDS)
    set_actor(f"link:{link.id}")
    return link


def visit_link(token: str, *, key: str | None, new: bool = False, closed_too: bool = False) -> Visit:
    """Somebody at a link with the key of a draft; ``new``: a draft of its own; ``closed_too``: to look only.

    Raises as :func:`refuse_closed` and :func:`residents_link`.
    """
    link = residents_link(token)
    draft = None if new and link.kind != "personal" else find_draft(link, key)
    if not closed_too:
        refuse_closed(link, begun=draft is not None, sent=draft is not None and draft.sent_at is not None)
    version = draft.version if draft is not None else link.version or published_version(link.form)
    return Visit(link, draft, version, definition_of(version))


def refuse_closed(link: Link, *, begun: bool, sent: bool = False) -> None:
    """What is begun may be finished while the form is closing; what was sent keeps its receipt.

    Raises Forbidden ``survey-not-open``, Gone ``survey-closed``.
    """
    state = link.form.state
    if link.kind == "test" or state == "open" or sent:
        return
    if state == "draft":
        raise Forbidden("survey-not-open")
    if state == "closed" or not begun:
        raise Gone("survey-closed")


def begun_in_time(link: Link, started: datetime) -> bool:
    """Whether answers that a device began at this moment were begun before the form began to close."""
    since = link.form.state_since
    return since is None or started <= since + _CLOCK_SLACK
