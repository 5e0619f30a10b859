"""The edge's view of what went wrong: stable codes and facts, turned into the reader's words.

Rooms raise :class:`Problem` (or the pure rooms their own exceptions with ``code`` and ``facts``);
each room registers the texts of its codes with :func:`register_messages`; only :mod:`app.errors.edge`
knows HTTP.
"""

from app.errors.messages import describe, describe_place, printable, register_messages
from app.errors.numbers import LARGEST_KEY, whole_number
from app.errors.problems import (
    MOST_LISTED,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Place,
    Problem,
    TooLarge,
    TooMany,
    Unauthorised,
    Unavailable,
    table_places,
    year_of,
)

__all__ = [
    "LARGEST_KEY",
    "MOST_LISTED",
    "Conflict",
    "Forbidden",
    "Gone",
    "Invalid",
    "NotFound",
    "Place",
    "Problem",
    "TooLarge",
    "TooMany",
    "Unauthorised",
    "Unavailable",
    "describe",
    "describe_place",
    "printable",
    "register_messages",
    "table_places",
    "whole_number",
    "year_of",
]
