"""Withdrawing a dataset: it stays as it came, and is measured no more."""

from __future__ import annotations

from app.db import db, utcnow
from app.errors import Conflict, Invalid
from app.sources.models import Dataset
from app.sources.queries import dataset


def withdraw_dataset(*, dataset_id: int, reason: str) -> Dataset:
    """Take a dataset out of the next measurement, which then retires the figures it brought.

    Raises NotFound, Invalid ``withdrawal-reason-missing`` and Conflict ``dataset-withdrawn``.
    """
    found = dataset(dataset_id)
    if not reason.strip():
        raise Invalid("withdrawal-reason-missing")
    if found.withdrawn_at is not None:
        raise Conflict("dataset-withdrawn")
    found.withdrawn_at, found.withdrawal_reason = utcnow(), reason.strip()[:500]
    db.session.flush()
    return found
