"""Delivering messages of webhooks: signed, tried again over two days, with the last answer kept.

Message and signature are those of the Standard Webhooks specification, for which receivers find
ready-made libraries: HMAC-SHA256 over id, time and body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from app.db import db, unit_of_work, utcnow
from app.forms.exchange_models import Delivery
from app.forms.hooking import DELIVER
from app.forms.models import Form, Submission
from app.forms.outgoing import Answer, Unsent, post
from app.jobs import queue_errand

#: Seconds until the next attempt after the first, the second …: two days in all.
PAUSES_S = (60, 300, 1800, 7200, 21_600, 43_200, 86_400)
KEPT = timedelta(days=30)
#: The receiver says that it is gone for good.
_GONE = 410


@dataclass(frozen=True)
class _Message:
    address: str
    body: bytes
    headers: dict[str, str]


def deliver(key: int) -> None:
    """Try one message once, and queue the next attempt where it failed. Run by the queue."""
    message = _message(key)
    # No transaction is open while another machine is waited for.
    db.session.rollback()
    if message is None:
        return
    internal = current_app.config["SETTINGS"].webhook_internal
    answer: Answer | Unsent
    try:
        answer = post(message.address, message.body, message.headers, internal=internal)
    except Unsent as unsent:
        answer = unsent
    with unit_of_work():
        _note(key, answer)


def _message(key: int) -> _Message | None:
    """What is to be sent; None where nothing is any more."""
    query = select(Delivery).where(Delivery.id == key).options(joinedload(Delivery.webhook))
    found = db.session.execute(query).scalar_one_or_none()
    if found is None or found.state != "waiting":
        return None
    if not found.webhook.active and found.submission_id is not None:
        with unit_of_work():
            found.state, found.problem, found.next_at = "failed", "webhook-off", None
        return None
    body = json.dumps(payload(found), ensure_ascii=False).encode("utf-8", "replace")
    headers = signed(found.webhook.secret, found.message_id, utcnow(), body)
    return _Message(found.webhook.address, body, headers)


def payload(delivery: Delivery) -> dict[str, Any]:
    """The message: what came, and the answers only where the hook says so."""
    hook, submission = delivery.webhook, delivery.submission
    if submission is None:
        return {"type": "test", "timestamp": delivery.made_at.isoformat(), "data": _form_facts(hook.form)}
    edited = submission.replaces_id is not None
    data: dict[str, Any] = _form_facts(hook.form) | {
        "submission_id": submission.id,
        "instance_id": submission.instance_id,
        "receipt": submission.receipt,
        "version": submission.version_text,
        "received_at": submission.received_at.isoformat(),
        "disposition": submission.disposition,
        "channel": submission.channel,
        "flags": submission.flags,
        "replaces": _instance_of(submission.replaces_id),
    }
    if hook.with_answers:
        data["answers"] = submission.answers
    kind = "submission.edited" if edited else "submission.received"
    return {"type": kind, "timestamp": submission.received_at.isoformat(), "data": data}


def _form_facts(form: Form) -> dict[str, Any]:
    return {"form_id": form.form_id, "form": form.id}


def _instance_of(key: int | None) -> str | None:
    found = None if key is None else db.session.get(Submission, key)
    return None if found is None else found.instance_id


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message, with its signature."""
    moment = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "CityExam-Webhook/1",
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _note(key: int, answer: Answer | Unsent) -> None:
    found = db.session.get(Delivery, key)
    if found is None or found.state != "waiting":
        return
    found.attempts += 1
    found.tried_at = utcnow()
    found.status = answer.status if isinstance(answer, Answer) else None
    found.answer = answer.text.replace("\x00", "") if isinstance(answer, Answer) else None
    found.problem = None if isinstance(answer, Answer) else answer.code
    found.next_at = None
    if found.status is not None and 200 <= found.status < 300:
        found.state = "delivered"
    elif found.status == _GONE or found.attempts > len(PAUSES_S) or found.submission_id is None:
        # A trial is not repeated: whoever tries is there to see it fail.
        found.state = "failed"
    else:
        pause = PAUSES_S[found.attempts - 1]
        found.next_at = utcnow() + timedelta(seconds=pause)
        queue_errand(kind=DELIVER, key=key, delay_s=pause)
    db.session.flush()


def forget_deliveries() -> int:
    """Delete what was delivered or given up long ago; returns how many."""
    old = delete(Delivery).where(Delivery.state != "waiting", Delivery.made_at < utcnow() - KEPT)
    return int(db.session.execute(old.execution_options(synchronize_session=False)).rowcount)
