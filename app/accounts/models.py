"""Staff accounts. Residents have none: a link or a QR code is their door."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.areas.models import Area
from app.db import Base, UtcDateTime, utcnow

ROLES = (
    "administrator",
    "exam_office",
    "analyst",
    "department_reporter",
    "department_reviewer",
    "viewer",
    "field_worker",
)

#: Roles that decide for the whole city; a scope by area would hide what they answer for.
CITY_WIDE = ("administrator", "exam_office")


class Department(Base):
    """A department of the city that reports figures and carries projects."""

    __tablename__ = "departments"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("name_zh"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(160))


class User(Base):
    """A member of staff. The password is kept as an Argon2 hash alone."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("username"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80))
    display_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", order_by="RoleGrant.id", cascade="all, delete-orphan", lazy="selectin"
    )


class RoleGrant(Base):
    """A role of a user, with the department and the area it is limited to (none: everywhere)."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint(f"role in {ROLES!r}", name="role"),
        CheckConstraint(
            "role not in ('department_reporter','department_reviewer') or department_id is not null",
            name="department_role",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))

    user: Mapped[User] = relationship(back_populates="grants")
    department: Mapped[Department | None] = relationship(lazy="joined")
    area: Mapped[Area | None] = relationship()


class StaffSession(Base):
    """A signed-in session, kept on the server so that it can be ended there.

    The cookie carries a random key; the table only its digest.
    """

    __tablename__ = "staff_sessions"
    __audit__ = "none"

    key_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LoginAttempt(Base):
    """A failed log-in, kept for a while to slow down guessing."""

    __tablename__ = "login_attempts"
    __audit__ = "none"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    #: Digest of user name and address: the attempt needs no more than equality.
    subject: Mapped[str] = mapped_column(String(64), index=True)
