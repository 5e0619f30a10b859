"""The answered form that expressions are tried in: every type of answer, empty ones, repeats in repeats."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

# Path, type, value; the value None is an empty answer.
ANSWERS: tuple[tuple[str, str, str | None], ...] = (
    ("seven", "int", "7"),
    ("minus", "int", "-3"),
    ("zero", "int", "0"),
    ("half", "decimal", "2.5"),
    ("large", "decimal", "12345678901.5"),
    ("text", "string", "abc def"),
    ("digits", "string", "12.5"),
    ("blank", "string", None),
    ("no_int", "int", None),
    ("no_dec", "decimal", None),
    ("no_date", "date", None),
    ("no_many", "string", None),
    ("han", "string", "景德镇市 城市体检"),
    ("wide", "string", "１２３"),
    ("day", "date", "2020-02-29"),
    ("eve", "date", "1999-12-31"),
    ("moment", "dateTime", "2021-03-04T05:06:07.089+08:00"),
    ("night", "dateTime", "2020-12-31T23:30:00.000Z"),
    ("clock", "time", "13:45:30.000+08:00"),
    ("truth", "boolean", "1"),
    ("lie", "boolean", "0"),
    ("one", "string", "b"),
    ("many", "string", "a c d2"),
    ("spot", "geopoint", "29.3 117.2 12.5 3"),
    ("line", "geotrace", "29.3 117.2 0 0; 29.31 117.21 0 0; 29.32 117.2 0 0"),
    ("ring", "geoshape", "29.3 117.2 0 0; 29.3 117.3 0 0; 29.4 117.3 0 0; 29.4 117.2 0 0; 29.3 117.2 0 0"),
    ("hidden", "string", "unseen"),
    ("group/inside", "int", "4"),
    ("group/note", "string", "in a group"),
    ("out", "string", None),
)
ROWS: tuple[dict[str, str | None], ...] = (
    {"v": "5", "w": "x", "d": "2020-01-01", "p": "29.3 117.2 0 0", "on": "1", "weight": "2"},
    {"v": "6", "w": None, "d": None, "p": "29.4 117.2 0 0", "on": None, "weight": "3"},
    {"v": "-1", "w": "z", "d": "2019-06-30", "p": "29.4 117.3 0 0", "on": "1", "weight": "4"},
)
ROW_TYPES = {"v": "int", "w": "string", "d": "date", "p": "geopoint", "on": "string", "weight": "int"}
INNER = ((1, 2), (3,), ())
ITEMS = (
    ("a", "Ant", "1", "x"),
    ("b", "Bee", "2", "y"),
    ("c", "Cat", "3", "x"),
    ("d2", "狗", "10", ""),
    ("e", "Elk", "", "y"),
)


def _element(name: str, value: str | None) -> str:
    return f"<{name}/>" if value is None else f"<{name}>{value}</{name}>"


def _instance() -> str:
    simple = "".join(_element(path, value) for path, _, value in ANSWERS if "/" not in path and path != "out")
    group = "".join(
        _element(path.partition("/")[2], value) for path, _, value in ANSWERS if path.startswith("group/")
    )
    rows = ""
    for row, inner in zip(ROWS, INNER, strict=True):
        cells = "".join(_element(name, value) for name, value in row.items())
        rows += f"<row>{cells}{''.join(f'<in><x>{x}</x></in>' for x in inner)}</row>"
    return f"{simple}<group>{group}</group>{rows}<out/><meta><instanceID/></meta>"


def _items() -> str:
    items = "".join(
        f"<item><name>{name}</name><label>{label}</label><rank>{rank}</rank><kind>{kind}</kind></item>"
        for name, label, rank, kind in ITEMS
    )
    return f'<instance id="animals"><root>{items}</root></instance><instance id="nobody"><root/></instance>'


def _binds() -> str:
    binds = "".join(f'<bind nodeset="/data/{path}" type="{kind}"/>' for path, kind, _ in ANSWERS)
    binds = binds.replace('hidden" type="string"/>', 'hidden" type="string" relevant="false()"/>')
    binds += "".join(f'<bind nodeset="/data/row/{name}" type="{kind}"/>' for name, kind in ROW_TYPES.items())
    return binds + '<bind nodeset="/data/row/in/x" type="int"/>'


def _select(control: str, path: str) -> str:
    return (
        f'<{control} ref="/data/{path}"><label>{path}</label>'
        "<itemset nodeset=\"instance('animals')/root/item\">"
        f'<value ref="name"/><label ref="label"/></itemset></{control}>'
    )


def page(model: str, body: str) -> str:
    """Return a form from the inside of its model and its body."""
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms"><h:head>'
        f"<h:title>bench</h:title><model>{model}</model></h:head><h:body>{body}</h:body></h:html>"
    )


def _input(path: str) -> str:
    return f"<input ref={quoteattr(path)}><label>{path.rpartition('/')[2]}</label></input>"


def bench_form() -> str:
    """Return the form in which single expressions are evaluated."""
    row = "".join(_input(f"/data/row/{name}") for name in ROW_TYPES)
    inner = f'<repeat nodeset="/data/row/in">{_input("/data/row/in/x")}</repeat>'
    inner = f'<group ref="/data/row/in">{inner}</group>'
    body = "".join(
        _input(f"/data/{path}") for path, _, _ in ANSWERS if path not in {"one", "many", "no_many"}
    )
    body += _select("select1", "one") + _select("select", "many") + _select("select", "no_many")
    body += f'<group ref="/data/row"><repeat nodeset="/data/row">{row}{inner}</repeat></group>'
    instance = f'<instance><data id="bench" version="7">{_instance()}</data></instance>'
    return page(instance + _items() + _binds(), body)
