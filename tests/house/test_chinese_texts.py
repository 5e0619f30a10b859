"""A reader of English meets no Chinese: texts go through gettext, or are kept in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

APP = Path(__file__).parents[2] / "app"
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\u2018-\u201f]")
_GETTEXT = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext", "pgettext", "lazy_pgettext"}

#: Chinese that is no text of the interface: file (or folder) → reason.
NO_TEXTS: dict[str, str] = {
    "analysis/formula_syntax.py": "signs in which a city may write a formula",
    "areas/checking.py": "separators in cells of the area table",
    "areas/importing.py": "column names of the files that a city brings",
    "demo": "an invented city's own data, in both languages where the real one's are",
    "forms/screens.py": "closing marks of questions, in either script",
    "indicators/catalogue_columns.py": "sheets and columns of the catalogue's workbook, which is Chinese",
    "indicators/checking.py": "separators in cells of the catalogue",
    "indicators/words.py": "units as pairs of Chinese and English: a filled form is read back in either",
    "printing/lettering.py": "signs at which lines break or do not",
    "printing/questionnaire.py": "the mark of a question that must be answered",
    "renewal/planning.py": "a project keeps its name and advice in both languages",
    "renewal/potential.py": "the parts of a run are kept in both languages",
    "renewal/remedies.py": "a row of a table in both languages",
    "reporting/figure_reading.py": "headings of a department's workbook, which is Chinese",
    "reporting/queries.py": "marks in cells of a department's workbook",
    "sources/importing.py": "separators of a typed class table",
    "sources/reading.py": "column names of the files that a city brings",
    "surveys/adjusting.py": "separators of typed lists",
    "surveys/form_rows.py": "a resident form's own messages, in both languages",
    "surveys/question_list.py": "columns of a question list and answers of a form, in both languages",
    "surveys/result_queries.py": "labels of the results, in both languages at once",
    "surveys/sampling.py": "column names of the files that a city brings",
    "surveys/settings.py": "labels of the groups of a wave, in both languages",
    "surveys/stratifying.py": "column names of the files that a city brings",
    "workbooks": "how Chinese workbooks write numbers, dates, gaps and fonts",
    "xforms": "how forms name a language; the letters of XML names",
}
#: A language calls itself so in every language; a full-width space indents an option.
_EVERYWHERE = {"中文", "\u3000"}


def of_python(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of each Chinese string that is neither a docstring nor an argument of gettext."""
    tree = ast.parse(text)
    told: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _GETTEXT:
            told.update(part for argument in node.args for part in ast.walk(argument))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            told.add(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.lineno, node.value


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def of_template(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of the plain text of a template and of its strings right outside gettext's brackets."""
    #: For each open bracket, whether gettext opened it.
    inside = [False]
    before = ""
    for line, kind, value in Environment(autoescape=True).lex(text):
        if kind == "data":
            yield line, value
        elif kind == "string" and not inside[-1]:
            yield line, value[1:-1]
        elif kind == "operator" and value == "(":
            inside.append(before in _GETTEXT)
        elif kind == "operator" and value == ")":
            inside.pop()
        if kind != "whitespace":
            before = value


def chinese(found: Iterator[tuple[int, str]]) -> list[str]:
    return [f"{line}: {text.strip()[:40]}" for line, text in found if _is_chinese(text)]


def _is_chinese(text: str) -> bool:
    return bool(_CHINESE.search(text)) and text not in _EVERYWHERE


def _is_exempt(name: str) -> bool:
    return name in NO_TEXTS or name.partition("/")[0] in NO_TEXTS


def test_no_python_text_for_people_is_chinese_alone() -> None:
    found = {
        name: texts
        for path in sorted(APP.rglob("*.py"))
        if not _is_exempt(name := path.relative_to(APP).as_posix())
        and (texts := chinese(of_python(path.read_text(encoding="utf-8"))))
    }
    assert not found


@pytest.mark.parametrize("kind", ["*.html", "*.xml", "*.txt"])
def test_no_text_of_a_template_is_chinese_alone(kind: str) -> None:
    found = {
        str(path.relative_to(APP)): texts
        for path in sorted(APP.glob(f"*/templates/**/{kind}"))
        if (texts := chinese(of_template(path.read_text(encoding="utf-8"))))
    }
    assert not found


def test_listed_exceptions_still_hold_chinese() -> None:
    for name in NO_TEXTS:
        paths = [APP / name] if name.endswith(".py") else sorted((APP / name).rglob("*.py"))
        assert any(chinese(of_python(path.read_text(encoding="utf-8"))) for path in paths), name


def test_the_checks_tell_texts_from_arguments_of_gettext() -> None:
    python = '"""说明。"""\nx = _("好")\ny = f"{x}：坏"\nz = ngettext("一", "二", 3) + "、"\n'
    assert chinese(of_python(python)) == ["3: ：坏", "4: 、"]
    template = '{# 注 #}<p>{{ _("好（%(a)s）", a=f("也坏")) }}{{ g("坏") }}</p>\n<i>坏</i>{{ (x)|f("、") }}'
    assert chinese(of_template(template)) == ["1: 也坏", "1: 坏", "1: </p>\n<i>坏</i>", "2: 、"]
