"""A zip of large files that grows through many sittings: stored as they are, resumed after a stop.

A note beside the zip says how far it was complete. Whoever resumes cuts off what came after and goes on.
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
        self.path, self._note = folder / "zip", folder / "kept.json"
        self.kept: dict[str, Any] = {}
        if self._note.exists():
            found = json.loads(self._note.read_text(encoding="utf-8"))
            self.kept = found["kept"]
            os.truncate(self.path, found["size"])
        else:
            self.path.unlink(missing_ok=True)
        self._open()

    def add_file(self, name: str, path: Path) -> None:
        """Put a file in, block by block. Raises FileNotFoundError before anything is written."""
        with path.open("rb") as file, self._archive.open(name, "w", force_zip64=True) as entry:
            shutil.copyfileobj(file, entry, _BLOCK)

    def keep(self, state: dict[str, Any]) -> None:
        """Make all so far lasting, with what the writer must know to go on (JSON-able; ``kept``)."""
        self._archive.close()
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
        self.kept = state
        fresh = self._note.with_suffix(".new")
        fresh.write_text(json.dumps({"size": self.path.stat().st_size, "kept": state}), encoding="utf-8")
        fresh.replace(self._note)
        self._open()

    def close(self) -> Path:
        """End the zip; where it lies."""
        self._archive.close()
        return self.path

    def _open(self) -> None:
        # Appending begins where the list of entries stood, which is written anew at the end.
        self._archive = zipfile.ZipFile(self.path, "a", zipfile.ZIP_STORED, allowZip64=True)
