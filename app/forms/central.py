"""The door for programs made for ODK Central (``/v1``): sessions, projects, app users."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.guards import own_cities
from app.accounts.signing_in import session_end, sign_in, sign_out
from app.audit import record_access
from app.db import utcnow
from app.errors import Invalid, NotFound, Unauthorised
from app.forms.appointing import app_user_in, app_users, appoint, assign, assigned, dismiss, withdraw
from app.forms.central_actors import app_user_key, app_user_number
from app.forms.central_asking import done, open_form, open_project, sent_json
from app.forms.central_reading import project_facts
from app.forms.central_schemas import (
    LogIn,
    NewAppUser,
    Session,
    app_user_json,
    loaded,
    project_json,
    staff_json,
)

blueprint = Blueprint("central", __name__)

#: The one role that can be given at a form: that of its phones. Central's number and name of it.
_APP_USER_ROLE = {"2", "app-user"}


@blueprint.post("/sessions")
def log_in() -> ResponseReturnValue:
    """Open a session; its token is told this once and kept as a digest alone."""
    given = loaded(LogIn, sent_json())
    try:
        signed_in = sign_in(
            username=given["email"].strip(), password=given["password"], address=request.remote_addr or ""
        )
    except Invalid as wrong:
        raise Unauthorised(wrong.code) from wrong
    return jsonify(_session(signed_in.session_key))


@blueprint.get("/sessions/restore")
def restore() -> ResponseReturnValue:
    """The present session."""
    return jsonify(_session(_session_key()))


@blueprint.delete("/sessions/current")
def log_out() -> ResponseReturnValue:
    """End the present session."""
    sign_out(session_key=_session_key())
    return done()


@blueprint.delete("/sessions/<token>")
def end_session(token: str) -> ResponseReturnValue:
    """End the present session by its token; those of others are none of the asker's business."""
    if token != _session_key():
        raise NotFound("not-found")
    sign_out(session_key=token)
    return done()


@blueprint.get("/users/current")
def user() -> ResponseReturnValue:
    """Who asks."""
    return jsonify(staff_json(current_user.user))


@blueprint.get("/projects")
def projects() -> ResponseReturnValue:
    """The cities that the asker works for."""
    facts = project_facts()
    return jsonify([project_json(city, facts[city.id]) for city in own_cities()])


@blueprint.get("/projects/<int:project_id>")
def project(project_id: int) -> ResponseReturnValue:
    """One of them."""
    open_project(project_id)
    city = next(each for each in own_cities() if each.id == project_id)
    return jsonify(project_json(city, project_facts()[project_id]))


@blueprint.get("/projects/<int:project_id>/app-users")
def list_app_users(project_id: int) -> ResponseReturnValue:
    """The app users with their tokens; looking at them is noted, for whoever knows one may answer."""
    found = app_users(open_project(project_id))
    record_access(subject="app_users", subject_id=project_id)
    return jsonify([app_user_json(each) for each in found])


@blueprint.post("/projects/<int:project_id>/app-users")
def create_app_user(project_id: int) -> ResponseReturnValue:
    """Make an app user."""
    given = loaded(NewAppUser, sent_json())
    made = appoint(root_id=open_project(project_id), display_name=given["display_name"])
    return jsonify(app_user_json(made))


@blueprint.delete("/projects/<int:project_id>/app-users/<int:number>")
def delete_app_user(project_id: int, number: int) -> ResponseReturnValue:
    """Dismiss an app user."""
    dismiss(app_user=app_user_in(open_project(project_id), app_user_key(number)))
    return done()


@blueprint.get("/projects/<int:project_id>/forms/<form_id>/assignments")
def assignments(project_id: int, form_id: str) -> ResponseReturnValue:
    """Which app users may fill a form."""
    found = assigned(open_form(project_id, form_id))
    return jsonify([{"actorId": app_user_number(each.id), "roleId": 2} for each in found])


@blueprint.get("/projects/<int:project_id>/forms/<form_id>/assignments/<role>")
def assigned_actors(project_id: int, form_id: str, role: str) -> ResponseReturnValue:
    """The same, as app users; their tokens are not told here."""
    _known_role(role)
    found = assigned(open_form(project_id, form_id))
    return jsonify([{**app_user_json(each), "token": None} for each in found])


@blueprint.post("/projects/<int:project_id>/forms/<form_id>/assignments/<role>/<int:number>")
def assign_form(project_id: int, form_id: str, role: str, number: int) -> ResponseReturnValue:
    """Let an app user fill a form."""
    _known_role(role)
    form = open_form(project_id, form_id)
    assign(app_user=app_user_in(project_id, app_user_key(number)), form=form)
    return done()


@blueprint.delete("/projects/<int:project_id>/forms/<form_id>/assignments/<role>/<int:number>")
def withdraw_form(project_id: int, form_id: str, role: str, number: int) -> ResponseReturnValue:
    """Let it no longer."""
    _known_role(role)
    form = open_form(project_id, form_id)
    withdraw(app_user=app_user_in(project_id, app_user_key(number)), form=form)
    return done()


def _known_role(role: str) -> None:
    if role not in _APP_USER_ROLE:
        raise NotFound("unknown-role", found=role)


def _session_key() -> str:
    """The key of the present session; who came with name and password has none."""
    if not current_user.session_key:
        raise NotFound("not-found")
    return str(current_user.session_key)


def _session(key: str) -> object:
    # There is nothing ambient to protect: the token itself has to be sent.
    told = {"token": key, "csrf": "", "created_at": utcnow(), "expires_at": session_end(key)}
    return Session().dump(told)
