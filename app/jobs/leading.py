"""What a finished job made and what comes next, as links: each room names those of its own kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from app.jobs.models import Job


class Link(NamedTuple):
    """A page in words; ``is_next`` marks the one next step after the work."""

    label: str
    href: str
    is_next: bool = False


#: (arguments, facts of the result) → the pages, in the present request.
LeadsTo = Callable[[Mapping[str, Any], Mapping[str, Any]], list[Link]]
_LEADS_TO: dict[str, LeadsTo] = {}


def register_leads(kind: str, leads_to: LeadsTo) -> None:
    """Name the function that tells where a kind of job leads."""
    known = _LEADS_TO.setdefault(kind, leads_to)
    if known is not leads_to:
        raise ValueError(f"the job kind {kind!r} leads to two places")


def leads_of(job: Job) -> list[Link]:
    """The pages a job leads to; none before it has succeeded, or where its kind knows none."""
    leads_to = _LEADS_TO.get(job.kind)
    if leads_to is None or job.state != "succeeded":
        return []
    return leads_to(job.arguments, job.result or {})
