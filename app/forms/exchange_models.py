"""Tables of the exchange with other programs: phones of a project, webhooks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime, utcnow
from app.forms.models import Form, Link, Submission

DELIVERY_STATES = ("waiting", "delivered", "failed")


class AppUser(Base):
    """A phone, or a team with one setting for its phones, that fills forms of a project.

    Each form it is given makes a link of its own, so that a form's page shows who may fill it.
    """

    __tablename__ = "app_users"
    __table_args__ = (UniqueConstraint("token"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    display_name: Mapped[str] = mapped_column(String(150))
    token: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AppUserLink(Base):
    """The link by which an app user fills one form."""

    __tablename__ = "app_user_links"
    __table_args__ = (UniqueConstraint("link_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    app_user_id: Mapped[int] = mapped_column(ForeignKey("app_users.id"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("links.id"))

    link: Mapped[Link] = relationship(lazy="joined")
    app_user: Mapped[AppUser] = relationship()


class Webhook(Base):
    """An address that is told of each new submission of a form. The secret signs what is sent."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), index=True)
    address: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(80))
    with_answers: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    form: Mapped[Form] = relationship()


class Delivery(Base):
    """One message to one address: what became of it, and the last answer."""

    __tablename__ = "webhook_deliveries"
    __audit__ = "none"
    __table_args__ = (
        CheckConstraint(f"state in {DELIVERY_STATES!r}", name="state"),
        Index("ix_webhook_deliveries_webhook_id_id", "webhook_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    #: None for a trial.
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    message_id: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The status of the last answer, or the code of what went wrong without one.
    status: Mapped[int | None]
    problem: Mapped[str | None] = mapped_column(String(60))
    answer: Mapped[str | None] = mapped_column(Text)

    webhook: Mapped[Webhook] = relationship()
    submission: Mapped[Submission | None] = relationship()
