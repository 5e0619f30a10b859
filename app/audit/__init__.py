"""The audit trail: who wrote (or looked at) what, when, before and after."""

from app.audit.actors import acting_as, current_actor, set_actor
from app.audit.trail import init_audit, record_access, record_event

__all__ = ["acting_as", "current_actor", "init_audit", "record_access", "record_event", "set_actor"]
