"""The JSON of ODK Central: what its clients send and what they expect back."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from app.accounts.models import User
from app.areas.models import Area
from app.errors import Invalid
from app.errors.fields import field_places
from app.forms.central_actors import actor_number, app_user_number, submitter_number
from app.forms.central_reading import ProjectFacts, Stored
from app.forms.definitions import definition_of
from app.forms.exchange_models import AppUser
from app.forms.models import Form, FormVersion, Submission, SubmissionComment
from app.xforms.typing_answers import moment_text

_STATES = {"received": None, "has_issues": "hasIssues"}
_STATES_SENT = {None: "received", "received": "received", "hasIssues": "has_issues"}


class Moment(fields.Field[datetime]):
    """An instant as Central writes it: milliseconds, in UTC."""

    def _serialize(self, value: datetime | None, *_arguments: Any, **_options: Any) -> str | None:
        return None if value is None else moment_text(value.astimezone(UTC))


class LogIn(Schema):
    """Name and password; Central calls the name an e-mail."""

    email = fields.String(required=True)
    password = fields.String(required=True)


class NewAppUser(Schema):
    """A phone to be."""

    display_name = fields.String(required=True, data_key="displayName")


class FormChange(Schema):
    """The state a form is to have."""

    state = fields.String(required=True)


class Review(Schema):
    """What came of looking at a submission."""

    review_state = fields.String(required=True, allow_none=True, data_key="reviewState")


class NewComment(Schema):
    """A note."""

    body = fields.String(required=True)


class Session(Schema):
    """A session with its token, which is told this once."""

    token = fields.String()
    csrf = fields.String()
    created_at = Moment(data_key="createdAt")
    expires_at = Moment(data_key="expiresAt")


class Actor(Schema):
    """Somebody who acts."""

    id = fields.Integer()
    type = fields.String()
    display_name = fields.String(data_key="displayName")
    created_at = Moment(data_key="createdAt")
    updated_at = Moment(data_key="updatedAt")
    deleted_at = Moment(data_key="deletedAt")


class StaffActor(Actor):
    """A member of staff."""

    email = fields.String()


class PhoneActor(Actor):
    """An app user."""

    project_id = fields.Integer(data_key="projectId")
    token = fields.String(allow_none=True)


class Project(Schema):
    """A city."""

    id = fields.Integer()
    name = fields.String()
    description = fields.String(allow_none=True)
    archived = fields.Boolean()
    key_id = fields.Integer(data_key="keyId", allow_none=True)
    created_at = Moment(data_key="createdAt")
    updated_at = Moment(data_key="updatedAt")
    deleted_at = Moment(data_key="deletedAt")
    forms = fields.Integer()
    app_users = fields.Integer(data_key="appUsers")
    last_submission = Moment(data_key="lastSubmission")


class FormShape(Schema):
    """A form with one of its versions."""

    project_id = fields.Integer(data_key="projectId")
    xml_form_id = fields.String(data_key="xmlFormId")
    name = fields.String()
    version = fields.String()
    hash = fields.String()
    sha256 = fields.String()
    state = fields.String()
    key_id = fields.Integer(data_key="keyId", allow_none=True)
    enketo_id = fields.String(data_key="enketoId", allow_none=True)
    created_at = Moment(data_key="createdAt")
    updated_at = Moment(data_key="updatedAt")
    published_at = Moment(data_key="publishedAt")


class Attachment(Schema):
    """A file, there or awaited."""

    name = fields.String()
    type = fields.String()
    exists = fields.Boolean()
    blob_exists = fields.Boolean(data_key="blobExists")
    dataset_exists = fields.Boolean(data_key="datasetExists")
    updated_at = Moment(data_key="updatedAt")


class SubmissionShape(Schema):
    """What is known of a submission besides its answers."""

    instance_id = fields.String(data_key="instanceId")
    instance_name = fields.String(data_key="instanceName", allow_none=True)
    submitter_id = fields.Integer(data_key="submitterId")
    device_id = fields.String(data_key="deviceId", allow_none=True)
    user_agent = fields.String(data_key="userAgent", allow_none=True)
    review_state = fields.String(data_key="reviewState", allow_none=True)
    created_at = Moment(data_key="createdAt")
    updated_at = Moment(data_key="updatedAt")
    edits = fields.Integer()
    current_id = fields.String(data_key="currentVersionId")


class VersionShape(Schema):
    """One version of a submission."""

    instance_id = fields.String(data_key="instanceId")
    submitter_id = fields.Integer(data_key="submitterId")
    device_id = fields.String(data_key="deviceId", allow_none=True)
    created_at = Moment(data_key="createdAt")
    current = fields.Boolean()
    form_version = fields.String(data_key="formVersion")


class CommentShape(Schema):
    """A note and who made it."""

    body = fields.String()
    actor_id = fields.Integer(data_key="actorId")
    created_at = Moment(data_key="createdAt")


def loaded(schema: type[Schema], body: Any) -> dict[str, Any]:
    """What was sent; Invalid ``fields-invalid`` with the places."""
    try:
        found: dict[str, Any] = schema(unknown=EXCLUDE).load(body if isinstance(body, dict) else {})
    except ValidationError as error:
        raise Invalid("fields-invalid", places=field_places(error.messages)) from error
    return found


def staff_json(user: User) -> Any:
    """A member of staff."""
    facts = {"id": user.id, "type": "user", "email": user.username, "display_name": user.display_name}
    return StaffActor().dump(facts | {"created_at": user.created_at, "updated_at": None, "deleted_at": None})


def app_user_json(app_user: AppUser) -> Any:
    """An app user; who is dismissed has no token any more."""
    open_still = app_user.revoked_at is None
    facts = {
        "id": app_user_number(app_user.id),
        "type": "field_key",
        "display_name": app_user.display_name,
        "project_id": app_user.root_id,
        "token": app_user.token if open_still else None,
        "created_at": app_user.created_at,
        "updated_at": None,
        "deleted_at": app_user.revoked_at,
    }
    return PhoneActor().dump(facts)


def project_json(city: Area, facts: ProjectFacts) -> Any:
    """A city."""
    told = {
        "id": city.id,
        "name": city.name_zh,
        "description": city.name_en or None,
        "archived": False,
        "key_id": None,
        "created_at": datetime.combine(city.valid_from, time(), UTC),
        "updated_at": None,
        "deleted_at": None,
        "forms": facts.forms,
        "app_users": facts.app_users,
        "last_submission": facts.last_submission,
    }
    return Project().dump(told)


def form_json(project_id: int, form: Form, version: FormVersion | None = None) -> Any:
    """A form with its newest version, else its draft, or with the one given."""
    shown = version or form.newest
    if shown is None and form.draft is not None:
        return draft_json(project_id, form.draft)
    first = min((each.published_at for each in form.versions if each.published_at), default=None)
    told = {
        "project_id": project_id,
        "xml_form_id": form.form_id,
        "name": form.title,
        "version": shown.version if shown else "",
        "hash": shown.md5 if shown else "",
        # Until it is opened it is a draft to Central, which has no such state.
        "state": "open" if form.state == "draft" else form.state,
        "key_id": None,
        "enketo_id": None,
        "created_at": form.created_at,
        "updated_at": shown.published_at if shown and shown.published_at != first else None,
        "published_at": shown.published_at if shown and form.state != "draft" else None,
    }
    return FormShape().dump(told)


def draft_json(project_id: int, draft: FormVersion) -> Any:
    """A form, or its next version, that is not published yet."""
    told = {
        "project_id": project_id,
        "xml_form_id": draft.form.form_id,
        "name": definition_of(draft).title or draft.form.form_id,
        "version": draft.version,
        "hash": draft.md5,
        "state": "open",
        "key_id": None,
        "enketo_id": None,
        "created_at": draft.made_at,
        "updated_at": None,
        "published_at": None,
    }
    return FormShape().dump(told)


def review_state_told(state: str, edits: int) -> str | None:
    """Central's word for a review state."""
    if state == "received" and edits:
        return "edited"
    return _STATES.get(state, state)


def review_state_sent(word: str | None, edits: int) -> str:
    """The house's word for Central's; what it does not know is refused by the writer."""
    if word == "edited" and edits:
        return "received"
    return _STATES_SENT.get(word, word or "")


def submission_json(stored: Stored, instance_name: str | None = None) -> Any:
    """A submission."""
    told = {
        "instance_id": stored.instance_id,
        "instance_name": instance_name,
        "submitter_id": submitter_number(stored.link_id, stored.app_user_id),
        "device_id": stored.device_id,
        "user_agent": None,
        "review_state": review_state_told(stored.review_state, stored.edits),
        "created_at": stored.submitted_at,
        "updated_at": stored.updated_at,
        "edits": stored.edits,
        "current_id": stored.current_id,
    }
    return SubmissionShape().dump(told)


def version_json(version: Submission, app_user_id: int | None) -> Any:
    """One version of a submission."""
    told = {
        "instance_id": version.instance_id,
        "submitter_id": submitter_number(version.link_id, app_user_id),
        "device_id": version.device_id,
        "created_at": version.received_at,
        "current": version.superseded_at is None,
        "form_version": version.version_text,
    }
    return VersionShape().dump(told)


def comment_json(comment: SubmissionComment) -> Any:
    """A note."""
    told = {"body": comment.body, "actor_id": actor_number(comment.actor), "created_at": comment.made_at}
    return CommentShape().dump(told)
