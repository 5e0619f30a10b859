"""One executor for one installation: a lock that dies with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class WorkerLock:
    """An exclusive lock on a file of the instance folder, held while its descriptor is open."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def taken(cls, folder: Path) -> WorkerLock | None:
        """The lock, or None when another process holds it."""
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "worker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(descriptor)

    def release(self) -> None:
        """Let another process take it."""
        os.close(self._descriptor)
