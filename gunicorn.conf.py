"""How the service is served. One process with threads fits SQLite; PostgreSQL takes several processes.

The embedded default works jobs off in the serving process; in production a process of its own
(``flask jobs work``) does, so that a restart of the web never stops a job.
"""

import os
import threading
import time
from typing import Any

workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("CITYEXAM_THREADS", "8"))
worker_class = "gthread"
timeout = 120
control_socket_disable = True  # Signals are enough; nothing of the service lies outside its folders.
accesslog = None  # Addresses carry tokens; a log must not keep them.


def post_worker_init(worker: Any) -> None:
    """Start the job executor in the embedded process."""
    app = worker.app.wsgi()
    settings = app.config["SETTINGS"]
    if settings.environment == "embedded" and settings.jobs == "worker":
        threading.Thread(target=_work_off, args=(app,), name="job executor", daemon=True).start()


def _work_off(app: Any) -> None:
    """Take the jobs over as soon as no other process has them (a predecessor may still be ending)."""
    from app.jobs import start_worker

    while not start_worker(app):
        time.sleep(2)


def worker_exit(_server: Any, _worker: Any) -> None:
    """Let the executor finish its step."""
    from app.jobs import stop_worker

    stop_worker()
