"""Answers as tables: one for the form and one for each repeat, the same columns for all its versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from app.xforms.definition import FormDefinition, Group, Question, Repeat
from app.xforms.languages import pick_language
from app.xforms.typing_answers import text_of

Cell = str | int | float | bool | None
#: Puts the cells of one answer into a row.
_Put = Callable[[list[Cell], Any], None]
#: What a column holds: ``choice`` is one value of a list, ``flag`` 1 or 0.
CellKind = Literal["text", "integer", "decimal", "boolean", "flag", "date", "moment", "choice"]
_KINDS: dict[str, CellKind] = {
    "int": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
    "dateTime": "moment",
}
#: A choice whose row in the choices sheet says so under ``missing`` counts as no answer ("do not know").
_MISSING_COLUMN, _SAYS_SO = "missing", frozenset({"1", "yes", "true"})
_SCALARS = frozenset((str, int, float, bool))
#: Of several labels in one cell: a label may hold spaces and commas, seldom this.
_BETWEEN_LABELS = "; "


@dataclass(frozen=True)
class Naming:
    """How columns are called: what stands between a group and its question, and after a point's name."""

    separator: str
    point: Mapping[str, str]


HOUSE = Naming("/", {"lat": ".lat", "lon": ".lon", "altitude": ".altitude", "accuracy": ".accuracy"})
#: As ODK Central exports.
CENTRAL = Naming(
    "-", {"lat": "-Latitude", "lon": "-Longitude", "altitude": "-Altitude", "accuracy": "-Accuracy"}
)


@dataclass(frozen=True)
class Column:
    """One column: the path of its question, which part of the answer it holds ("" for the whole: a key of
    a point, or the value of a choice), its name and what the question and the choice say.
    """

    path: str
    part: str
    name: str
    label: str
    kind: CellKind = "text"
    #: Values of the choices with their labels, of all versions, and those that count as no answer.
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """The form's table (``path`` "") or a repeat's; names of columns are relative to it."""

    path: str
    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Row:
    """One row: the number of its table, its key, and the key of the row that holds it ("" for none).

    Keys are those of ODK Central: ``uuid:…`` of the submission, ``uuid:…/person[2]`` of a repeat's row.
    """

    table: int
    parent_key: str
    key: str
    cells: list[Cell]


@dataclass
class _Branch:
    """What of a group goes where, in one version."""

    answers: list[tuple[str, _Put]] = field(default_factory=list)
    #: Name and place of answers that are written as they are, unless they are lists or the like.
    plain: list[tuple[str, int, _Put]] = field(default_factory=list)
    groups: list[tuple[str, _Branch]] = field(default_factory=list)
    #: Name, number of the table, path below the table that holds it, what is in it.
    repeats: list[tuple[str, int, str, _Branch]] = field(default_factory=list)


@dataclass
class _Draft:
    """A table while its columns are gathered."""

    name: str
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)

    def place(self, column: Column) -> int:
        """The place of a column, at the end when it is new."""
        known = self.places.setdefault((column.path, column.part), len(self.columns))
        if known == len(self.columns):
            self.columns.append(column)
        else:
            self.columns[known] = _merged(self.columns[known], column)
        return known


class Tabling:
    """Columns of the answers to versions of a form, and the rows of each submission.

    Columns are those of the newest version in its order, then what earlier ones had besides. With
    ``split`` a multiple choice has one more column for each choice, in the order of the form, which holds
    1 and 0. With ``labels`` choices are told by their labels. ``language`` is that of all labels.
    """

    def __init__(
        self,
        definitions: Sequence[FormDefinition],
        *,
        split: bool = True,
        labels: bool = False,
        language: str = "",
        naming: Naming = HOUSE,
    ) -> None:
        """``definitions``: the versions, oldest first, at least one."""
        self._split, self._naming, self._with_labels = split, naming, labels
        self._drafts: dict[str, _Draft] = {"": _Draft(definitions[-1].form_id)}
        branches = []
        for each in reversed(definitions):
            words = pick_language(each, language)
            branches.append(self._branch(each.root, "", "", words))
        self._branches = branches[::-1]
        self.tables = tuple(Table(p, each.name, tuple(each.columns)) for p, each in self._drafts.items())

    def rows(self, answers: Mapping[str, Any], *, key: str, version: int | None) -> Iterable[Row]:
        """The rows of one submission: the form's, then those of its repeats, after the row that holds them.

        ``version``: place of the submission's version among the definitions; the answers to one that
        nobody knows (None) are looked for in all of them.
        """
        found: dict[str, Row] = {}
        for branch in self._branches if version is None else (self._branches[version],):
            main = self._row(found, 0, "", key)
            self._fill(branch, answers, main, found)
        return found.values()

    def _row(self, found: dict[str, Row], table: int, parent_key: str, key: str) -> Row:
        known = found.get(key)
        if known is None:
            known = found[key] = Row(table, parent_key, key, [None] * len(self.tables[table].columns))
        return known

    def _fill(self, branch: _Branch, answers: Mapping[str, Any], row: Row, found: dict[str, Row]) -> None:
        cells = row.cells
        for name, place, put in branch.plain:
            value = answers.get(name)
            if type(value) in _SCALARS:
                cells[place] = value
            elif value is not None:
                put(cells, value)
        for name, put in branch.answers:
            value = answers.get(name)
            if value is not None:
                put(cells, value)
        for name, inner in branch.groups:
            value = answers.get(name)
            if isinstance(value, dict):
                self._fill(inner, value, row, found)
        for name, table, below, inner in branch.repeats:
            value = answers.get(name)
            for number, each in enumerate(value if isinstance(value, list) else (), start=1):
                if isinstance(each, dict):
                    mine = self._row(found, table, row.key, f"{row.key}/{below}[{number}]")
                    self._fill(inner, each, mine, found)

    def _branch(self, group: Group | Repeat, table: str, below: str, words: str) -> _Branch:
        """Gather the columns under a group; ``below``: its path under the row of its table."""
        branch = _Branch()
        for child in group.children:
            path = f"{below}/{child.name}".lstrip("/")
            if isinstance(child, Group):
                branch.groups.append((child.name, self._branch(child, table, path, words)))
            elif isinstance(child, Repeat):
                self._drafts.setdefault(child.path, _Draft(child.name))
                number = list(self._drafts).index(child.path)
                branch.repeats.append((child.name, number, path, self._branch(child, child.path, "", words)))
            else:
                self._add(branch, child, self._drafts[table], path, words)
        return branch

    def _add(self, branch: _Branch, question: Question, draft: _Draft, path: str, words: str) -> None:
        """Give a question its columns, and the branch what puts its answers there."""
        name = path.replace("/", self._naming.separator)
        label = question.label.plain(words)
        if question.kind == "geopoint":
            point = [
                (key, draft.place(Column(question.path, key, name + suffix, label, "decimal")))
                for key, suffix in self._naming.point.items()
            ]
            branch.answers.append((question.name, _put_point(point)))
            return
        labels = {each.value: each.label.plain(words) or each.value for each in question.choices}
        place = draft.place(self._whole_column(question, name, label, labels))
        whole = _put_whole(question, place, labels if self._with_labels else {})
        if question.kind == "select_multiple" and self._split:
            parts = {
                value: draft.place(
                    Column(question.path, value, f"{name}/{value}", f"{label} / {told}", "flag")
                )
                for value, told in labels.items()
            }
            branch.answers.append((question.name, _put_split(whole, parts)))
        elif labels and self._with_labels:
            branch.answers.append((question.name, whole))
        else:
            branch.plain.append((question.name, place, whole))

    def _whole_column(self, question: Question, name: str, label: str, labels: Mapping[str, str]) -> Column:
        if question.kind != "select_one":
            kind = "text" if question.choices else _KINDS.get(question.data_type, "text")
            return Column(question.path, "", name, label, kind)
        if self._with_labels:
            return Column(question.path, "", name, label, "choice")
        missing = frozenset(
            each.value
            for each in question.choices
            if each.columns.get(_MISSING_COLUMN, "").strip().lower() in _SAYS_SO
        )
        return Column(question.path, "", name, label, "choice", labels, missing)


def _merged(newer: Column, older: Column) -> Column:
    """A column of two versions: the newer one's words, the choices of both."""
    return replace(
        newer,
        kind=newer.kind if newer.kind == older.kind else "text",
        choices={**newer.choices, **{v: t for v, t in older.choices.items() if v not in newer.choices}},
        missing=newer.missing | older.missing - newer.choices.keys(),
    )


def _put_whole(question: Question, place: int, labels: Mapping[str, str]) -> _Put:
    def put(row: list[Cell], value: Any) -> None:
        if isinstance(value, str):
            row[place] = labels.get(value, value) or None
        elif isinstance(value, int | float):
            row[place] = value
        elif isinstance(value, list) and labels:
            row[place] = _BETWEEN_LABELS.join(labels.get(str(each), str(each)) for each in value) or None
        else:
            row[place] = text_of(question, value) or None

    return put


def _put_split(whole: _Put, parts: Mapping[str, int]) -> _Put:
    places = tuple(parts.values())

    def put(row: list[Cell], value: Any) -> None:
        whole(row, value)
        for place in places:
            row[place] = 0
        for each in value if isinstance(value, list) else ():
            chosen = parts.get(each)
            if chosen is not None:
                row[chosen] = 1

    return put


def _put_point(point: Sequence[tuple[str, int]]) -> _Put:
    first = point[0][1]

    def put(row: list[Cell], value: Any) -> None:
        if not isinstance(value, dict):
            # What could not be read as a point is kept as it was written.
            row[first] = str(value)
            return
        for key, place in point:
            row[place] = value.get(key)

    return put


def unique_names(names: Iterable[str]) -> Iterator[str]:
    """The names in their order; one that stands there several times is numbered as ODK Central does it."""
    given = list(names)
    seen: dict[str, int] = {}
    for name in given:
        seen[name] = seen.get(name, 0) + 1
        yield name if given.count(name) == 1 else f"{name}~{seen[name]}"
