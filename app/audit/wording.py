"""The trail in the reader's words: what was written, where its page is, and what changed in it."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.audit.models import AuditEntry
from app.i18n import aside

ACTION_NAMES: dict[str, LazyString] = {
    "insert": _l("新增"),
    "update": _l("修改"),
    "delete": _l("删除"),
    "summary": _l("批量写入"),
    "access": _l("查看"),
    "event": _l("事件"),
}
SUBJECT_NAMES: dict[str, LazyString] = {
    "adoptions": _l("采用的数值"),
    "app_user_links": _l("手机用户的表单"),
    "app_users": _l("手机用户"),
    "area_scores": _l("综合得分"),
    "area_successions": _l("区域的前身"),
    "areas": _l("区域"),
    "assessment_runs": _l("评价"),
    "assignments": _l("填报任务"),
    "base_items": _l("数据项"),
    "benchmarks": _l("对标城市数值"),
    "campaigns": _l("填报批次"),
    "cell_reasons": _l("退回的格子"),
    "datasets": _l("大数据文件"),
    "departments": _l("部门"),
    "dimension_scores": _l("维度得分"),
    "dimensions": _l("维度"),
    "equivalences": _l("年度对应关系"),
    "evaluations": _l("指标评价"),
    "exam_years": _l("体检年度"),
    "figures": _l("填报的数"),
    "findings": _l("诊断出的问题"),
    # Of tables that are gone the trail still tells.
    "form_draft_files": _l("表单草稿的附件"),
    "form_drafts": _l("表单草稿"),
    "form_exports": _l("导出的答卷"),
    "form_files": _l("表单附件"),
    "form_versions": _l("表单版本"),
    "forms": _l("表单"),
    "formulas": _l("公式"),
    "functional_memberships": _l("功能区成员"),
    "indicator_sets": _l("指标库"),
    "indicator_values": _l("指标数值"),
    "indicators": _l("指标"),
    "item_values": _l("数据项的数"),
    "links": _l("问卷链接"),
    "margin_cells": _l("人口表的格子"),
    "margin_tables": _l("人口表"),
    "measurements": _l("大数据计算"),
    "plan_targets": _l("规划目标"),
    "priority_areas": _l("重点片区"),
    "priority_runs": _l("重点片区排序"),
    "project_events": _l("项目进展"),
    "projects": _l("更新项目"),
    "quarantine": _l("隔离的答卷"),
    "refused_uploads": _l("拒收的文件"),
    "report_events": _l("填报进展"),
    "report_versions": _l("填报版本"),
    "reports": _l("部门填报"),
    "role_grants": _l("角色"),
    "rule_versions": _l("评价规则"),
    "satisfactions": _l("指标满意度"),
    "standards": _l("标准"),
    "submission_comments": _l("答卷评论"),
    "submission_files": _l("答卷附件"),
    "submissions": _l("答卷"),
    "survey_responses": _l("调查的答卷清单"),
    "survey_bank_questions": _l("题库的题目"),
    "survey_bank_uploads": _l("待确认的题目表"),
    "survey_bank_uses": _l("调查用的题目版本"),
    "survey_bank_versions": _l("题目的版本"),
    "survey_draws": _l("抽样"),
    "survey_frame_units": _l("抽样框"),
    "survey_links": _l("入户链接"),
    "survey_sample_units": _l("样本住户"),
    "survey_strata": _l("抽样层"),
    "survey_wave_settings": _l("调查设置"),
    "survey_waves": _l("调查"),
    "survey_weight_runs": _l("加权"),
    "users": _l("账户"),
    "verdicts": _l("六把标尺的结论"),
    "webhooks": _l("通知地址"),
    "work_plan_items": _l("年度计划的项目"),
    "work_plans": _l("年度计划"),
}
#: The pages of single things: endpoint and the part of its address that the key fills.
_PAGES = {
    "assessment_runs": ("assessment.run", "run_id"),
    "datasets": ("sources.one", "dataset_id"),
    "forms": ("forms.form", "key"),
    "indicator_values": ("indicators.explain", "value_id"),
    "links": ("forms.link", "key"),
    "priority_areas": ("renewal.area", "priority_area_id"),
    "projects": ("renewal.project", "project_id"),
    "report_versions": ("reporting.version", "version_id"),
    "submissions": ("forms.submission", "key"),
    "survey_bank_questions": ("question_bank.question", "question_id"),
    "survey_links": ("surveys.visits", "wave_id"),
    "survey_waves": ("surveys.wave", "wave_id"),
    "users": ("accounts.account", "user_id"),
}
FIELD_NAMES: dict[str, LazyString] = {
    "action": _l("动作"),
    "active": _l("启用"),
    "area_id": _l("区域编号"),
    "code": _l("代码"),
    "created_at": _l("建立时间"),
    "department_id": _l("部门编号"),
    "decided_by": _l("决定人"),
    "display_name": _l("姓名"),
    "equal_to": _l("与此值相等，沿用原决定"),
    "exam_year": _l("体检年度"),
    "first": _l("第一行"),
    "form_id": _l("表单编号"),
    "id": _l("编号"),
    "kind": _l("种类"),
    "last": _l("最后一行"),
    "made_at": _l("时间"),
    "made_by": _l("操作者"),
    "name": _l("名称"),
    "name_en": _l("英文名称"),
    "name_zh": _l("中文名称"),
    "note": _l("说明"),
    "reason": _l("理由"),
    "role": _l("角色"),
    "root_id": _l("城市编号"),
    "rows": _l("行数"),
    "state": _l("状态"),
    "title": _l("标题"),
    "title_en": _l("英文标题"),
    "unit": _l("单位"),
    "user_id": _l("账户编号"),
    "username": _l("用户名"),
    "value": _l("数值"),
    "version": _l("版本"),
}


def entry_words(entry: AuditEntry) -> dict[str, Any]:
    """An entry with its subject in words, the address of its page if there is one, and its changes."""
    name = SUBJECT_NAMES.get(entry.subject)
    return {
        "at": entry.at,
        "actor": entry.actor,
        "action": str(ACTION_NAMES[entry.action]),
        "subject": f"{name or entry.subject} {entry.subject_id or ''}".strip(),
        "table": entry.subject,
        "href": None if entry.action == "delete" else _page(entry),
        "reason": entry.reason,
        "changes": _changes(entry.before or {}, entry.after or {}),
        "has_before": bool(entry.before),
    }


def subject_options() -> list[dict[str, str]]:
    """What the trail can be narrowed to."""
    named = sorted((str(name), table) for table, name in SUBJECT_NAMES.items())
    every = {"value": "", "label": _("全部")}
    return [every, *({"value": table, "label": aside(name, table)} for name, table in named)]


def _page(entry: AuditEntry) -> str | None:
    endpoint, part = _PAGES.get(entry.subject, ("", ""))
    key = entry.subject_id or ""
    if endpoint not in current_app.view_functions or not key.isdecimal():
        return None
    return url_for(endpoint, **{part: int(key)})


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Each field with its values; None where the entry holds none."""
    return [
        {
            "field": str(FIELD_NAMES.get(name, name)),
            "before": _value(name, before[name]) if name in before else None,
            "after": _value(name, after[name]) if name in after else None,
        }
        for name in dict.fromkeys([*before, *after])
    ]


def _value(name: str, value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name == "action" and value in ACTION_NAMES:
        return str(ACTION_NAMES[value])
    if isinstance(value, dict | list):
        return str(current_app.json.dumps(value, ensure_ascii=False, sort_keys=False))
    return str(value)
