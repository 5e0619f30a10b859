"""The exceptions of this room: a stable code and the facts; the rooms above find the words for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class WorkbookFault(Exception):
    """Something about a file or a declaration is wrong.

    ``code`` is kebab-case and stable; ``facts`` names the place and the figures.
    """

    def __init__(self, code: str, facts: Mapping[str, Any] | None = None) -> None:
        self.code = code
        self.facts: dict[str, Any] = dict(facts or {})
        super().__init__(code, self.facts)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class RefusedFile(WorkbookFault):
    """The file was refused before anything opened it."""


class ChildFailed(WorkbookFault):
    """A bounded child process ended without a result: time-limit, memory-limit or crashed."""


class UnreadableTable(WorkbookFault):
    """The file is of a kind we read, but holds no table or workbook that can be read."""


class UnwritableContent(WorkbookFault):
    """A writer was asked for something that a workbook cannot hold."""
