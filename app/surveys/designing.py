"""From a question list to a published form and a wave that is run by stated settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.areas.models import Area
from app.audit import current_actor
from app.db import db
from app.errors import Conflict, Invalid, Place
from app.forms.publishing import publish
from app.indicators.exam_years import areas_of_exam, keep_exam_year
from app.indicators.models import Dimension
from app.indicators.queries import catalogue, years_with_sets
from app.surveys.form_rows import (
    LANGUAGES,
    SurveyDesign,
    choice_rows,
    question_paths,
    settings_rows,
    survey_rows,
)
from app.surveys.models import DESIGNS, Wave, WaveSettings
from app.surveys.question_list import PLACE_LISTS, Choice, Question, QuestionList
from app.surveys.settings import CITY_GROUPS, AreaReading, Group, Settings, SurveyQuestion, settings_digest
from app.workbooks.workbook_writing import SheetPlan, WorkbookPlan, write_workbook

__all__ = [
    "SurveyDesign",
    "WaveOptions",
    "change_settings",
    "create_wave",
    "place_choices",
    "question_paths",
    "survey_workbook",
]

#: What an expression is of in a form → its column in a question list.
_EXPRESSIONS = {"relevant": "relevant", "constraint": "constraint", "nodeset": "choice_filter"}


@dataclass(frozen=True)
class WaveOptions:
    """What of the settings differs from the city's own questionnaire; None keeps its default."""

    groups: tuple[Group, ...] | None = None
    area: AreaReading | None = None
    attention_answer: str | None = None
    minimum_age: int | None = 16
    small_cell: int | None = None


def survey_workbook(design: SurveyDesign) -> bytes:
    """The XLSForm workbook (.xlsx) of a survey: sheets survey, choices, settings."""
    tables = {
        "survey": survey_rows(design),
        "choices": choice_rows(design),
        "settings": settings_rows(design),
    }
    sheets = tuple(
        SheetPlan(name, [[value or None for value in row] for row in rows], frozen="A2", header_rows=1)
        for name, rows in tables.items()
    )
    return write_workbook(WorkbookPlan(sheets, title=design.title_zh, protect_structure=False))


def place_choices(
    exam_year: int, root: Area, *, by_community: bool = True
) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """Streets and communities of the exam's city as choices, by code; without those outside survey frames.

    ``by_community``: a community is chosen after the street, so a street without any is left out. Names are
    no translations: where a place has no English name, its own name stands in both languages.
    """
    areas = {area.code: area for area in areas_of_exam(exam_year, root) if area.in_frame}
    communities = [
        (area, area.parent.code)
        for area in areas.values()
        if area.level == "community" and area.parent is not None and area.parent.code in areas
    ]
    used = {above for _area, above in communities}
    streets = [
        area for area in areas.values() if area.code in used or (area.level == "street" and not by_community)
    ]
    return (
        tuple(Choice(area.code, area.name_zh, area.name_en or area.name_zh) for area in streets),
        tuple(
            Choice(
                area.code,
                area.name_zh,
                area.name_en or area.name_zh,
                {"street_code": above},
            )
            for area, above in communities
        ),
    )


def create_wave(
    *,
    exam_year: int,
    root_id: int,
    name: str,
    form_id: str,
    title_zh: str,
    version: str,
    questions: QuestionList,
    title_en: str = "",
    name_en: str = "",
    design: str = "two_stage",
    one_language: str | None = None,
    options: WaveOptions | None = None,
    gates: tuple[str, ...] = ("consent", "resid6m"),
    coarsen: Collection[str] = ("home_point", "problem_point"),
) -> Wave:
    """Make the survey's form, publish it, and open the wave; ``coarsen`` names geopoints to coarsen.

    Raises as ``publish``, Conflict ``wave-exists``, Invalid ``wave-…-unknown``, ``question-list-invalid``.
    """
    _refuse_impossible(exam_year, root_id, name, design, one_language)
    dimensions = _dimensions(exam_year, questions)
    plan = SurveyDesign(
        form_id=form_id,
        title_zh=title_zh,
        title_en=title_en,
        version=version,
        questions=questions,
        one_language=one_language,
        gates=gates,
        section_names={each.name_zh: each.name_en for each in dimensions},
    )
    wave = Wave(exam_year=exam_year, root_id=root_id, name=name, name_en=name_en, design=design)
    wave.vintage = keep_exam_year(year=exam_year).vintage
    wave.form_id = _publish(exam_year, plan, root_id, coarsen)
    db.session.add(wave)
    db.session.flush()
    change_settings(wave_id=wave.id, settings=_settings(plan, dimensions, options or WaveOptions()))
    return wave


def _publish(exam_year: int, plan: SurveyDesign, root_id: int, coarsen: Collection[str]) -> int:
    """Publish the form, with the city's places where it asks for them; gives its key."""
    if any(plan.questions.asks(name) for name in PLACE_LISTS):
        by_community = plan.questions.asks("community")
        streets, communities = place_choices(
            exam_year, db.session.get_one(Area, root_id), by_community=by_community
        )
        plan = replace(plan, streets=streets, communities=communities)
        _refuse_placeless(plan)
    paths = question_paths(plan)
    try:
        published = publish(
            content=survey_workbook(plan),
            filename=f"{plan.form_id}.xlsx",
            form_id=plan.form_id,
            title_en=plan.title_en,
            root_id=root_id,
            coarsen=[path for name, path in paths.items() if name in coarsen],
            consent=(paths["consent"], "0") if "consent" in paths else None,
        )
    except Invalid as refused:
        raise _at_the_list(refused, plan) from refused
    return published.form.id


def _at_the_list(refused: Invalid, plan: SurveyDesign) -> Invalid:
    """The refusal of an expression told at the cell of the question list; any other as it is."""
    by_path = {path: name for name, path in question_paths(plan).items()}
    questions = {each.name: each for each in plan.questions.questions}
    found: list[Place] = []
    for place in refused.places:
        column = _EXPRESSIONS.get(str(place.facts.get("attribute", "")))
        question = questions.get(by_path.get(str(place.facts.get("path", "")), ""))
        written = str(getattr(question, column)) if question is not None and column else ""
        if question is None or column is None or not written or place.code != "form-expression-syntax":
            return refused
        facts = {"found": written, "question": question.name}
        found.append(plan.questions.place(question, column, "question-expression-unreadable", facts))
    return Invalid("question-list-invalid", places=found, count=len(found)) if found else refused


def change_settings(*, wave_id: int, settings: Settings) -> WaveSettings:
    """Give a wave a new version of its settings; earlier versions stay, with the runs made by them."""
    wave = db.session.get_one(Wave, wave_id)
    data = settings.to_json()
    made = WaveSettings(
        wave_id=wave_id,
        version=wave.settings_version + 1,
        settings=data,
        digest=settings_digest(data),
        made_by=current_actor(),
    )
    wave.settings_version, wave.settings_digest = made.version, made.digest
    db.session.add(made)
    db.session.flush()
    return made


def _refuse_impossible(
    exam_year: int, root_id: int, name: str, design: str, one_language: str | None
) -> None:
    if design not in DESIGNS:
        raise Invalid("wave-design-unknown", found=design)
    if one_language not in (None, *LANGUAGES):
        raise Invalid("wave-language-unknown", found=one_language)
    query = select(Wave.id).where(Wave.exam_year == exam_year, Wave.root_id == root_id, Wave.name == name)
    if db.session.execute(query).first() is not None:
        raise Conflict("wave-exists", found=name, year=exam_year)


def _dimensions(exam_year: int, questions: QuestionList) -> list[Dimension]:
    """The catalogue's dimensions; indicators that it does not know are refused, each at its place."""
    if exam_year not in years_with_sets():
        return []
    known = catalogue(exam_year)
    codes = {each.code for each in known.indicators}
    places = [
        questions.place(
            each, "indicator_codes", "question-indicator-unknown", {"found": code, "question": each.name}
        )
        for each in questions.questions
        for code in each.indicator_codes
        if code not in codes
    ]
    if places:
        raise Invalid("question-list-invalid", places=places, count=len(places))
    return known.dimensions


def _refuse_placeless(plan: SurveyDesign) -> None:
    """Refuse a question for a place of a level that the city does not have, nor the list brings."""
    listed = plan.questions
    offered = {"street": plan.streets, "community": plan.communities}
    missing = {name for name, places in offered.items() if not places and not listed.choices.get(name)}
    # Without communities it is the communities that are missing, not the streets they are chosen after.
    told = missing - {"street"} if "community" in missing and listed.asks("community") else missing
    places = [
        listed.place(each, "type", f"question-without-{each.list_name}", {"question": each.name})
        for each in listed.questions
        if each.list_name in told
    ]
    if places:
        raise Invalid("question-list-invalid", places=places, count=len(places))


def _settings(plan: SurveyDesign, dimensions: Sequence[Dimension], options: WaveOptions) -> Settings:
    paths = question_paths(plan)
    codes = {each.name_zh: each.code for each in dimensions}
    listed = plan.questions.questions
    asked = {each.name for each in listed}
    groups = options.groups if options.groups is not None else CITY_GROUPS
    _refuse_unknown_groups(groups if options.groups is not None else (), asked)
    defaults = Settings(questions=())
    return Settings(
        questions=tuple(
            SurveyQuestion(
                name=each.name,
                path=paths[each.name],
                type=each.kind,
                text_zh=each.text_zh,
                text_en=each.text_en,
                section=each.section,
                section_en=plan.section_english(each.section),
                dimension=codes.get(each.section, each.section),
                list_name=each.list_name,
                scored=each.scored,
                indicator_codes=each.indicator_codes,
            )
            for each in listed
        ),
        groups=tuple(group for group in groups if group.question in asked),
        area=options.area or _area_reading(listed),
        minimum_age=options.minimum_age,
        age_question="age" if "age" in asked else None,
        residence_question="resid6m" if "resid6m" in asked else None,
        consent_question="consent" if "consent" in asked else None,
        attention_question="attn" if "attn" in asked else None,
        attention_answer=options.attention_answer or defaults.attention_answer,
        small_cell=defaults.small_cell if options.small_cell is None else options.small_cell,
    )


def _area_reading(listed: Sequence[Question]) -> AreaReading:
    """Where residents live is read from the finest place that the list asks for."""
    for name in reversed(PLACE_LISTS):
        asking = [each.name for each in listed if each.list_name == name]
        if asking:
            return AreaReading(question=asking[0])
    return AreaReading()


def _refuse_unknown_groups(groups: Sequence[Group], asked: Collection[str]) -> None:
    places = [
        Place("group-question-unknown", {"found": group.question, "group": group.code}, field_name=group.code)
        for group in groups
        if group.question not in asked
    ]
    if places:
        raise Invalid("wave-groups-invalid", places=places, count=len(places))
