"""What this room refuses: one class that its callers catch, with a code and the facts behind it."""

from __future__ import annotations


class Refusal(ValueError):
    """Input that cannot be computed with.

    ``code`` is a stable kebab-case word, ``facts`` the place and the numbers behind it, by which the rooms
    above find the words for a reader; ``str()`` is for developers, never for readers.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        self.code = code
        self.facts: dict[str, object] = facts
        super().__init__(f"{code}: {facts}" if facts else code)
