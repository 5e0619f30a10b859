"""Filling any form by a seeded random walk in JavaRosa, as somebody with a phone would."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.oracle.engine import JavaRosa

_SELECT_ONE, _SELECT_MULTIPLE, _TRIGGER, _RANK = 2, 3, 9, 16
_INTEGER, _DECIMAL, _DATE, _TIME, _MOMENT, _CHOICE, _CHOICES = 2, 3, 4, 5, 6, 7, 8
_POINT, _FILE, _LONG, _SHAPE, _LINE = 10, 12, 13, 14, 15
_TRIES = 40
_MOST_ROWS = 3
_MOST_STEPS = 2_000
_WORDS = (
    "瓷都",
    "abc",
    "A1",
    "13812345678",
    "it's <b>&",
    "长" * 30,
    "x@y.cn",
    "0",
    "2024",
    "🙂",
    "a b  c",
    "-",
)


@dataclass
class Walk:
    """One filled form: the instance, the state at its end, and what could not be answered."""

    xml: str
    state: dict[str, Any]
    outcome: str
    refused: list[str] = field(default_factory=list)
    asked: dict[str, list[Any]] = field(default_factory=dict)


class Filler:
    """Fills one form; a seed gives the same answers again. ``ranges`` are (start, end, step) by path."""

    def __init__(
        self, engine: JavaRosa, form: str, ranges: Mapping[str, tuple[float, float, float]], seed: int
    ) -> None:
        self._engine = engine
        self._form = form
        self._ranges = ranges
        self._chance = random.Random(seed)  # noqa: S311

    def walk(self, files: Mapping[str, str] | None = None) -> Walk:
        """Step from question to question, answer most of them, add rows, and finish."""
        (opened,) = self._engine.ask([["state"]], self._form, files)
        if "error" in opened:
            raise ValueError(opened["error"])
        asked: dict[str, list[Any]] = {}
        refused: list[str] = []
        rows: dict[str, int] = {}
        for _ in range(_MOST_STEPS):
            (event,) = self._engine.ask([["next"]])
            if event[0] == "end":
                break
            if event[0] == "new":
                self._add_row(event[1], rows)
            elif event[0] == "question" and not event[5]:
                asked[event[1]] = event
                if not self._answer(event):
                    refused.append(event[1])
        outcome, state, xml = self._engine.ask([["finish"], ["validate"], ["state"], ["xml"]])[1:]
        return Walk(xml, state, str(outcome), refused, asked)

    def _add_row(self, place: str, rows: dict[str, int]) -> None:
        repeat = place.rpartition("[")[0]
        rows[repeat] = rows.get(repeat, 0) + 1
        if rows[repeat] < _MOST_ROWS and self._chance.random() < 0.6:
            self._engine.ask([["new"]])

    def _answer(self, event: list[Any]) -> bool:
        """Give a valid answer; tell whether one was found, or none is needed."""
        if not event[4] and self._chance.random() < 0.15:
            return True
        for _ in range(_TRIES):
            text = self.candidate(event)
            if text and self._engine.ask([["answer", event[1], text]]) == ["ok"]:
                return True
        return not event[4]

    def candidate(self, event: list[Any]) -> str:
        """Return a text that may be an answer to a question; "" if it offers no choice."""
        _, place, control, kind, _, _, choices, _ = event
        chance = self._chance
        if control == _TRIGGER:
            return "OK"
        if control in {_SELECT_ONE, _SELECT_MULTIPLE, _RANK}:
            return self._chosen(control, choices)
        bounds = self._ranges.get(_path(place))
        if bounds is not None:
            start, end, step = bounds
            value = start + step * chance.randint(0, int(abs(end - start) / abs(step))) * (
                1 if end > start else -1
            )
            return str(int(value)) if kind == _INTEGER else repr(round(value, 6))
        return self._typed(kind)

    def _chosen(self, control: int, choices: list[str]) -> str:
        if not choices:
            return ""
        if control == _RANK:
            return " ".join(self._chance.sample(choices, len(choices)))
        count = 1 if control == _SELECT_ONE else self._chance.randint(1, min(3, len(choices)))
        return " ".join(self._chance.sample(choices, count))

    def _typed(self, kind: int) -> str:
        chance = self._chance
        where = f"{chance.uniform(-90, 90):.5f} {chance.uniform(-180, 180):.5f}"
        point = f"{where} {chance.randint(0, 900)}.5 {chance.randint(1, 30)}.0"
        year = chance.choice((1955, 1990, 2020, 2024, 2025, 2031))
        day = f"{year}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        clock = f"{chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}:00.000+08:00"
        made = {
            _INTEGER: str(
                chance.choice(
                    (0, 1, 2, 5, 12, 18, 35, 66, 100, 150, 1000, -1, 2024, chance.randint(-5, 99_999))
                )
            ),
            _LONG: str(chance.randint(0, 10**12)),
            _DECIMAL: chance.choice(("0.5", "1", "12.25", "99.9", "-3.75", f"{chance.uniform(0, 1000):.3f}")),
            _DATE: day,
            _TIME: clock,
            _MOMENT: f"{day}T{clock}",
            _POINT: point,
            _LINE: f"{point}; {point}; {point}",
            _SHAPE: f"{point}; 29.3 117.2 0.0 0.0; 29.4 117.2 0.0 0.0; {point}",
            _FILE: f"{chance.randint(1, 999)}.jpg",
        }
        return made.get(kind) or chance.choice(_WORDS)


def _path(place: str) -> str:
    return "/".join(step.partition("[")[0] for step in place.split("/"))
