"""Sample pages with every piece of the look, and the bare application that renders them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Response
from flask_babel import Babel
from jinja2 import ChoiceLoader, FileSystemLoader

from app.web.packs import pack

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "app" / "web"

NAVIGATION = [
    {"label": "概览", "href": "/", "active": False, "children": []},
    {"label": "采集", "href": "/collect", "active": False, "children": []},
    {"label": "校核", "href": "/check", "active": False, "children": []},
    {
        "label": "评估",
        "href": "/assess",
        "active": True,
        "children": [
            {"label": "指标", "href": "/indicators", "active": False},
            {"label": "六维", "href": "/yardsticks", "active": True},
            {"label": "预警", "href": "/warnings", "active": False},
        ],
    },
    {"label": "空间", "href": "/map", "active": False, "children": []},
    {"label": "更新", "href": "/renewal", "active": False, "children": []},
    {"label": "管理", "href": "/admin", "active": False, "children": []},
]
CHOOSER = {
    "action": "/yardsticks",
    "years": [
        {"value": 2024, "label": "2024", "selected": True},
        {"value": 2023, "label": "2023", "selected": False},
    ],
    "areas": [
        {"value": "360200", "label": "景德镇市", "selected": True, "level": 0},
        {"value": "360203", "label": "珠山区", "selected": False, "level": 1},
    ],
    "keep": [["grade", "shortfall"]],
}
FRAME: dict[str, Any] = {
    "language": "zh-CN",
    "is_demonstration": True,
    "navigation": NAVIGATION,
    "chooser": CHOOSER,
    "languages": [
        {"code": "zh", "label": "中文", "href": "?lang=zh", "active": True},
        {"code": "en", "label": "English", "href": "?lang=en", "active": False},
    ],
    "account": {"name": "王敏", "role": "体检办", "href": "/me", "log_out_href": "/log-out"},
    "city_name": "景德镇",
    "crumbs": [{"label": "评估", "href": "/assess"}, {"label": "六维"}],
}
STAFF: dict[str, Any] = {
    "facts": [
        {
            "label": "养老服务得分",
            "value": 64.2,
            "low": 62.1,
            "high": 66.3,
            "unit": "分",
            "year": 2024,
            "href": "/why/1",
        },
        {"label": "已采纳指标", "value": 46, "unit": "/ 134", "decimals": 0, "note": "上年同期 39"},
        {"label": "红色预警", "value": 0, "unit": "项", "decimals": 0},
        {"label": "居民满意度", "value": None, "state": "missing", "note": "调查未开始"},
        {"label": "窑址保护", "value": None, "state": "not_applicable", "note": "本区没有窑址"},
    ],
    "steps": [
        {"label": "采集", "state": "done", "note": "3 月 31 日"},
        {"label": "校核", "state": "done", "note": "5 月 12 日"},
        {"label": "评估", "state": "current", "note": "进行中"},
        {"label": "更新", "state": "todo", "note": "9 月起"},
    ],
    "scores": [
        {"label": "生态宜居", "score": 86.4, "low": 84.0, "high": 88.8, "grade": "strength", "href": "/d/1"},
        {"label": "健康舒适", "score": 71.9, "low": 69.5, "high": 74.3, "grade": "meets"},
        {"label": "养老服务", "score": 64.2, "low": 62.1, "high": 66.3, "grade": "meets"},
        {"label": "交通便捷", "score": 60.8, "low": 55.2, "high": 66.4, "grade": "cannot_tell"},
        {"label": "安全韧性", "score": 52.7, "low": 50.9, "high": 54.5, "grade": "shortfall"},
        {"label": "陶瓷产业", "score": 0.0, "grade": "shortfall"},
        {"label": "风貌特色", "score": None, "grade": "no_basis"},
    ],
    "years": [
        {"year": 2019, "value": 52.3},
        {"year": 2020, "value": 55.0},
        {"year": 2021, "value": None},
        {"year": 2022, "value": 63.8},
        {"year": 2023, "value": 71.4},
    ],
    "columns": [
        {"key": "name", "label": "地区", "href": "href", "sort_href": "?sort=name"},
        {
            "key": "value",
            "label": "覆盖率",
            "unit": "%",
            "kind": "number",
            "sorted": "descending",
            "sort_href": "?s",
        },
        {"key": "people", "label": "常住人口", "unit": "人", "kind": "number", "decimals": 0},
        {"key": "state", "label": "数值来历", "kind": "state"},
        {"key": "grade", "label": "评价", "kind": "grade"},
        {"key": "warning", "label": "预警", "kind": "warning", "width": "narrow"},
    ],
    "rows": [
        {
            "name": "珠山区",
            "href": "/a/360203",
            "value": {"value": 91.37, "low": 89.9, "high": 92.8},
            "people": 383500,
            "state": "reported",
            "grade": "strength",
            "warning": "none",
        },
        {
            "name": "浮梁县",
            "href": "/a/360222",
            "value": {"value": 71.4, "state": "modelled"},
            "people": 280400,
            "state": "modelled",
            "grade": "meets",
            "warning": "yellow",
        },
        {
            "name": "昌江区",
            "href": "/a/360202",
            "value": 48.25,
            "people": 201400,
            "state": "derived",
            "grade": "shortfall",
            "warning": "red",
            "tone": "bad",
        },
        {
            "name": "昌南新区",
            "href": "/a/x",
            "value": 0,
            "people": None,
            "state": "reported",
            "grade": "no_basis",
            "warning": "none",
        },
        {
            "name": "乐平市",
            "href": "/a/360281",
            "value": {"value": None, "state": "not_applicable"},
            "people": 753800,
            "state": "not_applicable",
            "grade": "cannot_tell",
            "warning": "none",
        },
    ],
    "total": {
        "name": "全市",
        "value": 70.6,
        "people": 1619100,
        "state": "derived",
        "grade": "meets",
        "warning": "none",
    },
    "problems": [
        {
            "place": "表 2 · C14",
            "message": "数值 1,240% 超出 0–100。",
            "cure": "请核对单位：这一列填百分数。",
            "href": "#c14",
        },
        {
            "place": "表 2 · C15",
            "message": "比上年低 43%。",
            "cure": "属实请在说明栏写原因。",
            "severity": "warning",
        },
    ],
}
RESIDENT: dict[str, Any] = {
    "scale": [
        {"value": number, "label": label, "strength": number, "media": {}}
        for number, label in enumerate(["很不满意", "不太满意", "一般", "比较满意", "非常满意"], start=1)
    ]
    + [{"value": 9, "label": "不清楚 / 没用过", "strength": 0, "media": {}}],
    "modes": [
        {"value": "walk", "label": "步行", "media": {}},
        {"value": "bike", "label": "电动车", "media": {}},
    ],
    "errors": [],
}


def _packed(name: str) -> Response:
    return Response(pack(name).body, mimetype=pack(name).mimetype)


def bare_app() -> Flask:
    """An application with the look alone: no database, no rooms."""
    app = Flask("look", static_folder=str(WEB / "static"), static_url_path="/static")
    app.config["SECRET_KEY"] = "look"
    app.jinja_loader = ChoiceLoader(  # type: ignore[assignment]
        [FileSystemLoader(WEB / "templates"), FileSystemLoader(Path(__file__).parent)]
    )
    Babel(app, default_locale="zh")
    app.jinja_env.globals["csrf_token"] = lambda: "token-of-the-session"
    # The room of forms serves the packs; here they stand at an address of their own.
    app.jinja_env.globals["pack_address"] = lambda name: f"/pack/{name}"
    app.add_url_rule("/pack/<name>", "pack", _packed)
    return app
