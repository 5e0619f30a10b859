"""A table beside a form must have the columns that the form names, or questions stay empty."""

from __future__ import annotations

from app.errors import Invalid
from app.forms.uploading import unusable
from app.xforms.definition import FormDefinition
from app.xforms.file_columns import columns_read
from app.xforms.problems import XFormProblem
from app.xforms.secondary import columns_of


def refuse_missing_columns(definition: FormDefinition, file_name: str, content: bytes) -> None:
    """Raise Invalid ``form-file-columns`` where the file lacks columns, ``form-unusable`` where it cannot
    be read.
    """
    wanted = columns_read(definition).get(file_name, frozenset())
    try:
        there = columns_of(file_name, content)
    except XFormProblem as problem:
        raise unusable(problem) from problem
    missing = sorted(wanted - there)
    if missing:
        raise Invalid(
            "form-file-columns", file=file_name, found=sorted(there)[:30] or ["—"], expected=missing
        )
