"""ODK Validate, run in a bounded child process: the judgement of the library that phones fill forms with.

Its jar comes with pyxform; Java may be missing. Imports nothing of the house.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

#: What is told of a form that was too much for it.
UNFINISHED = "ODK Validate did not finish."
_MEMORY_MB = 512
_MOST_LINES = 20
_LONGEST_LINE = 500
#: The frames of Java's stack, the file's own name and the headings say nothing to a reader.
_NOISE = re.compile(
    r"\s+at |>> |Result: |The following files failed|[\w./-]+\.xml$|\[Fatal Error\]|Caused by: "
    r"|\s*\.\.\. \d+ more"
)
_CLASS = re.compile(r"^(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)?[:;]\s*")


@dataclass(frozen=True)
class Validated:
    """What ODK Validate said: ``lines`` are problems, or warnings where the form is valid."""

    valid: bool
    lines: tuple[str, ...]


def java_path() -> str | None:
    """Where Java is; None where it is not, or where pyxform came without the jar."""
    return shutil.which("java") if _jar().is_file() else None


def validate_xform(xform: bytes) -> Validated:
    """Let ODK Validate read the form. To be run in a child with a bound of time and none of memory: Java
    reserves more than it uses, and has a bound of its own. Raises OSError where there is no Java.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "form.xml"
        file.write_bytes(xform)
        command = [java_path() or "java", f"-Xmx{_MEMORY_MB}m", "-Djava.awt.headless=true"]
        done = subprocess.run(  # noqa: S603 - a program of the machine, with our own arguments.
            [*command, "-XX:+UseSerialGC", "-jar", str(_jar()), str(file)],
            capture_output=True,
            check=False,
        )
    said = done.stderr.decode("utf-8", "replace")
    if "OutOfMemoryError" in said:
        return Validated(True, (UNFINISHED,))
    return Validated(done.returncode == 0, told_lines(said))


def told_lines(text: str) -> tuple[str, ...]:
    """What a reader can use of ODK Validate's words: one line for each thing, without Java's own.

    The nodes of a circle, a line each, are put behind the sentence that announces them.
    """
    found: list[str] = []
    for line in text.splitlines():
        said = _CLASS.sub("", line).strip()
        if not said or _NOISE.match(line):
            continue
        if found and (said.startswith(("/", "The following nodes"))):
            found[-1] = f"{found[-1]} {said}"[:_LONGEST_LINE]
        elif said[:_LONGEST_LINE] not in found:
            found.append(said[:_LONGEST_LINE])
    return tuple(found[:_MOST_LINES])


def _jar() -> Path:
    spec = find_spec("pyxform")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else Path()
    return folder / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
