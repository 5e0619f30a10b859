"""Reading what somebody uploads as a form: an XLSForm is compiled, an XForm is taken as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from app.errors import Invalid, Place, TooLarge
from app.errors.edge import as_problem
from app.forms.compiler_words import told_code
from app.forms.validating import UNFINISHED, java_path
from app.workbooks.bounded import run_bounded
from app.workbooks.delimited import decode_text
from app.workbooks.faults import ChildFailed, WorkbookFault
from app.workbooks.prescan import prescan
from app.xforms.definition import FormDefinition
from app.xforms.parsing import parse_form
from app.xforms.patterns import refuse_slow_patterns
from app.xforms.problems import XFormProblem
from app.xforms.sheets import RowNumbers

if TYPE_CHECKING:
    from app.forms.compiling import Compiled

KINDS = ("xlsx", "xlsm", "xls", "csv", "md")
_LARGEST_FORM = 20 * 1024 * 1024
_SECONDS, _MEMORY_MB = 60.0, 2048
_VALIDATING_SECONDS = 60.0
#: What a rule of the XForm is called in an XLSForm.
COLUMNS = {
    "calculate": "calculation",
    "nodeset": "choice_filter",
    "readonly": "read_only",
    "output": "label",
    "setvalue": "default",
}


@dataclass(frozen=True)
class Upload:
    """A form as it came. ``rows`` are those of an XLSForm's sheets; empty for an XForm."""

    filename: str
    content: bytes
    xform: bytes
    warnings: tuple[str, ...] = ()
    itemsets: bytes | None = None
    rows: RowNumbers = field(default_factory=RowNumbers)

    @property
    def is_workbook(self) -> bool:
        """Whether it is an XLSForm."""
        return _kind(self.filename) != "xml"

    def place(
        self, code: str, facts: Mapping[str, Any], *, path: str | None = None, column: str | None = None
    ) -> Place:
        """The place of a node: its row of the survey sheet where there is one, else its path."""
        row = self.rows.survey.get(path.strip("/").partition("/")[2]) if path else None
        if row is None:
            return Place(code, dict(facts), field_name=path)
        return Place(code, dict(facts), sheet="survey", row=row, column=column)


def read_upload(content: bytes, filename: str) -> Upload:
    """The form in an uploaded file. Raises Invalid with places, TooLarge."""
    kind = _kind(filename)
    if not content:
        raise Invalid("form-file-empty", filename=filename)
    if len(content) > _LARGEST_FORM:
        raise TooLarge("too-large", limit=_LARGEST_FORM)
    if kind == "xml":
        return Upload(filename, content, content)
    if kind not in KINDS:
        raise Invalid("form-file-kind", filename=filename)
    compiled = _compile(content, kind, PurePath(filename).stem)
    itemsets = compiled.itemsets.encode() if compiled.itemsets else None
    return Upload(filename, content, compiled.xform.encode(), compiled.warnings, itemsets, compiled.rows)


def definition_of_upload(upload: Upload) -> FormDefinition:
    """The meaning of a new form; its regular expressions are tried too. Raises Invalid ``form-unusable``."""
    try:
        form = parse_form(upload.xform)
        refuse_slow_patterns(form)
        return form
    except XFormProblem as problem:
        raise unusable(problem, upload) from problem


def refuse_what_phones_refuse(upload: Upload) -> tuple[str, ...]:
    """Let ODK Validate look at the form, where Java is there; gives its warnings, in its own words.

    Raises Invalid ``form-unusable`` with what it says. A form for which it takes too long is not refused.
    """
    if java_path() is None:
        return ()
    try:
        said = run_bounded(
            "app.forms.validating:validate_xform", upload.xform, seconds=_VALIDATING_SECONDS, memory_mb=None
        )
    except ChildFailed:
        return (UNFINISHED,)
    if said.valid:
        return tuple(said.lines)
    raise Invalid("form-unusable", places=[_validated_place(line, upload) for line in said.lines or ("—",)])


def _validated_place(line: str, upload: Upload) -> Place:
    code, facts = told_code(line, otherwise="form-validator-says")
    path = facts.get("path")
    return upload.place(code, facts, path=path)


def _kind(filename: str) -> str:
    return PurePath(filename).suffix.lower().lstrip(".")


def _compile(content: bytes, kind: str, stem: str) -> Compiled:
    # pyxform is slow to load and compiles in a child; here it is only needed to understand the answer.
    from app.forms.compiling import CompilingFault  # noqa: PLC0415

    try:
        if kind in {"xlsx", "xlsm"}:
            prescan(content)
        elif kind in {"csv", "md"}:
            # Spreadsheets with a Chinese locale save text in GB 18030.
            content = decode_text(content)[0].encode()
        compiled: Compiled = run_bounded(
            "app.forms.compiling:compile_form", content, kind, stem, seconds=_SECONDS, memory_mb=_MEMORY_MB
        )
    except CompilingFault as fault:
        facts = dict(fault.facts)
        places = [_compiling_place(each) for each in facts.pop("places", ())]
        raise Invalid(fault.code, places=places, **facts) from fault
    except WorkbookFault as fault:
        refused = as_problem(fault)
        place = Place(fault.code, refused.facts if refused else {})
        raise Invalid("form-workbook-unreadable", places=[place]) from fault
    return compiled


def _compiling_place(told: Mapping[str, Any]) -> Place:
    code, facts = (told["code"], told["facts"]) if "code" in told else told_code(told["detail"])
    return Place(
        code,
        dict(facts),
        sheet=told.get("sheet"),
        row=told.get("row"),
        column=told.get("column"),
    )


def unusable(problem: XFormProblem, upload: Upload | None = None) -> Invalid:
    """The refusal of a form that cannot be used, at its place."""
    facts = dict(problem.facts)
    line = facts.get("line")
    told = "expression" if problem.code == "expression-syntax" else "function"
    facts["detail"] = facts.get(told) or facts.get("detail") or facts.get("path") or "—"
    code, path = f"form-{problem.code}", str(facts["path"]) if "path" in facts else None
    attribute = str(facts.get("attribute", ""))
    if upload is not None and path is not None and line is None:
        place = upload.place(code, facts, path=path, column=COLUMNS.get(attribute, attribute) or None)
    else:
        place = Place(code, facts, row=line if isinstance(line, int) else None, field_name=path)
    return Invalid("form-unusable", places=[place])
