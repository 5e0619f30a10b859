"""Files by content hash in a local folder, durable before the row that names them commits.

The row names its content in a column called ``sha256`` or ``…_sha256``: what no row names is deleted in time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from flask import current_app


class Storage:
    """Content-addressed files under one folder: ``ab/cd/<sha256>``."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def put(self, content: bytes | IO[bytes]) -> tuple[str, int]:
        """Store the bytes; returns (sha256 hex, size). The file and its folder are synced to disk."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        descriptor, temporary = tempfile.mkstemp(dir=self.root, prefix="incoming-")
        try:
            with os.fdopen(descriptor, "wb") as handle:
                for block in _blocks(content):
                    digest.update(block)
                    size += len(block)
                    handle.write(block)
                handle.flush()
                os.fsync(handle.fileno())
            self._place(Path(temporary), digest.hexdigest())
        finally:
            Path(temporary).unlink(missing_ok=True)
        return digest.hexdigest(), size

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder to prepare content in; it goes at the end, or in time when its process was killed."""
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root, prefix="incoming-") as folder:
            yield Path(folder)

    @contextmanager
    def lasting_workspace(self, name: str) -> Iterator[Path]:
        """A folder of this name that is found again as it was when its process was killed.

        It goes at the end, and when the work fails; forgotten ones go in time.
        """
        folder = self.root / f"incoming-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            yield folder
        except Exception:
            shutil.rmtree(folder)
            raise
        shutil.rmtree(folder)

    def adopt(self, path: Path) -> tuple[str, int]:
        """Store a file of a workspace by moving it, however large; returns (sha256 hex, size)."""
        with path.open("rb") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
            os.fsync(file.fileno())
        self._place(path, digest)
        return digest, size

    def path(self, sha256: str) -> Path:
        """Where the content of this digest lies (it may be missing)."""
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise ValueError("not a sha256 digest")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _place(self, path: Path, digest: str) -> None:
        target = self.path(digest)
        if not _touched(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
            for folder in (target.parent, target.parent.parent, self.root):
                _sync_folder(folder)

    def get(self, sha256: str) -> bytes:
        """The stored bytes; raises FileNotFoundError when there are none."""
        return self.path(sha256).read_bytes()

    def untouched_since(self, moment: datetime) -> list[str]:
        """Digests of what nobody has put since then, whether it was new or there already."""
        found = self.root.glob("??/??/*")
        return [path.name for path in found if path.stat().st_mtime < moment.timestamp()]

    def delete(self, sha256: str, *, untouched_since: datetime) -> bool:
        """Remove the content unless somebody has put it since then; whether it is gone."""
        # It is taken away first and looked at then: whoever puts it meanwhile finds none and stores it anew.
        target, taken = self.path(sha256), self.root / f"outgoing-{sha256}"
        try:
            target.replace(taken)
        except FileNotFoundError:
            return True
        if taken.stat().st_mtime >= untouched_since.timestamp():
            taken.replace(target)
            return False
        taken.unlink()
        return True

    def drop_unfinished(self, *, untouched_since: datetime) -> None:
        """Remove what a process that was killed had begun to store or to remove."""
        for path in [*self.root.glob("incoming-*"), *self.root.glob("outgoing-*")]:
            if path.stat().st_mtime >= untouched_since.timestamp():
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def storage() -> Storage:
    """The storage of the running application."""
    return Storage(current_app.config["SETTINGS"].storage_dir)


def _blocks(content: bytes | IO[bytes]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while block := content.read(1 << 20):
        yield block


def _touched(target: Path) -> bool:
    """Whether the content is there; it counts as new from now on, so that nobody removes it as forgotten."""
    try:
        os.utime(target)
    except FileNotFoundError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    # The rename itself, and a folder just made, must survive power loss: their folders are synced too.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
