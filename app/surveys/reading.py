"""What a wave takes from an answered form: eligibility, categories, compact answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.surveys.settings import Settings


def value_at(answers: Mapping[str, Any], path: str) -> Any:
    """The answer at a question's path (``/data/group/name``) of a nested answers dict; None when absent."""
    step: Any = answers
    for name in path.split("/")[2:]:
        if not isinstance(step, Mapping):
            return None
        step = step.get(name)
    return step


def is_eligible(settings: Settings, answers: Mapping[str, Any]) -> bool:
    """Whether the answers to the questions of eligibility admit the resident; an unanswered one does."""
    named = {each.name: each for each in settings.questions}
    residence = named.get(settings.residence_question or "")
    if residence is not None and str(value_at(answers, residence.path)) == "0":
        return False
    age = named.get(settings.age_question or "")
    if age is None or settings.minimum_age is None:
        return True
    years = value_at(answers, age.path)
    return not isinstance(years, int | float) or years >= settings.minimum_age


def kept_answers(settings: Settings, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Question → answer of what estimation needs: codes, numbers, and the places of ``nearby``."""
    places = {each.question for each in settings.nearby.values()}
    excluded = {settings.area.question, settings.consent_question}
    found: dict[str, Any] = {}
    for question in settings.questions:
        if question.name in places:
            point = value_at(answers, question.path)
            if isinstance(point, Mapping):
                found[question.name] = [point["lat"], point["lon"]]
        elif question.is_kept and question.name not in excluded and question.list_name != "street":
            value = value_at(answers, question.path)
            if value is not None and value not in ("", []):
                found[question.name] = value
    return found


def categories_of(settings: Settings, answers: Mapping[str, Any]) -> dict[str, str]:
    """Group → category of an answered form."""
    named = {each.name: each for each in settings.questions}
    found: dict[str, str] = {}
    for group in settings.groups:
        question = named.get(group.question)
        category = group.category(value_at(answers, question.path)) if question is not None else None
        if category is not None:
            found[group.code] = category
    return found


def categories_again(settings: Settings, kept: Mapping[str, Any]) -> dict[str, str]:
    """Group → category from the kept answers, after the groups of a wave have changed."""
    pairs = ((group.code, group.category(kept.get(group.question))) for group in settings.groups)
    return {code: category for code, category in pairs if category is not None}
