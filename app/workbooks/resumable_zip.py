"""A zip of large files that grows through many sittings: stored as they are, resumed after a stop.

A note beside the zip says how far it was complete, and holds its list of entries. Whoever resumes cuts off
what came after and goes on.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20


class ResumableZip:
    """Entries are added and kept by ``keep``; what was not kept when the process died is written again."""

    def __init__(self, folder: Path) -> None:
        self.path, self._note = folder / "zip", folder / "kept"
        self.kept: dict[str, Any] = {}
        self.path.touch()
        told: dict[str, Any] = {"start": 0, "kept": {}}
        directory = b""
        if self._note.exists():
            line, _end, directory = self._note.read_bytes().partition(b"\n")
            told = json.loads(line)
        self.kept = told["kept"]
        # New entries are written over the list of entries at the end, so the note has it too.
        with self.path.open("r+b") as file:
            file.truncate(told["start"])
            file.seek(told["start"])
            file.write(directory)
        self._open()

    def add_file(self, name: str, path: Path) -> None:
        """Put a file in, block by block. Raises FileNotFoundError before anything is written."""
        with path.open("rb") as file, self._archive.open(name, "w", force_zip64=True) as entry:
            shutil.copyfileobj(file, entry, _BLOCK)

    def keep(self, state: dict[str, Any]) -> None:
        """Make all so far lasting, with what the writer must know to go on (JSON-able; ``kept``)."""
        start = self._archive.start_dir
        self._archive.close()
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
            file.seek(start)
            directory = file.read()
        self.kept = state
        fresh = self._note.with_suffix(".new")
        with fresh.open("wb") as note:
            note.write(json.dumps({"start": start, "kept": state}).encode() + b"\n" + directory)
            note.flush()
            os.fsync(note.fileno())
        fresh.replace(self._note)
        self._open()

    def close(self) -> Path:
        """End the zip; where it lies."""
        self._archive.close()
        return self.path

    def _open(self) -> None:
        self._archive = zipfile.ZipFile(self.path, "a", zipfile.ZIP_STORED, allowZip64=True)
