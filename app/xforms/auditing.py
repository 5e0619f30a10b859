"""The log of a filling that a form may ask for (the type ``audit``), as ODK Collect writes it."""

from __future__ import annotations

import csv
import io
from datetime import datetime

AUDIT_FILE = "audit.csv"
_COLUMNS = ("event", "node", "start", "end")


def audit_log(started: datetime, ended: datetime) -> bytes:
    """Return the CSV: when the form was begun and finished, in milliseconds since 1970.

    What a page of the web knows of no question (when it came into sight) is not told.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for event, moment in (("form start", started), ("form exit", ended), ("form finalize", ended)):
        writer.writerow((event, "", round(moment.timestamp() * 1000), ""))
    return text.getvalue().encode()
