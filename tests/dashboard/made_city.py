"""A small city examined through the doors of its rooms: reports, points, survey, assessment, projects."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.accounts.managing import Grant, add_user, department_coded
from app.areas.importing import import_margins
from app.areas.models import Area
from app.assessment.judging import assess
from app.audit import acting_as
from app.db import db, unit_of_work, utcnow
from app.forms.collecting import receive
from app.forms.definitions import definition_of
from app.forms.links import link_by_token
from app.forms.models import Link
from app.forms.queries import published_version
from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.indicators.importing import import_catalogue
from app.indicators.items import NewItem, record_items
from app.indicators.workbook import CatalogueTables, catalogue_workbook
from app.renewal.planning import propose_projects
from app.renewal.prioritising import prioritise
from app.reporting.campaigns import open_campaign
from app.reporting.filling import fill
from app.reporting.reviewing import CellReasonInput, accept, return_report
from app.reporting.submitting import submit
from app.reporting.templates import department_template
from app.sources.importing import import_dataset
from app.sources.measuring import measure
from app.surveys.designing import WaveOptions, create_wave
from app.surveys.estimating import estimate
from app.surveys.flagging import flag_responses
from app.surveys.models import Wave
from app.surveys.queries import unit_links
from app.surveys.question_list import Choice, Question, add_questions, read_question_list
from app.surveys.sampling import StratumPlan, draw_sample, import_frame, register_sample
from app.surveys.settings import AreaReading
from app.surveys.weighting import weigh
from app.xforms.answers import put_answer
from app.xforms.instances import write_submission

CITY, EAST, WEST = "360200", "360202", "360203"
STREETS = ("360202001", "360202002", "360203001", "360203002")
PASSWORD = "a long enough password"
MARGINS = "16岁以上人口"
BEGUN = date(2020, 1, 1)

QUESTIONS = """name,dimension,type,text_zh,text_en,required,constraint,choice_filter,scored,indicator_codes
consent,说明,select_one yn,您是否同意参加？,Do you agree?,yes,,,,
resid6m,甄别,select_one yn,居住满半年？,Here for six months?,yes,,,,
age,甄别,integer,您的年龄？,Your age?,yes,. >= 16 and . <= 110,,,
street,甄别,select_one street,哪个街道？,Which street?,yes,,,,
community,甄别,select_one community,哪个社区？,Which community?,yes,,street_code = ${street},,
sex,人口属性,select_one sex,您的性别？,Your sex?,yes,,,,
ec_park,生态宜居,select_one sat5,对家附近的公园满意吗？,Satisfied with parks?,yes,,,dimension,EC01
tr_bus,交通便捷,select_one sat5,您对公共交通满意吗？,Satisfied with public transport?,yes,,,dimension,TR01
tr_minutes,交通便捷,integer,上班单程多少分钟？,Minutes one way?,yes,. >= 0 and . <= 240,,,TR01
overall,总体,select_one sat5,总体满意程度？,Overall?,yes,,,overall,
"""
CHOICES = """list_name,name,label_zh,label_en
yn,1,是,Yes
yn,0,否,No
sex,1,男,Male
sex,2,女,Female
sat5,5,很满意,Very satisfied
sat5,4,比较满意,Fairly satisfied
sat5,3,一般,Neither
sat5,2,不太满意,Rather dissatisfied
sat5,1,很不满意,Very dissatisfied
sat5,9,不了解,Don't know
"""
SECTIONS = "name_zh,name_en\n人口属性,About you\n总体,Overall\n甄别,Screening\n说明,Introduction\n"


def _rows(columns: str, *lines: str) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(","), line.split("|"), strict=True)) for line in lines]


def _indicator(
    code: str,
    dimension: str,
    name_zh: str,
    name_en: str,
    unit: str,
    *,
    kinds: str = "official",
    best: str = "positive",
    level: str = "street",
    office: str = "市统计局",
) -> dict[str, Any]:
    return {
        "code": code,
        "dimension": dimension,
        "name_zh": name_zh,
        "name_en": name_en,
        "unit": unit,
        "direction": best,
        "source_kinds": kinds,
        "responsible_department_zh": office,
        "spatial_level": "district" if kinds == "survey" else level,
        "formula": f"{name_zh}的口径",
        "nature": "guiding",
        "origin": "proposal",
        "official_years": "",
        "certainty": "",
        "note": "",
    }


_ITEM = (
    "code,name_zh,name_en,unit,source_kind,department_zh,collect_level,value_type,decimals,min,max,"
    "definition_zh"
)


def tables(year: int) -> CatalogueTables:
    """Seven indicators: two sources, a bottom line, a survey one, one without standard, one not collected."""
    return CatalogueTables(
        departments=_rows(
            "code,name_zh,name_en", "stats|市统计局|Statistics bureau", "fire|市消防局|Fire department"
        ),
        dimensions=_rows(
            "code,name_zh,name_en,kind",
            "EC|生态宜居|Ecology|common",
            "TR|交通便捷|Transport|common",
            "SA|安全韧性|Safety|common",
        ),
        indicators=[
            _indicator("EC01", "生态宜居", "公园覆盖率", "Park coverage", "%", kinds="official;internet"),
            _indicator("EC02", "生态宜居", "人均水面", "Water per person", "m2/person", level="district"),
            _indicator(
                "TR01", "交通便捷", "通勤时间", "Commuting time", "min", kinds="survey", best="negative"
            ),
            _indicator(
                "SA01",
                "安全韧性",
                "危房",
                "Dangerous buildings",
                "buildings",
                best="negative",
                office="市消防局",
            )
            | {"nature": "bottom_line"},
            _indicator("SA02", "安全韧性", "避难场所", "Shelters", "count", level="city", office="市消防局"),
            _indicator("SA03", "安全韧性", "管网漏损", "Leakage", "%", level="city", office="市消防局"),
            _indicator(
                "SA04", "安全韧性", "消防站", "Fire stations", "count", level="city", office="市消防局"
            ),
        ],
        base_items=_rows(
            _ITEM,
            "park|公园覆盖面积|Covered by parks|km2|official|市统计局|street|area|2|0||覆盖面积",
            "built|建成区面积|Built-up area|km2|official|市统计局|street|area|2|0||建成区",
            "pop_resident|常住人口|Residents|persons|official|市统计局|street|count|0|0||常住人口",
            "water|水面面积|Water|m2|official|市统计局|district|area|0|0||水面",
            "unsafe|危房栋数|Unsafe buildings|buildings|official|市消防局|street|count|0|0||栋数",
            "shelters|避难场所数|Shelters|count|official|市消防局|city|count|0|0||个数",
            "stations|消防站数|Fire stations|count|official|市消防局|city|count|0|0||个数",
            "area_park_cov_poi|公园服务覆盖|Park service area|km2|internet||street|area|2|0||500 米",
        ),
        formulas=_rows(
            "indicator_code,source_kind,formula,aggregation,level,survey_estimator,note",
            "EC01|official|park / built * 100|ratio|street||",
            "EC01|internet|area_park_cov_poi / built * 100|ratio|street||",
            "EC02|official|water / pop_resident|ratio|district||",
            "TR01|survey||none|district|mean(tr_minutes)|",
            "SA01|official|unsafe|sum|street||",
            "SA02|official|shelters|none|city||",
            "SA04|official|stations|none|city||",
        ),
        standards=_rows(
            "indicator_code,kind,op,value,value_high,citation,valid_from,valid_to,status,note",
            "EC01|national_standard|>=|60||国家标准甲|||verified_text|",
            "EC01|exemplary_standard|>=|90||示范标准（待核）|2020-01-01||to_check|",
            "TR01|national_standard|<=|30||国家标准乙|||verified_text|",
            "SA01|national_standard|<=|0||底线要求|||verified_text|",
        ),
        plan_targets=_rows(
            "indicator_code,exam_year,op,value,value_high,status,note",
            f"EC01|{year}|>=|75||invented_for_demonstration|",
            f"SA02|{year}|>=|5||invented_for_demonstration|",
            f"SA04|{year}|>=|3||invented_for_demonstration|",
        ),
        benchmarks=_rows(
            "place,indicator_code,value,year,source,status", "Meissen|EC01|70||statistics|found"
        ),
        equivalences=_rows(
            "from_year,from_code,to_year,to_code,relation,comparable,note",
            f"{year - 1}||{year}||same|yes|",
            f"{year - 1}|EC02|{year}|EC02|redefined|no|口径改变",
        ),
    )


@dataclass(frozen=True)
class MadeCity:
    """What tests need of the city."""

    root_id: int
    wave_id: int
    run_id: int


def make_places() -> Area:
    """Two districts of two streets with two communities each; the shapes are sketched squares."""
    root = _add(CITY, "小城", "city", None)
    for d, (code, name) in enumerate(((EAST, "东区"), (WEST, "西区"))):
        district = _add(code, name, "district", root, x=117.0 + d * 0.1, size=(0.1, 0.1))
        for s in (1, 2):
            street = _add(
                f"{code}00{s}",
                f"{name[0]}{'甲乙'[s - 1]}街道",
                "street",
                district,
                x=117.0 + d * 0.1 + (s - 1) * 0.05,
                size=(0.05, 0.1),
                kind="subdistrict" if s == 1 else "town",
            )
            for c in (1, 2):
                _add(f"{code}00{s}00{c}", f"第{c}社区", "community", street)
    return root


def _add(
    code: str,
    name: str,
    level: str,
    parent: Area | None,
    *,
    x: float | None = None,
    size: tuple[float, float] = (0, 0),
    kind: str | None = None,
) -> Area:
    shape = None
    if x is not None:
        y, (wide, high) = 29.3, size
        ring = [[x, y], [x + wide, y], [x + wide, y + high], [x, y + high], [x, y]]
        shape = {"type": "Polygon", "coordinates": [ring]}
    area = Area(
        code=code,
        name_zh=name,
        name_en=f"Area {code}",
        level=level,
        parent=parent,
        valid_from=BEGUN,
        geometry=shape,
        schematic=shape is not None,
        kind=kind,
    )
    db.session.add(area)
    db.session.flush()
    return area


def add_staff() -> None:
    """One account of each kind that reads results."""
    for name in ("exam_office", "analyst", "viewer", "administrator"):
        add_user(username=name, display_name=name, password=PASSWORD, grants=[Grant(name)])
    reporter = Grant("department_reporter", department_code="stats")
    add_user(username="reporter", display_name="统计填报员", password=PASSWORD, grants=[reporter])
    add_user(username="field", display_name="外业", password=PASSWORD, grants=[Grant("field_worker")])


def make_city() -> MadeCity:
    """Build it all: 2023 by recorded items, 2024 by reports, points, survey, assessment, renewal."""
    with unit_of_work(), acting_as("test:builder"):
        root = make_places()
        for year in (2023, 2024):
            content = catalogue_workbook(tables(year))
            import_catalogue(content=content, filename=f"{year}.xlsx", exam_year=year)
        add_staff()
        _record_year_before(root)
        _file_reports(root)
        _bring_points(root)
        wave = _hold_survey(root)
        _hold_other_survey()
        for year in (2023, 2024):
            derive(exam_year=year, root_id=root.id)
            cross_check_year(exam_year=year, root_id=root.id)
            run = assess(exam_year=year, root_id=root.id)
        ranked = prioritise(exam_year=2024, root_id=root.id)
        propose_projects(priority_run_id=ranked.id)
        return MadeCity(root.id, wave.id, run.id)


FIGURES: dict[str, dict[str, float]] = {
    "park": dict(zip(STREETS, (4.0, 9.0, 6.0, 2.0), strict=True)),
    "built": dict(zip(STREETS, (10.0, 10.0, 8.0, 5.0), strict=True)),
    "pop_resident": dict(zip(STREETS, (5200, 4100, 3900, 2800), strict=True)),
    "water": {EAST: 90000, WEST: 20000},
    "unsafe": dict(zip(STREETS, (0, 0, 2, 0), strict=True)),
    "shelters": {CITY: 7},
    "stations": {CITY: 4},
}


def _record_year_before(root: Area) -> None:
    areas = {area.code: area.id for area in db.session.query(Area)}
    rows = [
        NewItem(
            item_code=item,
            area_id=areas[code],
            exam_year=2023,
            source_kind="official",
            vintage="2022",
            value=float(value) * 0.9,
            provenance=("test", 1),
        )
        for item, by_area in FIGURES.items()
        for code, value in by_area.items()
    ]
    record_items(rows=rows)


def _file_reports(root: Area) -> None:
    """The statistics bureau is returned once and then accepted; the fire department is accepted at once."""
    campaign = open_campaign(exam_year=2024, root_id=root.id, due_on=utcnow().date() + timedelta(days=30))
    asked = {"stats": ("park", "built", "pop_resident", "water"), "fire": ("unsafe", "shelters", "stations")}
    for code, items in asked.items():
        department = department_coded(code)
        template = department_template(campaign_id=campaign.id, department_id=department.id)
        figures = {(item, area): value for item in items for area, value in FIGURES[item].items()}
        filed = {"campaign_id": campaign.id, "department_id": department.id, "filename": f"{code}.xlsx"}
        if code == "stats":
            wrong = figures | {("park", STREETS[0]): 9.9}
            first = submit(content=fill(template, wrong), **filed)
            reason = CellReasonInput("park", STREETS[0], "与去年相差过大")
            return_report(version_id=first.id, reasons=[reason])
        version = submit(content=fill(template, figures), **filed)
        accept(version_id=version.id)


def _bring_points(root: Area) -> None:
    """Parks as points: their service area contradicts the report."""
    lines = [f"{117.005 + 0.012 * i},{29.31 + 0.02 * (i % 4)},wgs84,park,公园{i}" for i in range(16)]
    content = ("lon,lat,crs,category,name\n" + "\n".join(lines) + "\n").encode()
    import_dataset(
        kind="points",
        title="兴趣点 2023",
        content=content,
        filename="points.csv",
        exam_year=2024,
        root=root,
        vintage="2023",
        crs="wgs84",
        source_note="测试用",
    )
    measure(exam_year=2024, root=root)


def _hold_survey(root: Area) -> Wave:
    questions = read_question_list(
        questions=(QUESTIONS.encode(), "questions.csv"),
        choices=(CHOICES.encode(), "choices.csv"),
        sections=(SECTIONS.encode(), "sections.csv"),
    )
    wave = create_wave(
        exam_year=2024,
        root_id=root.id,
        name="2024 年居民调查",
        form_id="small_survey",
        title_zh="小城居民满意度调查",
        title_en="Resident survey",
        version="2024050101",
        questions=questions,
        coarsen=(),
    )
    communities = [f"{street}00{c}" for street in STREETS for c in (1, 2)]
    frame = "community_code,households,population\n" + "".join(f"{c},400,1200\n" for c in communities)
    import_frame(wave_id=wave.id, content=frame.encode(), filename="frame.csv")
    draw_sample(wave_id=wave.id, seed=11, psus=6, units_per_psu=30)
    _answer(wave)
    cells = [(CITY, "sex", "male", 6200), (CITY, "sex", "female", 5800)]
    cells += [(CITY, "age_band", band, 3000) for band in ("16-29", "30-44", "45-59", "60+")]
    cells += [(EAST, "total", "16+", 6800), (WEST, "total", "16+", 5200)]
    text = "area_code,variable,category,persons\n" + "".join(f"{a},{v},{c},{n}\n" for a, v, c, n in cells)
    facts = {"name": MARGINS, "reference_year": 2023, "source_note": "测试用"}
    import_margins(content=text.encode(), filename="margins.csv", root=root, **facts)
    flag_responses(wave_id=wave.id)
    weigh(wave_id=wave.id, margin_table=MARGINS)
    estimate(wave_id=wave.id)
    return wave


def _hold_other_survey() -> None:
    """A survey of another city in one language, which no catalogue speaks of."""
    town = _add("900000", "邻城", "city", None)
    parts = [_add(f"90000{d}", f"邻城{d}区", "district", town) for d in (1, 2)]
    text = "name,group,scale,text_en\nroads,Streets,satisfaction,Satisfaction with streets\n"
    listed = read_question_list(questions=(text.encode(), "questions.csv"))
    about = Question("district", "About you", "select_one district", text_en="District")
    choices = {"district": tuple(Choice(part.code, label_en=part.name_zh) for part in parts)}
    wave = create_wave(
        exam_year=2023,
        root_id=town.id,
        name="Neighbour survey",
        form_id="neighbour",
        title_zh="邻城调查",
        title_en="Neighbour survey",
        version="1",
        questions=add_questions(listed, before=(about,), choices=choices),
        design="strata",
        one_language="en",
        options=WaveOptions(area=AreaReading("area_question", "district")),
        coarsen=(),
    )
    register_sample(wave_id=wave.id, strata=[StratumPlan(part.code, part.id, 1000.0) for part in parts])
    for number in range(80):
        answers = {"district": parts[number % 2].code, "roads": str(1 + number % 5)}
        _send(wave, answers, number, link=None)
    flag_responses(wave_id=wave.id)
    weigh(wave_id=wave.id)
    estimate(wave_id=wave.id)


def _send(wave: Wave, given: dict[str, Any], number: int, link: Link | None) -> None:
    version = published_version(wave.form)
    definition = definition_of(version)
    answers: dict[str, Any] = {}
    for name, value in given.items():
        question = definition.named(name)
        assert question is not None, name
        put_answer(definition, answers, question.path, value)
    xml = write_submission(definition, answers, instance_id=f"uuid:answer-{number}", version=version.version)
    receive(form=wave.form, xml=xml, link=link, channel="import")


def _answer(wave: Wave) -> None:
    """Most drawn dwellings answer; the west is the more content side."""
    rng = random.Random(5)  # noqa: S311 - nothing secret is drawn here
    for number, each in enumerate(list(unit_links(wave.id))):
        if rng.random() < 0.8:
            _send(wave, _answers(rng, each.psu), number, link_by_token(each.token))


def _answers(rng: random.Random, community: str) -> dict[str, Any]:
    base = 3 if community.startswith(EAST) else 4
    given: dict[str, Any] = {
        "consent": "1",
        "resid6m": "1",
        "age": rng.randint(16, 85),
        "street": community[:9],
        "community": community,
        "sex": rng.choice(["1", "2"]),
        "tr_minutes": rng.randint(5, 60),
        "start": "2024-05-01T08:00:00.000+08:00",
        "end": f"2024-05-01T08:{rng.randint(8, 12):02d}:00.000+08:00",
    }
    for name in ("ec_park", "tr_bus", "overall"):
        given[name] = rng.choice([str(base), str(base + 1), str(base - 1), "9"])
    return given
