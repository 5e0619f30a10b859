"""The way of a wave from its frame to its results, and the step that comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.surveys.queries import WaveSummary


def wave_steps(summary: WaveSummary, *, sampled: bool, prepared: bool, takes_links: bool) -> dict[str, Any]:
    """The steps for the page, each done, current or to do, and the current one as ``next``.

    What stands on earlier answers, settings or weights is to be done again.

    ``prepared``: the frame or the strata are registered; ``sampled``: the sample is drawn.
    """
    wave = summary.wave
    page = url_for("surveys.wave", wave_id=wave.id)
    form = url_for("forms.form", key=wave.form_id)
    visits = url_for("surveys.visits", wave_id=wave.id) if takes_links and sampled else form
    ways = {
        "two_stage": [
            (_("导入抽样框"), prepared, f"{page}#sample"),
            (_("抽取样本"), sampled, f"{page}#sample"),
            (_("发放链接，收答卷"), summary.counts.received > 0, visits),
        ],
        "strata": [
            (_("登记各层人口"), prepared, f"{page}#sample"),
            (_("发放链接，收答卷"), summary.counts.received > 0, form),
        ],
        "open": [(_("发放链接，收答卷"), summary.counts.received > 0, form)],
    }
    ends = [
        (_("标记并加权"), summary.is_weighted, f"{page}#weights"),
        (_("估计满意度"), summary.is_estimated, f"{page}#weights"),
        (_("查看结果"), False, url_for("dashboard.satisfaction", year=wave.exam_year)),
    ]
    return _marked([*ways[wave.design], *ends])


def _marked(steps: Sequence[tuple[str, bool, str]]) -> dict[str, Any]:
    now = next(number for number, (_label, done, _href) in enumerate(steps) if not done)
    shown = [
        {"label": label, "href": href, "state": "done" if done else "current" if number == now else "todo"}
        for number, (label, done, href) in enumerate(steps)
    ]
    return {"steps": shown, "next": shown[now]}
