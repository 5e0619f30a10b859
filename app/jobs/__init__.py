"""Long work: durable, enqueued in the request's transaction, with state and progress to see."""

from app.jobs.errands import queue_errand, register_errand
from app.jobs.leading import Link
from app.jobs.progress import Progress
from app.jobs.queue import (
    enqueue,
    init_jobs,
    register_daily,
    register_job,
    start_worker,
    stop_worker,
    wait_for,
)
from app.jobs.wording import register_words

__all__ = [
    "Link",
    "Progress",
    "enqueue",
    "init_jobs",
    "queue_errand",
    "register_daily",
    "register_errand",
    "register_job",
    "register_words",
    "start_worker",
    "stop_worker",
    "wait_for",
]
