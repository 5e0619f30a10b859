"""What a job is called and what came of it, in the reader's words and not in those of whoever started it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal
from flask_babel.speaklater import LazyString

from app.i18n import listing
from app.jobs.models import Job

Facts = Mapping[str, Any]
#: The words of a code.
Words = Callable[[str], str]


@dataclass(frozen=True)
class JobWords:
    """The title of a kind from its arguments, and the names of the counts in its result.

    A name's key is the path to the count, with dots. What is counted or listed by codes is told by the
    words that ``codes`` has for the same path.
    """

    title: Callable[[Facts], str]
    results: Mapping[str, LazyString]
    codes: Mapping[str, Words]


_WORDS: dict[str, JobWords] = {}


def register_words(
    kind: str,
    title: Callable[[Facts], str],
    results: Mapping[str, LazyString],
    codes: Mapping[str, Words] | None = None,
) -> None:
    """Name how jobs of a kind are told."""
    _WORDS[kind] = JobWords(title, results, codes or {})


def job_title(job: Job) -> str:
    """What the job does; the title it was given where its kind has no words."""
    words = _WORDS.get(job.kind)
    return words.title(job.arguments) if words is not None else job.title or job.kind


def job_results(job: Job) -> list[dict[str, str]]:
    """What came of the job as terms and texts, in the order of its kind."""
    words = _WORDS.get(job.kind)
    if words is None or not job.result:
        return []
    told = []
    for path, name in words.results.items():
        found = _at(job.result, path)
        if found is not None:
            told.append({"term": str(name), "text": _text(found, words.codes.get(path, str))})
    return told


def _at(facts: Facts, path: str) -> Any:
    found: Any = facts
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _text(found: Any, words: Words) -> str:
    if isinstance(found, Mapping):
        return listing(f"{words(key)} {_number(count)}" for key, count in found.items()) or "—"
    if isinstance(found, list):
        return listing(words(each) for each in found) or "—"
    return _number(found)


def _number(found: Any) -> str:
    if isinstance(found, bool) or not isinstance(found, int | float):
        return str(found)
    # What is left of rounding is told as such and not as nought.
    return f"{found:.1e}" if 0 < abs(found) < 1e-4 else str(format_decimal(found))
