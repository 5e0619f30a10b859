"""The settings of a wave that its page changes: each with its words, its bounds and where it belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.errors import describe
from app.i18n import listing, named
from app.surveys.settings import STRUCTURAL_FLAGS, Settings

#: With fewer answers a result can be traced to the people behind it, whatever its error.
SMALLEST_CELL = 10
#: Flags of quality, of which the rule may make use; those of structure always leave an answer out.
QUALITY_FLAGS = (
    "too-fast",
    "straight-lining",
    "longstring",
    "attention-failed",
    "duplicate",
    "near-duplicate",
    "too-many-dont-knows",
    "wrong-area",
)


@dataclass(frozen=True)
class NumberField:
    """A number of the settings with its bounds; ``optional`` may be left empty, which sets no limit."""

    name: str
    label: LazyString
    hint: LazyString
    low: float
    high: float
    whole: bool = True
    optional: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        """What the browser checks."""
        return {"min": f"{self.low:g}", "max": f"{self.high:g}", "step": "1" if self.whole else "any"}


@dataclass(frozen=True)
class QuestionField:
    """A setting that names a question of these types, or none."""

    name: str
    label: LazyString
    hint: LazyString
    types: tuple[str, ...]


WHOM = (
    NumberField(
        "minimum_age",
        _l("最低年龄"),
        _l("低于此岁数的居民不是调查对象；留空表示不限。只影响此后收到的答卷。"),
        0,
        120,
        optional=True,
    ),
)
QUESTIONS = (
    QuestionField(
        "age_question", _l("年龄题"), _l("用哪道题判断年龄；不选则不按年龄判断。"), ("integer", "decimal")
    ),
    QuestionField(
        "residence_question",
        _l("居住时间题"),
        _l("用哪道题判断居住时间（如是否住满半年）：答 0 的居民不是调查对象；不选则不判断。"),
        ("select_one",),
    ),
    QuestionField(
        "attention_question",
        _l("核对题"),
        _l("要求选定某一项的题目，用来发现没有读题的答卷；不选则不核对。"),
        ("select_one",),
    ),
)
SHOWN = (
    NumberField(
        "small_cell",
        _l("公布所需的最少答卷"),
        _l("区域或人群的答卷少于此数时写“样本过少”，不公布数值；不得少于 10 份，以免认出答卷人。"),
        SMALLEST_CELL,
        1000,
    ),
)
QUALITY = (
    NumberField(
        "fast_median_share",
        _l("作答过快：占中位用时的比例"),
        _l("用时少于全部答卷中位用时的这一比例即标记，如 0.33。"),
        0,
        1,
        whole=False,
    ),
    NumberField(
        "fast_floor_seconds",
        _l("作答过快：最少秒数"),
        _l("用时少于此秒数即标记；留空表示只按比例。"),
        0,
        36000,
        whole=False,
        optional=True,
    ),
    NumberField(
        "straight_minimum_items",
        _l("答案全同：最少题数"),
        _l("至少答了这么多道维度题、且答案全部相同，才标记。"),
        2,
        500,
    ),
    NumberField(
        "longstring_limit",
        _l("连续同答：题数"),
        _l("连续这么多道计分题答案相同即标记；留空表示不查。"),
        2,
        500,
        optional=True,
    ),
    NumberField(
        "near_share",
        _l("几乎相同：相同题的比例"),
        _l("同一设备两份答卷相同的题达到此比例，标记为几乎相同。"),
        0.5,
        1,
        whole=False,
    ),
    NumberField(
        "duplicate_minimum_items",
        _l("重复作答：最少题数"),
        _l("两份答卷都答的题不少于此数才比较。"),
        1,
        500,
    ),
    NumberField(
        "dont_know_share",
        _l("“不了解”过多：比例"),
        _l("计分题中“不了解”超过此比例即标记。"),
        0,
        1,
        whole=False,
    ),
)


def settings_page(settings: Settings) -> dict[str, Any]:
    """The present settings as fields of the page's form."""
    together = [" + ".join(codes) for codes in settings.quality.not_used_together]
    return {
        "whom": [_number(field, settings) for field in WHOM],
        "questions": [_question(field, settings) for field in QUESTIONS],
        "attention_answer": settings.attention_answer,
        "scores": [
            {"name": f"score_{code}", "label": _("选项 %(code)s 的分数", code=code), "value": f"{points:g}"}
            for code, points in sorted(settings.score_map.items(), reverse=True)
        ],
        "top_codes": ", ".join(settings.top_codes),
        "dont_know": ", ".join(settings.dont_know),
        "shown": [_number(field, settings) for field in SHOWN],
        "quality": [_number(field, settings.quality) for field in QUALITY],
        "never_used": [
            {
                "name": f"never_{code}",
                "label": describe(f"flag-{code}"),
                "checked": code in settings.quality.never_used,
            }
            for code in QUALITY_FLAGS
        ],
        "structural": listing(describe(f"flag-{code}") for code in STRUCTURAL_FLAGS),
        "together": "\n".join(together),
        "flags": [{"term": code, "text": describe(f"flag-{code}")} for code in QUALITY_FLAGS],
    }


def _number(field: NumberField, owner: Any) -> dict[str, Any]:
    value = getattr(owner, field.name)
    return {
        "name": field.name,
        "label": str(field.label),
        "hint": str(field.hint),
        "value": shown_number(value),
        "required": not field.optional,
        "attributes": field.attributes,
    }


def shown_number(value: float | None) -> str:
    """A number as its field shows it; empty for None."""
    return "" if value is None else f"{value:.6g}"


def _question(field: QuestionField, settings: Settings) -> dict[str, Any]:
    options = [{"value": "", "label": _("不用")}]
    options += [
        {"value": each.name, "label": f"{each.name} · {named(each.text_zh, each.text_en)}"}
        for each in settings.questions
        if each.type in field.types
    ]
    return {
        "name": field.name,
        "label": str(field.label),
        "hint": str(field.hint),
        "value": getattr(settings, field.name) or "",
        "options": options,
    }


def offered_questions(field: QuestionField, settings: Settings) -> frozenset[str]:
    """The names a field of questions may hold."""
    return frozenset(each.name for each in settings.questions if each.type in field.types)
