"""Changing the settings of a wave from its page; every problem is told, and nothing is changed by half."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.db import db
from app.errors import Conflict, Invalid, Place
from app.surveys.designing import change_settings
from app.surveys.models import Wave
from app.surveys.settings import STRUCTURAL_FLAGS, Settings
from app.surveys.settings_fields import (
    QUALITY,
    QUALITY_FLAGS,
    QUESTIONS,
    SHOWN,
    WHOM,
    NumberField,
    offered_questions,
    shown_number,
)
from app.surveys.wave_settings import current_settings
from app.workbooks.numbers import read_number

#: Fields of the page's form, each once.
Given = Mapping[str, str]


def adjust_settings(*, wave_id: int, version: int, given: Given) -> bool:
    """Give a wave the settings of its page as a new version; False when nothing differs.

    ``version``: the one the page was opened with. Raises Conflict ``wave-settings-moved`` when another
    was made meanwhile, Invalid ``wave-settings-invalid`` with every field that cannot be.
    """
    wave = db.session.get_one(Wave, wave_id)
    if wave.settings_version != version:
        raise Conflict("wave-settings-moved", found=version, present=wave.settings_version)
    present = current_settings(wave)
    wanted = read_settings_form(given, present)
    if wanted == present:
        return False
    change_settings(wave_id=wave_id, settings=wanted)
    return True


def read_settings_form(given: Given, present: Settings) -> Settings:
    """The present settings changed by the fields; Invalid ``wave-settings-invalid``."""
    reading = _Reading(given)
    changes: dict[str, Any] = {field.name: reading.number(field, present) for field in (*WHOM, *SHOWN)}
    for field in QUESTIONS:
        changes[field.name] = reading.one_of(field.name, offered_questions(field, present))
    scores = {code: reading.score(code) for code in present.score_map}
    quality = {field.name: reading.number(field, present.quality) for field in QUALITY}
    chosen = [code for code in QUALITY_FLAGS if given.get(f"never_{code}")]
    wanted = replace(
        present,
        **changes,
        attention_answer=reading.number_text("attention_answer"),
        score_map=scores,
        top_codes=reading.codes("top_codes", known=scores),
        dont_know=reading.codes("dont_know", unlike=scores),
        quality=replace(
            present.quality,
            **quality,
            never_used=(*STRUCTURAL_FLAGS, *chosen),
            not_used_together=reading.sets("together"),
        ),
    )
    if reading.places:
        raise Invalid("wave-settings-invalid", places=reading.places, count=len(reading.places))
    return wanted


class _Reading:
    """Reads fields one by one and gathers what is wrong with them."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.places: list[Place] = []

    def _text(self, name: str) -> str:
        return self.given.get(name, "").strip()

    def _wrong(self, name: str, problem: str, /, **facts: Any) -> None:
        self.places.append(Place(problem, facts, field_name=name))

    def number(self, field: NumberField, present: Any) -> Any:
        """A number within its bounds, None where an optional one is left empty."""
        text = self._text(field.name)
        # A third is shown rounded; a field left as it was keeps the exact number.
        if text == shown_number(getattr(present, field.name)):
            return getattr(present, field.name)
        if not text and field.optional:
            return None
        value = read_number(text).value
        if value is None or not field.low <= value <= field.high or (field.whole and value % 1):
            problem = "setting-whole-invalid" if field.whole else "setting-number-invalid"
            facts = {"low": f"{field.low:g}", "high": f"{field.high:g}", "found": text[:40] or "—"}
            self._wrong(field.name, problem, label=str(field.label), **facts)
            return None
        return int(value) if field.whole else value

    def score(self, code: str) -> float:
        """The points of a code, 0 to 100."""
        text = self._text(f"score_{code}")
        value = read_number(text).value
        if value is None or not 0 <= value <= 100:
            self._wrong(f"score_{code}", "setting-score-invalid", code=code, found=text[:40] or "—")
            return 0.0
        return value

    def one_of(self, name: str, offered: frozenset[str]) -> str | None:
        """A name that is offered; None for none."""
        text = self._text(name)
        if text and text not in offered:
            self._wrong(name, "setting-question-unknown", found=text[:60])
        return text or None

    def number_text(self, name: str) -> str:
        """The code of an answer, which the flags compare as a number."""
        text = self._text(name)
        if not text.isascii() or not text.isdecimal():
            self._wrong(name, "setting-code-invalid", found=text[:40] or "—")
        return text

    def codes(
        self, name: str, *, known: dict[str, float] | None = None, unlike: dict[str, float] | None = None
    ) -> tuple[str, ...]:
        """Codes of answers, apart by commas: of ``known`` ones alone, or none of ``unlike``."""
        found = _parts(self._text(name), r"[,，、;；\s]+")
        for code in found:
            is_wrong = not (code.isascii() and code.isdecimal())
            if is_wrong or (known is not None and code not in known) or (unlike and code in unlike):
                self._wrong(name, "setting-code-invalid", found=code[:40])
        return tuple(sorted(set(found)))

    def sets(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Sets of flags, one a line, joined by a plus sign."""
        found = []
        for line in self._text(name).splitlines():
            codes = _parts(line, r"[+＋\s]+")
            for code in codes:
                if code not in QUALITY_FLAGS:
                    self._wrong(name, "setting-flag-unknown", found=code[:40])
            if codes:
                found.append(tuple(dict.fromkeys(codes)))
        return tuple(found)


def _parts(text: str, marks: str) -> Sequence[str]:
    return [part for part in re.split(marks, text) if part]
