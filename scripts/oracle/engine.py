"""Asking JavaRosa, the engine inside ODK Collect, which pyxform carries in the jar of ODK Validate."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any

#: The clock of the phones that the forms are made for.
ZONE = "Asia/Shanghai"
SOURCE = Path(__file__).parent / "Oracle.java"


def jar() -> Path:
    """Return the jar of ODK Validate."""
    return Path(str(resources.files("pyxform") / "validators/odk_validate/bin/ODK_Validate.jar"))


def why_silent() -> str | None:
    """Return why JavaRosa cannot be asked on this machine, or None if it can."""
    if shutil.which("javac") is None or shutil.which("java") is None:
        return "JavaRosa is not asked: no Java development kit (17 or later) on this machine"
    if not jar().exists():
        return f"JavaRosa is not asked: {jar()} is missing"
    return None


class JavaRosa:
    """One Java process that is asked about many forms. To be used in a ``with`` statement."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="oracle-")
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> JavaRosa:
        classes = self._folder.name
        compile_it = ["javac", "-nowarn", "-Xlint:none", "-cp", str(jar()), "-d", classes, str(SOURCE)]
        subprocess.run(compile_it, check=True, capture_output=True)  # noqa: S603
        command = ["java", f"-Duser.timezone={ZONE}", "-Duser.language=en", "-Duser.country=US"]
        command += [f"-Djava.io.tmpdir={classes}", "-cp", f"{jar()}:{classes}", "Oracle"]
        self._process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.communicate(timeout=30)
        self._folder.cleanup()

    def ask(
        self, do: list[list[str]], form: str | None = None, files: Mapping[str, str] | None = None
    ) -> list[Any]:
        """Carry out commands (see Oracle.java) on a form, or on the one before. Return their outcomes.

        A form that JavaRosa does not open gives its error for every command.
        """
        request: dict[str, Any] = {"do": do}
        if form is not None:
            request |= {"form": form, "files": files or {}}
        assert self._process is not None  # noqa: S101
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer if isinstance(answer, list) else [answer] * max(1, len(do))
