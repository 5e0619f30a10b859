"""Submissions written by staff through a program: new ones, and edits in the name of who sent the first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from app.audit import record_event
from app.errors import Conflict, Invalid
from app.forms.collecting import IncomingFile, receive
from app.forms.definitions import definition_of
from app.forms.models import Form, Submission
from app.forms.queries import published_version, version_named
from app.forms.reading import instance_of
from app.storage import storage
from app.xforms.instances import referenced_files


def submit(*, form: Form, xml: bytes, device_id: str | None) -> Submission:
    """Store a submission as it was sent; the trail says by whom. Refuses what ``receive`` refuses."""
    received = receive(form=form, xml=xml, channel="api", device_id=device_id)
    if received.created:
        record_event(subject="submissions", subject_id=received.submission.id, reason="created by a program")
    return received.submission


def edit(*, current: Submission, xml: bytes) -> Submission:
    """Put another version in the place of the current one; it stays with the link that it came through.

    Files that the new version still names come along. Invalid ``edit-without-deprecated``, Conflict
    ``instance-outdated``, and what ``receive`` refuses.
    """
    instance = instance_of(xml)
    if instance.deprecated_id is None or instance.deprecated_id == instance.instance_id:
        raise Invalid("edit-without-deprecated", expected=current.instance_id)
    if current.instance_id not in {instance.deprecated_id, instance.instance_id}:
        raise Conflict("instance-outdated", found=instance.deprecated_id)
    form = current.form
    asked = version_named(form, instance.version) or published_version(form)
    named = frozenset(referenced_files(definition_of(asked), instance))
    with _files_of(current, named) as files:
        received = receive(
            form=form,
            xml=xml,
            files=files,
            link=current.link,
            channel="api",
            device_id=current.device_id,
            of=current,
        )
    if received.created:
        record_event(subject="submissions", subject_id=received.submission.id, reason="edited by a program")
    return received.submission


@contextmanager
def _files_of(submission: Submission, named: frozenset[str]) -> Iterator[list[IncomingFile]]:
    with ExitStack() as opened:
        yield [
            IncomingFile(
                each.file_name,
                opened.enter_context(storage().path(each.sha256).open("rb")),
                each.content_type,
            )
            for each in submission.files
            if each.file_name in named
        ]
