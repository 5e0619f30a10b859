"""The parsed definition of a version, kept in the process."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from app.forms.models import FormFile, FormVersion
from app.storage import storage
from app.xforms.definition import FormDefinition
from app.xforms.parsing import parse_form
from app.xforms.secondary import attach_files

_MOST_DEFINITIONS = 32


class DefinitionCache:
    """The definitions used last. Keys are digests of content, so an entry never goes stale."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[str, FormDefinition] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> FormDefinition | None:
        """The definition of this key, if it is held."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: str, definition: FormDefinition) -> None:
        """Hold a definition and drop the one unused for longest."""
        with self._lock:
            self._held[key] = definition
            while len(self._held) > self._size:
                self._held.popitem(last=False)


_cache = DefinitionCache(_MOST_DEFINITIONS)


def definition_of(version: FormVersion) -> FormDefinition:
    """The parsed form of a version with its choice files."""
    found = _cache.get(version.definition_key)
    if found is None:
        form = parse_form(version.xform)
        found = attach_files(form, choice_files(form, version.files))
        _cache.put(version.definition_key, found)
    return found


def choice_files(form: FormDefinition, files: list[FormFile]) -> dict[str, bytes]:
    """The stored contents of the files that hold choices."""
    wanted = {_file_name(each.src) for each in form.secondary_instances.values() if each.src}
    return {
        each.file_name: storage().get(each.sha256)
        for each in files
        if each.sha256 and each.file_name in wanted
    }


def definition_key(md5: str, digests: Mapping[str, str]) -> str:
    """Digest of a form (md5 of its bytes) and of its files (name → sha256)."""
    text = "\n".join([md5, *(f"{name}\t{digests[name]}" for name in sorted(digests))])
    return hashlib.sha256(text.encode()).hexdigest()


def _file_name(source: str) -> str:
    return source.rpartition("/")[2]
