"""Webhooks: addresses that are told of new submissions of a form."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence

from flask import Flask, current_app
from sqlalchemy import delete, select

from app.accounts.wording import ACTOR_NAME
from app.audit import current_actor
from app.db import db
from app.errors import Conflict, Invalid, NotFound
from app.events import subscribe
from app.forms.exchange_models import Delivery, Webhook
from app.forms.models import Form, Link, Submission
from app.forms.outgoing import Unsent, check_address
from app.forms.sender_names import sender_name
from app.jobs import queue_errand

DELIVER = "forms.webhook"
_SECRET_BYTES = 32
_MOST = 10


def add_hook(*, form: Form, address: str, with_answers: bool) -> Webhook:
    """Tell this address of every new submission from now on; its secret is in the row.

    Raises Invalid ``webhook-address``, ``webhook-not-https``, ``webhook-too-many``, Conflict
    ``webhook-there``.
    """
    try:
        check_address(address, internal=current_app.config["SETTINGS"].webhook_internal)
    except Unsent as wrong:
        raise Invalid(wrong.code, found=address[:200]) from wrong
    there = hooks_of(form)
    if any(each.address == address for each in there):
        raise Conflict("webhook-there", found=address)
    if len(there) >= _MOST:
        raise Invalid("webhook-too-many", limit=_MOST)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    made = Webhook(
        form_id=form.id,
        address=address,
        secret=secret,
        with_answers=with_answers,
        active=True,
        made_by=current_actor(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def switch(*, hook: Webhook, active: bool) -> None:
    """Switch a hook off or on. What waits for one that is off is not sent."""
    hook.active = active
    db.session.flush()


def remove_hook(*, hook: Webhook) -> None:
    """Forget an address and what was sent there."""
    db.session.execute(delete(Delivery).where(Delivery.webhook_id == hook.id))
    db.session.delete(hook)
    db.session.flush()


def try_hook(*, hook: Webhook) -> Delivery:
    """Send a message that tells of nothing, to see whether it arrives."""
    return _queue(hook.id, None)


def send_again(*, delivery: Delivery) -> None:
    """Begin anew with a message that was given up; Conflict ``webhook-not-failed``."""
    if delivery.state != "failed":
        raise Conflict("webhook-not-failed")
    delivery.state, delivery.attempts = "waiting", 0
    db.session.flush()
    queue_errand(kind=DELIVER, key=delivery.id)


def listen(app: Flask) -> None:
    """Hear of every submission, and say who acts through a link."""
    subscribe(app, "submission_received", queue_messages)
    subscribe(app, ACTOR_NAME, sender_name)


def queue_messages(*, submission: Submission, link: Link | None, **_facts: object) -> None:
    """One message for each address, in the transaction that stores the submission; none of a trial."""
    if link is not None and link.kind == "test":
        return
    query = select(Webhook.id).where(Webhook.form_id == submission.form_id, Webhook.active.is_(True))
    for key in db.session.execute(query).scalars().all():
        _queue(key, submission.id)


def _queue(hook_id: int, submission_id: int | None) -> Delivery:
    message = f"msg_{secrets.token_hex(16)}"
    made = Delivery(
        webhook_id=hook_id, submission_id=submission_id, message_id=message, state="waiting", attempts=0
    )
    db.session.add(made)
    db.session.flush()
    queue_errand(kind=DELIVER, key=made.id)
    return made


def hooks_of(form: Form) -> Sequence[Webhook]:
    """The hooks of a form, in the order they were made."""
    query = select(Webhook).where(Webhook.form_id == form.id).order_by(Webhook.id)
    return db.session.execute(query).scalars().all()


def hook(key: int) -> Webhook:
    """The hook of this key; NotFound ``unknown-webhook``."""
    found = db.session.get(Webhook, key)
    if found is None:
        raise NotFound("unknown-webhook")
    return found


def delivery(key: int) -> Delivery:
    """The message of this key; NotFound ``unknown-webhook``."""
    found = db.session.get(Delivery, key)
    if found is None:
        raise NotFound("unknown-webhook")
    return found


def deliveries(hook: Webhook, *, limit: int = 50) -> Sequence[Delivery]:
    """The newest messages of a hook."""
    query = select(Delivery).where(Delivery.webhook_id == hook.id).order_by(Delivery.id.desc()).limit(limit)
    return db.session.execute(query).scalars().all()
