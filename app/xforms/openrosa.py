"""The texts of the OpenRosa interfaces: form list, manifest, response and the settings of ODK Collect."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "text/xml; charset=utf-8"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class ListedForm:
    """A form in the list.

    ``hash`` is that of the very bytes at ``download_url``; the addresses are absolute.
    """

    form_id: str
    name: str
    version: str
    hash: str
    download_url: str
    manifest_url: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A media file of a form."""

    file_name: str
    hash: str
    download_url: str
    is_entity_list: bool = False


def form_list(forms: Iterable[ListedForm]) -> bytes:
    """Return the formList document.

    Raises ValueError for an entry that would void the list for every client.
    """
    parts = [_HEAD, '<xforms xmlns="http://openrosa.org/xforms/xformsList">']
    for form in forms:
        if not (form.form_id and form.name and form.download_url and form.hash.startswith("md5:")):
            raise ValueError(f"incomplete entry in the form list: {form!r}")
        parts.append("<xform>")
        # A name of which nothing can be written would be an entry without one.
        name = _UNWRITABLE.sub("", form.name).strip() or form.form_id
        parts.append(_element("formID", form.form_id) + _element("name", name))
        parts.append(_element("version", form.version) + _element("hash", form.hash))
        if form.description:
            parts.append(_element("descriptionText", form.description))
        parts.append(_element("downloadUrl", form.download_url))
        if form.manifest_url:
            parts.append(_element("manifestUrl", form.manifest_url))
        parts.append("</xform>")
    return "".join([*parts, "</xforms>"]).encode()


def manifest(files: Iterable[ListedFile]) -> bytes:
    """Return the manifest document of a form's media files. Raises ValueError for an incomplete entry."""
    parts = [_HEAD, '<manifest xmlns="http://openrosa.org/xforms/xformsManifest">']
    for file in files:
        if not (file.file_name and file.download_url and file.hash.startswith("md5:")):
            raise ValueError(f"incomplete entry in the manifest: {file!r}")
        parts.append('<mediaFile type="entityList">' if file.is_entity_list else "<mediaFile>")
        parts.append(_element("filename", file.file_name) + _element("hash", file.hash))
        parts.append(_element("downloadUrl", file.download_url) + "</mediaFile>")
    return "".join([*parts, "</manifest>"]).encode()


def response(message: str, *, nature: str = "submit_success") -> bytes:
    """Return an OpenRosaResponse; the client shows the message to the person.

    ``nature``: submit_success, submit_error…
    """
    text = f"<message nature={quoteattr(nature)}>{_text(message)}</message>"
    return f'{_HEAD}<OpenRosaResponse xmlns="http://openrosa.org/http/response">{text}</OpenRosaResponse>'.encode()


def collect_settings(
    server_url: str,
    project_name: str,
    *,
    form_update_mode: str = "match_exactly",
    autosend: str = "wifi_and_cellular",
) -> str:
    """Return the text of the QR code that sets up ODK Collect: JSON, deflated, in base64."""
    settings = {
        "general": {"server_url": server_url, "form_update_mode": form_update_mode, "autosend": autosend},
        "admin": {},
        "project": {"name": project_name},
    }
    return base64.b64encode(zlib.compress(json.dumps(settings, ensure_ascii=False).encode(), 9)).decode(
        "ascii"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{_text(text)}</{name}>"


def _text(text: str) -> str:
    return escape(_UNWRITABLE.sub("", text))
