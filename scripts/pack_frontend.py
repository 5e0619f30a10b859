"""Make the small files that residents' pages load from the readable scripts and styles.

``app/web/packs.py`` says which sources go into which file. Terser shortens scripts and esbuild styles,
both in exact versions from npm; the outcome and the digests of the sources are written to ``app/web/packed``.

Run ``python scripts/pack_frontend.py`` after a change of such a source; it needs npm and a registry. With
``--check`` nothing is written and no npm is needed: the run fails where a file is older than its sources.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.web.packs import PACKED, PACKS, is_current, source_digest, source_of

_SCRIPTS = (
    "terser@5.51.4",
    "--compress",
    "passes=3,unsafe=true,unsafe_arrows=true,unsafe_methods=true,pure_getters=true,keep_fargs=false",
    "--mangle",
    "--ecma",
    "2020",
    "--toplevel",
)
_STYLES = ("esbuild@0.28.2", "--minify", "--loader=css", "--target=chrome80")

#: A custom property with its value; the last of a block is followed by nothing.
_PROPERTY = re.compile(r"(--[\w-]+):([^;{}]*)(?:;|(?=\}))")


def packed(name: str, npm: str) -> str:
    """The sources of a pack without what only people need."""
    tool, *options = _SCRIPTS if name.endswith(".js") else _STYLES
    told = [npm, "exec", "--yes", "--", tool, *options]
    done = subprocess.run(  # noqa: S603
        told, input=source_of(name), capture_output=True, check=False, text=True
    )
    if done.returncode:
        sys.exit(f"{name}: {done.stderr}")
    text = done.stdout.strip() + "\n"
    return without_unused_properties(text) if name.endswith(".css") else text


def without_unused_properties(style: str) -> str:
    """A style without the custom properties that no style of residents' pages reads."""
    read = "".join(source_of(each) for each in PACKS if each.endswith(".css"))
    left = _PROPERTY.sub(lambda found: found[0] if f"var({found[1]})" in read else "", style)
    return _PROPERTY.sub(lambda found: f"{found[1]}:{found[2].strip()};", left)


def main() -> None:
    """Write all packs, or say which are old."""
    if "--check" in sys.argv:
        old = [name for name in PACKS if not is_current(name)]
        sys.exit(f"older than their sources: {', '.join(old)}; run scripts/pack_frontend.py" if old else 0)
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not on the PATH; install Node.js, then run this script again.")
    PACKED.mkdir(exist_ok=True)
    for name in PACKS:
        (PACKED / name).write_text(packed(name, npm), encoding="utf-8")
    made = {name: source_digest(name) for name in PACKS}
    (PACKED / "sources.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
