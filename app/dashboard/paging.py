"""Lists that go over several pages."""

from __future__ import annotations

from app.db.paging import page_count


def paged(total: int, page: int) -> dict[str, int]:
    """The page that is shown (the last one where there are fewer), how many there are, and of how much."""
    pages = page_count(total)
    return {"page": min(max(page, 1), pages), "pages": pages, "total": total}
