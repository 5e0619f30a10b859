"""The sources of each indicator side by side, and what the cross-check made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.wording import actor_name
from app.analysis.crosschecking import SOURCE_OF
from app.dashboard.choosing import Chosen, here
from app.dashboard.doorways import door_href, with_query
from app.dashboard.figures import measured_figure
from app.i18n import listing, named
from app.indicators.adopted_values import AdoptedValue, adopted
from app.indicators.models import Value
from app.indicators.queries import catalogue, values_of
from app.indicators.words import REASONS, SOURCE_KIND_NAMES, VERDICT_NAMES, word

SOURCES = tuple(dict.fromkeys(SOURCE_OF.values()))
_SOURCE_NAMES = {"official": _l("部门"), "big_data": _l("大数据"), "survey": _l("居民问卷")}
SHOWS = ("differ", "decision", "agree", "single_source", "all")
TONES = {"agree": "good", "differ": "bad", "single_source": "neutral", "no_value": "neutral"}


def cross_check_table(choice: Chosen, show: str) -> dict[str, Any]:
    """Cross-checked indicators of the chosen area; ``show`` is one of :data:`SHOWS`. Bounded statements."""
    known = catalogue(choice.year)
    checked = adopted(choice.year, choice.root.id, area_ids=[choice.area.id])
    values: dict[str, list[Value]] = {}
    for value in values_of(choice.year, area_ids=[choice.area.id]):
        values.setdefault(value.indicator_code, []).append(value)
    rows = [each for each in checked if _is_shown(each, show)]
    names = {each.code: named(each.name_zh, each.name_en) for each in known.indicators}
    return {
        "is_checked": bool(checked),
        "show": show,
        "tabs": _tabs(checked, show),
        "sources": [_SOURCE_NAMES[source] for source in SOURCES],
        "rows": [_row(each, names, values.get(each.indicator_code, [])) for each in rows],
        "not_collected": len(known.indicators) - len(checked),
    }


def _is_shown(each: AdoptedValue, show: str) -> bool:
    if show == "all":
        return True
    return each.needs_decision if show == "decision" else each.verdict == show


def _tabs(checked: Sequence[AdoptedValue], show: str) -> list[dict[str, Any]]:
    counts = Counter(each.verdict for each in checked)
    counts["decision"] = sum(1 for each in checked if each.needs_decision)
    counts["all"] = len(checked)
    labels = {"decision": _("需要决定"), "all": _("全部")}
    return [
        {
            "label": labels.get(code) or word(VERDICT_NAMES, code),
            "href": with_query(show=code),
            "active": code == show,
            "count": counts[code],
        }
        for code in SHOWS
    ]


def _row(each: AdoptedValue, names: Mapping[str, str], values: Sequence[Value]) -> dict[str, Any]:
    by_kind = newest_by_kind(values)
    return {
        "code": each.indicator_code,
        "name": names[each.indicator_code],
        "href": here("dashboard.indicator", code=each.indicator_code),
        "cells": [
            [_entry(value, each) for kind, value in by_kind.items() if SOURCE_OF[kind] == source]
            for source in SOURCES
        ],
        "verdict": word(VERDICT_NAMES, each.verdict),
        "tone": TONES[each.verdict],
        "needs_decision": each.needs_decision,
        "by_hand": each.manner == "by_hand",
        "reasons": reason_words(each.reasons),
        "decision": decision_words(each.decided_by, each.reason_text),
        "change_href": change_href(list(by_kind.values()), each.value_id),
    }


def decision_words(decided_by: str, reason: str) -> str:
    """Who decided by hand, and why; empty where the rules alone decided."""
    return _("%(who)s决定：%(why)s", who=actor_name(decided_by), why=reason) if decided_by else ""


def change_href(values: Sequence[Value], adopted_id: int | None) -> str | None:
    """Where the adopted value is changed: the page of a rival with a number, which can be adopted there.

    None for readers who may not decide, and where no other source has a number.
    """
    rivals = [value for value in values if value.id != adopted_id and value.value is not None]
    return adopt_page(rivals[0]) if rivals else None


def adopt_page(value: Value) -> str | None:
    """The page on which this value is adopted by hand, for those who may."""
    if door_href("indicators.adopt", "POST", value_id=value.id) is None:
        return None
    return door_href("indicators.explain", value_id=value.id)


def _entry(value: Value, each: AdoptedValue) -> dict[str, Any]:
    return {
        "source": word(SOURCE_KIND_NAMES, value.source_kind),
        "figure": source_figure(value),
        "is_adopted": value.id == each.value_id,
    }


def newest_by_kind(values: Sequence[Value]) -> dict[str, Value]:
    """For each source kind the newest vintage that has a number, else the newest."""
    found: dict[str, Value] = {}
    for value in values:
        held = found.get(value.source_kind)
        if held is None or (value.value is not None, value.vintage) > (held.value is not None, held.vintage):
            found[value.source_kind] = value
    return found


def source_figure(value: Value | None) -> dict[str, Any] | None:
    """A source's value leading to its explanation; None where the source has no row."""
    if value is None:
        return None
    return measured_figure(value, href=here("dashboard.explain", kind="value", key=value.id))


def reason_words(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why the cross-check decided as it did, a sentence for each reason."""
    return [_reason(reason) for reason in reasons]


def _reason(reason: Mapping[str, Any]) -> str:
    facts = reason.get("facts", {})
    text = word(REASONS, reason.get("code"))
    kinds = facts.get("source_kinds") or ([facts["source_kind"]] if facts.get("source_kind") else [])
    named_kinds = [word(SOURCE_KIND_NAMES, kind) for kind in kinds]
    apart = facts.get("relative_difference")
    if apart is not None and len(named_kinds) == 2:
        first, second = named_kinds
        share = f"{100 * apart:.1f}"
        return _(
            "%(first)s与%(second)s相差 %(share)s%%，超出容许范围", first=first, second=second, share=share
        )
    if (
        reason.get("code") in {"official-contradicted", "only-source", "first-in-catalogue-order"}
        and named_kinds
    ):
        return _("%(text)s（%(kinds)s）", text=text, kinds=listing(named_kinds))
    return text
