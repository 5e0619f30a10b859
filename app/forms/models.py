"""Tables of the room: forms and versions, links, submissions, drafts, quarantine.

Columns named ``form_id`` are keys of :class:`Form`; the identifier that stands in the form itself is the
text ``Form.form_id``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, utcnow

STATES = ("draft", "open", "closing", "closed")
LINK_KINDS = ("open", "personal", "openrosa", "test")
CHANNELS = ("web", "openrosa", "api", "import")
EXPORT_KINDS = ("csv", "xlsx", "geojson", "sav", "parquet", "media")
REVIEW_STATES = ("received", "approved", "has_issues", "rejected")


class Form(Base):
    """One form with all its versions."""

    __tablename__ = "forms"
    __table_args__ = (
        UniqueConstraint("form_id"),
        CheckConstraint(f"state in {STATES!r}", name="state"),
        CheckConstraint("device_limit is null or device_limit > 0", name="device_limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[str] = mapped_column(String(150))
    title: Mapped[str] = mapped_column(String(300))
    #: Its English title: an XForm has one title only, whatever languages it asks in.
    title_en: Mapped[str] = mapped_column(String(300), default="", server_default="")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    #: Since when it is in its state; not known of states from before this was noted.
    state_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The page shows all questions at once.
    one_page: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Answers may be kept on the resident's device until they are sent.
    device_drafts: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: How many answers one device may send by the page; None for any number.
    device_limit: Mapped[int | None]
    root_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    versions: Mapped[list[FormVersion]] = relationship(
        back_populates="form", order_by="FormVersion.id.desc()"
    )

    links: Mapped[list[Link]] = relationship(back_populates="form", order_by="Link.id.desc()")

    @property
    def draft(self) -> FormVersion | None:
        """The version that is not published yet."""
        return next((each for each in self.versions if each.is_draft), None)

    @property
    def newest(self) -> FormVersion | None:
        """The version published last."""
        published = [each for each in self.versions if each.published_at is not None]
        return max(published, key=lambda each: (each.published_at, each.id), default=None)


class FormVersion(Base):
    """One version: a draft until it is published. The bytes of what is published never change: phones
    compare their md5.
    """

    __tablename__ = "form_versions"
    __table_args__ = (
        # A draft may be called like what is published, until it is published itself.
        Index(
            "ix_form_versions_published",
            "form_id",
            "version",
            unique=True,
            sqlite_where=text("published_at IS NOT NULL"),
            postgresql_where=text("published_at IS NOT NULL"),
        ),
        # A form has one draft at most.
        Index(
            "ix_form_versions_draft",
            "form_id",
            unique=True,
            sqlite_where=text("published_at IS NULL"),
            postgresql_where=text("published_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version: Mapped[str] = mapped_column(String(200))
    xform: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    md5: Mapped[str] = mapped_column(String(32))
    #: Digest of the form and of its choice files: equal keys mean equal definitions, in every database.
    definition_key: Mapped[str] = mapped_column(String(64))
    workbook_sha256: Mapped[str | None] = mapped_column(String(64))
    workbook_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    #: None while it is a draft.
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Who published it, or uploaded the draft.
    published_by: Mapped[str] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Paths of places that are coarsened on arrival.
    coarsen: Mapped[list[str]] = mapped_column(JSON)
    #: The question of consent, and the answer that refuses it.
    consent_path: Mapped[str | None] = mapped_column(String(500))
    consent_value: Mapped[str | None] = mapped_column(String(100))

    form: Mapped[Form] = relationship(back_populates="versions")
    files: Mapped[list[FormFile]] = relationship(
        back_populates="version", order_by="FormFile.id", cascade="all, delete-orphan"
    )

    @property
    def is_draft(self) -> bool:
        """Whether it may still be replaced or thrown away."""
        return self.published_at is None


class FormFile(Base):
    """A file that a version names (choices, images); a slot without content has no digest."""

    __tablename__ = "form_files"
    __table_args__ = (UniqueConstraint("version_id", "file_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str | None] = mapped_column(String(64))
    md5: Mapped[str | None] = mapped_column(String(32))
    size: Mapped[int] = mapped_column(default=0)
    content_type: Mapped[str | None] = mapped_column(String(120))
    #: When its content was given; not known of contents from before this was noted.
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    version: Mapped[FormVersion] = relationship(back_populates="files")


class Link(Base):
    """A door to a form: its token is the permission. ``subject`` means nothing to this room."""

    __tablename__ = "links"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("token"),
        CheckConstraint(f"kind in {LINK_KINDS!r}", name="kind"),
        CheckConstraint("submission_limit is null or submission_limit > 0", name="submission_limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64))
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    #: The version that a test link shows; None: the one published last.
    version_id: Mapped[int | None] = mapped_column(ForeignKey("form_versions.id"), index=True)
    subject: Mapped[str | None] = mapped_column(String(120), index=True)
    label: Mapped[str] = mapped_column(String(200), default="")
    submission_limit: Mapped[int | None]
    #: Submissions counted against the limit; kept only where there is a limit.
    used: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    form: Mapped[Form] = relationship(back_populates="links")
    version: Mapped[FormVersion | None] = relationship()


class Submission(Base):
    """One instance as it came. Unique (form, instance) is the guard against double submissions.

    An edit is a row of its own that ``replaces`` the earlier one, which then is superseded.
    """

    __tablename__ = "submissions"
    # Append-only, with its own link, channel and time: a line of the trail for each would say no more.
    __audit__ = "none"
    __table_args__ = (
        UniqueConstraint("form_id", "instance_id"),
        # For reading in batches: in the order of ids without sorting all of the form each time.
        Index("ix_submissions_form_id_id", "form_id", "id"),
        UniqueConstraint("replaces_id"),
        UniqueConstraint("receipt"),
        CheckConstraint("disposition in ('complete','refused')", name="disposition"),
        CheckConstraint(f"channel in {CHANNELS!r}", name="channel"),
        CheckConstraint(f"review_state in {REVIEW_STATES!r}", name="review_state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("form_versions.id"), index=True)
    version_text: Mapped[str] = mapped_column(String(200))
    instance_id: Mapped[str] = mapped_column(String(255))
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: sha256 of the bytes as they were sent, before any coarsening: a retry is known by it.
    digest: Mapped[str] = mapped_column(String(64))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    disposition: Mapped[str] = mapped_column(String(10), default="complete")
    channel: Mapped[str] = mapped_column(String(10))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id"), index=True)
    device_id: Mapped[str | None] = mapped_column(String(255))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    flags: Mapped[list[str]] = mapped_column(JSON)
    #: Places and codes behind the flags ``untyped-answers`` and ``failed-checks``.
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    receipt: Mapped[str | None] = mapped_column(String(20))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"))
    #: Of an edit: who made it (not known of edits from before this was noted), and why, if staff did.
    edited_by: Mapped[str | None] = mapped_column(String(80))
    edit_reason: Mapped[str | None] = mapped_column(String(500))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review_state: Mapped[str] = mapped_column(String(12), default="received")

    form: Mapped[Form] = relationship()
    version: Mapped[FormVersion | None] = relationship()
    link: Mapped[Link | None] = relationship()
    files: Mapped[list[SubmissionFile]] = relationship(order_by="SubmissionFile.id")


class SubmissionFile(Base):
    """A file that came with a submission; ``expected`` when an answer names it."""

    __tablename__ = "submission_files"
    __audit__ = "none"
    __table_args__ = (UniqueConstraint("submission_id", "file_name", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content_type: Mapped[str | None] = mapped_column(String(120))
    expected: Mapped[bool]


class Draft(Base):
    """What a resident has typed so far, or staff who edit a submission. Once sent, its answers are gone."""

    __tablename__ = "drafts"
    __audit__ = "none"
    __table_args__ = (
        UniqueConstraint("draft_key"),
        UniqueConstraint("resume_digest"),
        Index("ix_drafts_link_id_sent_at", "link_id", "sent_at"),
        Index("ix_drafts_link_id_instance_id", "link_id", "instance_id"),
        CheckConstraint("(link_id is null) <> (edits_id is null)", name="owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_key: Mapped[str] = mapped_column(String(64))
    #: sha256 of the code that goes on with it elsewhere; the code itself is shown once and kept nowhere.
    resume_digest: Mapped[str | None] = mapped_column(String(64))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id"))
    #: The submission that staff edit, and who does; a resident's draft has a link instead.
    edits_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    editor: Mapped[str | None] = mapped_column(String(80))
    #: The reason for the edit, as far as it was written.
    reason: Mapped[str | None] = mapped_column(Text)
    version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), index=True)
    instance_id: Mapped[str] = mapped_column(String(64))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: place → code of files that could not be taken, to be told on the page.
    rejected: Mapped[dict[str, Any]] = mapped_column(JSON)
    screen: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)

    link: Mapped[Link | None] = relationship()
    edits: Mapped[Submission | None] = relationship(foreign_keys=[edits_id])
    version: Mapped[FormVersion] = relationship()
    submission: Mapped[Submission | None] = relationship(foreign_keys=[submission_id])
    files: Mapped[list[DraftFile]] = relationship(order_by="DraftFile.id", cascade="all, delete-orphan")


class DraftFile(Base):
    """A file given with a draft; the answer names it."""

    __tablename__ = "draft_files"
    __audit__ = "none"
    __table_args__ = (UniqueConstraint("draft_id", "file_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content_type: Mapped[str | None] = mapped_column(String(120))


class DeviceCount(Base):
    """How many answers a device has sent to a form that limits them; the device is known by a digest."""

    __tablename__ = "device_counts"
    __audit__ = "none"

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    device_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    used: Mapped[int]


class Quarantine(Base):
    """What could not become a submission and yet is field data: kept for staff to look at."""

    __tablename__ = "quarantine"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("form_id", "digest", "reason"),
        CheckConstraint("outcome in ('adopted','dismissed')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id"), index=True)
    reason: Mapped[str] = mapped_column(String(60))
    #: sha256 of the bytes as they were sent: a retry is known by it.
    digest: Mapped[str] = mapped_column(String(64))
    #: Where storage keeps the XML, coarsened, or emptied where consent was refused.
    sha256: Mapped[str] = mapped_column(String(64))
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    #: What staff made of it: adopted (as ``submission_id``) or dismissed, with the reason; None while open.
    outcome: Mapped[str | None] = mapped_column(String(10))
    outcome_reason: Mapped[str | None] = mapped_column(String(500))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None] = mapped_column(String(80))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)

    form: Mapped[Form] = relationship()
    link: Mapped[Link | None] = relationship()


class Export(Base):
    """The submissions of a form in one file, kept for some days."""

    __tablename__ = "form_exports"
    __table_args__ = (CheckConstraint(f"kind in {EXPORT_KINDS!r}", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    form: Mapped[Form] = relationship()


class SubmissionComment(Base):
    """What a member of staff noted about a submission; it stays with the version it was written at."""

    __tablename__ = "submission_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
