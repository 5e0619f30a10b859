"""Places in a request that its schema refused."""

from __future__ import annotations

from typing import Any

from app.errors.problems import Place

#: What marshmallow says in English, as codes with texts in the reader's language.
_CODES = {
    "Missing data for required field.": "field-missing",
    "Unknown field.": "field-unknown",
    "Field may not be null.": "field-missing",
    "Not a valid integer.": "field-not-integer",
    "Not a valid number.": "field-not-number",
    "Not a valid string.": "field-not-text",
    "Not a valid boolean.": "field-not-boolean",
    "Not a valid date.": "field-not-date",
    "Invalid JSON body.": "json-unreadable",
}


def field_places(messages: Any, path: str = "") -> tuple[Place, ...]:
    """Validation messages of a request schema (nested mappings and lists), one place for each."""
    if isinstance(messages, dict):
        found: list[Place] = []
        for key, value in messages.items():
            found.extend(field_places(value, f"{path}.{key}" if path else str(key)))
        return tuple(found)
    if isinstance(messages, list):
        return tuple(_place(str(text), path) for text in messages)
    return (_place(str(messages), path),) if messages else ()


def _place(text: str, path: str) -> Place:
    code = _CODES.get(text, "invalid-field")
    return Place(code, {"found": text} if code == "invalid-field" else {}, field_name=path)
