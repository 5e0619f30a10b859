"""The program that a bounded child process runs. It is started by its path, never imported.

Limits are set before anything that came from outside is looked at. The package `app` is put in place as a
bare namespace, so that a pure target starts without the web framework that `app/__init__.py` brings along.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import pickle
import resource
import sys
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

MESSAGE_LENGTH = 2_000


def _set_limits(cpu_seconds: int, memory_bytes: int, file_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _place_bare_package() -> None:
    root = Path(__file__).resolve().parent.parent
    package = types.ModuleType(root.name)
    package.__path__ = [str(root)]
    sys.modules[root.name] = package


def _find(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _picklable(state: dict[str, Any]) -> dict[str, Any]:
    kept = {}
    for name, value in state.items():
        try:
            pickle.dumps(value)
        except Exception:  # Any object may refuse in a way of its own; its text is still worth keeping.
            value = repr(value)[:MESSAGE_LENGTH]  # noqa: PLW2901
        kept[name] = value
    return kept


def _describe(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    code, facts = getattr(error, "code", None), getattr(error, "facts", None)
    return {
        "module": kind.__module__,
        "name": kind.__qualname__,
        "message": str(error)[:MESSAGE_LENGTH],
        "coded": isinstance(code, str) and facts is not None,
        "args": tuple(_picklable({str(place): value for place, value in enumerate(error.args)}).values()),
        "state": _picklable(dict(vars(error))),
    }


def _answer(request: bytes) -> tuple[str, Any]:
    try:
        asked = pickle.loads(request)  # noqa: S301 - written by the process that started this one.
        sys.path[:] = asked["path"]
        _place_bare_package()
        arguments, keywords = pickle.loads(asked["arguments"])  # noqa: S301 - as above.
        return "result", pickle.dumps(_find(asked["target"])(*arguments, **keywords))
    except MemoryError:
        return "memory", None
    except (Exception, SystemExit) as error:  # The parent decides; nothing is lost.
        with contextlib.suppress(MemoryError):
            traceback.print_exc(limit=20)
        return "error", _describe(error)


def main() -> None:
    """Read the request from standard input, run it, write the answer to the file descriptor given."""
    answer_to, cpu_seconds, memory_bytes, file_bytes = (int(text) for text in sys.argv[1:])
    # A child lives for one call: collecting garbage among a million live cells only costs time.
    gc.disable()
    _set_limits(cpu_seconds, memory_bytes, file_bytes)
    kind, content = _answer(sys.stdin.buffer.read())
    with open(answer_to, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path.
        pickle.dump((kind, content), stream)


if __name__ == "__main__":
    main()
