"""A zip that grows through many sittings, and one of more than four gigabytes."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from app.workbooks.resumable_zip import ResumableZip


def source(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_what_was_not_kept_is_written_again(tmp_path: Path) -> None:
    folder = tmp_path / "sitting"
    folder.mkdir()
    photos = [source(tmp_path, f"{n}.jpg", bytes([n]) * 1000) for n in range(4)]
    first = ResumableZip(folder)
    assert first.kept == {}
    first.add_file("0.jpg", photos[0])
    first.keep({"next": 1})
    first.add_file("1.jpg", photos[1])
    # The process dies here: half of another entry lies behind what was kept.
    first._archive.fp.flush()  # type: ignore[union-attr]
    with first.path.open("ab") as torn:
        torn.write(b"PK\x03\x04 torn")
    second = ResumableZip(folder)
    assert second.kept == {"next": 1}
    for number in (1, 2, 3):
        second.add_file(f"{number}.jpg", photos[number])
    with zipfile.ZipFile(second.close()) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{n}.jpg" for n in range(4)]
        assert archive.read("2.jpg") == bytes([2]) * 1000
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}


def test_zip_that_nothing_was_kept_of_begins_again(tmp_path: Path) -> None:
    first = ResumableZip(tmp_path)
    first.add_file("a", source(tmp_path, "x", b"1"))
    second = ResumableZip(tmp_path)
    second.add_file("b", tmp_path / "x")
    with pytest.raises(FileNotFoundError):
        second.add_file("c", tmp_path / "gone")
    with zipfile.ZipFile(second.close()) as archive:
        assert archive.namelist() == ["b"]


def test_entries_lie_beyond_four_gigabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of the old format are lowered for the test: writing 4 GB would tell no more."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1500)
    zipped = ResumableZip(tmp_path)
    for name in "abc":
        zipped.add_file(name, source(tmp_path, "x", os.urandom(1000)))
        zipped.keep({"done": name})
    raw = zipped.close().read_bytes()
    assert b"PK\x06\x06" in raw
    with zipfile.ZipFile(zipped.path) as archive:
        assert archive.testzip() is None and archive.namelist() == ["a", "b", "c"]
