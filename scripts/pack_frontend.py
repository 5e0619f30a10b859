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
import string
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.web.packs import PACKED, PACKS, is_current, source_digest, source_of

_SCRIPTS = (
    "terser@5.51.4",
    "--compress",
    "passes=3,unsafe=true,unsafe_arrows=true,pure_getters=true,keep_fargs=false",
    "--mangle",
    "--ecma",
    "2020",
    "--toplevel",
)
#: Properties that only these scripts give and read, so that they may be called anything: those of
#: ``window.formExpressions`` and of what it makes. Never what a server, a browser, or a kept record calls so.
_INTERNAL = """
addRow answerAt answerOf asNumber asText asTruth atTime axes calculate calls changed choices clock clockOn
commit comparison complete contextAt dated dateOf dayOf decimalText drawn equal evaluate facts FIELDS fields
filled fillIn given givesNodes hasType holder holds inputsOf isAnswered isEmpty isMark isMoment isoDate
isReadonly isRelevant isRepeat keep kept kids kindOf LAST_DAY live madeChoices make makeNode makeWorld
mayAdd momentText moved newRow nodeAt nodeCalls nodesOf numberAt ofAll offers ofNodes ofOwn ofValues
onChange onFirst onRows openEnd padded paths placeOf places problemAt questionOf questionsIn readClock
readMoment readText redraw relevant relevantOf removeRow repeatsAbove room rowsOf same settle shown standIn
store summarise take tell tellAll titleOf toDate toMoment trimmed typed wall wholeNumber withTime works
world writeAnswer
"""
#: Names of one letter that the server tells (app/forms/whole_form.py, app/xforms/shipping.py).
_TOLD = "c,g,i,n,o,q,r,t,x"
_STYLES = ("esbuild@0.28.2", "--minify", "--loader=css", "--target=chrome80")

_LETTERS = string.ascii_letters
#: A custom property with its value; the last of a block is followed by nothing.
_PROPERTY = re.compile(r"(--[\w-]+):([^;{}]*)(?:;|(?=\}))")


def packed(name: str, npm: str, names: Path) -> str:
    """The sources of a pack without what only people need; ``names`` keeps what is called how."""
    tool, *options = _SCRIPTS if name.endswith(".js") else _STYLES
    if name.endswith(".js"):
        internal = f"regex=/^(?:{'|'.join(_INTERNAL.split())})$/,reserved=[{_TOLD}]"
        options += ["--mangle-props", internal, "--name-cache", str(names)]
    told = [npm, "exec", "--yes", "--", tool, *options]
    source = source_of(name)
    if name.endswith(".js"):
        # Said for all at once, it need not be said in each.
        source = f'"use strict";\n{source}'
    done = subprocess.run(  # noqa: S603
        told, input=source, capture_output=True, check=False, text=True
    )
    if done.returncode:
        sys.exit(f"{name}: {done.stderr}")
    text = done.stdout.strip() + "\n"
    return with_short_properties(text) if name.endswith(".css") else text


def with_short_properties(style: str) -> str:
    """A style with short names of custom properties, and without those that no style reads."""
    sources = "".join(source_of(each) for each in PACKS if each.endswith(".css"))
    read = list(dict.fromkeys(re.findall(r"var\((--[\w-]+)\)", sources)))
    short = {name: f"--{_LETTERS[at]}" for at, name in enumerate(read)}
    left = _PROPERTY.sub(lambda found: f"{found[1]}:{found[2].strip()};" if found[1] in short else "", style)
    return re.sub(r"--[a-z][\w-]*(?=[:)])", lambda found: short[found[0]], left)


def main() -> None:
    """Write all packs, or say which are old."""
    if "--check" in sys.argv:
        old = [name for name in PACKS if not is_current(name)]
        sys.exit(f"older than their sources: {', '.join(old)}; run scripts/pack_frontend.py" if old else 0)
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not on the PATH; install Node.js, then run this script again.")
    PACKED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in PACKS:
            text = packed(name, npm, Path(folder) / "names.json")
            (PACKED / name).write_text(text, encoding="utf-8")
    made = {name: source_digest(name) for name in PACKS}
    (PACKED / "sources.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
