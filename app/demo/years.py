"""One exam year of the demonstration, from the survey to the priority areas, through the real doors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.accounts.managing import department_coded
from app.accounts.models import Department
from app.analysis.crosschecking import SOURCE_OF
from app.areas.importing import import_margins
from app.areas.models import Area
from app.areas.queries import descendants
from app.audit import acting_as
from app.db import db, unit_of_work
from app.demo import imagery, places, reporters, traces
from app.demo.figures import Reporters
from app.demo.phones import FormFace, Sent, send_all
from app.demo.residents import Filled, Item, Unit, respondents
from app.errors import Invalid
from app.forms.definitions import definition_of
from app.forms.queries import form as form_by_id
from app.forms.queries import published_version
from app.indicators.adopting import adopt_by_hand
from app.indicators.queries import adopted
from app.jobs import enqueue, wait_for
from app.reporting.campaigns import close_campaign, open_campaign
from app.reporting.filling import fill
from app.reporting.queries import assigned_items, report_of
from app.reporting.reviewing import CellReasonInput, accept, reopen, return_report
from app.reporting.submitting import submit
from app.reporting.templates import department_template
from app.sources.importing import import_dataset
from app.surveys.bank_choosing import choose, record_uses
from app.surveys.bank_importing import import_questions
from app.surveys.designing import change_settings, create_wave
from app.surveys.models import Wave
from app.surveys.queries import unit_links
from app.surveys.question_list import QuestionList, read_question_list
from app.surveys.sampling import draw_sample, import_frame
from app.surveys.settings import Nearby
from app.surveys.wave_settings import current_settings

_MARGINS = (
    {"variable": "sex", "table_variable": "sex", "level": "city"},
    {"variable": "age_band", "table_variable": "age_band", "level": "city"},
    {"variable": "district", "table_variable": "district", "level": "city"},
)
#: Streets with a major sight: the Imperial Kiln, Taoxichuan, Sanbao.
_SIGHT_STREETS = frozenset({"360203004", "360203007", "360203011"})


@dataclass(frozen=True)
class Size:
    """How large the demonstration is: sampled committees and people in the last and in earlier years."""

    psus_last: int = 118
    units_last: int = 86
    psus_earlier: int = 96
    units_earlier: int = 36

    def sample(self, year: int, last: int) -> tuple[int, int]:
        """Committees and people in each of them."""
        if year == last:
            return self.psus_last, self.units_last
        return self.psus_earlier, self.units_earlier


FULL = Size()
#: For tests: the same doors, a handful of people.
SMALL = Size(psus_last=24, units_last=14, psus_earlier=20, units_earlier=10)


@dataclass(frozen=True)
class Plan:
    """What the building of a year needs to know."""

    seed: int
    year: int
    last_year: int
    root_id: int
    size: Size


def fill_bank(root_id: int, first_year: int) -> None:
    """The city's own questionnaire, taken into its question bank from the first exam year on."""
    folder = places.DATA / "survey"
    names = ("survey_questions.csv", "survey_choices.csv", "survey_sections.csv")
    questions, choices, sections = ((folder / name).read_bytes() for name in names)
    import_questions(
        root=db.session.get_one(Area, root_id),
        listed=read_question_list(
            questions=(questions, names[0]), choices=(choices, names[1]), sections=(sections, names[2])
        ),
        valid_from=first_year,
        reason="演示：建立题库",
    )


def run_job(kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Queue a job as a member of staff does and wait for its end."""
    with unit_of_work():
        job_id = enqueue(kind=kind, arguments=arguments).id
    job = wait_for(job_id, seconds=900)
    if job.state != "succeeded":
        raise RuntimeError(f"job {kind} failed: {job.error_code} {job.error_facts} {job.error_trace or ''}")
    return dict(job.result or {})


def hold_survey(app: Flask, plan: Plan) -> tuple[int, Sent]:
    """The resident survey: form, sample, answers from phones, weights, estimates. Gives the wave's id."""
    wave_id, questions, margin_name = open_wave(plan)
    face, filled = filled_forms(plan, wave_id, questions)
    db.session.rollback()
    sent = send_all(app, face, filled, seed=plan.seed, year=plan.year)
    arguments = {"wave_id": wave_id, "margin_table": margin_name, "margins": list(_MARGINS)}
    run_job("surveys.weigh", arguments)
    run_job("surveys.estimate", {"wave_id": wave_id})
    return wave_id, sent


def open_wave(plan: Plan) -> tuple[int, QuestionList, str]:
    """Publish the year's form and draw its sample: the wave's id, the questions, the margins' name."""
    margin_name = f"{plan.year - 1} 年 16 岁以上人口边际（演示）"
    with unit_of_work(), acting_as("system:demo"):
        chosen = choose(plan.root_id, plan.year)
        import_margins(
            content=places.margin_table(plan.seed, plan.year - 1),
            filename=f"margins_{plan.year - 1}.csv",
            name=margin_name,
            root=db.session.get_one(Area, plan.root_id),
            reference_year=plan.year - 1,
            source_note=places.MARGIN_NOTE,
        )
        wave = create_wave(
            exam_year=plan.year,
            root_id=plan.root_id,
            name=f"{plan.year} 年居民满意度调查",
            name_en=f"Resident satisfaction survey {plan.year}",
            form_id=f"resident_satisfaction_{plan.year}",
            title_zh=f"{plan.year} 年景德镇市城市体检居民问卷（演示）",
            title_en=f"Jingdezhen resident survey {plan.year} (demonstration)",
            version=f"{plan.year}050101",
            questions=chosen.listed,
        )
        record_uses(wave=wave, chosen=chosen)
        change_settings(wave_id=wave.id, settings=replace(current_settings(wave), nearby=_sights()))
        frame = places.frame_table(plan.seed, plan.year - 1)
        import_frame(wave_id=wave.id, content=frame, filename=f"frame_{plan.year - 1}.csv")
        psus, units_per_psu = plan.size.sample(plan.year, plan.last_year)
        seed = plan.seed + plan.year
        draw_sample(wave_id=wave.id, seed=seed, psus=psus, units_per_psu=units_per_psu)
        return wave.id, chosen.listed, margin_name


def _sights() -> dict[str, Nearby]:
    """Where the residents live whose answers make ST05: round the sketched centres of three streets."""
    centres = [(street.lat, street.lon) for street in places.streets() if street.code in _SIGHT_STREETS]
    return {"ST05": Nearby(question="home_point", metres=500.0, points=tuple(centres))}


def filled_forms(plan: Plan, wave_id: int, questions: QuestionList) -> tuple[FormFace, list[Filled]]:
    """What a phone knows of the wave's form, and the forms that residents filled in."""
    wave = db.session.get_one(Wave, wave_id)
    definition = definition_of(published_version(form_by_id(wave.form_id or 0)))
    face = FormFace(
        definition.form_id,
        definition.version,
        definition.root_name,
        {question.name: path for path, question in definition.questions.items()},
    )
    homes = {community.code: community for community in places.communities() if community.in_frame}
    units = [Unit(f"{link.psu}-{link.unit:04d}", link.token, homes[link.psu]) for link in unit_links(wave_id)]
    items = [
        Item(question.name, question.section, question.type)
        for question in questions.questions
        if question.type in {"select_one sat5", "select_one impact"} and question.name != "attn"
    ]
    return face, respondents(plan.seed, plan.year, units, items, list(homes.values()))


def collect_reports(plan: Plan) -> dict[str, int]:
    """Departments fill their workbooks; wrong ones are refused or returned, then corrected and accepted."""
    with unit_of_work(), acting_as("system:demo"):
        campaign = open_campaign(exam_year=plan.year, root_id=plan.root_id, due_on=date(plan.year, 6, 30))
        campaign_id = campaign.id
    found = Reporters(plan.seed, plan.year)
    area_codes = _areas_by_level(plan.root_id)
    counts = {"refused": 0, "returned": 0, "accepted": 0}
    query = select(Department.id, Department.code).order_by(Department.code)
    for department_id, code in db.session.execute(query).all():
        asked = [
            (item.code, area)
            for level, listed in assigned_items(campaign_id, department_id).items()
            for item in listed
            for area in area_codes[level]
        ]
        if asked:
            _one_department(campaign_id, department_id, code, reporters.right_cells(found, asked), counts)
    with unit_of_work(), acting_as("demo:office"):
        if plan.year < plan.last_year:
            close_campaign(campaign_id=campaign_id)
        else:
            _leave_one_open(campaign_id)
    return counts


def _leave_one_open(campaign_id: int) -> None:
    """One report of the last year waits for a correction, for whoever tries the department's side."""
    held = report_of(campaign_id, department_coded(reporters.REOPENED).id)
    if held is not None:
        reopen(report_id=held.id, text=reporters.REOPENED_BECAUSE)


def _one_department(
    campaign_id: int, department_id: int, code: str, cells: reporters.Cells, counts: dict[str, int]
) -> None:
    template = department_template(campaign_id=campaign_id, department_id=department_id)
    first = reporters.first_attempt(code, cells)

    def send(content: bytes) -> int:
        with unit_of_work(), acting_as(f"demo:report-{code}"):
            return submit(
                campaign_id=campaign_id,
                department_id=department_id,
                content=content,
                filename=f"{code}.xlsx",
            ).id

    try:
        version_id = send(fill(template, first.cells))
    except Invalid:
        if first.wrong is None:
            raise
        counts["refused"] += 1
        version_id = send(fill(template, cells))
    else:
        if first.wrong is not None:
            reason = CellReasonInput(*first.wrong, reporters.RETURNED_FIRST[code])
            with unit_of_work(), acting_as("demo:office"):
                return_report(version_id=version_id, reasons=[reason])
            counts["returned"] += 1
            version_id = send(fill(template, cells))
    with unit_of_work(), acting_as("demo:office"):
        accept(version_id=version_id)
    counts["accepted"] += 1


def _areas_by_level(root_id: int) -> dict[str, list[str]]:
    root = db.session.get_one(Area, root_id)
    found: dict[str, list[str]] = {"city": [root.code], "district": [], "street": []}
    for area in descendants(root):
        if area.level in {"district", "street"}:
            found[area.level].append(area.code)
    return found


def bring_big_data(plan: Plan) -> None:
    """The year's files of big data, taken in and measured."""
    note = "演示数据：由种子生成"
    seed, year = plan.seed, plan.year
    files: list[tuple[str, str, bytes, str, str | None]] = [
        ("land_cover", "土地覆盖", imagery.land_cover_raster(seed, year), "landcover.tif", None),
        ("points", "兴趣点", traces.points_table(seed, year), "poi.csv", "gcj02"),
        ("signalling_stock", "手机信令驻留", traces.stock_table(seed, year), "stock.parquet", imagery.CRS),
        (
            "signalling_commuting",
            "通勤",
            traces.commuting_table(seed, year),
            "commuting.parquet",
            imagery.CRS,
        ),
        ("delivered_table", "运营商成表", traces.delivered_table(seed, year), "operator.csv", None),
    ]
    with unit_of_work(), acting_as("demo:analyst"):
        root = db.session.get_one(Area, plan.root_id)
        for kind, title, content, name, crs in files:
            import_dataset(
                kind=kind,
                title=f"{year} 年{title}（演示）",
                content=content,
                filename=f"{year}_{name}",
                exam_year=year,
                root=root,
                vintage=str(year - 1),
                crs=crs,
                source_note=note,
                class_table=imagery.CLASS_TABLE if kind == "land_cover" else None,
            )
    run_job("sources.measure", {"exam_year": year, "root_id": plan.root_id})


def judge(plan: Plan) -> None:
    """Derive, cross-check, decide what needs a decision for the city, assess, prioritise."""
    arguments = {"exam_year": plan.year, "root_id": plan.root_id}
    run_job("indicators.derive", arguments)
    _decide(plan)
    run_job("assessment.assess", {**arguments, "seed": plan.seed + plan.year})
    run_job("renewal.prioritise", {**arguments, "propose": True})


_REASONS = {
    "official": "演示：以部门核定并经审核通过的数据为准，差异留待下一轮核实。",
    "big_data": "演示：采用大数据测算的数值，与其他来源的差异留待下一轮核实。",
    "survey": "演示：采用居民问卷的估计值，与其他来源的差异留待下一轮核实。",
}


def _decide(plan: Plan) -> None:
    """The exam office decides for the city where sources differ: what the cross-check proposes stands."""
    with unit_of_work(), acting_as("demo:office"):
        for row in adopted(plan.year, plan.root_id, level="city"):
            if row.needs_decision and row.value_id is not None:
                adopt_by_hand(
                    exam_year=plan.year,
                    indicator_code=row.indicator_code,
                    area_id=row.area_id,
                    value_id=row.value_id,
                    reason=_REASONS[SOURCE_OF[row.source_kind or "official"]],
                )
