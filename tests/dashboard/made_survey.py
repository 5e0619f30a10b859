"""The surveys of the made city and of its neighbour, answered through the door of the forms."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from app.areas.importing import import_margins
from app.areas.models import Area
from app.forms.collecting import receive
from app.forms.definitions import definition_of
from app.forms.links import link_by_token
from app.forms.models import Link
from app.forms.queries import published_version
from app.surveys.bank_importing import import_questions, keep_upload
from app.surveys.designing import WaveOptions, create_wave
from app.surveys.estimating import estimate
from app.surveys.flagging import flag_responses
from app.surveys.models import Wave
from app.surveys.queries import unit_links
from app.surveys.question_list import Choice, Question, read_question_list
from app.surveys.sampling import draw_sample, import_frame
from app.surveys.settings import AreaReading
from app.surveys.stratifying import StratumPlan, register_sample
from app.surveys.weighting import weigh
from app.xforms.answers import put_answer
from app.xforms.instances import write_submission
from tests.dashboard.made_places import CITY, EAST, STREETS, WEST, add_area

MARGINS = "16岁以上人口"
FEW = 3

QUESTIONS = """name,dimension,type,text_zh,text_en,required,constraint,choice_filter,scored,indicator_codes
consent,说明,select_one yn,您是否同意参加？,Do you agree?,yes,,,,
resid6m,甄别,select_one yn,居住满半年？,Here for six months?,yes,,,,
age,甄别,integer,您的年龄？,Your age?,yes,. >= 16 and . <= 110,,,
street,甄别,select_one street,哪个街道？,Which street?,yes,,,,
community,甄别,select_one community,哪个社区？,Which community?,yes,,street_code = ${street},,
sex,人口属性,select_one sex,您的性别？,Your sex?,yes,,,,
ec_park,生态宜居,select_one sat5,对家附近的公园满意吗？,Satisfied with parks?,yes,,,dimension,EC01
ec_air,生态宜居,select_one sat5,对空气满意吗？,Satisfied with the air?,yes,,,dimension,
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


def hold_survey(root: Area, few: str | None = None) -> Wave:
    """Hold it; of the area ``few`` (the beginning of its communities' codes) only three answer."""
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
    _answer(wave, few)
    cells = [(CITY, "sex", "male", 6200), (CITY, "sex", "female", 5800)]
    cells += [(CITY, "age_band", band, 3000) for band in ("16-29", "30-44", "45-59", "60+")]
    cells += [(EAST, "total", "16+", 6800), (WEST, "total", "16+", 5200)]
    text = "area_code,variable,category,persons\n" + "".join(f"{a},{v},{c},{n}\n" for a, v, c, n in cells)
    facts = {"name": MARGINS, "reference_year": 2023, "source_note": "测试用"}
    import_margins(content=text.encode(), filename="margins.csv", root=root, **facts)
    flag_responses(wave_id=wave.id)
    weigh(wave_id=wave.id, margin_table=MARGINS)
    estimate(wave_id=wave.id)
    # The questions stand in the bank, too, and a list waits there to be taken in.
    listed = {"listed": questions, "valid_from": 2024, "reason": "测试用"}
    import_questions(root=root, **listed)
    keep_upload(root=root, filename="questions.csv", **listed)
    return wave


def hold_other_survey() -> None:
    """A survey of another city in one language, which no catalogue speaks of."""
    town = add_area("900000", "邻城", "city", None)
    parts = [add_area(f"90000{d}", f"邻城{d}区", "district", town) for d in (1, 2)]
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
        questions=replace(
            listed, questions=(about, *listed.questions), choices={**choices, **listed.choices}
        ),
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


def _answer(wave: Wave, few: str | None) -> None:
    """Most drawn dwellings answer; the west is the more content side."""
    rng = random.Random(5)  # noqa: S311 - nothing secret is drawn here
    answered = 0
    for number, each in enumerate(list(unit_links(wave.id))):
        is_few = few is not None and each.psu.startswith(few)
        if is_few and answered == FEW:
            continue
        if is_few or rng.random() < 0.8:
            answered += is_few
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
    # Drawn from what was answered, and more often not known than the other question of its dimension.
    given["ec_air"] = "9" if given["age"] % 3 else str(base - given["tr_minutes"] % 2)
    return given
