"""Pages of the room: tasks of a department, the board of the exam office, versions and decisions."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.areas.queries import city_by_code, roots
from app.errors import Invalid, NotFound, describe, year_of
from app.i18n import named
from app.indicators.queries import years_with_sets
from app.reporting import permitting, presenting, queries, returning
from app.reporting.asking import asked_of
from app.reporting.campaigns import close_campaign, open_campaign, renew_assignments, reopen_campaign
from app.reporting.models import Campaign
from app.reporting.places import how_many, places_of, shown_places
from app.reporting.refusing import keep_refused
from app.reporting.reviewing import CellReasonInput, accept, reopen, return_report
from app.reporting.states import ReportState
from app.reporting.submitting import submit, withdraw
from app.reporting.templates import department_by_id, department_template, template_filename
from app.web.navigation import speaks_of
from app.web.telling import tell

blueprint = Blueprint("reporting", __name__, template_folder="templates")
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Own tasks for people of departments; the board of a campaign for the exam office."""
    year = request.args.get("year")
    known = queries.campaigns(year_of(year) if year else None)
    scope = permitting.own_departments()
    if scope is not None:
        tasks = [
            row
            for each in known
            for row in presenting.task_rows(
                each, [line for line in queries.board(each.id) if line.department_id in scope]
            )
        ]
        return render_template("reporting/tasks.html", tasks=tasks)
    wanted = request.args.get("campaign", type=int)
    chosen = next((each for each in known if each.id == wanted), known[0] if known else None)
    board = queries.board(chosen.id) if chosen else []
    return render_template(
        "reporting/board.html",
        campaign=chosen,
        tabs=[
            {
                "label": presenting.campaign_name(each),
                "href": url_for("reporting.index", campaign=each.id),
                "active": each is chosen,
            }
            for each in known
        ],
        state=presenting.campaign_badge(chosen) if chosen else None,
        facts=presenting.board_facts(board),
        rows=presenting.board_rows(chosen, board) if chosen else [],
        years=years_with_sets(),
        roots=roots(),
        may_open=permitting.is_office(),
    )


@blueprint.post("/")
def open_new() -> ResponseReturnValue:
    """Open a campaign."""
    form = request.form
    campaign = open_campaign(
        exam_year=year_of(form.get("exam_year")),
        root_id=city_by_code(form.get("root", "")).id,
        due_on=_day(form.get("due_on")),
        vintage=form.get("vintage", "").strip() or None,
    )
    flash(_("填报任务已布置给各部门。"), "success")
    return redirect(url_for("reporting.index", campaign=campaign.id))


@blueprint.post("/campaigns/<int:campaign_id>/close")
def close(campaign_id: int) -> ResponseReturnValue:
    """Take no more submissions."""
    close_campaign(campaign_id=campaign_id)
    flash(_("填报已结束，各部门不能再提交。"), "success")
    return redirect(_board_of(campaign_id))


@blueprint.post("/campaigns/<int:campaign_id>/reopen")
def reopen_closed(campaign_id: int) -> ResponseReturnValue:
    """Take submissions again."""
    reopen_campaign(campaign_id=campaign_id)
    flash(_("填报已重新开始，各部门可以提交。"), "success")
    return redirect(_board_of(campaign_id))


@blueprint.post("/campaigns/<int:campaign_id>/renew")
def renew(campaign_id: int) -> ResponseReturnValue:
    """Ask by the catalogue now in force."""
    count = renew_assignments(campaign_id=campaign_id)
    flash(_("已按现行指标库重新布置，共 %(count)s 项数据。", count=count), "success")
    return redirect(_board_of(campaign_id))


@blueprint.get("/<int:campaign_id>/<int:department_id>")
def task(campaign_id: int, department_id: int) -> ResponseReturnValue:
    """What a department has to do: what came back first, then download and upload, then the history."""
    permitting.permit_reading(department_id)
    return _task_page(campaign_id, department_id)


@blueprint.get("/<int:campaign_id>/<int:department_id>/template")
def template(campaign_id: int, department_id: int) -> ResponseReturnValue:
    """The template; with ``?filled=1`` the figures of the newest version stand in it."""
    permitting.permit_reading(department_id)
    asked = asked_of(queries.campaign_by_id(campaign_id), department_by_id(department_id))
    report = queries.report_of(campaign_id, department_id)
    filled = {}
    if request.args.get("filled") and report and report.versions:
        filled = queries.filled_cells(report.versions[-1].id)
    content = department_template(campaign_id=campaign_id, department_id=department_id, filled=filled)
    return _workbook(content, template_filename(asked))


@blueprint.post("/<int:campaign_id>/<int:department_id>")
def upload(campaign_id: int, department_id: int) -> ResponseReturnValue:
    """File a workbook, or show every problem with its cell."""
    permitting.permit_filing(department_id)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("file-missing")
    content, filename = sent.read(), sent.filename
    try:
        version = submit(
            campaign_id=campaign_id, department_id=department_id, content=content, filename=filename
        )
    except Invalid as problem:
        if problem.places:
            keep_refused(
                campaign_id=campaign_id,
                department_id=department_id,
                content=content,
                filename=filename,
                problem=problem,
            )
        page = _task_page(campaign_id, department_id, problem=problem, filename=filename)
        return page, problem.status
    flash(_("第 %(number)s 版已提交，等待审核。", number=version.number), "success")
    return redirect(url_for("reporting.version", version_id=version.id))


@blueprint.get("/<int:campaign_id>/<int:department_id>/refused")
def refused_workbook(campaign_id: int, department_id: int) -> ResponseReturnValue:
    """The workbook that could not be taken, with comments in its cells."""
    permitting.permit_reading(department_id)
    refused = queries.refused_upload(campaign_id, department_id)
    if refused is None:
        raise NotFound("not-found")
    return _workbook(returning.refused_workbook(refused), _("带批注_%(name)s", name=refused.filename))


@blueprint.get("/versions/<int:version_id>")
def version(version_id: int) -> ResponseReturnValue:
    """A version with its figures; the exam office decides here."""
    kept = queries.version_by_id(version_id)
    permitting.permit_reading(kept.report.department_id)
    speaks_of(kept.report.campaign.exam_year)
    report = queries.report_of(kept.report.campaign_id, kept.report.department_id)
    state = queries.state_of(report)
    newest = state.version_id == kept.id
    deciding = permitting.is_office() and newest and state.may("accepted")
    return render_template(
        "reporting/version.html",
        version=kept,
        report=report,
        department=named(kept.report.department.name_zh, kept.report.department.name_en),
        campaign=presenting.campaign_name(kept.report.campaign),
        status=presenting.status_badge(state),
        newest=newest,
        newest_id=state.version_id,
        facts=presenting.version_facts(kept),
        warnings=presenting.warning_list(kept),
        tables=presenting.figure_tables(kept, with_reasons=deciding),
        deciding=deciding,
        may_reopen=newest and _may_reopen(kept.report.campaign, state),
        may_withdraw=permitting.may_withdraw(kept.report.department_id) and newest and state.may("withdrawn"),
    )


@blueprint.get("/versions/<int:version_id>/workbook")
def version_file(version_id: int) -> ResponseReturnValue:
    """The workbook as it was filed."""
    kept = queries.version_by_id(version_id)
    permitting.permit_reading(kept.report.department_id)
    return _workbook(returning.original_workbook(kept), kept.filename)


@blueprint.get("/events/<int:event_id>/workbook")
def returned_workbook(event_id: int) -> ResponseReturnValue:
    """The returned workbook with the reasons in its cells."""
    event = queries.event(event_id)
    permitting.permit_reading(event.report.department_id)
    return _workbook(returning.returned_workbook(event), _("退回_%(name)s", name=event.version.filename))


@blueprint.post("/versions/<int:version_id>/return")
def send_back(version_id: int) -> ResponseReturnValue:
    """Return a version with the reasons of its cells."""
    kept = queries.version_by_id(version_id)
    typed = _typed_reasons()
    reasons = [
        CellReasonInput(row.item_code, row.area_code, typed[str(row.id)])
        for row in queries.figures(version_id)
        if str(row.id) in typed
    ]
    return_report(version_id=version_id, reasons=reasons, text=request.form.get("text", ""))
    flash(_("已退回，部门会看到每一格的原因。"), "success")
    return redirect(_board_of(kept.report.campaign_id))


@blueprint.post("/versions/<int:version_id>/accept")
def accept_version(version_id: int) -> ResponseReturnValue:
    """Accept a version: its figures count from now on."""
    kept = queries.version_by_id(version_id)
    if _typed_reasons():
        raise Invalid("accept-with-reasons")
    accept(version_id=version_id, text=request.form.get("text", ""))
    campaign = kept.report.campaign
    place = {"year": campaign.exam_year, "area": campaign.root.code}
    tell(
        _("已通过，数字已计入。重新计算并评价之后，结果才会更新。"),
        (_("看计入的数字"), url_for("reporting.version", version_id=version_id)),
        (_("看指标"), url_for("dashboard.indicators", **place)),
        (_("下一步：更新评价"), url_for("dashboard.overview", **place)),
    )
    return redirect(_board_of(campaign.id))


@blueprint.post("/versions/<int:version_id>/withdraw")
def withdraw_version(version_id: int) -> ResponseReturnValue:
    """The department takes its version back."""
    kept = queries.version_by_id(version_id)
    permitting.permit_withdrawing(kept.report.department_id)
    withdraw(version_id=version_id, text=request.form.get("text", ""))
    flash(_("已撤回，可以重新提交。"), "success")
    return redirect(_task_of(kept.report.campaign_id, kept.report.department_id))


@blueprint.post("/<int:report_id>/reopen")
def reopen_report(report_id: int) -> ResponseReturnValue:
    """Let a department correct an accepted report."""
    event = reopen(report_id=report_id, text=request.form.get("text", ""))
    flash(_("已重新打开，部门可以提交更正。"), "success")
    return redirect(_task_of(event.report.campaign_id, event.report.department_id))


def _task_page(
    campaign_id: int, department_id: int, *, problem: Invalid | None = None, filename: str = ""
) -> str:
    campaign, department = queries.campaign_by_id(campaign_id), department_by_id(department_id)
    speaks_of(campaign.exam_year)
    report = queries.report_of(campaign_id, department_id)
    state = queries.state_of(report)
    came_back = report is not None and state.status in ("returned", "reopened")
    returned = report.events[-1] if report and came_back else None
    refused = queries.refused_upload(campaign_id, department_id)
    return render_template(
        "reporting/task.html",
        campaign=campaign,
        campaign_name=presenting.campaign_name(campaign),
        department=department,
        asked=asked_of(campaign, department),
        state=state,
        status=presenting.status_badge(state),
        steps=presenting.steps_of(state),
        returned=returned,
        reasons=presenting.reason_list(returned) if returned else [],
        problem=describe(problem.code, problem.facts) if problem else None,
        problems=shown_places(problem.places) if problem else [],
        problem_count=how_many(problem.places) if problem else 0,
        filename=filename,
        refused=refused,
        refused_count=how_many(places_of(refused.problems)) if refused else 0,
        history=presenting.history_rows(report),
        report=report,
        may_reopen=_may_reopen(campaign, state),
        may_upload=permitting.may_file(department_id) and state.may_submit and campaign.state == "open",
    )


def _typed_reasons() -> dict[str, str]:
    """Reasons typed beside figures, by the figure's id."""
    return {
        name.removeprefix("reason:"): text.strip()
        for name, text in request.form.items()
        if name.startswith("reason:") and text.strip()
    }


def _may_reopen(campaign: Campaign, state: ReportState) -> bool:
    """In a closed campaign nobody could send what was reopened."""
    return campaign.state == "open" and permitting.is_office() and state.may("reopened")


def _task_of(campaign_id: int, department_id: int) -> str:
    return url_for("reporting.task", campaign_id=campaign_id, department_id=department_id)


def _board_of(campaign_id: int) -> str:
    return url_for("reporting.index", campaign=campaign_id)


def _workbook(content: bytes, filename: str) -> Response:
    return send_file(BytesIO(content), mimetype=_WORKBOOK, as_attachment=True, download_name=filename)


def _day(text: str | None) -> date:
    if not text:
        raise Invalid("due-date-missing")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("date-unreadable", found=text) from error
