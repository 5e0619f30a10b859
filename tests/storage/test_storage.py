"""Stored files are named by their content, whole or not there."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from app.storage import Storage


class BrokenOff(io.RawIOBase):
    """A sender that breaks off after the first block."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, _size: int = -1) -> bytes:
        """One block, then nothing but the end of the connection."""
        self.reads += 1
        if self.reads > 1:
            raise ConnectionResetError("gone")
        return b"half"


def test_content_is_found_again_by_its_digest(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "files")
    digest, size = storage.put(b"content")
    assert (digest, size) == (hashlib.sha256(b"content").hexdigest(), 7)
    assert storage.get(digest) == b"content"
    assert storage.path(digest).relative_to(tmp_path / "files").parts[:2] == (digest[:2], digest[2:4])


def test_same_content_is_kept_once_also_from_a_stream(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    content = os.urandom(3 << 20)
    first = storage.put(content)
    assert storage.put(io.BytesIO(content)) == first
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [first[0]]


def test_interrupted_upload_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        Storage(tmp_path).put(BrokenOff())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../../../etc/passwd", "A" * 64, "a" * 63, "g" * 64, "a" * 63 + "/"])
def test_what_is_no_digest_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a sha256 digest"):
        Storage(tmp_path).path(name)


def test_missing_content_is_said_and_deleting_twice_is_fine(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    digest, _size = storage.put(b"x")
    storage.delete(digest)
    storage.delete(digest)
    with pytest.raises(FileNotFoundError):
        storage.get(digest)


def test_empty_content_is_content(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    digest, size = storage.put(b"")
    assert size == 0
    assert storage.get(digest) == b""
