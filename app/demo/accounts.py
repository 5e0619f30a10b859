"""The demonstration's staff: one log-in for each role and department, with passwords made by chance."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app

from app.accounts.managing import Grant, add_user
from app.accounts.models import Department
from app.config import Settings

#: Log-in, role, name, and the area that the role is limited to.
_STAFF = (
    ("admin", "administrator", "系统管理员 · Administrator", None),
    ("office", "exam_office", "体检办公室 · Exam office", None),
    ("analyst", "analyst", "数据分析员 · Analyst", None),
    ("leader", "viewer", "市领导 · City leader", None),
    ("fieldworker", "field_worker", "外业调查员（珠山区）· Field worker", "360203"),
)


@dataclass(frozen=True)
class LogIn:
    """What somebody needs to sign in as one role."""

    username: str
    password: str
    role: str
    department: str | None = None


@dataclass(frozen=True)
class Access:
    """All addresses and log-ins that the demonstration made (kept as paths, told as addresses)."""

    base_url: str
    log_ins: tuple[LogIn, ...]
    survey_pages: dict[str, str]
    #: The page of a drawn dwelling that has not answered: what is sent there counts after weighting.
    personal_pages: dict[str, str]
    openrosa: dict[str, str]
    #: Form → name and code of that dwelling's community: an answer of another one is flagged.
    personal_communities: dict[str, str] = field(default_factory=dict)


def make_staff(departments: Sequence[Department]) -> tuple[LogIn, ...]:
    """Make the accounts; the passwords are random, never a default."""
    log_ins = [LogIn(username, _password(), role) for username, role, _name, _area in _STAFF]
    names = {username: name for username, _role, name, _area in _STAFF}
    areas = {username: area for username, _role, _name, area in _STAFF}
    for number, department in enumerate(departments):
        log_ins.append(
            LogIn(f"report-{department.code}", _password(), "department_reporter", department.code)
        )
        if number == 0:
            # One reviewer shows the role; hashing a password for every department would only cost time.
            reviewer = f"review-{department.code}"
            log_ins.append(LogIn(reviewer, _password(), "department_reviewer", department.code))
        # A person has one name, so those who are made up for a department carry both of its names.
        name = f"{department.name_zh} · {department.name_en}"[:120]
        names |= {f"{prefix}-{department.code}": name for prefix in ("report", "review")}
    for entry in log_ins:
        add_user(
            username=entry.username,
            display_name=names[entry.username],
            password=entry.password,
            grants=[Grant(entry.role, entry.department, areas.get(entry.username))],
        )
    return tuple(log_ins)


def keep_access(access: Access) -> None:
    """Write the list where its owner alone can read it."""
    _write(asdict(access))


def _write(content: dict[str, Any]) -> None:
    path = _path()
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(content, handle, ensure_ascii=False, indent=1, sort_keys=True)


def kept_access() -> Access | None:
    """The list of the demonstration in this instance folder, if there is one, at the present address."""
    if not _path().exists():
        return None
    found = json.loads(_path().read_text(encoding="utf-8"))
    base = _address(found["base_url"])
    pages, personal, phones = (
        {form: base + path for form, path in found.get(kind, {}).items()}
        for kind in ("survey_pages", "personal_pages", "openrosa")
    )
    log_ins = tuple(LogIn(**entry) for entry in found["log_ins"])
    return Access(base, log_ins, pages, personal, phones, found.get("personal_communities", {}))


def remember_address() -> None:
    """Keep the address that the city is served at; commands that are not told one use it."""
    if not _path().exists():
        return
    found = json.loads(_path().read_text(encoding="utf-8"))
    _write(found | {"base_url": str(current_app.config["SETTINGS"].base_url)})


def _address(kept: str) -> str:
    told = str(current_app.config["SETTINGS"].base_url)
    return kept if kept and told == Settings.base_url else told


def _password() -> str:
    return secrets.token_urlsafe(12)


def _path() -> Path:
    return Path(current_app.config["SETTINGS"].instance_dir) / "demonstration_access.json"
