"""Headers of every response, health, and the navigation of each role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import login_user
from sqlalchemy.exc import OperationalError

from app import create_app
from app.accounts.managing import user_named
from app.accounts.signing_in import SignedIn
from app.config import Settings
from app.db import db
from app.web.entering import may_enter, may_send

ADDRESSES = [
    "/accounts/log-in",
    "/healthz",
    "/nowhere",
    "/api/v1/nowhere",
    "/api/openapi.json",
    "/areas/",
    "/static/none",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_every_response_is_hardened(client: FlaskClient, address: str, method: str) -> None:
    headers = client.open(address, method=method).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "object-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "same-origin"
    if not (address.startswith("/static/") and method == "OPTIONS"):
        assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_static_files_may_be_kept_and_are_asked_for_again_cheaply(client: FlaskClient) -> None:
    with client.get("/static/web/tokens.css") as answer:
        assert answer.status_code == 200
        assert "max-age=3600" in answer.headers["Cache-Control"]
        assert "no-store" not in answer.headers["Cache-Control"]
        kept = {"If-None-Match": answer.headers["ETag"]}
    with client.get("/static/web/tokens.css", headers=kept) as again:
        assert again.status_code == 304
    assert client.get("/static/../config/__init__.py").status_code == 404


def test_production_speaks_https_alone(settings: Settings) -> None:
    made = create_app(replace(settings, environment="production", secret_key="p" * 40).completed())
    with made.app_context():
        answer = made.test_client().get("/accounts/log-in?lang=en", base_url="https://exam.example.org")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Secure" in answer.headers["Set-Cookie"]
        db.session.remove()
        db.engine.dispose()


def test_forwarded_headers_are_believed_only_from_as_many_proxies_as_are_named(settings: Settings) -> None:
    sent = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}
    for proxies, address in ((0, "127.0.0.1"), (1, "1.2.3.4")):
        made = create_app(replace(settings, trusted_proxies=proxies))
        seen = []
        made.before_request(lambda seen=seen: seen.append(_remote()))
        with made.app_context():
            made.test_client().get("/healthz", headers=sent)
            db.engine.dispose()
        assert seen == [address]


def _remote() -> str | None:
    from flask import request

    return request.remote_addr


def test_health_needs_no_database_and_readiness_does(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}
    assert client.head("/readyz").status_code == 200

    def gone(*_arguments: object, **_options: object) -> None:
        raise OperationalError("select 1", {}, Exception("no server"))

    monkeypatch.setattr("app.web.health.db.session.execute", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "server" not in answer.text
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("role", ["administrator", "exam_office", "analyst", "viewer"])
def test_navigation_leads_only_where_the_role_may_go(
    app: Flask, client_as: Callable[..., FlaskClient], role: str
) -> None:
    from app.web.navigation import LOOP, navigation

    client = client_as(role)
    with app.test_request_context("/"):
        login_user(SignedIn(user_named(f"{role}-city"), "key"))
        entries = navigation()
        hrefs = {each["href"] for entry in entries for each in (entry, *entry["children"])}
        shown = {entry["label"] for entry in entries}
    assert shown <= {item.label for item in LOOP}
    for href in hrefs:
        assert client.get(href).status_code in {200, 302, 404}, href


def test_nobody_enters_where_no_page_is_registered(app: Flask, client_as: Callable[..., FlaskClient]) -> None:
    client_as("administrator")
    with app.test_request_context("/"):
        assert not may_enter("areas.index")
        login_user(SignedIn(user_named("administrator-city"), "key"))
        assert not may_enter("areas.nowhere")
        assert may_enter("areas.index") and may_send("areas.upload_table")


def test_text_can_be_drawn_without_a_request(app: Flask) -> None:
    from flask import render_template_string

    assert render_template_string("{{ language }} {{ navigation is defined }}") == "zh-CN False"
