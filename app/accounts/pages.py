"""Signing in and out, the own profile, and the administrator's list of accounts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from app.accounts.homes import home_of
from app.accounts.managing import (
    Grant,
    add_user,
    change_own_password,
    give_role,
    reset_password,
    set_active,
    take_role,
    user_by_id,
    user_named,
)
from app.accounts.queries import all_users, department_staff, departments
from app.accounts.signing_in import sign_in, sign_out
from app.accounts.wording import ROLE_DUTIES, ROLE_NAMES, actor_name
from app.areas.queries import areas_at
from app.errors import Invalid, TooMany, describe

blueprint = Blueprint("accounts", __name__, template_folder="templates")
# The trail and the jobs lie below this room and show who acted.
blueprint.add_app_template_global(actor_name)

#: An account is limited to a district or a street; for the whole city there is no limit.
SCOPE_LEVELS = ("district", "street")


@blueprint.route("/log-in", methods=["GET", "POST"])
def log_in() -> ResponseReturnValue:
    """The log-in page; what was typed stays, but for the password."""
    if request.method != "POST":
        return render_template("accounts/log_in.html", username="", error=None)
    username = request.form.get("username", "").strip()
    try:
        signed_in = sign_in(
            username=username, password=request.form.get("password", ""), address=request.remote_addr or ""
        )
    except (Invalid, TooMany) as problem:
        page = render_template(
            "accounts/log_in.html", username=username, error=describe(problem.code, problem.facts)
        )
        waiting = problem.facts.get("retry_after")
        return page, problem.status, {"Retry-After": str(waiting)} if waiting else {}
    login_user(signed_in)
    return redirect(_own_address(request.args.get("next"), home_of(signed_in.roles)))


@blueprint.post("/log-out")
def log_out() -> ResponseReturnValue:
    """End the session on the server and in the browser."""
    sign_out(session_key=current_user.session_key)
    logout_user()
    return redirect(url_for("accounts.log_in"))


@blueprint.route("/profile", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Own roles; change of the own password."""
    if request.method == "POST":
        change_own_password(
            username=current_user.user.username,
            present=request.form.get("present", ""),
            password=request.form.get("password", ""),
            address=request.remote_addr or "",
        )
        flash(_("密码已更换，请用新密码重新登录。"), "success")
        logout_user()
        return redirect(url_for("accounts.log_in"))
    return render_template("accounts/profile.html", user=current_user.user, role_names=ROLE_NAMES)


@blueprint.get("/")
def users() -> ResponseReturnValue:
    """All accounts with their roles, and who reports for each department."""
    return render_template(
        "accounts/users.html", users=all_users(), staff=department_staff(), **_role_choices()
    )


@blueprint.post("/")
def add() -> ResponseReturnValue:
    """Make an account."""
    form = request.form
    add_user(
        username=form.get("username", "").strip(),
        display_name=form.get("display_name", "").strip(),
        password=form.get("password", ""),
        grants=[_grant()],
    )
    flash(_("账户已建立。"), "success")
    return redirect(url_for("accounts.users"))


@blueprint.get("/<int:user_id>")
def account(user_id: int) -> ResponseReturnValue:
    """One account: its roles, its password, whether it is open."""
    return render_template("accounts/account.html", user=user_by_id(user_id), **_role_choices())


@blueprint.post("/<int:user_id>/roles")
def add_role(user_id: int) -> ResponseReturnValue:
    """Give one more role."""
    give_role(user_id=user_id, grant=_grant())
    flash(_("角色已添加。"), "success")
    return redirect(url_for("accounts.account", user_id=user_id))


@blueprint.post("/<int:user_id>/roles/<int:grant_id>/remove")
def remove_role(user_id: int, grant_id: int) -> ResponseReturnValue:
    """Take a role away."""
    take_role(user_id=user_id, grant_id=grant_id)
    flash(_("角色已去掉。"), "success")
    return redirect(url_for("accounts.account", user_id=user_id))


@blueprint.post("/<int:user_id>/password")
def new_password(user_id: int) -> ResponseReturnValue:
    """Make a new password and show it this once: the answer is the page itself, kept nowhere."""
    password = reset_password(user_id=user_id)
    page = render_template(
        "accounts/account.html", user=user_by_id(user_id), password=password, **_role_choices()
    )
    return page, {"Cache-Control": "no-store"}


@blueprint.post("/<username>/active")
def switch(username: str) -> ResponseReturnValue:
    """Open or close an account."""
    set_active(username=username, active=request.form.get("active") == "1")
    return redirect(url_for("accounts.account", user_id=user_named(username).id))


def _grant() -> Grant:
    form = request.form
    return Grant(form.get("role", ""), form.get("department") or None, form.get("area") or None)


def _role_choices() -> dict[str, Any]:
    return {
        "role_names": ROLE_NAMES,
        "role_duties": ROLE_DUTIES,
        "departments": departments(),
        "areas": areas_at(*SCOPE_LEVELS),
    }


def _own_address(target: str | None, home: str) -> str:
    """An address of this service; anything else, and its root, leads to the first page of the role."""
    parts = urlsplit(target or "")
    own = not parts.scheme and not parts.netloc and parts.path.startswith("/") and parts.path != "/"
    # Browsers take two slashes, or a slash and a backslash, for the beginning of another host.
    plain = target is not None and target.isprintable() and "\\" not in target
    if target and own and plain and target.startswith("/") and not target.startswith("//"):
        return target
    return home
