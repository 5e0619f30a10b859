"""Which survey speaks of the chosen year and city, and its results where the pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.guards import permit_area
from app.areas.models import Area
from app.dashboard.choosing import Chosen, here
from app.dashboard.doorways import door_href
from app.surveys.bank_presenting import changed_mark
from app.surveys.bank_queries import changes_since_before
from app.surveys.models import Wave
from app.surveys.queries import ResultRow, latest_wave, results

_OF_LEVEL = {"city": "city", "district": "district", "street": "street"}


@dataclass(frozen=True)
class Opinion:
    """What residents of one area say: overall, and by the code of the dimension."""

    wave: Wave
    overall: ResultRow | None
    dimensions: dict[str, ResultRow]


def opinion(choice: Chosen) -> Opinion | None:
    """Satisfaction of the chosen area from the year's survey; None when there is no survey."""
    wave = latest_wave(choice.year, choice.root.id)
    if wave is None:
        return None
    level = _OF_LEVEL.get(choice.area.level, "city")

    def of_area(measure: str) -> list[ResultRow]:
        found = results(wave.id, measure=measure, level=level, statistic="mean")
        return [row for row in found if row.area_id == choice.area.id]

    overall = of_area("overall")
    return Opinion(wave, overall[0] if overall else None, {row.code: row for row in of_area("dimension")})


def shown_area(choice: Chosen, wave: Wave) -> Area:
    """The chosen area, or the whole city of a wave of another city; Forbidden outside the reader's scope."""
    area = choice.area if choice.root.id == wave.root_id else wave.root
    permit_area(choice.scope, area.id)
    return area


def satisfaction_href(wave_id: int, code: str, *, measure: str, area: str | None = None) -> str:
    """The explanation of a dimension's or a question's figure."""
    kind = "dimension" if measure == "dimension" else "estimate"
    return here("dashboard.explain", kind=kind, key=f"{wave_id}:{code}", area=area)


def wording_marks(wave: Wave) -> dict[str, dict[str, str | None]]:
    """Question → that an earlier year asked another version of it, in words, and where to read how."""
    return {
        code: {
            "text": changed_mark(each),
            "href": door_href("question_bank.question", question_id=each.question_id),
        }
        for code, each in changes_since_before(wave).items()
    }
