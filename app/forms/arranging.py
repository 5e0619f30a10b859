"""How the residents' page of a form behaves."""

from __future__ import annotations

from app.db import db
from app.errors import Invalid, whole_number
from app.forms.models import Form

MOST_PER_DEVICE = 1_000


def arrange_page(*, form: Form, one_page: bool, device_drafts: bool, device_limit: str) -> None:
    """Set how the page asks, whether devices keep drafts, and how many answers a device may send ("": any).

    Raises Invalid ``device-limit-unusable``.
    """
    limit = whole_number(device_limit)
    if device_limit and (limit is None or not 1 <= limit <= MOST_PER_DEVICE):
        raise Invalid("device-limit-unusable", found=device_limit[:40], limit=MOST_PER_DEVICE)
    form.one_page, form.device_drafts, form.device_limit = one_page, device_drafts, limit
    db.session.flush()
