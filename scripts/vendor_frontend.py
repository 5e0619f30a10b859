"""Fetch the third-party scripts and styles that the pages serve themselves, and those that tests use.

A ``vendor.json`` names every package with its exact version and every file that is wanted: ``app/web`` has
that of the pages, ``tests`` that of the tests. ``npm pack`` fetches the published archive; only the named
files are written to ``app/web/static/vendor/<name>/`` and ``tests/vendor/<name>/``, and ``VENDORED.md`` there
lists each with version, licence and SHA-256.

Run ``python scripts/vendor_frontend.py`` after a change of a ``vendor.json``; it needs npm and a registry.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Where the packages are named, and where their files go.
PLACES = (
    (ROOT / "app" / "web" / "vendor.json", ROOT / "app" / "web" / "static" / "vendor"),
    (ROOT / "tests" / "vendor.json", ROOT / "tests" / "vendor"),
)


def fetch_archive(*, name: str, version: str, folder: Path) -> Path:
    """Return the package's archive as npm publishes it, below ``folder``."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not on the PATH; install Node.js, then run this script again.")
    subprocess.run(  # noqa: S603
        [npm, "pack", f"{name}@{version}", "--ignore-scripts", "--silent", "--pack-destination", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    archives = sorted(folder.glob("*.tgz"))
    if len(archives) != 1:
        sys.exit(f"{name}@{version}: npm pack left {len(archives)} archives, one was expected.")
    return archives[0]


def extract(*, archive: Path, files: dict[str, str], target: Path) -> None:
    """Write the named members of ``archive`` below ``target``; a missing member ends the run."""
    with tarfile.open(archive) as package:
        for member, place in sorted(files.items()):
            try:
                stream = package.extractfile(f"package/{member}")
            except KeyError:
                stream = None
            if stream is None:
                sys.exit(f"{archive.name} has no file {member}; correct vendor.json.")
            path = target / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(without_source_map(stream.read(), path.suffix))


def without_source_map(content: bytes, suffix: str) -> bytes:
    """Drop the pointer to a source map, which is not served and would only fill the log with 404s."""
    if suffix != ".js":
        return content
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"//# sourceMappingURL="))


def table(packages: list[dict[str, Any]], manifest: Path, vendor: Path) -> str:
    """Return the text of ``VENDORED.md`` for the files that now lie in the vendor folder."""
    named = manifest.relative_to(ROOT)
    rows = [
        f"# Third-party files {'served by the pages' if named.parts[0] == 'app' else 'that tests use'}",
        "",
        f"Written by `scripts/vendor_frontend.py` from `{named}`; not to be edited by hand.",
        "Source-map pointers are removed from scripts; all else is as published.",
        "",
        "| file | version | licence | bytes | sha256 |",
        "|---|---|---|---:|---|",
    ]
    for package in packages:
        for place in sorted(package["files"].values()):
            content = (vendor / package["name"] / place).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            rows.append(
                f"| {package['name']}/{place} | {package['version']} | {package['licence']} "
                f"| {len(content)} | `{digest}` |"
            )
    return "\n".join(rows) + "\n"


def vendor_files(manifest: Path, vendor: Path) -> None:
    """Replace a vendor folder by what its ``vendor.json`` names."""
    packages = json.loads(manifest.read_text(encoding="utf-8"))["packages"]
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary) / "vendor"
        for package in packages:
            folder = Path(temporary) / package["name"]
            folder.mkdir()
            archive = fetch_archive(name=package["name"], version=package["version"], folder=folder)
            extract(archive=archive, files=package["files"], target=fresh / package["name"])
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.copytree(fresh, vendor)
    (vendor / "VENDORED.md").write_text(table(packages, manifest, vendor), encoding="utf-8")


def main() -> None:
    """Replace all vendor folders."""
    for manifest, vendor in PLACES:
        vendor_files(manifest, vendor)


if __name__ == "__main__":
    main()
