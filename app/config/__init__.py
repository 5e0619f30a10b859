"""Typed settings, read once from the environment.

Every setting is one field of :class:`Settings`; its metadata says which environment variable
carries it and what it means; the reference of settings is made from it.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class SettingsError(Exception):
    """A setting is missing or cannot be read; the message names the variable and the cure."""


def _setting(variable: str, meaning: str, default: Any, *, secret: bool = False) -> Any:
    # A secret stays out of the text form of the settings, and so out of logs and traces.
    return field(default=default, repr=not secret, metadata={"variable": variable, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """All settings of one process."""

    environment: str = _setting(
        "CITYEXAM_ENVIRONMENT",
        "embedded (one machine, one process: the default), production, or testing.",
        "embedded",
    )
    instance_dir: str = _setting(
        "CITYEXAM_INSTANCE", "Folder of the database, the stored files and the embedded secret.", "instance"
    )
    database_url: str = _setting(
        "CITYEXAM_DATABASE_URL",
        "SQLAlchemy address: sqlite:///… or postgresql+psycopg://… (default: SQLite in the instance folder).",
        "",
        secret=True,
    )
    secret_key: str = _setting(
        "CITYEXAM_SECRET_KEY",
        "Key that signs cookies and tokens. Must be given in production; otherwise made once and kept "
        "in the instance folder.",
        "",
        secret=True,
    )
    storage_dir: str = _setting(
        "CITYEXAM_STORAGE", "Folder of uploaded files by content hash (default: <instance>/files).", ""
    )
    base_url: str = _setting(
        "CITYEXAM_BASE_URL",
        "Public address of the service, used in links, QR codes and OpenRosa addresses.",
        "http://127.0.0.1:8000",
    )
    default_language: str = _setting("CITYEXAM_LANGUAGE", "Language before a reader chooses: zh or en.", "zh")
    time_zone: str = _setting("CITYEXAM_TIME_ZONE", "Time zone in which times are shown.", "Asia/Shanghai")
    jobs: str = _setting(
        "CITYEXAM_JOBS",
        "worker (durable queue, worked off by this or another process) or inline (run right after the "
        "commit, in the same process; for tests and scripts).",
        "worker",
    )
    max_upload_bytes: int = _setting(
        "CITYEXAM_MAX_UPLOAD", "Largest request body in bytes; larger ones get 413.", 64 * 1024 * 1024
    )
    session_hours: int = _setting("CITYEXAM_SESSION_HOURS", "Hours until a staff session ends.", 12)
    secure_cookies: bool = _setting(
        "CITYEXAM_SECURE_COOKIES", "1 sends cookies over HTTPS only (default in production).", False
    )
    login_attempts: int = _setting(
        "CITYEXAM_LOGIN_ATTEMPTS", "Failed log-ins per account and address in 15 minutes before a wait.", 5
    )
    trusted_proxies: int = _setting(
        "CITYEXAM_TRUSTED_PROXIES", "Number of reverse proxies whose X-Forwarded headers are believed.", 0
    )
    draft_days: int = _setting(
        "CITYEXAM_DRAFT_DAYS",
        "Days after which a resident's unsent answers and their photographs are deleted, when nobody "
        "has touched them since.",
        30,
    )
    tile_address: str = _setting(
        "CITYEXAM_TILE_ADDRESS",
        "Tile template of a base map ({z}/{x}/{y}); empty: no request leaves the server's own host.",
        "",
    )
    tile_attribution: str = _setting(
        "CITYEXAM_TILE_ATTRIBUTION",
        "Whose base map it is, shown in the corner of every map; must be given with a tile address.",
        "",
    )

    webhook_internal: bool = _setting(
        "CITYEXAM_WEBHOOK_INTERNAL",
        "1 lets webhooks reach addresses of the internal network, and such without HTTPS. Without it whoever "
        "runs the office's account cannot make the server knock at machines behind the firewall.",
        False,
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read every variable; an unreadable one raises :class:`SettingsError` naming it."""
        source = os.environ if environ is None else environ
        read: dict[str, Any] = {}
        for each in fields(cls):
            text = source.get(each.metadata["variable"])
            if text:
                read[each.name] = _convert(each.metadata["variable"], text, each.default)
        return cls(**{**read, **overrides}).completed()

    def completed(self) -> Settings:
        """Fill the settings that depend on others and refuse what cannot work or is unsafe."""
        _refuse_unusable(self)
        instance = Path(self.instance_dir).resolve()
        changes: dict[str, Any] = {
            "instance_dir": str(instance),
            "database_url": _address(self.database_url or f"sqlite:///{instance / 'cityexam.sqlite'}"),
            "storage_dir": str(Path(self.storage_dir or instance / "files").resolve()),
            "base_url": self.base_url.rstrip("/"),
        }
        if self.environment == "production":
            if not self.secret_key:
                raise SettingsError("CITYEXAM_SECRET_KEY must be given in production (32 characters or more)")
            changes["secure_cookies"] = True
        if self.secret_key and len(self.secret_key) < 32:
            raise SettingsError("CITYEXAM_SECRET_KEY must have 32 characters or more")
        changes["secret_key"] = self.secret_key or _kept_secret(instance)
        return replace(self, **changes)


def _refuse_unusable(settings: Settings) -> None:
    choices = {
        "environment": {"embedded", "production", "testing"},
        "jobs": {"worker", "inline"},
        "default_language": {"zh", "en"},
    }
    for each in fields(settings):
        value, variable = getattr(settings, each.name), each.metadata["variable"]
        if each.name in choices and value not in choices[each.name]:
            raise SettingsError(f"{variable} must be one of {', '.join(sorted(choices[each.name]))}")
        # Zero is a setting for the proxies alone: every other number is a bound or a length of time.
        whole = isinstance(each.default, int) and not isinstance(each.default, bool)
        if whole and value < (0 if each.name == "trusted_proxies" else 1):
            raise SettingsError(f"{variable} must be 1 or more")
    if not settings.base_url.startswith(("http://", "https://")):
        raise SettingsError("CITYEXAM_BASE_URL must begin with http:// or https://")
    if settings.tile_address and not settings.tile_attribution.strip():
        raise SettingsError("CITYEXAM_TILE_ATTRIBUTION must be given with CITYEXAM_TILE_ADDRESS")
    try:
        ZoneInfo(settings.time_zone)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise SettingsError("CITYEXAM_TIME_ZONE must be a zone such as Asia/Shanghai") from error


def _address(text: str) -> str:
    """The database's address with its driver; a relative SQLite path counts from the working folder."""
    scheme, separator, rest = text.partition("://")
    if scheme in {"postgresql", "postgres"}:
        scheme = "postgresql+psycopg"
    if not separator or scheme not in {"sqlite", "postgresql+psycopg"}:
        raise SettingsError("CITYEXAM_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    if scheme != "sqlite":
        return f"{scheme}://{rest}"
    path, mark, options = rest.removeprefix("/").partition("?")
    if path in {"", ":memory:"}:
        # The queue and every thread open connections of their own and must find the same tables.
        raise SettingsError("CITYEXAM_DATABASE_URL must name a file: sqlite:////path/to/file.sqlite")
    return f"sqlite:///{Path(path).resolve()}{mark}{options}"


def _convert(variable: str, text: str, default: Any) -> Any:
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise SettingsError(f"{variable} must be 1 or 0")
        return text.lower() in {"1", "true", "yes"}
    if isinstance(default, int):
        if not text.isdecimal():
            raise SettingsError(f"{variable} must be a whole number")
        return int(text)
    return text


def _kept_secret(instance: Path) -> str:
    """The embedded secret: made once, readable by its owner alone, never in the code."""
    path = instance / "secret_key"
    if not path.exists():
        _make_secret(path)
    path.chmod(0o600)
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < 32:
        raise SettingsError(f"{path} holds no usable key; remove it and all sessions start afresh")
    return secret


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix="secret_key-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_urlsafe(48))
        # A link is made whole or not at all, and never over the one of a process that was faster.
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        Path(fresh).unlink()
