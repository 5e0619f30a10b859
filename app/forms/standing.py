"""What a submission counts for and whom a link was made for: the rooms above know, and are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.events import ask
from app.forms.models import Link, Submission

#: Asked with ``submission``; answered with a Standing.
STANDING = "submission_standing"
#: Asked with ``links``; answered with a mapping of link id to words.
LINK_PLACES = "link_places"


@dataclass(frozen=True)
class Standing:
    """How a submission counts, and where it belongs.

    ``counts``: ``sampled`` (a drawn dwelling's), ``counted``, ``apart`` (looked at beside the results, never
    in them), ``ineligible`` (of somebody who is not asked). ``survey`` and ``place`` are words for staff,
    ``href`` the page of the survey; ``reasons`` are what the survey noticed about the answers, in words.
    """

    counts: Literal["sampled", "counted", "apart", "ineligible"]
    survey: str
    href: str
    place: str | None = None
    reasons: tuple[str, ...] = ()


def standing_of(submission: Submission) -> Standing | None:
    """How a submission counts; None where no room above counts it."""
    answers: list[Standing] = ask(STANDING, submission=submission)
    return answers[0] if answers else None


def link_places(links: Sequence[Link]) -> Mapping[int, str]:
    """Whom each link was made for, in words, by its id; those that were made for nobody are left out."""
    found: dict[int, str] = {}
    for places in ask(LINK_PLACES, links=links):
        found |= places
    return found
