"""Run one function in a child process that cannot take more time or memory than it was given.

A hostile workbook can make a good library loop for hours or fill the memory. A child can be ended from
outside; a thread cannot.
"""

from __future__ import annotations

import importlib
import math
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from app.workbooks.faults import ChildFailed

_CHILD = Path(__file__).with_name("child.py")
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "JAVA_HOME")
_STDERR_BYTES = 4_096
_FILE_BYTES = 1 << 30
_MEGABYTE = 1 << 20
# A library that catches MemoryError, or dies of one in native code, leaves these words behind.
_MEMORY_WORDS = (
    "MemoryError",
    "Cannot allocate memory",
    "memory allocation of",
    "bad_alloc",
    "failed to allocate",
)


def run_bounded(
    target: str,
    *args: Any,
    seconds: float,
    memory_mb: int | None = 1024,
    keywords: Mapping[str, Any] | None = None,
) -> Any:
    """Run ``package.module:function`` in a child process and return what it returns.

    Arguments and result travel pickled. ``memory_mb`` bounds the address space (None: no bound, needed where
    the target starts Java). The child gets a small environment without secrets, its own session (all it
    started ends with it), and a bare package `app`. An exception of the target that carries ``code`` and
    ``facts`` is raised here as the same class.

    Raises ChildFailed with code time-limit, memory-limit or crashed.
    """
    arguments = pickle.dumps((args, dict(keywords or {})))
    request = pickle.dumps({"target": target, "path": _absolute_path(), "arguments": arguments})
    facts: dict[str, Any] = {"target": target, "seconds": seconds, "memory_mb": memory_mb}
    with (
        tempfile.TemporaryFile() as asked,
        tempfile.TemporaryFile() as answered,
        tempfile.TemporaryFile() as complaints,
    ):
        asked.write(request)
        asked.seek(0)
        status = _run(_command(answered, seconds, memory_mb), asked, answered, complaints, seconds)
        facts["stderr"] = _tail(complaints)
        answered.seek(0)
        return _outcome(status, answered.read(), facts)


def _absolute_path() -> list[str]:
    root = str(_CHILD.parents[2])
    places = [str(Path(place or ".").resolve()) for place in sys.path]
    return places if root in places else [root, *places]


def _command(answered: IO[bytes], seconds: float, memory_mb: int | None) -> list[str]:
    # -P keeps this folder off the module path: it holds a `numbers.py` that would hide the standard one.
    limits = (answered.fileno(), math.ceil(seconds), (memory_mb or 0) * _MEGABYTE, _FILE_BYTES)
    return [sys.executable, "-P", "-E", "-s", str(_CHILD), *(str(limit) for limit in limits)]


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    # Every thread of a numerical library reserves address space that the child does not have.
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


def _run(
    command: list[str], asked: IO[bytes], answered: IO[bytes], complaints: IO[bytes], seconds: float
) -> int | None:
    """Exit status of the child (negative: the signal that ended it), or None when its time was over."""
    process = subprocess.Popen(  # noqa: S603 - the command is our own file.
        command,
        stdin=asked,
        stdout=complaints,
        stderr=complaints,
        pass_fds=(answered.fileno(),),
        env=_environment(),
        start_new_session=True,
    )
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _tail(stream: IO[bytes]) -> str:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _STDERR_BYTES))
    return stream.read().decode("utf-8", "replace")


def _outcome(status: int | None, answer: bytes, facts: dict[str, Any]) -> Any:
    if status is None or status == -signal.SIGXCPU:
        raise ChildFailed("time-limit", facts)
    if status != 0 or not answer:
        facts["exit_status"] = status
        if status < 0:
            facts["signal"] = signal.Signals(-status).name
        raise ChildFailed("memory-limit" if _ran_out_of_memory(facts) else "crashed", facts)
    kind, content = pickle.loads(answer)  # noqa: S301 - written by our own child program.
    if kind == "memory":
        raise ChildFailed("memory-limit", facts)
    if kind == "error":
        raise _rebuilt(content, facts)
    return pickle.loads(content)  # noqa: S301 - as above.


def _ran_out_of_memory(facts: Mapping[str, Any]) -> bool:
    return any(word in facts["stderr"] for word in _MEMORY_WORDS)


def _rebuilt(described: Mapping[str, Any], facts: dict[str, Any]) -> Exception:
    if described["coded"]:
        kind = _class_named(described["module"], described["name"])
        if kind is not None:
            error = kind.__new__(kind, *described["args"])
            error.args = described["args"]
            error.__dict__.update(described["state"])
            return error
    facts["exception"] = f"{described['module']}.{described['name']}"
    facts["message"] = described["message"]
    if described["coded"]:
        facts |= {"code": described["state"].get("code"), "facts": described["state"].get("facts")}
    return ChildFailed("memory-limit" if _ran_out_of_memory(facts) else "crashed", facts)


def _class_named(module: str, name: str) -> type[Exception] | None:
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, type) and issubclass(found, Exception) else None
