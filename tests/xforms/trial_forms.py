"""Forms to try things on, compiled by pyxform as the product compiles them."""

from __future__ import annotations

from pyxform.xls2xform import convert

# ruff: noqa: E501
SURVEY = """
| settings |
|          | form_id | version | form_title | default_language |
|          | trial   | 7       | 试用问卷    | 中文 (zh)         |
| survey |
|        | type                   | name      | label::中文 (zh)      | label::English (en)  | required | relevant          | constraint             | constraint_message::中文 (zh) | constraint_message::English (en) | choice_filter         | calculation | appearance |
|        | start                  | start     |                       |                      |          |                   |                        |      |      |                       |             |  |
|        | select_one yn          | consent   | 您同意吗              | Do you agree?        | yes      |                   |                        |      |      |                       |             |  |
|        | begin_group            | home      | 住所                  | Home                 |          | ${consent} = 'y'  |                        |      |      |                       |             |  |
|        | select_one street      | street    | 街道                  | Street               | yes      |                   |                        |      |      |                       |             |  |
|        | select_one community   | community | 社区                  | Community            | yes      |                   |                        |      |      | street_code=${street} |             | minimal |
|        | integer                | age       | 年龄                  | Age                  | yes      |                   | . >= 16 and . <= 110   | 年龄应在16至110岁之间 | Between 16 and 110 |       |             |  |
|        | decimal                | area      | 面积                  | Area                 |          |                   |                        |      |      |                       |             |  |
|        | calculate              | per_year  |                       |                      |          |                   |                        |      |      |                       | round(${area} div ${age}, 1) |  |
|        | note                   | told      | 每年 ${per_year} 平方米 | ${per_year} m² a year |        | ${per_year} != ''  |                        |      |      |                       |             |  |
|        | geopoint               | point     | 位置                  | Place                |          |                   |                        |      |      |                       |             |  |
|        | end_group              |           |                       |                      |          |                   |                        |      |      |                       |             |  |
|        | select_multiple problem | problems | 问题                  | Problems             |          | ${consent} = 'y'  | count-selected(.) <= 2 | 最多两项 | At most two |                   |             |  |
|        | text                   | other     | 其他                  | Other                | yes      | selected(${problems}, 'other') |           |      |      |                       |             |  |
|        | begin_repeat           | person    | 家人                  | People               |          | ${consent} = 'y'  |                        |      |      |                       |             |  |
|        | text                   | name      | 姓名                  | Name                 |          |                   |                        |      |      |                       |             |  |
|        | date                   | born      | 生日                  | Born                 |          |                   | . <= today()           |      |      |                       |             |  |
|        | image                  | photo     | ${name} 的照片        | Photo of ${name}     |          |                   |                        |      |      |                       |             |  |
|        | end_repeat             |           |                       |                      |          |                   |                        |      |      |                       |             |  |
|        | calculate              | people    |                       |                      |          |                   |                        |      |      |                       | count(${person}) |  |
| choices |
|         | list_name | name  | label::中文 (zh) | label::English (en) | street_code |
|         | yn        | y     | 是               | Yes                 |             |
|         | yn        | n     | 否               | No                  |             |
|         | street    | s1    | 新村街道         | Xincun              |             |
|         | street    | s2    | 竟成镇           | Jingcheng           |             |
|         | community | c11   | 第一社区         | First               | s1          |
|         | community | c12   | 第二社区         | Second              | s1          |
|         | community | c21   | 第三社区         | Third               | s2          |
|         | problem   | park  | 停车             | Parking             |             |
|         | problem   | flood | 内涝             | Flooding            |             |
|         | problem   | other | 其他             | Other               |             |
"""


# Every kind of rule that a survey of a city has, for walks through it.
RULES = """
| settings |
| | form_id | version |
| | rules | 1 |
| survey |
| | type | name | label | required | relevant | constraint | choice_filter | calculation | repeat_count | parameters | trigger | default |
| | today | today | | | | | | | | | | |
| | text | phone | Phone | yes | | regex(., '^1[3-9][0-9]{9}$') | | | | | | |
| | integer | age | Age | yes | | . >= 16 and . <= 110 | | | | | | |
| | calculate | adult | | | | | | if(${age} >= 18, 'yes', 'no') | | | | |
| | decimal | area | Area | | ${adult} = 'yes' | . > 0 and . <= 1000 and round(., 2) = . | | | | | | |
| | date | born | Born | | | . <= today() and . > date('1950-01-01') | | | | | | |
| | dateTime | seen | Seen | | | format-date-time(., '%H') >= 8 | | | | | | |
| | time | open | Opens | | | decimal-time(.) < 0.75 | | | | | | |
| | select_one street | street | Street | yes | | . != 's3' | | | | | | |
| | select_one block | block | Block | yes | | | street = ${street} | | | randomize=true, seed=${age} | | |
| | select_multiple problem | problems | Problems | | | not(selected(., 'none') and count-selected(.) > 1) and count-selected(.) <= 3 | | | | | | |
| | text | other | Other | yes | selected(${problems}, 'other') | string-length(.) <= 10 | | | | | | |
| | rank problem | order | Order | | count-selected(${problems}) > 1 | selected-at(., 0) != 'none' | | | | | | |
| | range | score | Score | | | . != 3 | | | | start=1 end=10 step=1 | | |
| | geopoint | spot | Spot | | | selected-at(., 3) <= 20 and number(selected-at(., 0)) > 0 | | | | | | |
| | geoshape | fence | Fence | | | area(.) > 0 | | | | | | |
| | calculate | inside | | | | | | geofence(${spot}, ${fence}) | | | | |
| | integer | homes | Homes | yes | | . >= 0 and . < 4 | | | | | | 1 |
| | begin_repeat | home | Home | | | | | | ${homes} | | | |
| | integer | rooms | Rooms | yes | | . > 0 and . < 20 | | | | | | |
| | calculate | number | | | | | | position(..) | | | | |
| | begin_repeat | person | Person | | ${rooms} > 2 | | | | | | | |
| | text | name | Name | yes | | normalize-space(.) = . and not(regex(., '.*[0-9].*')) | | | | | | |
| | integer | years | Years | | | . >= 0 and . <= ${age} | | | | | | |
| | calculate | first | | | | | | substr(${name}, 0, 1) | | | | |
| | end_repeat | | | | | | | | | | | |
| | calculate | people | | | | | | count(${person}) | | | | |
| | end_repeat | | | | | | | | | | | |
| | calculate | all_people | | | | | | sum(${people}) | | | | |
| | calculate | oldest | | | | | | coalesce(max(${years}), 'nobody') | | | | |
| | calculate | names | | | | | | join('、', ${name}) | | | | |
| | calculate | second | | | | | | indexed-repeat(${rooms}, ${home}, 2) | | | | |
| | calculate | street_name | | | | | | jr:choice-name(${street}, '${street}') | | | | |
| | calculate | length | | | | | | string-length(${other}) + count-selected(${problems}) | | | | |
| | calculate | hashed | | | | | | digest(${phone}, 'SHA-256', 'hex') | | | | |
| | calculate | weekday | | | | | | format-date(${born}, '%a %W') | | | | |
| | note | bye | Thank you | | | | | | | | | |
| | acknowledge | sure | Sure | yes | ${all_people} > 0 | | | | | | | |
| choices |
| | list_name | name | label | street |
| | street | s1 | One | |
| | street | s2 | Two | |
| | street | s3 | Three | |
| | block | b1 | B1 | s1 |
| | block | b2 | B2 | s1 |
| | block | b3 | B3 | s2 |
| | block | b4 | B4 | s2 |
| | problem | flood | Flood | |
| | problem | noise | Noise | |
| | problem | other | Other | |
| | problem | none | None | |
"""


def compile_markdown(text: str) -> bytes:
    """Compile an XLSForm written as Markdown tables."""
    return convert(xlsform=text, file_type=".md", validate=False).xform.encode()


def bare_form(body: str = "", *, instance: str = "<a/>", binds: str = "", model: str = "") -> bytes:
    """A form written by hand, for what pyxform never writes."""
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model><instance>'
        f'<data id="bare" version="1">{instance}</data></instance>{model}{binds}</model></h:head>'
        f"<h:body>{body}</h:body></h:html>"
    ).encode()
