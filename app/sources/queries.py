"""Reads of datasets and measurements."""

from __future__ import annotations

from sqlalchemy import select

from app.db import db
from app.db.types import key_of
from app.errors import NotFound
from app.sources.models import Dataset, Measurement


def datasets(
    exam_year: int | None = None, root_id: int | None = None, *, withdrawn: bool = False
) -> list[Dataset]:
    """Datasets, oldest first, optionally of one year and city, and with those that were withdrawn."""
    query = select(Dataset).order_by(Dataset.exam_year, Dataset.id)
    if not withdrawn:
        query = query.where(Dataset.withdrawn_at.is_(None))
    if exam_year is not None:
        query = query.where(Dataset.exam_year == exam_year)
    if root_id is not None:
        query = query.where(Dataset.root_id == root_id)
    return list(db.session.execute(query).scalars())


def dataset(dataset_id: int) -> Dataset:
    """One dataset; NotFound when there is none."""
    found = db.session.get(Dataset, dataset_id)
    if found is None:
        raise NotFound("not-found")
    return found


def measurements(exam_year: int | None = None, root_id: int | None = None) -> list[Measurement]:
    """Measurements, newest first, optionally of one year and city."""
    query = select(Measurement).order_by(Measurement.id.desc())
    if exam_year is not None:
        query = query.where(Measurement.exam_year == exam_year)
    if root_id is not None:
        query = query.where(Measurement.root_id == root_id)
    return list(db.session.execute(query).scalars())


def resolve(provenance_id: str) -> tuple[Measurement, Dataset]:
    """What a provenance pair ("measurement", "<run>:<dataset>") points at."""
    run_id, _, dataset_id = provenance_id.partition(":")
    run = db.session.get(Measurement, key_of(run_id) or 0)
    if run is None:
        raise NotFound("not-found")
    return run, dataset(key_of(dataset_id) or 0)
