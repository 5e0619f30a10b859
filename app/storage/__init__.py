"""Files by content hash in a local folder, durable before the row that names them commits."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
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
            target = self.path(digest.hexdigest())
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                Path(temporary).replace(target)
                for folder in (target.parent, target.parent.parent, self.root):
                    _sync_folder(folder)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return digest.hexdigest(), size

    def path(self, sha256: str) -> Path:
        """Where the content of this digest lies (it may be missing)."""
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise ValueError("not a sha256 digest")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def get(self, sha256: str) -> bytes:
        """The stored bytes; raises FileNotFoundError when there are none."""
        return self.path(sha256).read_bytes()

    def delete(self, sha256: str) -> None:
        """Remove the content if it is there."""
        self.path(sha256).unlink(missing_ok=True)


def storage() -> Storage:
    """The storage of the running application."""
    return Storage(current_app.config["SETTINGS"].storage_dir)


def _blocks(content: bytes | IO[bytes]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while block := content.read(1 << 20):
        yield block


def _sync_folder(folder: Path) -> None:
    # The rename itself, and a folder just made, must survive power loss: their folders are synced too.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
