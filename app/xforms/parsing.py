"""From the XML of a compiled form to its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from app.xforms.body import Body, read_body
from app.xforms.choosing import ChoiceReader
from app.xforms.definition import (
    Expression,
    FormDefinition,
    Node,
    Question,
    SecondaryInstance,
    SetValue,
    SubmissionSettings,
    Text,
)
from app.xforms.expressions import ExpressionReader
from app.xforms.nodes import NodeReader
from app.xforms.ordering import calculation_order
from app.xforms.outline import Outline, absolute_path, form_id_of, read_outline
from app.xforms.problems import XFormProblem
from app.xforms.regrouping import walk
from app.xforms.safe_xml import line_of, local_attributes, local_name, parse_xml
from app.xforms.secondary import external_list, needed_file, read_instance
from app.xforms.texts import TextReader, file_name

_INSTANCE = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]")
_SEARCH = re.compile(r"search\(\s*['\"]([^'\"]+)['\"]")


def parse_form(xml: bytes) -> FormDefinition:
    """Read a compiled XForm. All its expressions are parsed now.

    Raises XFormProblem with the place: broken or hostile XML, what is no form, a control or bind without a
    node, an expression that is wrong or calls an unknown function, a circle of calculations, a text that is
    missing.
    """
    outline = read_outline(parse_xml(xml))
    body = read_body(outline)
    instances = {name: external_list(name) for name in _external_lists(body)}
    instances |= {one.id: one for one in map(read_instance, outline.secondary_elements)}
    expressions = ExpressionReader(frozenset(body.repeats), frozenset(instances))
    texts = TextReader(expressions)
    texts.read_itext(next((child for child in outline.model if local_name(child) == "itext"), None))
    tree = NodeReader(outline, body, expressions, texts, ChoiceReader(expressions, texts, instances)).root()
    nodes = {node.path: node for node in walk(tree)}
    all_texts = texts.all_texts()
    form_id = form_id_of(outline.instance_element)
    return FormDefinition(
        form_id=form_id,
        version=local_attributes(outline.instance_element).get("version", "").strip(),
        title=outline.title or form_id,
        root_name=outline.primary.name,
        languages=texts.languages,
        default_language=texts.default_language,
        root=tree,
        nodes=nodes,
        questions={path: node for path, node in nodes.items() if isinstance(node, Question)},
        secondary_instances=instances,
        set_values=tuple(_set_values(outline, body, expressions)),
        submission=_submission(outline),
        media=_media(nodes.values(), all_texts.values(), instances.values()),
        calculation_order=calculation_order(nodes),
        texts=all_texts,
        namespaces={prefix: uri for prefix, uri in outline.instance_element.nsmap.items() if prefix},
        root_namespace=etree.QName(outline.instance_element).namespace,
        instance_name=_instance_name(outline, expressions),
        audited=f"{outline.primary.path}/meta/audit" in outline.binds,
        repeats=frozenset(body.repeats),
    )


def _external_lists(body: Body) -> list[str]:
    queries = [control.get("query", "") for control in body.controls.values()]
    return [name for query in queries for name in _INSTANCE.findall(query)]


def _instance_name(outline: Outline, expressions: ExpressionReader) -> Expression | None:
    path = f"{outline.primary.path}/meta/instanceName"
    calculate = outline.binds.get(path, {}).get("calculate", "")
    return expressions.read(calculate, path=path, attribute="calculate") if calculate.strip() else None


def _submission(outline: Outline) -> SubmissionSettings:
    element = next((child for child in outline.model if local_name(child) == "submission"), None)
    if element is None:
        return SubmissionSettings()
    found = local_attributes(element)
    return SubmissionSettings(
        action=found.get("action"),
        method=found.get("method"),
        public_key=found.get("base64RsaPublicKey"),
        auto_send=found.get("auto-send"),
        auto_delete=found.get("auto-delete"),
    )


def _set_values(outline: Outline, body: Body, expressions: ExpressionReader) -> Iterable[SetValue]:
    paths = outline.paths()
    for element, trigger, base in body.actions:
        attributes = local_attributes(element)
        reference = attributes.get("ref", "")
        target = (
            absolute_path(reference, base)
            if reference
            else outline.bind_paths.get(attributes.get("bind", ""), "")
        )
        if target not in paths:
            facts: dict[str, str | int] = {
                "path": target,
                "detail": "setvalue",
                "line": line_of(element),
            }
            raise XFormProblem("control-without-node", facts)
        value = attributes.get("value")
        yield SetValue(
            target=target,
            events=tuple(attributes.get("event", "").split()),
            expression=expressions.read(value, path=target, attribute="setvalue") if value else None,
            text=(element.text or "").strip(),
            trigger=trigger,
        )


def _media(
    nodes: Iterable[Node],
    texts: Iterable[Text],
    instances: Iterable[SecondaryInstance],
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for instance in instances:
        name = needed_file(instance)
        if name:
            found[name] = None
    for text in texts:
        found.update(dict.fromkeys(_files_of(text)))
    for node in nodes:
        found.update(dict.fromkeys(_files_of(node.label)))
        if isinstance(node, Question) and node.default.startswith("jr://"):
            found[file_name(node.default)] = None
        match = _SEARCH.search(node.appearance)
        if match is not None:
            found[f"{match[1]}.csv"] = None
    return tuple(found)


def _files_of(text: Text) -> list[str]:
    return [name for media in text.media.values() for name in media.values() if name]
