"""A small city, a real question list of another one, and answers through the forms door."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask

from app.areas.models import Area
from app.db import db
from app.forms.collecting import receive
from app.forms.definitions import definition_of
from app.forms.models import Link, Submission
from app.forms.queries import published_version
from app.indicators.importing import import_catalogue
from app.indicators.workbook import CatalogueTables, catalogue_workbook
from app.surveys.models import Wave
from app.surveys.question_list import QuestionList, read_question_list
from app.xforms.answers import put_answer
from app.xforms.instances import write_submission

DAY = date(2020, 1, 1)


def add_area(code: str, name: str, level: str, parent: Area | None, **facts: Any) -> Area:
    area = Area(code=code, name_zh=name, level=level, parent=parent, valid_from=DAY, **facts)
    db.session.add(area)
    db.session.flush()
    return area


@pytest.fixture
def small_city(app: Flask) -> Area:
    """Two districts, four streets of two kinds, eight communities, and one outside the frame."""
    city = add_area("3602", "小城", "city", None)
    for d in (1, 2):
        district = add_area(f"36020{d}", f"第{d}区", "district", city)
        for s in (1, 2):
            kind = "subdistrict" if s == 1 else "town"
            street = add_area(f"36020{d}00{s}", f"{d}{s}街道", "street", district, kind=kind)
            for c in (1, 2):
                add_area(f"36020{d}00{s}00{c}", "同名社区", "community", street)
    street = db.session.query(Area).filter_by(code="360201001").one()
    add_area("360201001999", "虚拟社区", "community", street, in_frame=False)
    return city


Send = Callable[..., Submission]


@pytest.fixture
def send(app: Flask) -> Send:
    """Post answers (question → value) to the wave's form, as a phone or a browser does."""

    def send_answers(
        wave: Wave, answers: Mapping[str, Any], number: int, link: Link | None = None
    ) -> Submission:
        version = published_version(wave.form)
        definition = definition_of(version)
        filled: dict[str, Any] = {}
        for name, value in answers.items():
            question = definition.named(name)
            assert question is not None, name
            put_answer(definition, filled, question.path, value)
        # A phone notes the end when it writes; here the answers say when that was.
        end = datetime.fromisoformat(answers["end"]) if "end" in answers else None
        xml = write_submission(
            definition, filled, instance_id=f"uuid:answer-{number}", version=version.version, now=end
        )
        return receive(form=wave.form, xml=xml, link=link, channel="import").submission

    return send_answers


def send_all(send: Send, wave: Wave, rows: Iterable[Mapping[str, Any]]) -> None:
    for number, row in enumerate(rows):
        send(wave, row, number)


QUESTIONS = """name,dimension,type,text_zh,text_en,required,constraint,choice_filter,scored,indicator_codes
consent,说明,select_one yn,您是否同意参加？,Do you agree?,yes,,,,
resid6m,甄别,select_one yn,居住满半年？,Here for six months?,yes,,,,
age,甄别,integer,您的年龄？,Your age?,yes,. >= 16 and . <= 110,,,
street,甄别,select_one street,哪个街道？,Which street?,yes,,,,
community,甄别,select_one community,哪个社区？,Which community?,yes,,street_code = ${street},,
home_point,甄别,geopoint,您家附近,Near your home,no,,,,
sex,人口属性,select_one sex,您的性别？,Your sex?,yes,,,,
ec_park,生态宜居,select_one sat5,公园绿地？,Parks?,yes,,,dimension,EC08;EC09
ec_air,生态宜居,select_one sat5,空气质量？,Air?,yes,,,dimension,EC11
tr_bus,交通便捷,select_one sat5,公共交通？,Public transport?,yes,,,dimension,TR03
tr_minutes,交通便捷,integer,单程多少分钟？,Minutes one way?,yes,. >= 0 and . <= 240,,,TR03
overall,总体,select_one sat5,总体满意程度？,Overall?,yes,,,overall,
attn,质量控制,select_one sat5,请选比较满意,Choose fairly satisfied,yes,,,,
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
SECTIONS = (
    "name_zh,name_en\n人口属性,About you\n总体,Overall\n甄别,Screening\n说明,Introduction\n质量控制,Check\n"
)


def dice(seed: int) -> random.Random:
    """Draws that are the same each time."""
    return random.Random(seed)  # noqa: S311 - nothing secret is drawn here


def answer(rng: random.Random, community: str) -> dict[str, Any]:
    """Answers of a resident of a community; the second district is the more satisfied."""
    base = 3 if community.startswith("360201") else 4
    given: dict[str, Any] = {
        "consent": "1",
        "resid6m": "1",
        "age": rng.randint(16, 85),
        "street": community[:9],
        "community": community,
        "sex": rng.choice(["1", "2"]),
        "attn": "4",
        "tr_minutes": rng.randint(5, 60),
        "start": "2024-05-01T08:00:00.000+08:00",
        "end": f"2024-05-01T08:{rng.randint(8, 12):02d}:00.000+08:00",
    }
    for name in ("ec_park", "ec_air", "tr_bus", "overall"):
        given[name] = rng.choice([str(base), str(base + 1), str(base - 1), "9"])
    return given


def questions_of_city() -> QuestionList:
    """A short questionnaire of the kind a city uses."""
    return read_question_list(
        questions=(QUESTIONS.encode(), "questions.csv"),
        choices=(CHOICES.encode(), "choices.csv"),
        sections=(SECTIONS.encode(), "sections.csv"),
    )


def _rows(columns: str, *lines: str) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(","), line.split("|"), strict=True)) for line in lines]


_INDICATOR = (
    "code,dimension,name_zh,name_en,unit,direction,source_kinds,responsible_department_zh,spatial_level,"
    "formula,nature,origin,official_years,certainty,note"
)


def catalogue_of(year: int, *, without: str = "") -> None:
    """A catalogue of four indicators, one of them estimated from the survey."""
    lines = [
        f"{code}|{dimension}|{name}|{name}|{unit}|positive|{kinds}|市统计局|district|见定义|guiding|proposal|||"
        for code, dimension, name, unit, kinds in (
            ("EC08", "生态宜居", "公园覆盖率", "%", "official"),
            ("EC09", "生态宜居", "人均公园", "m2", "official"),
            ("EC11", "生态宜居", "空气优良", "%", "official"),
            ("TR03", "交通便捷", "通勤时间", "min", "survey"),
        )
        if code != without
    ]
    tables = CatalogueTables(
        departments=_rows("code,name_zh,name_en", "stats|市统计局|Statistics"),
        dimensions=_rows(
            "code,name_zh,name_en,kind", "EC|生态宜居|Ecology|common", "TR|交通便捷|Transport|common"
        ),
        indicators=_rows(_INDICATOR, *lines),
        formulas=_rows(
            "indicator_code,source_kind,formula,aggregation,level,survey_estimator,note",
            "TR03|survey||none|district|mean(tr_minutes)|",
        ),
    )
    import_catalogue(content=catalogue_workbook(tables), filename="catalogue.xlsx", exam_year=year)
