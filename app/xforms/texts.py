"""The translated texts of a form (itext), labels and hints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from app.xforms.definition import NO_TEXT, Output, Text
from app.xforms.expressions import ExpressionReader
from app.xforms.problems import XFormProblem
from app.xforms.safe_xml import local_attributes, local_name, text_in

_ITEXT = re.compile(r"\s*jr:itext\(\s*(?:'([^']*)'|\"([^\"]*)\")\s*\)\s*\Z")
MEDIA_FORMS = frozenset({"image", "audio", "video", "big-image"})
_LONG_FORMS = ("", "long", "short")


@dataclass
class TextReader:
    """Reads the texts of one form. Outputs are bound to the node where a text is used."""

    expressions: ExpressionReader
    languages: tuple[str, ...] = ()
    default_language: str = ""
    # Text id → language → form ("" for the text itself, guidance, image …) → the value element.
    values: dict[str, dict[str, dict[str, etree._Element]]] = field(default_factory=dict)
    known: dict[str, Text] = field(default_factory=dict)

    def read_itext(self, itext: etree._Element | None) -> None:
        """Take the translations of the form."""
        if itext is None:
            return
        for translation in itext:
            attributes = local_attributes(translation)
            language = attributes.get("lang", "")
            if language not in self.languages:
                self.languages = (*self.languages, language)
            if attributes.get("default") in {"true()", "true", ""}:
                self.default_language = language
            for text in translation:
                forms = self.values.setdefault(text.get("id", ""), {}).setdefault(language, {})
                for value in text:
                    forms.setdefault(value.get("form", ""), value)
        if self.languages and not self.default_language:
            self.default_language = self.languages[0]

    def by_id(self, text_id: str, *, path: str, guidance: bool = False) -> Text:
        """Return a translated text. Raises XFormProblem unknown-text."""
        translations = self.values.get(text_id)
        if translations is None:
            raise XFormProblem("unknown-text", {"path": path, "detail": text_id})
        if not guidance and text_id in self.known:
            return self.known[text_id]
        wanted = ("guidance",) if guidance else _LONG_FORMS
        parts: dict[str, tuple[str | Output, ...]] = {}
        media: dict[str, dict[str, str]] = {}
        for language, forms in translations.items():
            value = next((forms[form] for form in wanted if form in forms), None)
            if value is not None:
                parts[language] = self._mixed(value, path)
            files = {form: file_name(forms[form].text or "") for form in MEDIA_FORMS & forms.keys()}
            if files and not guidance:
                media[language] = files
        text = Text(parts, media, self.default_language)
        if not guidance and not text.reads and not _has_outputs(text):
            self.known[text_id] = text
        return text

    def of_element(self, element: etree._Element | None, *, path: str, guidance: bool = False) -> Text:
        """Return the text of a label or hint element."""
        if element is None:
            return NO_TEXT
        reference = element.get("ref")
        if reference is None:
            parts = self._mixed(element, path)
            return (
                NO_TEXT
                if guidance or not parts
                else Text({self.default_language: parts}, {}, self.default_language)
            )
        match = _ITEXT.match(reference)
        if match is not None:
            return self.by_id(match[1] or match[2], path=path, guidance=guidance)
        if guidance:
            return NO_TEXT
        expression = self.expressions.read(reference, path=path, attribute="label")
        return Text({self.default_language: (Output(expression),)}, {}, self.default_language)

    def of_message(self, message: str | None, *, path: str) -> Text:
        """Return the text of a constraint or required message: a text id or the text itself."""
        if not message:
            return NO_TEXT
        match = _ITEXT.match(message)
        if match is not None:
            return self.by_id(match[1] or match[2], path=path)
        return Text({self.default_language: (message.strip(),)}, {}, self.default_language)

    def all_texts(self) -> dict[str, Text]:
        """Return every text by id, outputs bound to no node in particular."""
        return {text_id: self.by_id(text_id, path="/") for text_id in self.values}

    def _mixed(self, element: etree._Element, path: str) -> tuple[str | Output, ...]:
        parts: list[str | Output] = [element.text or ""]
        for child in element:
            if local_name(child) == "output":
                source = child.get("value") or child.get("ref")
                if source:
                    parts.append(Output(self.expressions.read(source, path=path, attribute="output")))
            else:
                parts.append(text_in(child))
            parts.append(child.tail or "")
        return _trimmed(parts)


def _trimmed(parts: list[str | Output]) -> tuple[str | Output, ...]:
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return tuple(part for part in parts if part != "")


def _has_outputs(text: Text) -> bool:
    return any(isinstance(part, Output) for parts in text.parts.values() for part in parts)


def file_name(address: str) -> str:
    """Return the file name of a media address such as ``jr://images/map.png``."""
    return address.strip().rpartition("/")[2]
