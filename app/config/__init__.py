"""Typed settings, read once from the environment.

Every setting is one field of :class:`Settings`; its metadata says which environment variable
carries it and what it means. ``flask settings`` prints the table that the reference documents.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


class SettingsError(Exception):
    """A setting is missing or cannot be read; the message names the variable and the cure."""


def _setting(variable: str, meaning: str, default: Any) -> Any:
    return field(default=default, metadata={"variable": variable, "meaning": meaning})


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
    )
    secret_key: str = _setting(
        "CITYEXAM_SECRET_KEY",
        "Key that signs cookies and tokens. Must be given in production; otherwise made once and kept "
        "in the instance folder.",
        "",
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
    tile_address: str = _setting(
        "CITYEXAM_TILE_ADDRESS",
        "Tile template of a base map ({z}/{x}/{y}); empty: no request leaves the server's own host.",
        "",
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
        """Fill the settings that depend on others and refuse an unsafe combination."""
        if self.environment not in {"embedded", "production", "testing"}:
            raise SettingsError("CITYEXAM_ENVIRONMENT must be embedded, production or testing")
        if self.jobs not in {"worker", "inline"}:
            raise SettingsError("CITYEXAM_JOBS must be worker or inline")
        instance = Path(self.instance_dir).resolve()
        changes: dict[str, Any] = {"instance_dir": str(instance)}
        changes["database_url"] = self.database_url or f"sqlite:///{instance / 'cityexam.sqlite'}"
        changes["storage_dir"] = self.storage_dir or str(instance / "files")
        if self.environment == "production":
            if len(self.secret_key) < 32:
                raise SettingsError("CITYEXAM_SECRET_KEY must be given in production (32 characters or more)")
            changes["secure_cookies"] = True
        changes["secret_key"] = self.secret_key or _kept_secret(instance)
        return type(self)(**{**self.__dict__, **changes})


def _convert(variable: str, text: str, default: Any) -> Any:
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise SettingsError(f"{variable} must be 1 or 0")
        return text.lower() in {"1", "true", "yes"}
    if isinstance(default, int):
        if not text.isdigit():
            raise SettingsError(f"{variable} must be a whole number")
        return int(text)
    return text


def _kept_secret(instance: Path) -> str:
    """The embedded secret: made once, readable by its owner alone, never in the code."""
    path = instance / "secret_key"
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    instance.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(48)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secret)
    return secret
