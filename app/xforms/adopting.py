"""Taking a whole set of answers that a device made: brought into the form's own shape, nothing believed.

What the form works out, preloads or fixes is not taken from the device. Its calculated values stay only as
what ``once()`` may keep: everything else is worked out again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.xforms.checking import AnswerProblem
from app.xforms.definition import FormDefinition, Group, Question, Repeat, is_true
from app.xforms.live import LiveForm
from app.xforms.sizing import MOST_NODES, MOST_ROWS
from app.xforms.starting import default_answer
from app.xforms.typing_answers import GEO_TYPES, LIST_KINDS, UntypableText, text_of, type_text

MOST_CHARACTERS = 100_000
_POINT = frozenset({"lat", "lon", "altitude", "accuracy"})
_LONGEST_FOUND = 80
_SHAPE = "shape"


def adopt_answers(form: FormDefinition, given: Any) -> tuple[dict[str, Any], list[AnswerProblem]]:
    """Return the answers as the form has them, and what could not be taken.

    Problems: shape (JSON of another kind: expected, found), unknown-node, too-long (limit), too-many-rows
    (limit; the rows beyond are left out). Texts that are not of their question's type are kept, for the check
    that follows; the answer to an upload is the name of its file.
    """
    reader = _Reader(form)
    answers = reader.group(form.root, form.root.path, given, {})
    return answers, reader.problems


def put_metadata(
    form: FormDefinition, answers: Mapping[str, Any], *, now: datetime, metadata: Mapping[str, str]
) -> dict[str, Any]:
    """Return the answers with what the client would have preloaded, except the end."""
    live = LiveForm(form, answers, now=now, metadata=metadata)
    live.preload()
    return live.answers(drop_irrelevant=False)


def upload_places(form: FormDefinition, answers: Mapping[str, Any]) -> list[str]:
    """Return the places of all questions that are answered with files."""
    paths = [path for path, question in form.questions.items() if question.is_upload]
    if not paths:
        return []
    live = LiveForm(form, answers)
    return [live.place_of[node] for path in paths for node in live.world.index.get(path, ())]


class _Reader:
    """Walks the form, never what was sent, so that its depth and names are the form's."""

    def __init__(self, form: FormDefinition) -> None:
        self.problems: list[AnswerProblem] = []
        self._targets = {action.target for action in form.set_values}
        self._rows = 0
        self._nodes = 0

    def group(self, group: Group | Repeat, place: str, given: Any, texts: Any) -> dict[str, Any]:
        """The answers of a group or row; ``texts`` are the defaults of its own row."""
        if given is not None and not isinstance(given, Mapping):
            self._tell(place, _SHAPE, expected="{}", found=given)
            given = None
        known: Mapping[str, Any] = given or {}
        written = texts if isinstance(texts, Mapping) else {}
        self._refuse_strangers(group, place, known)
        found: dict[str, Any] = {}
        for child in group.children:
            here, answer, own = f"{place}/{child.name}", known.get(child.name), written.get(child.name)
            self._nodes += 1
            if isinstance(child, Question):
                found[child.name] = self._question(child, here, answer, own)
            elif isinstance(child, Repeat):
                found[child.name] = self._repeat(child, here, answer, own)
            else:
                inside = own[0] if isinstance(own, list) and own else own
                found[child.name] = self.group(child, here, answer, inside)
        return found

    def _refuse_strangers(self, group: Group | Repeat, place: str, known: Mapping[str, Any]) -> None:
        names = {child.name for child in group.children}
        for name in known:
            # The instance's own part is written anew.
            if name not in names and not (name == "meta" and place.count("/") == 1):
                self._tell(f"{place}/{name}"[:200], "unknown-node")
                return

    def _repeat(self, repeat: Repeat, place: str, given: Any, texts: Any) -> list[dict[str, Any]]:
        if given is not None and not isinstance(given, list):
            self._tell(place, _SHAPE, expected="[]", found=given)
            given = None
        initial = texts if isinstance(texts, list) else repeat.initial
        rows = []
        for number, row in enumerate(given or (), start=1):
            self._rows += 1
            if self._rows > MOST_ROWS or self._nodes > MOST_NODES:
                self._tell(place, "too-many-rows", limit=MOST_ROWS)
                break
            own = initial[number - 1] if number <= len(initial) else repeat.fresh
            rows.append(self.group(repeat, f"{place}[{number}]", row, own))
        return rows

    def _question(self, question: Question, place: str, given: Any, text: str | None) -> Any:
        if question.preload is not None:
            return None
        if self._is_fixed(question):
            return default_answer(question, text)
        if given is None or given in ("", []):
            return None
        try:
            return self._typed(question, place, given)
        except UntypableText as problem:
            kept = question.calculate is None and problem.code != _SHAPE
            if question.calculate is None and not kept:
                self._tell(place, _SHAPE, path=question.path, expected=question.kind, found=problem.text)
            return problem.text if kept else None

    def _is_fixed(self, question: Question) -> bool:
        """Whether nobody can change the value that the form gives: not the reader, no action, no formula."""
        if question.calculate is not None or question.path in self._targets:
            return False
        locked = question.readonly is not None and question.readonly.constant and is_true(question.readonly)
        return question.control is None or question.kind == "note" or locked

    def _typed(self, question: Question, place: str, given: Any) -> Any:
        text = _text(question, given)
        if len(text) > MOST_CHARACTERS:
            self._tell(place, "too-long", path=question.path, limit=MOST_CHARACTERS)
            text = text[:MOST_CHARACTERS]
        if question.is_upload:
            return text
        typed = type_text(question, text.replace("\x00", ""))
        if question.kind in LIST_KINDS and isinstance(typed, list):
            # A choice made twice says no more than once.
            return list(dict.fromkeys(typed))
        return typed

    def _tell(self, place: str, code: str, *, path: str = "", **facts: Any) -> None:
        if "found" in facts:
            facts["found"] = _shown(facts["found"])
        self.problems.append(AnswerProblem(path or place, place, code, facts))


def _text(question: Question, given: Any) -> str:
    """The text of a value as XML would have it; UntypableText for a value of another kind."""
    if isinstance(given, str):
        return given
    lists = question.kind in LIST_KINDS
    if lists or question.data_type in GEO_TYPES:
        if isinstance(given, list) and lists and all(isinstance(each, str) for each in given):
            return " ".join(given)
        if _is_point(given) or (isinstance(given, list) and not lists and all(map(_is_point, given))):
            return text_of(question, given)
    elif isinstance(given, bool):
        if question.data_type == "boolean":
            return text_of(question, given)
    elif isinstance(given, int | float) and (
        question.data_type in {"int", "decimal"} or question.calculate is not None
    ):
        return text_of(question, given)
    raise UntypableText(_SHAPE, _shown(given))


def _is_point(value: Any) -> bool:
    """Whether it is a point of plain numbers, so that writing it cannot fail."""
    if not isinstance(value, Mapping) or not value.keys() <= _POINT:
        return False
    return all(each is None or _is_number(each) for each in value.values())


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e12 and math.isfinite(value)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_FOUND else f"{text[:_LONGEST_FOUND]}…"
