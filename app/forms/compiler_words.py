"""What pyxform and ODK Validate say, in codes that have words: their common messages by their pattern."""

from __future__ import annotations

import re
from typing import Any

_NAMED = r"'(?P<found>[^']*)'"
#: Tried in this order; named groups become facts.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("form-save-to", r"'save_to' value is invalid"),
    ("form-entities-wrong", r"On the 'entities' sheet|Names used here must not"),
    ("form-name-invalid", r"Names must begin with a letter or underscore"),
    ("form-name-meta", r"The name 'meta' is reserved"),
    ("form-name-case", rf"'name' value {_NAMED} is problematic"),
    ("form-name-twice-repeat", rf"{_NAMED} value is invalid\. Repeat names must"),
    ("form-name-twice-repeat", r"'name' value '(?P<found>[^']*)' is invalid\. Repeat names must"),
    ("form-name-twice-somewhere", r"'name' value '(?P<found>[^']*)' is invalid\. Questions, groups"),
    ("form-trigger-missing", r"'background-geopoint' questions"),
    ("form-reference-unknown", r"Could not find the name '(?P<found>[^']*)'"),
    ("form-reference-unknown", r"There is no survey element (?:with|named) (?:this name|'(?P<found>[^']*)')"),
    ("form-reference-ambiguous", r"The name '(?P<found>[^']*)' appears more than once"),
    ("form-reference-ambiguous", rf"There are multiple survey elements named {_NAMED}"),
    ("form-reference-written", r"Reference variables must start with"),
    ("form-reference-list", r"Reference variable lists must have a comma"),
    ("form-end-unmatched", r"Unmatched 'end_(?P<found>\w+)'|Unmatched end statement"),
    ("form-begin-unmatched", r"Unmatched 'begin_(?P<found>\w+)'|Unmatched begin statement"),
    ("form-type-unknown", rf"Unknown question type {_NAMED}"),
    ("form-type-missing", r"Question with no type"),
    ("form-name-missing", r"Question or group with no name"),
    ("form-label-missing", rf"element named {_NAMED} has no label or hint"),
    ("form-calculation-missing", r"Missing calculation"),
    ("form-list-missing", r"List name not in (?:external )?choices sheet: (?P<found>\S+)"),
    ("form-list-missing", r"List name not in columns sheet: (?P<found>\S+)"),
    ("form-list-unnamed", r"(?P<found>Repeat loop) without list name|Please specify choices for this"),
    ("form-list-file-kind", r"should end with one of the supported file extensions"),
    ("form-heading-twice", r"Duplicate column header: (?P<found>.+)"),
    ("form-heading-twice", r"different names for the same column were found: '[^']*', '(?P<found>[^']*)'"),
    ("form-headings-missing", r"column headers were not found: (?P<found>.+?)\. Learn"),
    (
        "form-headings-missing",
        r"Please ensure that the \w+ sheet has (?:the mandatory )?columns (?P<found>.+?)\.?$",
    ),
    ("form-headings-invalid", r"Invalid headers provided for sheet"),
    ("form-choice-heading", r"Column headers must not be empty and must not contain spaces"),
    ("form-choice-spaces", r"Choice names with spaces .*See \[(?P<found>[^\]]*)\] in \[(?P<list>[^\]]*)\]"),
    ("form-choice-unnamed", r"Choices must have a name"),
    ("form-id-of-file", r"No form_id in the settings: the form is called '(?P<found>.*)' after its file"),
    ("form-version-missing", r"No version in the settings"),
    ("form-repeat-unlabelled", r"Repeat has no label"),
    ("form-choice-unlabelled", r"Choices should have a label"),
    ("form-range-parameter", rf"For the 'range' question type, the parameter {_NAMED}"),
    (
        "form-parameters-unknown",
        r"accepted parameter keys for this question type are '(?P<expected>[^']*)'"
        r".*key\(s\): '(?P<found>[^']*)'",
    ),
    ("form-parameters-parsed", r"Parameters must be in the form"),
    ("form-audit-name", r"Audits must always be named"),
    ("form-audit-parameters", r"location-(?:priority|min-interval|max-age)"),
    (
        "form-parameters-invalid",
        r"'parameters' value is invalid|Parameters? \S+ must|must be set to|Parameters must include"
        r"|Invalid value for (?:quality|max-pixels)|value must be a number or a reference",
    ),
    ("form-big-image-alone", r"must also specify an image for the survey element named (?P<found>\S+?)\.?$"),
    ("form-id-empty", r"Survey cannot have an empty id_string"),
    ("form-instance-id-kept", r"Cannot omit instanceID"),
    (
        "form-sheet-near",
        rf"looking for a sheet named {_NAMED}, the following sheets with similar names were found: "
        r"(?P<expected>.+?)\.",
    ),
    (
        "form-translations-column",
        r"Language '(?P<language>[^']*)' is missing the (?P<list>\w+) "
        r"(?:columns )?(?P<found>.+?)(?: column)?\.?$",
    ),
    ("form-or-other-filter", r"Choice filter not supported with or_other"),
    ("form-or-other", r"uses or_other and translations"),
    ("form-language-code", r"not contain valid machine-readable codes: (?P<found>.+?)\. Learn"),
    ("form-id-twice-set", r"form_id and id_string column headers"),
    ("form-disabled-column", r"'disabled' column header"),
    ("form-max-pixels", r"Use the max-pixels parameter"),
    ("form-row-skipped", r"is being skipped"),
    ("form-type-old", r"(?P<found>[\w\- ]+?) is no longer supported on most devices"),
    ("form-validator-unfinished", r"ODK Validate did not finish"),
    (
        "form-validator-expression",
        r"bind for (?P<path>/\S+) contains invalid (?P<rule>[\w ]+?) expression \[(?P<found>.*)\]",
    ),
    ("form-validator-no-node", r"bound to non-existent node: \[(?P<path>[^\]]*)\]"),
    (
        "form-validator-text",
        r"'(?P<found>[^']*)': text is not localizable for default locale \[(?P<language>[^\]]*)\]",
    ),
    ("form-validator-cycle", r"Cycle detected.*(?:loop: ?)(?P<found>.*)"),
    ("form-validator-instance", r"Instance: (?P<found>\S+) Does not exist"),
    ("form-validator-xml", r"lineNumber: (?P<line>\d+)"),
)
_COMPILED = tuple((code, re.compile(pattern, re.DOTALL)) for code, pattern in _PATTERNS)


def told_code(detail: str, *, otherwise: str = "form-compiler-says") -> tuple[str, dict[str, Any]]:
    """The code of a message with its facts; ``otherwise``, with the message, where none fits."""
    for code, pattern in _COMPILED:
        if (match := pattern.search(detail)) is not None:
            facts = {name: value for name, value in match.groupdict().items() if value is not None}
            return code, {"found": "—", "list": "—", "first": "—", "expected": ["—"]} | facts
    return otherwise, {"detail": detail}
