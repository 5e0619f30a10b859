"""Pages of the question bank: the list, one question with its versions, uploads, a survey made from it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import (
    ANALYSTS,
    area_scope,
    city_scope,
    is_within,
    own_city,
    permit_area,
    permit_city,
    works_for_city,
)
from app.areas.models import Area
from app.areas.queries import city_by_code, roots
from app.errors import whole_number
from app.i18n import named
from app.surveys import bank_presenting as presenting
from app.surveys.bank_choosing import choose, offers, record_uses
from app.surveys.bank_importing import apply_upload, drop_upload, keep_upload, plan_of
from app.surveys.bank_queries import (
    bank_question,
    bank_upload,
    matching,
    newest_versions,
    uses_of,
    versions_of,
)
from app.surveys.bank_revising import restore, retire, revise
from app.surveys.bank_workbook import bank_workbook
from app.surveys.designing import create_wave
from app.surveys.form_fields import needed_file, needed_number, sent_file, wave_plan
from app.surveys.models import DESIGNS, BankQuestion, BankUpload
from app.surveys.presenting import design_options
from app.surveys.queries import wave_name
from app.surveys.question_list import read_question_list

blueprint = Blueprint("question_bank", __name__, template_folder="templates")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The questions of a city, by section and text; retired ones on demand."""
    city = _shown_city()
    retired = bool(request.args.get("retired"))
    section, text = request.args.get("dimension", ""), request.args.get("text", "").strip()
    every = newest_versions(city.id, retired=retired) if city is not None else []
    return render_template(
        "surveys/bank.html",
        city=city,
        cities=_options(_shown_cities()),
        rows=presenting.question_rows(matching(every, section=section, text=text)),
        count=len(every),
        sections=presenting.section_options(every),
        asked={"dimension": section, "text": text, "retired": retired},
        works=city is not None and works_for_city(city.id),
    )


@blueprint.get("/<int:question_id>")
def question(question_id: int) -> ResponseReturnValue:
    """One question: its present version, all versions with their differences, where and with what result."""
    found = _shown(question_id)
    versions, uses = versions_of(question_id), uses_of(question_id)
    content = versions[0].content
    return render_template(
        "surveys/bank_question.html",
        question=found,
        present=versions[0],
        text=presenting.wording(content),
        facts=presenting.facts(content),
        choices=presenting.choice_rows(content),
        standing=presenting.standing(found),
        versions=presenting.version_rows(versions, uses),
        results=presenting.result_rows(found, uses, area_scope(ANALYSTS)) if content["scored"] else [],
        works=works_for_city(found.root_id),
    )


@blueprint.post("/<int:question_id>")
def change(question_id: int) -> ResponseReturnValue:
    """Give a question a new wording as its next version."""
    found = _own(question_id)
    made = revise(
        question_id=question_id,
        number=needed_number("number"),
        wording={
            name: text.strip() for name, text in request.form.items() if name.startswith(("text_", "hint_"))
        },
        valid_from=needed_number("valid_from"),
        reason=_reason(),
    )
    if made is None:
        flash(_("没有改动，仍是原来的版本。"), "info")
    else:
        flash(_("题目“%(code)s”已存为第 %(number)s 版。", code=found.code, number=made.number), "success")
    return redirect(url_for("question_bank.question", question_id=question_id))


@blueprint.post("/<int:question_id>/retire")
def retire_question(question_id: int) -> ResponseReturnValue:
    """Ask a question no more."""
    found = _own(question_id)
    retire(question_id=question_id, retired_from=needed_number("retired_from"), reason=_reason())
    flash(_("题目“%(code)s”自 %(year)s 年度起停用。", code=found.code, year=found.retired_from), "success")
    return redirect(url_for("question_bank.question", question_id=question_id))


@blueprint.post("/<int:question_id>/restore")
def restore_question(question_id: int) -> ResponseReturnValue:
    """Ask a retired question again."""
    found = _own(question_id)
    restore(question_id=question_id)
    flash(_("题目“%(code)s”已恢复使用。", code=found.code), "success")
    return redirect(url_for("question_bank.question", question_id=question_id))


@blueprint.get("/workbook")
def workbook() -> ResponseReturnValue:
    """The bank of a city as a workbook that can be uploaded again."""
    city = _city(request.args.get("root", ""))
    name = f"question-bank-{city.code}.xlsx"
    return send_file(BytesIO(bank_workbook(city.id)), mimetype=_XLSX, as_attachment=True, download_name=name)


@blueprint.post("/upload")
def upload() -> ResponseReturnValue:
    """Read a question list and keep it until somebody has seen what it changes."""
    city = own_city(request.form.get("root", ""))
    file = needed_file("questions")
    made = keep_upload(
        root=city,
        listed=read_question_list(
            questions=file, choices=sent_file("choices"), sections=sent_file("sections")
        ),
        filename=file[1],
        valid_from=needed_number("valid_from"),
        reason=_reason(),
    )
    return redirect(url_for("question_bank.plan", upload_id=made.id))


@blueprint.get("/uploads/<int:upload_id>")
def plan(upload_id: int) -> ResponseReturnValue:
    """What a list would change."""
    found = _own_upload(upload_id)
    planned = plan_of(found)
    return render_template(
        "surveys/bank_upload.html",
        upload=found,
        plan=planned,
        groups=presenting.plan_groups(planned),
        absent=presenting.question_rows(planned.absent),
        returning=[each.code for each in planned.planned if each.returns],
    )


@blueprint.post("/uploads/<int:upload_id>")
def take_in(upload_id: int) -> ResponseReturnValue:
    """Take the list in as it was shown, or forget it."""
    found = _own_upload(upload_id)
    root = found.root.code
    if request.form.get("drop"):
        drop_upload(upload_id=upload_id)
        flash(_("没有导入，题库没有变化。"), "info")
    else:
        done = apply_upload(upload_id=upload_id, seen=request.form.get("seen", ""))
        counts = {state: len(done.of_state(state)) for state in ("new", "changed", "unchanged")}
        flash(
            _("题库已更新：新增 %(new)s 题，%(changed)s 题有新版本，%(unchanged)s 题没有改动。", **counts),
            "success",
        )
    return redirect(url_for("question_bank.index", root=root))


@blueprint.get("/survey")
def survey() -> ResponseReturnValue:
    """Choose the questions of a year's survey."""
    city = own_city(request.args.get("root", ""))
    year = whole_number(request.args.get("exam_year"))
    rows = presenting.offer_rows(offers(city.id, year)) if year is not None else []
    return render_template(
        "surveys/bank_survey.html",
        city=city,
        rows=rows,
        chosen_year=year or "",
        chosen_root=city.code,
        designs=design_options(DESIGNS),
    )


@blueprint.post("/survey")
def make_survey() -> ResponseReturnValue:
    """Publish the form of the chosen questions, open its wave, and keep which versions it asks."""
    city = own_city(request.form.get("root", ""))
    facts: dict[str, Any] = wave_plan(city)
    chosen = choose(
        city.id,
        facts["exam_year"],
        codes=request.form.getlist("ask"),
        as_before=request.form.getlist("as_before"),
    )
    wave = create_wave(**facts, questions=chosen.listed)
    record_uses(wave=wave, chosen=chosen)
    flash(_("调查“%(name)s”已建立，表单已发布。", name=wave_name(wave)), "success")
    if chosen.left_out:
        codes = sorted({code for linked in chosen.left_out.values() for code in linked})
        flash(_("本年度的指标库里没有 %(codes)s，题目与它们的联系已略去。", codes=" ".join(codes)), "info")
    return redirect(url_for("surveys.wave", wave_id=wave.id))


def _reason() -> str:
    return request.form.get("reason", "").strip()


def _options(cities: list[Area]) -> list[dict[str, str]]:
    return [{"value": each.code, "label": named(each.name_zh, each.name_en)} for each in cities]


def _shown_cities() -> list[Area]:
    scope = city_scope()
    return [each for each in roots() if is_within(scope, each.id)]


def _shown_city() -> Area | None:
    """The city asked for, else the first that the reader may read; None before there is one."""
    code, cities = request.args.get("root", ""), _shown_cities()
    if code:
        return _city(code)
    return cities[0] if cities else None


def _city(code: str) -> Area:
    city = city_by_code(code)
    permit_area(city_scope(), city.id)
    return city


def _shown(question_id: int) -> BankQuestion:
    found = bank_question(question_id)
    permit_area(city_scope(), found.root_id)
    return found


def _own(question_id: int) -> BankQuestion:
    found = bank_question(question_id)
    permit_city(found.root_id)
    return found


def _own_upload(upload_id: int) -> BankUpload:
    found = bank_upload(upload_id)
    permit_city(found.root_id)
    return found
