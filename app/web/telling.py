"""Messages above the next page, with links to what they speak of."""

from __future__ import annotations

from flask import flash


def tell(text: str, *links: tuple[str, str | None], category: str = "success") -> None:
    """Show a message on the next page; each link is its words and its address, None where no door leads."""
    shown = [{"label": label, "href": href} for label, href in links if href is not None]
    # Plain JSON, because the message waits in the session until the next page is asked for.
    flash({"text": text, "links": shown}, category)  # type: ignore[arg-type]
