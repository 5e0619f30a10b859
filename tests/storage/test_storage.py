"""Stored files are named by their content, whole or not there."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest

from app.db import utcnow
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
    later = utcnow() + timedelta(minutes=1)
    assert storage.untouched_since(later) == [digest]
    assert storage.delete(digest, untouched_since=later)
    assert storage.delete(digest, untouched_since=later)
    with pytest.raises(FileNotFoundError):
        storage.get(digest)
    assert storage.untouched_since(later) == []


def test_what_was_put_again_meanwhile_stays(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    digest, _size = storage.put(b"x")
    os.utime(storage.path(digest), (0, 0))
    before = utcnow() - timedelta(days=1)
    assert storage.untouched_since(before) == [digest]
    storage.put(b"x")
    assert storage.untouched_since(before) == []
    assert not storage.delete(digest, untouched_since=before)
    assert storage.get(digest) == b"x"
    storage.drop_unfinished(untouched_since=before)
    assert [path.name for path in tmp_path.glob("*-*")] == []


def test_what_a_killed_process_left_goes_in_time(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    (tmp_path / "incoming-old").write_bytes(b"half")
    (tmp_path / "incoming-new").write_bytes(b"half")
    (tmp_path / "incoming-folder").mkdir()
    (tmp_path / "incoming-folder" / "part-0").write_bytes(b"half")
    for name in ("incoming-old", "incoming-folder"):
        os.utime(tmp_path / name, (0, 0))
    storage.drop_unfinished(untouched_since=utcnow() - timedelta(days=1))
    assert [path.name for path in tmp_path.iterdir()] == ["incoming-new"]


def test_workspace_goes_at_the_end_however_it_came(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "files")
    with pytest.raises(ZeroDivisionError), storage.workspace() as folder:
        (folder / "part").write_bytes(b"x")
        assert folder.parent == storage.root
        _ = 1 / 0
    assert list(storage.root.iterdir()) == []


def test_empty_content_is_content(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    digest, size = storage.put(b"")
    assert size == 0
    assert storage.get(digest) == b""
