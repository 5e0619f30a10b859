"""Templates of residents' pages are written in lines and sent without them."""

from __future__ import annotations

import re

from flask import Flask
from jinja2.ext import Extension

#: A template that says this on its first line is sent without the ends of lines between its tags.
MARK = "{#- tight -#}"
_END_OF_LINE = re.compile(r"(?<=[>}])\n\s*(?=[<{])")


class Squeezing(Extension):
    """Leaves out of a marked template the space between two tags that stand on different lines.

    Only what stands in the template: texts that are put into it keep theirs, and two of those that stand on
    different lines stay apart.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """The source to compile."""
        if not source.startswith(MARK):
            return source
        return _END_OF_LINE.sub(_between, source)


def _between(found: re.Match[str]) -> str:
    text = found.string
    apart = text[: found.start()].endswith("}}") and text.startswith("{{", found.end())
    return "\n" if apart else ""


def init_squeezing(app: Flask) -> None:
    """Have marked templates squeezed."""
    app.jinja_env.add_extension(Squeezing)
