"""Staff pages of webhooks: the addresses of a form, what was sent there, and what came back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import permit_city
from app.errors import describe
from app.forms import hooking, queries
from app.forms.exchange_models import Delivery, Webhook
from app.forms.models import Form
from app.forms.notifying import PAUSES_S

blueprint = Blueprint("webhooks", __name__, template_folder="templates")


@blueprint.get("/<int:key>/webhooks")
def index(key: int) -> ResponseReturnValue:
    """The addresses of a form."""
    return _page(_form(key))


@blueprint.post("/<int:key>/webhooks")
def add(key: int) -> ResponseReturnValue:
    """Add an address; its secret is shown on this page and never again."""
    form = _form(key)
    made = hooking.add_hook(
        form=form,
        address=request.form.get("address", "").strip(),
        with_answers=bool(request.form.get("with_answers")),
    )
    return _page(form, shown=made)


@blueprint.get("/webhooks/<int:key>")
def one(key: int) -> ResponseReturnValue:
    """What was sent to an address."""
    hook = _hook(key)
    return render_template(
        "forms/webhook.html",
        hook=hook,
        deliveries=[(each, _outcome(each)) for each in hooking.deliveries(hook)],
        attempts=len(PAUSES_S) + 1,
    )


@blueprint.post("/webhooks/<int:key>/test")
def test(key: int) -> ResponseReturnValue:
    """Send a message that tells of nothing."""
    hooking.try_hook(hook=_hook(key))
    flash(_("测试消息已排队。请稍后刷新，看对方怎样回答。"), "success")
    return redirect(url_for("webhooks.one", key=key))


@blueprint.post("/webhooks/<int:key>/active")
def activate(key: int) -> ResponseReturnValue:
    """Switch an address off or on."""
    hooking.switch(hook=_hook(key), active=request.form.get("active") == "1")
    return redirect(url_for("webhooks.one", key=key))


@blueprint.post("/webhooks/<int:key>/remove")
def remove(key: int) -> ResponseReturnValue:
    """Forget an address."""
    hook = _hook(key)
    form_id = hook.form_id
    hooking.remove_hook(hook=hook)
    flash(_("通知地址已删除。"), "success")
    return redirect(url_for("webhooks.index", key=form_id))


@blueprint.post("/webhooks/deliveries/<int:key>/again")
def again(key: int) -> ResponseReturnValue:
    """Begin anew with a message that was given up."""
    found = hooking.delivery(key)
    hook = _hook(found.webhook_id)
    hooking.send_again(delivery=found)
    return redirect(url_for("webhooks.one", key=hook.id))


def _page(form: Form, shown: Webhook | None = None) -> str:
    return render_template("forms/webhooks.html", form=form, hooks=hooking.hooks_of(form), shown=shown)


def _outcome(delivery: Delivery) -> str:
    """What the last attempt came to, in words."""
    if delivery.problem:
        return describe(delivery.problem)
    if delivery.status is not None:
        return _("对方回答 %(status)s", status=delivery.status)
    return _("还没有发送")


def _hook(key: int) -> Webhook:
    found = hooking.hook(key)
    permit_city(queries.city_of_form(found.form))
    return found


def _form(key: int) -> Form:
    found = queries.form(key)
    permit_city(queries.city_of_form(found))
    return found
