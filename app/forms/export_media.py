"""The files that came with submissions in one zip, named by submission and question, with a list of them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from app.forms.export_queries import Wanted, batches, files_of
from app.forms.models import SubmissionFile
from app.forms.queries import SubmissionRow
from app.jobs import Progress
from app.storage import storage
from app.workbooks.csv_writing import CsvLines
from app.workbooks.resumable_zip import ResumableZip
from app.workbooks.table_files import safe_name
from app.xforms.definition import FormDefinition
from app.xforms.uploads import named_files

#: What is kept at once: a job that is killed writes at most this much again.
_SITTING = 1 << 30
_LIST = "media.csv"
_COLUMNS = ("file", "instance_id", "question", "name", "bytes", "sha256", "state")
#: Files that no answer names, an old photograph among them, stand under this instead of a question.
_NO_QUESTION = "other"
_LONGEST_NAME = 100
_PLAIN = re.compile(r"uuid:([0-9a-z][0-9a-z-]{0,49})")


@dataclass(frozen=True)
class _Entry:
    """A file with its name in the zip and the question it answers ("" for none)."""

    name: str
    row: SubmissionRow
    question: str
    file: SubmissionFile

    @property
    def path(self) -> Path:
        return storage().path(self.file.sha256)


def write_media(
    *, progress: Progress, folder: Path, wanted: Wanted, definitions: Mapping[int, FormDefinition]
) -> tuple[Path, dict[str, int]]:
    """Where the zip lies, and how many files it holds and lacks.

    ``definitions`` by the version's key, oldest first; ``folder`` is the one in which an earlier attempt may
    have left its part. Files lie in the zip as they are: photographs do not shrink.
    """
    archive = ResumableZip(folder)
    state: dict[str, int] = archive.kept or {"after_id": 0, "files": 0, "missing_files": 0}
    fresh = 0
    for rows in batches(wanted, progress, after_id=state["after_id"], share=0.9):
        for each in _entries(rows, definitions):
            try:
                archive.add_file(each.name, each.path)
                state["files"] += 1
                fresh += each.file.size
            except FileNotFoundError:
                state["missing_files"] += 1
        state["after_id"] = rows[-1].id
        if fresh > _SITTING:
            archive.keep(dict(state))
            fresh = 0
    # The list is drawn up at the end, from the same rows, so that the zip alone grows on the way.
    archive.keep(dict(state))
    path = archive.close()
    _write_list(path, progress, wanted, definitions)
    return path, {name: state[name] for name in ("files", "missing_files")}


def _write_list(
    path: Path, progress: Progress, wanted: Wanted, definitions: Mapping[int, FormDefinition]
) -> None:
    lines = CsvLines(_COLUMNS)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_STORED, allowZip64=True) as archive,
        archive.open(_LIST, "w", force_zip64=True) as entry,
    ):
        for rows in batches(wanted, progress):
            for each in _entries(rows, definitions):
                found, file = each.path.exists(), each.file
                told: list[Any] = [each.name if found else None, each.row.instance_id, each.question]
                lines.add([*told, file.file_name, file.size, file.sha256, "there" if found else "missing"])
            entry.write(lines.take())


def _entries(rows: Sequence[SubmissionRow], definitions: Mapping[int, FormDefinition]) -> Iterator[_Entry]:
    files, newest = files_of(rows), list(definitions.values())[-1]
    for row in rows:
        definition = definitions.get(row.version_id or 0, newest)
        questions = {name: place for place, name in named_files(definition, row.answers)}
        # Folders differ: none is written twice. Within one, equal names are numbered.
        folder, seen = _folder_name(row), dict[str, int]()
        for file in files.get(row.id, ()):
            question = questions.get(file.file_name, "")
            name = _file_name(question, file.file_name)
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                stem, dot, ending = name.rpartition(".")
                name = f"{stem}~{seen[name]}{dot}{ending}" if dot else f"{name}~{seen[name]}"
            yield _Entry(f"{folder}/{name}", row, question, file)


def _folder_name(row: SubmissionRow) -> str:
    """The instance id; with the key behind it, where the sender made up one unlike a UUID.

    Such a one may lead out of the folder, or be another's once it is shortened and made safe.
    """
    plain = _PLAIN.fullmatch(row.instance_id)
    return plain[1] if plain else f"{safe_name(row.instance_id)[:_LONGEST_NAME]}~{row.id}"


def _file_name(question: str, name: str) -> str:
    if not question:
        return f"{_NO_QUESTION}-{safe_name(name)[-_LONGEST_NAME:]}"
    stem = safe_name(question.replace("/", "-").replace("[", "_").replace("]", ""))
    return f"{stem[:_LONGEST_NAME]}{safe_name(PurePosixPath(name).suffix)[:10].lower()}"
