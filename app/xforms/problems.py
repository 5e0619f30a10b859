"""What can be wrong with a form, a submission or another XML text."""

from __future__ import annotations

Fact = str | int


class XFormProblem(Exception):
    """A form or a submission that cannot be used.

    ``code`` is stable and meant for message tables; ``facts`` say where: ``line``, ``path``, ``attribute``,
    ``expression``, ``position``, ``function``, ``detail``, ``limit``, each only where it is known.
    """

    def __init__(self, code: str, facts: dict[str, Fact] | None = None) -> None:
        self.code = code
        self.facts: dict[str, Fact] = dict(facts or {})
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        super().__init__(f"{code}: {told}" if told else code)
