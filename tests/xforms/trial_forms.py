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
