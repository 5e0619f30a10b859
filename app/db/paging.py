"""How many pages a list goes over."""

from __future__ import annotations

PER_PAGE = 50


def page_count(total: int) -> int:
    """The number of pages of ``PER_PAGE`` rows; an empty list has one."""
    return max(1, -(-total // PER_PAGE))
