"""Phones that send filled-in forms to the same door as ODK Collect does."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from flask import Flask

from app.demo.residents import Filled

# One boundary for all posts, as one phone would send them: a new one each time costs parsing time.
_BOUNDARY = "cityexam-demonstration-5f2c1b7e"
_HEAD = (
    f"--{_BOUNDARY}\r\n"
    'Content-Disposition: form-data; name="xml_submission_file"; filename="submission.xml"\r\n'
    "Content-Type: text/xml\r\n\r\n"
).encode()
_TAIL = f"\r\n--{_BOUNDARY}--\r\n".encode()
_NAMESPACE = uuid.UUID("5a1f1c52-3c1e-4c58-9a4b-0f0a0d5b7f10")


@dataclass
class Sent:
    """What the door answered."""

    created: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class FormFace:
    """What a phone knows of a form: its id, version, root and the paths of its questions in order."""

    form_id: str
    version: str
    root: str
    paths: Mapping[str, str]


def send_all(app: Flask, form: FormFace, filled: Iterable[Filled], *, seed: int, year: int) -> Sent:
    """Post every form; some people send twice, and some phones repeat a post they are not sure of."""
    sent = Sent()
    client = app.test_client()
    for number, each in enumerate(filled):
        for attempt in range(each.sends):
            instance = uuid.uuid5(_NAMESPACE, f"{seed}|{year}|{each.unit.key}|{attempt}")
            xml = instance_xml(form, each, f"uuid:{instance}")
            _post(client, each, xml)
            sent.created += 1
            if number % 97 == 0:
                _post(client, each, xml)
                sent.repeated += 1
    return sent


def _post(client: Any, each: Filled, xml: bytes) -> None:
    answer = client.post(
        f"/k/{each.unit.token}/submission?deviceID={each.device}",
        data=_HEAD + xml + _TAIL,
        content_type=f"multipart/form-data; boundary={_BOUNDARY}",
        headers={"X-OpenRosa-Version": "1.0"},
    )
    if answer.status_code != 201:
        raise RuntimeError(f"the door answered {answer.status}: {answer.get_data(as_text=True)[:300]}")


def instance_xml(form: FormFace, each: Filled, instance_id: str) -> bytes:
    """The XML of one filled-in form: groups nested as the form has them, unanswered questions left out."""
    values: dict[str, str] = {name: str(value) for name, value in each.answers.items()}
    values |= {"start": each.start.isoformat(), "end": each.end.isoformat()}
    values |= {"today": each.start.date().isoformat(), "deviceid": each.device}
    tree: dict[str, Any] = {}
    for name, path in form.paths.items():
        if name not in values:
            continue
        *groups, leaf = path.strip("/").split("/")[1:]
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[leaf] = values[name]
    tree["meta"] = {"instanceID": instance_id}
    head = f"<{form.root} id={quoteattr(form.form_id)} version={quoteattr(form.version)}>"
    return f"<?xml version='1.0' ?>{head}{_elements(tree)}</{form.root}>".encode()


def _elements(tree: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_elements(value) if isinstance(value, dict) else escape(value)}</{name}>"
        for name, value in tree.items()
    )
