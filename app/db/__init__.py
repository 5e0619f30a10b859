"""The database: one SQLAlchemy registry, a naming convention, and who commits."""

from app.db.numbering import add_newest, flush_or, take_turn
from app.db.registry import Base, db, enforce_sqlite_rules
from app.db.transactions import after_commit, after_transaction, init_transactions, unit_of_work
from app.db.types import UtcDateTime, utcnow

__all__ = [
    "Base",
    "UtcDateTime",
    "add_newest",
    "after_commit",
    "after_transaction",
    "db",
    "enforce_sqlite_rules",
    "flush_or",
    "init_transactions",
    "take_turn",
    "unit_of_work",
    "utcnow",
]
