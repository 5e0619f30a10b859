"""What the pages of the question bank show, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.wording import actor_name
from app.i18n import listing, named
from app.indicators.queries import dimension_names, years_with_sets
from app.surveys.bank_choosing import Offer
from app.surveys.bank_content import Content, Difference, differences
from app.surveys.bank_importing import BankPlan, Planned
from app.surveys.bank_queries import Changed
from app.surveys.models import BankQuestion, BankUse, BankVersion
from app.surveys.queries import ResultRow, results, wave_name
from app.surveys.settings import SCORE_MAP

FIELD_NAMES = {
    "section": _l("维度"),
    "section_en": _l("维度的英文"),
    "type": _l("题型"),
    "text_zh": _l("中文题干"),
    "text_en": _l("英文题干"),
    "text_further": _l("其他语言的题干"),
    "hint_zh": _l("中文提示"),
    "hint_en": _l("英文提示"),
    "hint_further": _l("其他语言的提示"),
    "required": _l("必答"),
    "constraint": _l("约束"),
    "choice_filter": _l("选项过滤"),
    "parameters": _l("参数"),
    "relevant": _l("显示条件"),
    "scored": _l("计分"),
    "note": _l("备注"),
    "indicator_codes": _l("所连指标"),
    "choice_values": _l("选项"),
    "choice_text_zh": _l("选项的中文"),
    "choice_text_en": _l("选项的英文"),
    "choice_text_further": _l("选项的其他语言"),
    "choice_column": _l("选项的其他列"),
}
STATE_NAMES = {"new": _l("新增"), "changed": _l("有改动，将成为新版本"), "unchanged": _l("没有改动")}
#: Years whose results stand on the page of a question.
_MOST_RESULTS = 10


def wording(content: Content) -> str:
    """What a question asks, in the reader's language."""
    return named(content["text_zh"], content["text_en"])


def section(content: Content) -> str:
    """The section of a question, in the reader's language; dimensions are named as the catalogue does."""
    english = content["section_en"] or _dimension_names().get(content["section"])
    return named(content["section"], english)


def _dimension_names() -> Mapping[str, str]:
    """Dimension → its English in the newest catalogue; read once a request."""
    if "bank_dimension_names" not in g:
        years = years_with_sets()
        g.bank_dimension_names = dimension_names(years[-1]) if years else {}
    names: Mapping[str, str] = g.bank_dimension_names
    return names


def question_rows(versions: Sequence[BankVersion]) -> list[dict[str, Any]]:
    """The rows of the list."""
    return [
        {
            "code": each.question.code,
            "href": url_for("question_bank.question", question_id=each.question_id),
            "text": wording(each.content),
            "section": section(each.content),
            "type": each.content["type"],
            "indicators": " ".join(each.content["indicator_codes"]),
            "version": _version(each),
            "standing": standing(each.question),
        }
        for each in versions
    ]


def standing(question: BankQuestion) -> str:
    """Whether a question is still asked, in words."""
    if question.retired_from is None:
        return _("在用")
    return _("自 %(year)s 年度起停用", year=question.retired_from)


def _version(version: BankVersion) -> str:
    return _("第 %(number)s 版（%(year)s 年起）", number=version.number, year=version.valid_from)


def section_options(versions: Sequence[BankVersion]) -> list[dict[str, str]]:
    """The sections to filter by, in the order of the questions."""
    found = {each.content["section"]: section(each.content) for each in versions}
    return [{"value": "", "label": _("全部维度")}] + [
        {"value": value, "label": label} for value, label in found.items()
    ]


def difference_lines(found: Iterable[Difference]) -> list[str]:
    """Each difference in words."""
    return [_line(each) for each in found]


def _line(found: Difference) -> str:
    name = str(FIELD_NAMES[found.field])
    if found.detail:
        name = _("%(name)s（%(detail)s）", name=name, detail=found.detail)
    if not found.before:
        return _("%(name)s：增加“%(after)s”", name=name, after=found.after)
    if not found.after:
        return _("%(name)s：删去“%(before)s”", name=name, before=found.before)
    return _("%(name)s：“%(before)s”改为“%(after)s”", name=name, before=found.before, after=found.after)


def changed_mark(changed: Changed) -> str:
    """The mark of a result that cannot simply be compared with an earlier year's."""
    facts = {"year": changed.year, "before": changed.before.number, "after": changed.after.number}
    if changed.is_wording:
        return _("题目文字与 %(year)s 年不同（第 %(before)s 版改为第 %(after)s 版）", **facts)
    names = listing(dict.fromkeys(str(FIELD_NAMES[each.field]) for each in changed.differences))
    return _("题目与 %(year)s 年不同：%(what)s（第 %(before)s 版改为第 %(after)s 版）", what=names, **facts)


def version_rows(versions: Sequence[BankVersion], uses: Sequence[BankUse]) -> list[dict[str, Any]]:
    """Every version of a question, newest first, with what it changed and where it was asked."""
    asked = {each.id: [use for use in uses if use.version_id == each.id] for each in versions}
    before = {each.number + 1: each for each in versions}
    return [
        {
            "title": _version(each),
            "text": wording(each.content),
            "reason": each.reason,
            "by": actor_name(each.made_by),
            "at": each.made_at,
            "changes": difference_lines(differences(before[each.number].content, each.content))
            if each.number in before
            else None,
            "uses": [_use(use) for use in asked[each.id]],
        }
        for each in versions
    ]


def _use(use: BankUse) -> dict[str, Any]:
    return {
        "year": use.wave.exam_year,
        "name": wave_name(use.wave),
        "form": use.wave.form.form_id,
        "href": url_for("surveys.wave", wave_id=use.wave_id),
    }


def facts(content: Content) -> list[tuple[str, str]]:
    """The present version, field by field; only what is filled."""
    plain = [
        (str(FIELD_NAMES[name]), str(content[name]))
        for name in ("text_zh", "text_en", "hint_zh", "hint_en", "type", "constraint", "relevant", "note")
        if content[name]
    ]
    further = [(name, text) for name, text in content["further"].items()]
    linked = [(_("所连指标"), listing(content["indicator_codes"]))] if content["indicator_codes"] else []
    return [(_("维度"), section(content)), *plain, *further, *linked]


def choice_rows(content: Content) -> list[dict[str, Any]]:
    """The choices with the points that they are worth at first; a wave's settings may say otherwise."""
    scored = bool(content["scored"])
    return [
        {
            "value": each["value"],
            "zh": each["label_zh"],
            "en": each["label_en"],
            "points": f"{SCORE_MAP[each['value']]:g}" if scored and each["value"] in SCORE_MAP else "—",
        }
        for each in content["choices"]
    ]


def result_rows(
    question: BankQuestion, uses: Sequence[BankUse], area_ids: frozenset[int] | None
) -> list[dict[str, Any]]:
    """The city's result of each year that asked the question, with a mark where the version differs."""
    rows: list[dict[str, Any]] = []
    earlier: BankUse | None = None
    for use in uses[-_MOST_RESULTS:]:
        rows.append(
            {
                "year": use.wave.exam_year,
                "wave": wave_name(use.wave),
                "href": url_for("dashboard.satisfaction", wave=use.wave_id, year=use.wave.exam_year),
                "version": str(use.version.number),
                "result": _result(use, question, area_ids),
                "mark": _mark(earlier, use),
            }
        )
        earlier = use
    return rows


def _result(use: BankUse, question: BankQuestion, area_ids: frozenset[int] | None) -> dict[str, Any]:
    found = results(use.wave_id, level="city", codes=[question.code], area_ids=area_ids)
    return _figure(found[0]) if found else {"value": None, "state": "missing"}


def _figure(row: ResultRow) -> dict[str, Any]:
    return {"value": row.estimate, "low": row.low, "high": row.high, "state": row.standing}


def _mark(earlier: BankUse | None, use: BankUse) -> str:
    if earlier is None or earlier.version_id == use.version_id:
        return ""
    found = tuple(differences(earlier.version.content, use.version.content))
    return changed_mark(
        Changed(use.version.question_id, earlier.wave.exam_year, earlier.version, use.version, found)
    )


def plan_groups(plan: BankPlan) -> list[dict[str, Any]]:
    """What a list would change, by what becomes of its questions."""
    return [
        {
            "title": str(name),
            "count": len(plan.of_state(state)),
            "rows": [_planned(each) for each in plan.of_state(state)] if state != "unchanged" else [],
        }
        for state, name in STATE_NAMES.items()
    ]


def _planned(each: Planned) -> dict[str, Any]:
    return {
        "code": each.code,
        "text": wording(each.content),
        "version": str(each.present.number + 1 if each.present else 1),
        "changes": difference_lines(each.differences),
    }


def offer_rows(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """The questions to choose from, each with the version of the last time where that is another one."""
    return [
        {
            "code": each.newest.question.code,
            "text": wording(each.newest.content),
            "section": section(each.newest.content),
            "version": str(each.newest.number),
            "before": _before(each),
        }
        for each in offers
    ]


def _before(offer: Offer) -> dict[str, Any] | None:
    if offer.before is None:
        return None
    label = _("沿用 %(year)s 年的第 %(number)s 版", year=offer.asked_in, number=offer.before.number)
    lines = difference_lines(differences(offer.before.content, offer.newest.content))
    return {"label": label, "changes": lines}
