"""What the staff pages show, in the reader's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.errors import describe
from app.forms.links import link_address, link_qr
from app.forms.models import Link
from app.i18n import named, pair
from app.surveys.models import Stratum, Wave
from app.surveys.queries import (
    PENDING,
    CommunityVisits,
    ResultRow,
    UnitLink,
    WaveCounts,
    WaveSummary,
    WeightFacts,
    wave_name,
)
from app.surveys.sampling import SamplePlan

DESIGN_NAMES = {
    "two_stage": _l("两阶段概率抽样"),
    "strata": _l("分层，无名单"),
    "open": _l("开放链接（非概率）"),
}
STEP_NAMES = {
    "base": _l("基础权数"),
    "unknown": _l("资格未知调整"),
    "nonresponse": _l("无应答调整"),
    "post_stratify": _l("事后分层"),
    "rake": _l("多变量边际校准"),
    "calibrate": _l("校准"),
    "trim": _l("截尾"),
}
#: What became of a drawn dwelling, as whoever visits it says it.
UNIT_STATES = {
    PENDING: _l("待访"),
    "respondent": _l("已答"),
    "nonrespondent": _l("拒答"),
    "ineligible": _l("不符合条件"),
    "unknown": _l("情况不明"),
}
CASE_NAMES = {
    "used": _l("按规则采用的答卷"),
    "all": _l("全部合格答卷"),
    "unflagged": _l("没有任何标记的答卷"),
}


def wave_row(wave: Wave, visits: Sequence[CommunityVisits], *, opens_wave: bool) -> dict[str, Any]:
    """A row of the list of waves: the addresses the reader may open, and the visits done and left."""
    by_state = _by_state(visits)
    left = by_state[PENDING]
    told = _("待访 %(left)s，已有结果 %(done)s", left=left, done=by_state.total() - left)
    return {
        "name": wave_name(wave),
        "href": url_for("surveys.wave", wave_id=wave.id) if opens_wave else None,
        "year": str(wave.exam_year),
        "city": named(wave.root.name_zh, wave.root.name_en),
        "form": wave.form.form_id,
        "design": str(DESIGN_NAMES[wave.design]),
        "visits": told if visits else "—",
        "visits_href": url_for("surveys.visits", wave_id=wave.id) if visits else None,
    }


def phone_links(links: Sequence[Link]) -> list[dict[str, str]]:
    """The addresses for ODK Collect that are still open, with their QR codes."""
    return [{"address": link_address(link), "qr": link_qr(link)} for link in links if link.revoked_at is None]


def door_rows(links: Sequence[Link], *, may_open: bool) -> list[dict[str, Any]]:
    """The open doors to a wave's form: one for browsers, one for phones.

    Whoever knows an address may answer by it, so it stands on the door's own page, for those who may see it.
    """
    names = {"open": _("公开网页"), "openrosa": _("手机 App（ODK Collect）")}
    return [
        {
            "kind": names[link.kind],
            "label": link.label or "—",
            "opens": _("地址与二维码") if may_open else _("由体检办发放"),
            "href": url_for("forms.link", key=link.id) if may_open else None,
        }
        for link in links
        if link.revoked_at is None
    ]


def visits_page(
    wave_id: int, communities: Sequence[CommunityVisits], units: Sequence[UnitLink] | None
) -> dict[str, Any]:
    """The visits of a sample: its communities, or the dwellings of the chosen one."""
    by_state = _by_state(communities)
    return {
        "facts": [
            {"label": str(name), "value": by_state[state], "unit": _("户"), "decimals": 0}
            for state, name in UNIT_STATES.items()
            if by_state[state] or state == PENDING
        ],
        "total": by_state.total(),
        "done": by_state.total() - by_state[PENDING],
        "community": communities[0].name if units is not None else None,
        "code": communities[0].code if units is not None else None,
        "left": by_state[PENDING],
        "communities": [
            {
                "name": each.name,
                "href": url_for("surveys.visits", wave_id=wave_id, community=each.code),
                "left": each.by_disposition[PENDING],
                "done": each.by_disposition.total() - each.by_disposition[PENDING],
            }
            for each in communities
        ],
        "units": [_unit(each) for each in units or ()],
    }


def _by_state(communities: Sequence[CommunityVisits]) -> Counter[str]:
    return sum((each.by_disposition for each in communities), Counter())


def _unit(unit: UnitLink) -> dict[str, Any]:
    # A personal link takes one answer, so it leads somewhere only until there is one.
    waits = unit.disposition == PENDING
    return {
        "unit": str(unit.unit),
        "state": str(UNIT_STATES[unit.disposition]),
        "open": _("打开问卷") if waits else "—",
        "href": link_address(unit.link) if waits else None,
    }


def design_options(designs: Sequence[str]) -> list[dict[str, str]]:
    """The designs to choose from."""
    return [{"value": design, "label": str(DESIGN_NAMES[design])} for design in designs]


def plan_page(plan: SamplePlan, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a draw would give, before it is made."""
    facts: list[dict[str, Any]] = [
        {"label": _("将抽中的住户"), "value": plan.dwellings, "unit": _("户"), "decimals": 0},
        {"label": _("将抽中的社区"), "value": plan.psus, "unit": "", "decimals": 0},
        {"label": _("抽样框的社区"), "value": plan.frame_psus, "unit": "", "decimals": 0},
        {"label": _("抽样框的住户"), "value": plan.frame_dwellings, "unit": _("户"), "decimals": 0},
    ]
    short = None
    if plan.short:
        short = _(
            "有 %(count)s 个社区不足 %(units)s 户，将全部抽中。",
            count=plan.short,
            units=asked["units_per_psu"],
        )
    strata = [
        {"stratum": name, "psus": psus, "dwellings": count} for name, (psus, count) in plan.strata.items()
    ]
    return {"facts": facts, "short": short, "strata": strata}


def stratum_rows(strata: Sequence[Stratum]) -> list[dict[str, Any]]:
    """The strata of a wave without listed units."""
    return [
        {
            "code": each.code,
            "area": named(each.area.name_zh, each.area.name_en),
            "population": each.population,
        }
        for each in strata
    ]


def wave_page(summary: WaveSummary) -> dict[str, Any]:
    """Everything the page of a wave shows, ready for its macros."""
    return {
        "facts": _facts(summary),
        "earlier_settings": earlier_settings(summary),
        "districts": _districts(summary),
        "flags": [
            {"flag": describe(f"flag-{code}"), "count": count} for code, count in summary.by_flag.items()
        ],
        "weights": _weights(summary.weights) if summary.weights else [],
        "steps": _steps(summary.weights) if summary.weights else [],
        "satisfaction": [_result(row) for row in [*filter(None, [summary.city]), *summary.districts]],
        "comparison": [
            {"cases": str(CASE_NAMES[cases]), "score": _score(row), "n": row.n}
            for cases, row in summary.comparison.items()
        ],
        "design": str(DESIGN_NAMES[summary.wave.design]),
    }


def earlier_settings(summary: WaveSummary) -> str | None:
    """That what is shown stands on earlier settings; None when it stands on the present ones."""
    made, present = summary.results_version, summary.wave.settings_version
    if made is None or made == present:
        return None
    return _(
        "满意度结果按第 %(made)s 版设置得出，现行为第 %(present)s 版；重新加权并估计之后才会更新。",
        made=made,
        present=present,
    )


def _facts(summary: WaveSummary) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("收到"), "value": summary.counts.received, "unit": _("份"), "decimals": 0},
        {"label": _("有标记"), "value": summary.counts.flagged, "unit": _("份"), "decimals": 0},
        _used(summary.counts),
    ]
    if summary.response_rate is not None:
        facts.append(
            {
                "label": _("应答率"),
                "value": summary.response_rate * 100,
                "unit": "%",
                "decimals": 1,
                "note": _("AAPOR RR1：作答户 ÷（样本户 − 不合格户）"),
            }
        )
    if summary.city is not None:
        score = _score(summary.city)
        facts.append({"label": _("全市总体满意度"), "unit": _("分"), "decimals": 1, **score})
    return facts


def _used(counts: WaveCounts) -> dict[str, Any]:
    """The answers that count; before any is flagged nobody can tell."""
    fact = {"label": _("采用"), "value": counts.used, "unit": _("份"), "decimals": 0}
    if not counts.waiting:
        return fact
    fact["note"] = _("另有 %(count)s 份还没有标记，标记后才知道是否采用", count=counts.waiting)
    return fact | {"value": None, "state": "missing"} if counts.is_untouched else fact


def _score(row: ResultRow) -> dict[str, Any]:
    """A result as a figure; one that stands on too few answers is not shown."""
    return {"value": row.estimate, "low": row.low, "high": row.high, "state": row.standing}


def _result(row: ResultRow) -> dict[str, Any]:
    return {
        "area": named(row.area_name_zh, row.area_name_en),
        "score": _score(row),
        "n": row.n,
        "deff": row.deff,
    }


def _districts(summary: WaveSummary) -> list[dict[str, Any]]:
    return [
        {
            "area": named(each.area.name_zh, each.area.name_en),
            "sampled": each.sampled or None,
            "received": each.received,
            "used": None if summary.counts.is_untouched else each.used,
            "share": each.received / each.sampled * 100 if each.sampled else None,
        }
        for each in summary.by_district
    ]


def _weights(facts: WeightFacts) -> list[dict[str, str]]:
    told = [
        (_("第几次加权"), str(facts.number)),
        (_("答卷"), f"{facts.answers:,}"),
        (_("代表人数"), f"{facts.total:,.0f}"),
        (_("最小权数"), f"{facts.minimum:,.2f}"),
        (_("最大权数"), f"{facts.maximum:,.2f}"),
        (_("加权设计效应"), f"{facts.design_effect:.2f}"),
        (_("有效样本量"), f"{facts.kish_n:,.0f}"),
        (_("与人口表的最大相对差"), f"{facts.largest_gap:.1e}"),
        (_("权数摘要"), facts.digest[:12]),
    ]
    note = facts.sources.get("source_note")
    if note:
        told.append((_("人口来源"), pair(facts.sources.get("table", ""), note)))
    return [{"term": term, "text": text} for term, text in told]


def _steps(facts: WeightFacts) -> list[dict[str, Any]]:
    return [
        {
            "step": str(STEP_NAMES.get(each["kind"], each["kind"])),
            "iterations": each["iterations"],
            "total": each["total"],
            "maximum": each["maximum"],
            "effect": each["design_effect"],
            "merged": len(each["changes"]),
        }
        for each in facts.steps
    ]
