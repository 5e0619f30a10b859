"""How many rows the repeats of one answered form may have together: counts that stand in rows multiply."""

from __future__ import annotations

from app.xforms.definition import FormDefinition, Repeat
from app.xforms.live import LiveForm

MOST_ROWS = 2_000
MOST_NODES = 20_000


def room_for(live: LiveForm, repeat: Repeat) -> int:
    """How many rows of this repeat still fit, each with its questions."""
    rows = sum(len(live.world.index.get(path, ())) for path in live.form.repeats)
    nodes = (MOST_NODES - len(live.places)) // _nodes_in_row(live.form, repeat)
    return max(0, min(MOST_ROWS - rows, nodes))


def _nodes_in_row(form: FormDefinition, repeat: Repeat) -> int:
    return 1 + sum(1 for path in form.nodes if path.startswith(f"{repeat.path}/"))
