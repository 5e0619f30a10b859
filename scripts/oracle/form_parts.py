"""What the whole forms are made of: values stored in every type, answers, constraints, filters, behaviours."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPES = ("string", "int", "decimal", "boolean", "date", "time", "dateTime", "geopoint", "select1", "select")
STORED = (
    "'abc'", "''", "'7'", "' 7 '", "'1.5'", "7", "-2.7", "0.1 + 0.2", "1000000", "12345678901", "4.0", "1 div 0", "0 div 0",
    "true()", "false()", "date('2020-02-29')", "date-time('2020-02-29T10:20:30.5+08:00')", "'2020-02-29'", "0.0000001",
    "'2020-02-29T10:20:30.000+08:00'", "'10:20:30.000+08:00'", "'29.3 117.2 0 0'", "'a c'", "/data/y", "/data/y + 0.5",
    "'景德镇'", "'true'", "'1'",
)  # fmt: skip
ANSWERS = {
    "string": ("abc", " a  b ", "007", "1.50", "景德镇", "１２", "<&>\"'", "line\none"),
    "int": ("7", "-7", "007", "0", "2147483647", "99999999999", "+5", "1.5", "x", " 8 "),
    "decimal": (
        "1.5",
        "1.50",
        "-0",
        "7",
        "1e3",
        ".5",
        "5.",
        "0.1",
        "123456789.123",
        "12345678901.5",
        "x",
        "0.000001",
    ),
    "boolean": ("1", "0", "true", "x"),
    "date": ("2020-02-29", "2020-2-9", "1999-12-31", "2021-02-29", "x", "2020-02-29T10:00:00.000+08:00"),
    "time": ("10:20:30.000+08:00", "10:20:30.000Z", "10:20", "25:00:00", "x"),
    "dateTime": (
        "2020-02-29T10:20:30.000+08:00",
        "2020-02-29T23:20:30.000Z",
        "2020-02-29",
        "2020-02-29T10:20",
        "x",
    ),
    "geopoint": (
        "29.3 117.2",
        "29.3 117.2 12",
        "29.3 117.2 12.5 3.1",
        "29.3",
        "91 0",
        "x y",
        "29.30 117.20 0 0",
    ),
    "geotrace": ("29.3 117.2 0 0; 29.4 117.3 0 0", "29.3 117.2;29.4 117.3", "29.3 117.2 0 0;"),
    "geoshape": ("29.3 117.2 0 0; 29.4 117.3 0 0; 29.4 117.2 0 0; 29.3 117.2 0 0",),
    "select1": ("a", "狗"),
    "select": ("a", "a c", "c a", "狗 b"),
    "rank": ("a b c 狗", "狗 c b a"),
}
_TEXTS = ("a", "abc", "123", "13812345678", "景德镇", "１２３", "a b", "🙂🙂", "a@b.cn", "12345", "0", "-1")
_WHOLE = ("0", "1", "4", "5", "16", "110", "111", "-3", "2020")
_PARTS = ("0", "0.1", "0.5", "1.5", "99.9", "100", "100.1", "-0.5", "0.30000000000000004", "0.3")
_DATES = ("1899-12-31", "1999-12-31", "2020-02-29", "2021-01-01", "2090-01-01")
_MOMENTS = ("2020-02-29T00:00:00.000+08:00", "2020-02-29T23:59:59.000+08:00", "2021-01-01T00:00:00.000Z")
_CHOSEN = ("a", "b", "a b", "b a", "a b c", "狗", "c 狗")
#: (type, constraint, answers that are tried)
CONSTRAINTS: tuple[tuple[str, str, tuple[str, ...]], ...] = tuple(
    (kind, constraint, texts)
    for kind, texts, constraints in (
        ("string", _TEXTS, (
            "string-length(.) <= 3", "regex(., '^1[3-9][0-9]{9}$')", "regex(., '[a-z]+')", "regex(., '^[\\u4e00-\\u9fa5]{2,}$')",
            ". != 'a'", ". = 'abc' or . = '123'", "contains(., 'b')", "not(contains(., ' '))", "number(.) > 100", ". > 100",
            "regex(., '\\d{5}')", "regex(., '.+@.+\\..+')", "string-length(normalize-space(.)) = string-length(.)", ". != /data/y",
            "substr(., 0, 1) = 'a'", "count-selected(.) = 1", "translate(., '0123456789', '') = ''", "true()", "false()", "''", "'x'",
            "boolean-from-string(.)", "int(.) = .", "starts-with(., '1') and ends-with(., '8')", "current() = 'a'",
            ". = string(.)", "once('a') = .", "string-length() < 4",
        )),
        ("int", _WHOLE, (
            ". > 0", ". >= 16 and . <= 110", ". mod 2 = 0", ". < /data/y", ". = /data/y", ". != 0", "not(. = 5)", ". <= '16'",
            ". * . < 100", ". div 4 = int(. div 4)", "string-length(.) = 4", "selected('0 1 4', string(.))", "regex(., '[0-9]{1,3}')",
            "if(. > 4, . < 100, true())", "pow(., 2) > 10", ". > 0 or . = -3", ". and true()", "-. < 3", "../y > .", "/data/x > 1",
        )),
        ("decimal", _PARTS, (
            ". > 0", ". >= 0 and . <= 100", "round(., 1) = .", ". * 10 = int(. * 10)", ". < 100.05", ". = 0.3", ". != 0.5",
            "string-length(.) < 4", "regex(., '\\d+\\.\\d')", "int(.) = 0", ". mod 1 = 0",
        )),
        ("date", _DATES, (
            ". <= today()", ". > date('2000-01-01')", ". >= '2000-01-01'", ". = '2020-02-29'", ". > today() - 365 * 150",
            "format-date(., '%Y') = '2020'", "decimal-date-time(.) > 18000", "number(.) < 18321", "string-length(.) = 10",
            "format-date(., '%a') = 'Fri'", ". = date('2020-02-29')", ". < date('2020-02-29') + 1", "regex(., '2020.*')",
        )),
        ("dateTime", _MOMENTS, (
            ". <= now()", ". > date-time('2020-02-29T12:00:00.000+08:00')", ". = '2020-02-29'", "decimal-date-time(.) < 18322",
            "format-date-time(., '%H') > 12", "decimal-time(.) > 0.5", "number(.) = 18321", ". = date('2020-02-29')",
        )),
        ("select1", ("a", "b", "狗"), (". != 'a'", "selected(., 'b')", ". = '狗'", "string-length(.) = 1", "count-selected(.) = 1")),
        ("select", _CHOSEN, (
            "count-selected(.) <= 2", "selected(., 'a')", "not(selected(., 'b') and count-selected(.) > 1)", ". = 'a b'",
            "selected-at(., 0) = 'a'", "selected-at(., 1) != ''", "contains(., 'a b')", "string-length(.) > 3", "not(selected(., 'c'))",
        )),
        ("geopoint", ("29.3 117.2 12 3", "0 0 0 0", "29.3 117.2 12 30"), (
            "selected-at(., 3) < 10", "number(selected-at(., 0)) > 29", "distance(.) = 0", "regex(., '.* 0 0')", ". != ''",
        )),
        ("time", ("08:00:00.000+08:00", "18:30:00.000+08:00"), (
            "format-date-time(., '%H') < 12", "decimal-time(.) > 0.5", "string-length(.) > 0",
        )),
    )
    for constraint in constraints
)  # fmt: skip
CHOICE_FILTERS = (
    "n < 5", "n = '1'", "n = 1", "n = /data/n", "group = /data/g", "group = /data/g and n > 1", "selected(/data/many, name)",
    "name != 'a'", "n = ''", "not(n = '')", "position() < 3", "true()", "false()", "contains(name, '狗')", "n >= /data/n or group = 'y'",
    "group = current()/../g", "n * 2 = /data/n", "string-length(n) = 2", "/data/n > 3", "group = 'x' and not(selected(/data/many, name))",
    "group = /data/missing", "name = /data/x", "number(n) > 1", "regex(name, '[a-b]')", "group != /data/g", "n > /data/n - 1",
)  # fmt: skip
SEEDS = ("1", "42", "-3", "0", "1.9", "123456789012", "'12'", "/data/n", "2147483647", "2147483648")
FILES = {
    "towns.csv": 'name,label,people\nt1,瓷都,100\nt2,"Town, two",20\nt3,三,\n',
    "wells.geojson": (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "w1", "properties": {"name": "甲井", "deep": 7}, '
        '"geometry": {"type": "Point", "coordinates": [117.2, 29.3]}}, {"type": "Feature", "id": "w2", "properties": '
        '{"name": "乙井", "deep": 12.5}, "geometry": {"type": "Point", "coordinates": [117.25, 29.35]}}]}'
    ),
}


@dataclass(frozen=True)
class Behaviour:
    """A whole form in parts: the inside of its root, binds by path, body, secondary instances; and commands."""

    name: str
    instance: str
    binds: dict[str, str]
    do: tuple[tuple[str, ...], ...] = (("state",),)
    body: str = ""
    model: str = ""
    files: bool = field(default=False)


def asked(*paths: str) -> str:
    """Return text questions for these paths of the root."""
    return "".join(f'<input ref="/data/{path}"><label>{path}</label></input>' for path in paths)


def repeated(path: str, *inside: str, more: str = "", count: str = "") -> str:
    """Return a repeat at a path with text questions inside, each by its name."""
    questions = "".join(f'<input ref="/data/{path}/{name}"><label>{name}</label></input>' for name in inside)
    return f'<group ref="/data/{path}"><label>r</label><repeat nodeset="/data/{path}"{count}>{questions}{more}</repeat></group>'


_ROWS = "<row><v>1</v><w/></row><row><v>2</v><w/></row><row><v>4</v><w/></row>"
_SHOWS = {"/data/row/v": 'type="int"'}


def _in_rows(expression: str) -> Behaviour:
    binds = {**_SHOWS, "/data/row/w": f'calculate="{expression}"'}
    return Behaviour(f"in rows {expression}", _ROWS, binds, body=repeated("row", "v"))


_ROW_EXPRESSIONS = (
    "position(..)", "../v * 2", "sum(/data/row/v)", "sum(../../row/v)", "count(../../row)", "count(/data/row)", "string(../v)",
    "indexed-repeat(/data/row/v, /data/row, 1)", "indexed-repeat(/data/row/v, /data/row, position(..) - 1)", "once(../v)",
    "/data/row[position() = 2]/v", "../../row[position() = 1]/v", "sum(../../row[v &lt; current()/../v]/v)", "if(../v &gt; 1, 'big', '')",
    "join(' ', ../../row/v)", "max(../../row/v)", "min(../../row/v)", "count(../../row[v = current()/../v])", "count-non-empty(../../row/w)",
)  # fmt: skip
BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour("relevance cascades", "<a/><g><b>1</b><c>x</c></g><d/>",
              {"/data/g": "relevant=\"/data/a = 'y'\"", "/data/g/b": 'type="int"', "/data/g/c": 'relevant="/data/g/b &gt; 0"',
               "/data/d": 'calculate="concat(/data/g/b, /data/g/c)"'},
              (("state",), ("answer", "/data/a", "y"), ("state",), ("answer", "/data/g/b", "-1"), ("state",), ("answer", "/data/a", ""), ("state",)),
              asked("a", "d") + '<group ref="/data/g"><label>g</label><input ref="/data/g/b"><label>b</label></input>'
              '<input ref="/data/g/c"><label>c</label></input></group>'),
    Behaviour("calculations follow one another", "<a>2</a><b/><c/><d/>",
              {"/data/a": 'type="int"', "/data/b": 'type="int" calculate="/data/a * 2"', "/data/c": 'calculate="/data/b + /data/a"',
               "/data/d": 'type="decimal" calculate="/data/c div 4"'},
              (("state",), ("answer", "/data/a", "5"), ("state",), ("answer", "/data/a", ""), ("state",)), asked("a")),
    Behaviour("required by an expression", "<a/><b/><c/>",
              {"/data/a": 'required="true()"', "/data/b": "required=\"/data/a = 'y'\"", "/data/c": 'required="/data/b"'},
              (("state",), ("answer", "/data/a", "y"), ("state",), ("answer", "/data/b", ""), ("answer", "/data/a", ""), ("answer", "/data/b", "n"), ("state",)),
              asked("a", "b", "c")),
    Behaviour("defaults that are worked out", "<a>1</a><b/><c/><d>kept</d><n/>", {"/data/n": 'type="int"', "/data/c": 'type="date"'},
              body=asked("a", "b", "c", "d", "n"),
              model="<setvalue event=\"odk-instance-first-load\" ref=\"/data/b\" value=\"concat('x', /data/a)\"/>"
              "<setvalue event=\"odk-instance-first-load\" ref=\"/data/c\" value=\"date('2020-02-29')\"/>"
              "<setvalue event=\"odk-instance-first-load xforms-value-changed\" ref=\"/data/d\">plain</setvalue>"
              '<setvalue event="odk-instance-first-load" ref="/data/n" value="2 + 5"/>'),
    Behaviour("a question triggers another", "<a/><b/><c/>", {"/data/b": 'type="int"'},
              (("answer", "/data/a", "abc"), ("state",), ("answer", "/data/a", "abcde"), ("state",), ("answer", "/data/a", ""), ("state",)),
              '<input ref="/data/a"><label>a</label><setvalue event="xforms-value-changed" ref="/data/b" value="string-length(/data/a)"/>'
              '<setvalue event="xforms-value-changed" ref="/data/c">changed</setvalue></input>' + asked("b", "c")),
    Behaviour("a count makes the rows", "<n>2</n><row><v>7</v><w/></row><all/>",
              {"/data/n": 'type="int"', "/data/row/v": 'type="int"', "/data/row/w": 'calculate="position(..)"', "/data/all": 'calculate="count(/data/row)"'},
              (("walk",), ("state",), ("answer", "/data/n", "4"), ("walk",), ("state",), ("answer", "/data/n", "1"), ("walk",), ("state",), ("answer", "/data/n", ""), ("walk",), ("state",)),
              asked("n") + repeated("row", "v", count=' jr:count="/data/n" jr:noAddRemove="true()"') + asked("all")),
    Behaviour("rows are added", "<row><v/><w/></row><sum/>", {**_SHOWS, "/data/row/w": 'calculate="../v + position(..)"', "/data/sum": 'calculate="sum(/data/row/v)"'},
              (("state",), ("answer", "/data/row[1]/v", "3"), ("add", "/data/row[2]"), ("answer", "/data/row[2]/v", "5"), ("state",),
               ("add", "/data/row[3]"), ("answer", "/data/row[1]/v", ""), ("state",)),
              repeated("row", "v") + asked("sum")),
    Behaviour("a new row is given values", "<row><v/><w/></row>", {"/data/row/v": 'type="int"'},
              (("state",), ("add", "/data/row[2]"), ("state",)),
              repeated("row", "v", "w", more='<setvalue event="odk-new-repeat" ref="/data/row/v" value="position(..) * 10"/>'
                       '<setvalue event="odk-new-repeat odk-instance-first-load" ref="/data/row/w">new</setvalue>')),
    Behaviour("rows hide one by one", _ROWS + "<s/>",
              {**_SHOWS, "/data/row/w": 'relevant="../v &gt; 1" calculate="../v * 10"', "/data/s": 'calculate="sum(/data/row/w)"'},
              (("state",), ("answer", "/data/row[1]/v", "9"), ("answer", "/data/row[3]/v", "0"), ("state",)), repeated("row", "v") + asked("s")),
    Behaviour("a whole repeat hides", "<a/>" + _ROWS + "<s/>",
              {**_SHOWS, "/data/row": "relevant=\"/data/a = 'y'\"", "/data/s": 'calculate="count(/data/row)"'},
              (("state",), ("answer", "/data/a", "y"), ("state",)), asked("a") + repeated("row", "v") + asked("s")),
    Behaviour("files beside the form", "<t/><p/><w/><d/>",
              {"/data/p": "calculate=\"instance('towns')/root/item[name = /data/t]/people\"",
               "/data/d": "calculate=\"instance('wells')/root/item[id = /data/w]/deep\""},
              (("choices", "/data/t"), ("choices", "/data/w"), ("answer", "/data/t", "t2"), ("answer", "/data/w", "w2"), ("state",)),
              "<select1 ref=\"/data/t\"><label>t</label><itemset nodeset=\"instance('towns')/root/item\"><value ref=\"name\"/><label ref=\"label\"/></itemset></select1>"
              "<select1 ref=\"/data/w\"><label>w</label><itemset nodeset=\"instance('wells')/root/item\"><value ref=\"id\"/><label ref=\"name\"/></itemset></select1>" + asked("p", "d"),
              '<instance id="towns" src="jr://file-csv/towns.csv"/><instance id="wells" src="jr://file/wells.geojson"/>', files=True),
    Behaviour("geometry of chosen features", "<w/><g/><far/>",
              {"/data/g": "type=\"geopoint\" calculate=\"instance('wells')/root/item[id = /data/w]/geometry\"", "/data/far": "calculate=\"round(distance(/data/g, '29.3 117.2'))\""},
              (("answer", "/data/w", "w2"), ("state",)), asked("w", "g", "far"), '<instance id="wells" src="jr://file/wells.geojson"/>', files=True),
    Behaviour("choices from a repeat", _ROWS + "<x/>", {**_SHOWS},
              (("choices", "/data/x"), ("answer", "/data/row[2]/v", "8"), ("choices", "/data/x")),
              repeated("row", "v") + "<select1 ref=\"/data/x\"><label>x</label><itemset nodeset=\"/data/row[v != '']\"><value ref=\"v\"/><label ref=\"v\"/></itemset></select1>"),
    *map(_in_rows, _ROW_EXPRESSIONS),
)  # fmt: skip
