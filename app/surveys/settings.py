"""What a wave is run by, as values: whom it asks, how answers become scores, which answers count.

Kept as versioned JSON in the database; nothing here opens a session.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SCORE_MAP = {"5": 100.0, "4": 75.0, "3": 50.0, "2": 25.0, "1": 0.0}

#: An answer with one of these has no place in any estimate, however good it is.
STRUCTURAL_FLAGS = (
    "refused",
    "ineligible",
    "duplicate-unit",
    "no-unit",
    "no-area",
    "no-category",
    "no-answers",
)


@dataclass(frozen=True)
class SurveyQuestion:
    """A question of the wave's form: where it stands, what it belongs to, how it counts."""

    name: str
    path: str
    type: str
    text_zh: str = ""
    text_en: str = ""
    section: str = ""
    section_en: str = ""
    #: Code of the catalogue's dimension, or the section's own name where the catalogue has none.
    dimension: str = ""
    list_name: str = ""
    scored: str = ""
    indicator_codes: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Answers of codes and numbers are kept for estimation; texts, photographs and places are not."""
        return self.type in {"select_one", "select_multiple", "integer", "decimal"}


@dataclass(frozen=True)
class Group:
    """A way to group residents by an answer: codes mapped to categories, or a number cut at bounds.

    ``bounds`` are lower ends, ascending; ``categories`` names the bands in their order. Without
    mapping and bounds the answer itself is the category. ``weighting``: may be raked to.
    """

    code: str
    label_zh: str
    label_en: str
    question: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    bounds: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()
    weighting: bool = False

    def category(self, answer: Any) -> str | None:
        """The category of an answer; None when it has none."""
        if answer is None or answer == "":
            return None
        if self.bounds:
            if not isinstance(answer, int | float):
                return None
            place = bisect_right(self.bounds, answer)
            return self.categories[place - 1] if place else None
        if self.mapping:
            return self.mapping.get(str(answer))
        return str(answer)


@dataclass(frozen=True)
class AreaReading:
    """Where a resident lives: by the community or another area answered, or by the sample unit.

    ``codes`` maps answers to area codes; without it the answer is the area's code.
    """

    kind: str = "community_question"
    question: str = "community"
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class QualityRules:
    """Bounds of the flags, and the rule by which a flagged answer is left out of the results.

    An answer is not used when it has one of ``never_used``, or all flags of one of the sets in
    ``not_used_together``.
    """

    fast_median_share: float = 1 / 3
    fast_floor_seconds: float | None = None
    straight_minimum_items: int = 10
    longstring_limit: int | None = None
    near_share: float = 0.95
    duplicate_minimum_items: int = 10
    dont_know_share: float = 0.5
    never_used: tuple[str, ...] = (*STRUCTURAL_FLAGS, "duplicate")
    not_used_together: tuple[tuple[str, ...], ...] = (
        ("attention-failed", "too-fast"),
        ("attention-failed", "straight-lining"),
        ("straight-lining", "too-fast"),
    )

    def uses(self, flags: set[str]) -> bool:
        """Whether an answer with these flags counts."""
        if flags & set(self.never_used):
            return False
        return not any(set(together) <= flags for together in self.not_used_together)


@dataclass(frozen=True)
class Nearby:
    """Residents within ``metres`` of one of ``points`` (lat, lon in WGS84), by a place they marked."""

    question: str
    metres: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Settings:
    """Everything a wave is run by."""

    questions: tuple[SurveyQuestion, ...]
    groups: tuple[Group, ...] = ()
    area: AreaReading = field(default_factory=AreaReading)
    score_map: Mapping[str, float] = field(default_factory=lambda: dict(SCORE_MAP))
    dont_know: tuple[str, ...] = ("9",)
    top_codes: tuple[str, ...] = ("4", "5")
    minimum_age: int | None = 16
    age_question: str | None = "age"
    residence_question: str | None = "resid6m"
    consent_question: str | None = "consent"
    attention_question: str | None = "attn"
    attention_answer: str = "4"
    quality: QualityRules = field(default_factory=QualityRules)
    small_cell: int = 30
    #: Indicator → whom its survey value speaks of, where that is not every resident.
    nearby: Mapping[str, Nearby] = field(default_factory=dict)

    @property
    def scored(self) -> tuple[SurveyQuestion, ...]:
        """Questions whose answers become points, in the form's order."""
        return tuple(each for each in self.questions if each.scored)

    @property
    def dimensions(self) -> dict[str, tuple[SurveyQuestion, ...]]:
        """Dimension → its scored questions, in the form's order."""
        found: dict[str, list[SurveyQuestion]] = {}
        for each in self.questions:
            if each.scored == "dimension":
                found.setdefault(each.dimension, []).append(each)
        return {code: tuple(questions) for code, questions in found.items()}

    def question(self, name: str) -> SurveyQuestion | None:
        """The question of this name."""
        return next((each for each in self.questions if each.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON; :func:`read_settings` is the way back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), ensure_ascii=False))
        return plain


def settings_digest(data: Mapping[str, Any]) -> str:
    """SHA-256 of the settings' JSON."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_settings(data: Mapping[str, Any]) -> Settings:
    """The settings of their JSON."""
    quality = dict(data["quality"])
    quality["never_used"] = tuple(quality["never_used"])
    quality["not_used_together"] = tuple(tuple(each) for each in quality["not_used_together"])
    return Settings(
        **{
            **data,
            "questions": tuple(
                SurveyQuestion(**{**each, "indicator_codes": tuple(each["indicator_codes"])})
                for each in data["questions"]
            ),
            "groups": tuple(
                Group(**{**each, "bounds": tuple(each["bounds"]), "categories": tuple(each["categories"])})
                for each in data["groups"]
            ),
            "area": AreaReading(**data["area"]),
            "dont_know": tuple(data["dont_know"]),
            "top_codes": tuple(data["top_codes"]),
            "quality": QualityRules(**quality),
            "nearby": {
                code: Nearby(each["question"], each["metres"], tuple((p[0], p[1]) for p in each["points"]))
                for code, each in data["nearby"].items()
            },
        }
    )


#: Groups of the city's own questionnaire; sex and age band are what the population tables know.
CITY_GROUPS = (
    Group("sex", "性别", "Sex", "sex", {"1": "male", "2": "female"}, weighting=True),
    Group(
        "age_band",
        "年龄",
        "Age",
        "age",
        bounds=(16, 30, 45, 60),
        categories=("16-29", "30-44", "45-59", "60+"),
        weighting=True,
    ),
    Group("hukou", "户籍", "Household registration", "hukou"),
    Group("tenure", "住房类型", "Housing", "tenure"),
    Group("ceramic_tie", "陶瓷联系", "Tie to ceramics", "ceramic_tie"),
    Group("hh_elder", "家有老人", "Elder at home", "hh_elder"),
    Group("hh_child", "家有儿童", "Child at home", "hh_child"),
)
