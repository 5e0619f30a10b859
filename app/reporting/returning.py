"""Hand a workbook back with comments in the cells that need mending."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from app.areas.models import Area
from app.db import db
from app.errors import Invalid, Place, describe, describe_place
from app.reporting.asking import area_name, asked_of, item_name
from app.reporting.figure_reading import COMMENT_MARK, OWN_MARK
from app.reporting.models import CellReason, Figure, RefusedUpload, ReportEvent, ReportVersion
from app.reporting.places import how_many, places_of
from app.storage import storage
from app.workbooks.bounded import run_bounded
from app.workbooks.faults import WorkbookFault
from app.workbooks.prescan import prescan

_SECONDS = 60.0


def commented_workbook(content: bytes, problems: Sequence[Place]) -> bytes:
    """The same workbook with a comment in each wrong cell and a first sheet that lists all problems.

    Earlier comments of ours are taken away. Raises Invalid ``report-file-refused``.
    """
    rows = [
        (place.sheet or "", place.cell or "", describe_place(place), describe(place.code, place.facts))
        for place in problems
    ]
    words = {
        "sheet": _("问题清单"),
        "title": _("有 %(count)s 处需要处理；改好后上传这张表即可。", count=how_many(problems)),
        "place": _("位置"),
        "message": _("问题与改法"),
        "mark": COMMENT_MARK,
        "own_mark": OWN_MARK,
    }
    try:
        prescan(content)
        commented: bytes = run_bounded(
            "app.reporting.commenting:write_comments", content, rows, words, seconds=_SECONDS, memory_mb=1536
        )
    except WorkbookFault as fault:
        raise Invalid("report-file-refused", filename="", reason=describe(fault.code, fault.facts)) from fault
    return commented


def refused_workbook(upload: RefusedUpload) -> bytes:
    """The refused workbook with comments."""
    return commented_workbook(storage().get(upload.sha256), places_of(upload.problems))


def returned_workbook(event: ReportEvent) -> bytes:
    """The returned version's workbook with the reasons in its cells."""
    return commented_workbook(storage().get(event.version.sha256), return_places(event))


def return_places(event: ReportEvent) -> list[Place]:
    """The reasons of a return, each at the cell the figure stood in."""
    query = (
        select(CellReason, Area, Figure.sheet, Figure.cell)
        .join(Area, Area.id == CellReason.area_id)
        .join(
            Figure,
            (Figure.version_id == event.version_id)
            & (Figure.item_code == CellReason.item_code)
            & (Figure.area_id == CellReason.area_id),
        )
        .where(CellReason.event_id == event.id)
        .order_by(CellReason.id)
    )
    items = asked_of(event.report.campaign, event.report.department).items
    return [
        Place(
            "figure-returned",
            {
                "item": item_name(items[reason.item_code]) if reason.item_code in items else reason.item_code,
                "area": area_name(area),
                "reason": reason.text,
            },
            sheet=sheet,
            cell=cell,
        )
        for reason, area, sheet, cell in db.session.execute(query)
    ]


def original_workbook(version: ReportVersion) -> bytes:
    """The workbook as it was filed."""
    return storage().get(version.sha256)
