"""The clock of the city: what now() and today() mean in a form, as on the phones of its people."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app

from app.db import utcnow


def city_now() -> datetime:
    """Return this moment on the city's clock."""
    return on_city_clock(utcnow())


def on_city_clock(moment: datetime) -> datetime:
    """Return a moment on the city's clock."""
    return moment.astimezone(ZoneInfo(current_app.config["SETTINGS"].time_zone))
