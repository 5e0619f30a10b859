"""Webhooks: signed messages to a real server, tried again, never to addresses within."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from app.db import db, unit_of_work, utcnow
from app.forms import notifying, outgoing
from app.forms.collecting import receive
from app.forms.exchange_models import Delivery, Webhook
from app.forms.hooking import add_hook
from app.forms.models import Form
from app.forms.notifying import KEPT, PAUSES_S, deliver, forget_deliveries
from app.forms.outgoing import Answer, Unsent, is_public, post
from tests.forms.conftest import instance


@dataclass
class Receiver:
    """A machine that takes messages and answers as it is told."""

    address: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"thanks"
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(kept.status)
            for name, value in kept.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(kept.answer)

        def log_message(self, *_facts: Any) -> None:
            """Nothing is said."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.address = f"http://127.0.0.1:{server.server_port}/hook?a=1"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture
def internal(app: Flask) -> None:
    """The operator allows addresses within."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], webhook_internal=True)


@pytest.fixture
def hook(app: Flask, internal: None, form: Form, receiver: Receiver) -> Webhook:
    with unit_of_work():
        return add_hook(form=form, address=receiver.address, with_answers=False)


def collect(form: Form, **facts: Any) -> str:
    with unit_of_work():
        return receive(form=form, xml=instance(**facts), channel="import").submission.instance_id


def only_delivery() -> Delivery:
    db.session.rollback()
    return db.session.execute(select(Delivery)).scalar_one()


def test_new_submission_is_told_with_a_signature_and_without_answers(
    hook: Webhook, form: Form, receiver: Receiver
) -> None:
    sent = collect(form)
    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}" and len(key) == 32
    assert headers["content-type"] == "application/json; charset=utf-8"
    message = json.loads(body)
    assert message["type"] == "submission.received"
    facts = message["data"]
    assert (facts["form_id"], facts["instance_id"], facts["version"]) == ("survey_a", sent, "V1")
    assert facts["disposition"] == "complete" and facts["received_at"] == message["timestamp"]
    assert "answers" not in facts and b"s1" not in body
    found = only_delivery()
    assert (found.state, found.status, found.answer, found.attempts) == ("delivered", 200, "thanks", 1)


def test_answers_go_only_where_the_hook_says_so_and_a_refusal_has_none(
    hook: Webhook, form: Form, receiver: Receiver
) -> None:
    with unit_of_work():
        hook.with_answers = True
    collect(form)
    collect(form, body="<consent>0</consent>")
    first, second = receiver.messages()
    assert first["data"]["answers"]["basic"]["age"] == 45
    assert second["data"]["answers"] == {} and second["data"]["disposition"] == "refused"


def test_an_edit_names_what_it_replaces(hook: Webhook, form: Form, receiver: Receiver) -> None:
    first = collect(form)
    collect(form, deprecated=first)
    message = receiver.messages()[1]
    assert message["type"] == "submission.edited" and message["data"]["replaces"] == first


def test_nothing_is_told_of_what_was_rolled_back(hook: Webhook, form: Form, receiver: Receiver) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        receive(form=form, xml=instance(), channel="import")
        raise RuntimeError
    assert receiver.got == []
    assert db.session.execute(select(Delivery)).first() is None


def test_what_fails_is_tried_again_until_it_is_given_up(
    hook: Webhook, form: Form, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[float] = []
    monkeypatch.setattr(notifying, "queue_errand", lambda **facts: queued.append(facts["delay_s"]))
    receiver.status, receiver.answer = 500, b"x" * 100_000
    collect(form)
    key = only_delivery().id
    for _attempt in PAUSES_S:
        deliver(key)
    found = only_delivery()
    assert tuple(queued) == PAUSES_S and sum(PAUSES_S) > 24 * 3600
    assert (found.state, found.attempts, found.next_at) == ("failed", len(PAUSES_S) + 1, None)
    assert found.answer is not None and len(found.answer) == 2000
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    before = len(receiver.got)
    deliver(key)
    assert len(receiver.got) == before


def test_a_redirect_is_no_delivery_and_is_not_followed(hook: Webhook, form: Form, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": receiver.address}
    collect(form)
    assert len(receiver.got) == 1
    found = only_delivery()
    assert (found.state, found.status) == ("waiting", 302) and found.next_at is not None


def test_a_receiver_that_is_gone_is_asked_once(hook: Webhook, form: Form, receiver: Receiver) -> None:
    receiver.status = 410
    collect(form)
    assert only_delivery().state == "failed"


def test_a_hook_that_is_off_is_told_nothing(hook: Webhook, form: Form, receiver: Receiver) -> None:
    receiver.status = 500
    collect(form)
    with unit_of_work():
        hook.active = False
    collect(form)
    deliver(only_delivery().id)
    found = only_delivery()
    assert (found.state, found.problem) == ("failed", "webhook-off") and len(receiver.got) == 1


def test_old_messages_are_forgotten_and_waiting_ones_are_not(
    hook: Webhook, form: Form, receiver: Receiver
) -> None:
    collect(form)
    receiver.status = 500
    collect(form)
    with unit_of_work():
        for each in db.session.execute(select(Delivery)).scalars():
            each.made_at = utcnow() - KEPT - timedelta(hours=1)
    with unit_of_work():
        assert forget_deliveries() == 1
    assert only_delivery().state == "waiting"


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_facts, **_more: found)


def test_no_address_within_is_reached_by_any_name(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    monkeypatch.setattr(outgoing, "_exchange", lambda *facts: connected.append(facts))
    for addresses in (["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"], ["::ffff:10.0.0.1"]):
        resolving(monkeypatch, *addresses)
        with pytest.raises(Unsent) as refused:
            post("https://example.com/", b"", {}, internal=False)
        assert refused.value.code == "webhook-internal"
    assert connected == []
    resolving(monkeypatch, "93.184.216.34")
    post("https://example.com/", b"", {}, internal=False)
    ((connection, *_rest),) = connected  # type: ignore[misc]
    assert connection.host == "93.184.216.34"  # type: ignore[attr-defined]
    assert connection.server_hostname == connection.assert_hostname == "example.com"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),  # noqa: S104
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:192.168.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("ff02::1", False),
    ],
)
def test_public_addresses_are_told_from_those_within(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://example.com/", "webhook-not-https"),
        ("ftp://example.com/", "webhook-address"),
        ("https://", "webhook-address"),
        ("https://user:word@example.com/", "webhook-address"),
        ("https://example.com:99999/", "webhook-address"),
        ("https://example.com/a b", "webhook-address"),
        ("https://exa\nmple.com/", "webhook-address"),
        ("https://" + "a" * 600, "webhook-address"),
    ],
)
def test_addresses_that_cannot_be_posted_to(address: str, code: str) -> None:
    with pytest.raises(Unsent) as refused:
        post(address, b"", {}, internal=False)
    assert refused.value.code == code


def silent_machine(answer: bytes) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            # The other side may have gone by then.
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(answer)
                while connection.recv(65536):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


@pytest.mark.parametrize(
    ("answer", "code"), [(b"", "webhook-timeout"), (b"\x00\x01 no HTTP\r\n\r\n", "webhook-unreachable")]
)
def test_silence_and_noise_have_an_end(answer: bytes, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "_READ_S", 0.2)
    for address in silent_machine(answer):
        with pytest.raises(Unsent) as unsent:
            post(address, b"{}", {}, internal=True)
        assert unsent.value.code == code


def test_one_who_sends_letter_by_letter_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "_WHOLE_S", 0.3)
    for address in silent_machine(b"HTTP/1.1 2"):
        with pytest.raises(Unsent) as unsent:
            post(address, b"{}", {}, internal=True)
        assert unsent.value.code == "webhook-unreachable"
    for address in silent_machine(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow"):
        # It was taken all the same: what it says about that may be cut short.
        assert post(address, b"{}", {}, internal=True) == Answer(200, "slow")


def test_https_without_a_trusted_certificate_is_no_https() -> None:
    for address in silent_machine(b"this is no TLS"):
        with pytest.raises(Unsent) as unsent:
            post(address.replace("http:", "https:"), b"{}", {}, internal=True)
        assert unsent.value.code == "webhook-certificate"


def test_page_shows_the_secret_once_and_what_became_of_each_message(
    office: FlaskClient, internal: None, form: Form, receiver: Receiver
) -> None:
    base = f"/forms/{form.id}/webhooks"
    assert f'href="{base}"' in office.get(f"/forms/{form.id}").text
    made = office.post(base, data={"address": receiver.address})
    hook = db.session.execute(select(Webhook)).scalar_one()
    assert made.status_code == 200 and hook.secret in made.text
    assert made.headers["Cache-Control"] == "no-store"
    page = f"/forms/webhooks/{hook.id}"
    assert hook.secret not in office.get(base).text + office.get(page).text
    assert office.post(base, data={"address": receiver.address}).status_code == 409
    office.post(f"{page}/test")
    assert receiver.messages()[0]["type"] == "test"
    receiver.status, receiver.answer = 410, b"<b>gone</b>"
    collect(form)
    shown = html.fromstring(office.get(page).text)
    told = [each.text_content().strip() for each in shown.findall(".//h3")]
    assert told == ["没有送到", "已送到"]
    assert shown.find(".//pre").text == "<b>gone</b>"
    failed = db.session.execute(select(Delivery).where(Delivery.state == "failed")).scalar_one()
    receiver.status = 200
    assert office.post(f"/forms/webhooks/deliveries/{failed.id}/again").status_code == 302
    assert office.post(f"/forms/webhooks/deliveries/{failed.id}/again").status_code == 409
    assert len(receiver.got) == 3
    office.post(f"{page}/active", data={"active": "0"})
    collect(form)
    assert len(receiver.got) == 3 and "已关闭" in office.get(page).text
    assert office.post(f"{page}/remove", follow_redirects=True).status_code == 200
    assert office.get(page).status_code == 404


def test_page_refuses_addresses_within_unless_the_operator_allows_them(
    office: FlaskClient, form: Form, receiver: Receiver, client_as: Callable[..., FlaskClient]
) -> None:
    base = f"/forms/{form.id}/webhooks"
    referrer = {"Referer": f"http://localhost{base}"}
    answer = office.post(base, data={"address": receiver.address}, headers=referrer)
    assert answer.status_code == 422 and receiver.address in answer.text
    made = office.post(f"/forms/{form.id}/webhooks", data={"address": "https://127.0.0.1:1/"})
    assert made.status_code == 200
    collect(form)
    assert only_delivery().problem == "webhook-internal"
    hook = db.session.execute(select(Webhook)).scalar_one()
    assert "内部网络" in office.get(f"/forms/webhooks/{hook.id}").text
    assert client_as("analyst").get(f"/forms/{form.id}/webhooks").status_code == 403
