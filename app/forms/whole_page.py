"""The whole form as a part of a page: every screen with its rules, which the script takes over with."""

from __future__ import annotations

import json
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.errors import describe
from app.forms.drafting import LARGEST_FILE_MB
from app.forms.tongues import form_language, other_tongues, spoken
from app.forms.visiting import Visit
from app.forms.whole_form import WholeForm, files_of
from app.i18n import language
from app.xforms.shipping import node_numbers

#: Data type of a question → the code of what is said where an answer is none.
_TYPE_CODES = {
    "int": "answer-not-an-integer",
    "decimal": "answer-not-a-decimal",
    "date": "answer-not-a-date",
    "time": "answer-not-a-time",
    "dateTime": "answer-not-a-datetime",
    "geopoint": "answer-not-a-geopoint",
}
#: Of these it is said in general words.
_TYPES_WITHOUT_CODE = frozenset({"boolean", "geotrace", "geoshape"})


def whole_parts(visit: Visit) -> dict[str, Any]:
    """What the template ``forms/whole_parts.html``, and the page around it, are drawn from."""
    token, definition = visit.link.token, visit.definition
    form = WholeForm(definition, form_language(definition), one_page=visit.one_page)
    return {
        "visit": visit,
        "screens": form.screens(
            lambda name: url_for("resident.media", token=token, file_name=name),
            url_for("resident.outline", token=token),
        ),
        "files": files_of(definition, form.language),
        "rules": _script_json(form.facts()),
        "page": _script_json(_told(visit)),
        "other_tongues": other_tongues(definition),
        "spoken": spoken(definition),
    }


def _told(visit: Visit) -> dict[str, object]:
    """What the scripts are told besides the form: where they are, what may be kept, and their words."""
    form, version = visit.link.form, visit.version
    consent = None
    if version.consent_path is not None:
        consent = [node_numbers(visit.definition)[version.consent_path], version.consent_value]
    told = {
        "token": visit.link.token,
        "version": str(version.id),
        "language": language(),
        "words_in": form_language(visit.definition),
        "further": form_language(visit.definition) if spoken(visit.definition) else "",
        "zone": current_app.config["SETTINGS"].time_zone,
        "keeps": form.device_drafts,
        "consent": consent,
        "largest": LARGEST_FILE_MB,
        "words": _words(visit),
    }
    # What there is none of needs no words.
    return {name: value for name, value in told.items() if value is not None and value != ""}


def _words(visit: Visit) -> dict[str, str]:
    """Sentences that depend on what happens in the browser; {0} and {1} are filled there."""
    asked = {question.data_type for question in visit.definition.questions.values()}
    return {
        **{type_: describe(code) for type_, code in _TYPE_CODES.items() if type_ in asked},
        "progress": _("第 %(done)s 题，共 %(total)s 题", done="{0}", total="{1}"),
        "look": _("还有 %(count)s 处需要您看一下", count="{0}"),
        "pair": _("%(a)s：%(b)s", a="{0}", b="{1}"),
        "comma": _("、"),
        "disconnected": _("现在没有网络。请不要关闭页面，恢复网络后再提交。"),
        **({} if request.is_secure else _words_of_plain_http()),
        "sending": _("正在发送…"),
        "refused": _("答卷没有被收下：%(reason)s 您填写的内容都在，请修改后再提交。", reason="{0}"),
        "language": _("没有网络，暂时不能切换语言。"),
        "failed": _("没有发送成功，请稍后再试。您填写的内容都在。"),
        "gone": _("这份填写用的是较早的问卷，现在取不到。恢复网络后再打开这个页面，填写的内容都在。"),
        **({} if visit.link.kind == "personal" else _words_of_elsewhere()),
        **_words_of_keeping(keeps=visit.link.form.device_drafts),
        **_words_of_some_forms(visit),
    }


def _words_of_plain_http() -> dict[str, str]:
    return {"insecure": _("这个地址不是安全连接（https）：没有网络时打不开这个页面，其他功能不受影响。")}


def _words_of_elsewhere() -> dict[str, str]:
    code = _("续填码 %(code)s，请记下，不要告诉别人。在另一台设备上打开同一个链接，用它接着填。", code="{0}")
    return {"code": code}


def _words_of_keeping(*, keeps: bool) -> dict[str, str]:
    if not keeps:
        return {"unkept": _("这次调查不在设备上留下已填写的内容，关闭页面后会丢失。请填完后提交。")}
    return {
        "saving": _("正在保存…"),
        "saved": _("已填写的内容保存在这台设备上，可以关闭页面，稍后用这个链接继续。"),
        "lost": _("这台设备不能保存已填写的内容，关闭页面后会丢失。请填完后提交。"),
        "offline": _("现在没有网络。可以继续填写，提交的答卷会在恢复网络后自动发出。"),
        "waiting": _("有 %(count)s 份答卷等待发送，恢复网络后自动发出。", count="{0}"),
        "sent": _("等待发送的答卷已经发出，回执号：%(receipt)s", receipt="{0}"),
    }


def _words_of_some_forms(visit: Visit) -> dict[str, str]:
    questions, found = visit.definition.questions.values(), {}
    if any(each.constraint is not None and not each.constraint_message for each in questions):
        found["constraint"] = describe("answer-constraint")
    if any(each.data_type in _TYPES_WITHOUT_CODE for each in questions):
        found["type"] = describe("answer-type", {"found": "{0}"})
    if any(question.itemset is not None for question in questions):
        found["choice"] = describe("answer-choice-not-offered")
    if any(question.is_upload for question in questions):
        found["large"] = describe("answer-file-too-large", {"limit": "{0}"})
        found["picture"] = describe("answer-file-kind")
    return found


def _script_json(value: object) -> Markup:
    """JSON that may stand in a script element: nothing in it ends the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - what could end the element is escaped
