"""Making small whole forms, and what is done to them, that JavaRosa is asked about."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from scripts.oracle.bench_form import page
from scripts.oracle.form_parts import (
    ANSWERS,
    BEHAVIOURS,
    CHOICE_FILTERS,
    CONSTRAINTS,
    FILES,
    SEEDS,
    STORED,
    TYPES,
    Behaviour,
)


@dataclass(frozen=True)
class FormCase:
    """A form, the files beside it, and commands to the oracle (see Oracle.java)."""

    name: str
    form: str
    do: tuple[tuple[str, ...], ...]
    files: dict[str, str] = field(default_factory=dict)


def form_cases() -> list[FormCase]:
    """Return all cases, in a fixed order."""
    return [*_storing(), *_answering(), *_constraining(), *_choosing(), *_behaving()]


def _control(path: str, kind: str) -> str:
    if kind in {"select1", "select", "rank"}:
        tag = "odk:rank" if kind == "rank" else kind
        items = "".join(
            f"<item><label>{one}</label><value>{one}</value></item>" for one in ("a", "b", "c", "狗")
        )
        return f"<{tag} ref={quoteattr(path)}><label>x</label>{items}</{tag}>"
    return f"<input ref={quoteattr(path)}><label>x</label></input>"


def _one_question(kind: str, bind: str, value: str = "") -> str:
    bound = "string" if kind in {"select1", "select"} else "odk:rank" if kind == "rank" else kind
    model = f'<instance><data id="one" version="1"><x>{value}</x><y>4</y></data></instance>'
    model += f'<bind nodeset="/data/x" type="{bound}"{bind}/><bind nodeset="/data/y" type="int"/>'
    return page(model, _control("/data/x", kind) + _control("/data/y", "int"))


def _storing() -> Iterator[FormCase]:
    for kind, expression in itertools.product(TYPES, STORED):
        form = _one_question(kind, f" calculate={quoteattr(expression)}")
        yield FormCase(f"store {expression} as {kind}", form, (("state",),))


def _answering() -> Iterator[FormCase]:
    for kind, texts in ANSWERS.items():
        form = _one_question(kind, "")
        for text in texts:
            yield FormCase(f"answer {kind} {text}", form, (("answer", "/data/x", text), ("state",)))


def _constraining() -> Iterator[FormCase]:
    for kind, constraint, texts in CONSTRAINTS:
        form = _one_question(kind, f" constraint={quoteattr(constraint)}")
        do = tuple(("holds", "/data/x", text) for text in texts)
        yield FormCase(f"{kind} where {constraint}", form, do)


def _choosing() -> Iterator[FormCase]:
    items = "".join(
        f"<item><name>{name}</name><label>{name}</label><n>{number}</n><group>{group}</group></item>"
        for name, number, group in (
            ("a", "1", "x"),
            ("b", "2", "y"),
            ("c", "10", "x"),
            ("d", "", "y"),
            ("狗", "5", "x"),
        )
    )
    model = (
        '<instance><data id="choose" version="1"><x/><n>2</n><g>x</g><many>a c</many><seed/></data></instance>'
        f'<instance id="l"><root>{items}</root></instance><bind nodeset="/data/x" type="string"/>'
        '<bind nodeset="/data/n" type="int"/><bind nodeset="/data/many" type="string"/>'
    )
    nodesets = [f"instance('l')/root/item[{text}]" for text in CHOICE_FILTERS] + ["instance('l')/root/item"]
    nodesets += [f"randomize(instance('l')/root/item, {seed})" for seed in SEEDS]
    nodesets += [f"randomize(instance('l')/root/item[group = /data/g], {seed})" for seed in SEEDS]
    for nodeset in nodesets:
        select = f'<select1 ref="/data/x"><label>x</label><itemset nodeset={quoteattr(nodeset)}>'
        select += '<value ref="name"/><label ref="label"/></itemset></select1>'
        body = select + "".join(_control(f"/data/{name}", "string") for name in ("n", "g", "seed"))
        do = (
            ("choices", "/data/x"),
            ("answer", "/data/n", "10"),
            ("answer", "/data/g", "y"),
            ("answer", "/data/seed", "城市"),
        )
        yield FormCase(f"choices of {nodeset}", page(model, body), (*do, ("choices", "/data/x")))


def _behaving() -> Iterator[FormCase]:
    for behaviour in BEHAVIOURS:
        yield FormCase(
            behaviour.name, _behaviour_form(behaviour), behaviour.do, FILES if behaviour.files else {}
        )


def _behaviour_form(behaviour: Behaviour) -> str:
    model = f'<instance><data id="whole" version="3">{behaviour.instance}</data></instance>{behaviour.model}'
    binds = "".join(f"<bind nodeset={quoteattr(path)} {rest}/>" for path, rest in behaviour.binds.items())
    return page(model + binds, behaviour.body)
