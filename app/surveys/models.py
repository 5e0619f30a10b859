"""Tables of the room, gathered from where they are declared."""

from __future__ import annotations

from app.surveys.bank_tables import BankQuestion, BankUpload, BankUse, BankVersion
from app.surveys.result_tables import (
    CASES,
    MEASURES,
    STATISTICS,
    AnswerCount,
    Estimate,
    ResponseWeight,
    WeightRun,
)
from app.surveys.wave_tables import (
    DESIGNS,
    DISPOSITIONS,
    UNIT_DISPOSITIONS,
    Draw,
    FrameUnit,
    Response,
    SampleUnit,
    Stratum,
    Wave,
    WaveSettings,
)

__all__ = [
    "CASES",
    "DESIGNS",
    "DISPOSITIONS",
    "MEASURES",
    "STATISTICS",
    "UNIT_DISPOSITIONS",
    "AnswerCount",
    "BankQuestion",
    "BankUpload",
    "BankUse",
    "BankVersion",
    "Draw",
    "Estimate",
    "FrameUnit",
    "Response",
    "ResponseWeight",
    "SampleUnit",
    "Stratum",
    "Wave",
    "WaveSettings",
    "WeightRun",
]
