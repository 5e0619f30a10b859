"""Builds the demonstration city from a seed: places, staff, catalogue, then year by year."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Department
from app.areas.importing import import_areas, import_boundaries, import_memberships
from app.areas.queries import area_by_code, roots
from app.audit import acting_as
from app.db import db, unit_of_work
from app.demo import places
from app.demo.accounts import Access, LogIn, keep_access, make_staff
from app.demo.catalogues import YEARS, year_workbook
from app.demo.years import (
    FULL,
    Plan,
    Size,
    bring_big_data,
    collect_reports,
    fill_bank,
    hold_survey,
    judge,
)
from app.forms.links import make_link
from app.indicators.importing import import_catalogue
from app.renewal.planning import make_work_plan
from app.surveys.models import Wave
from app.surveys.queries import unit_links

Say = Callable[[str], None]
StartFigures = Callable[[], Callable[[], None]]


def build(
    app: Flask,
    *,
    seed: int,
    say: Say,
    size: Size = FULL,
    years: Sequence[int] = YEARS,
    start_figures: StartFigures | None = None,
) -> bool:
    """Build everything once; False when the database holds a city already (this one or a real one).

    Runs inside an application context with the job worker started (or jobs inline). ``start_figures``
    starts :func:`bring_figures` in a process of its own, so that departments report while residents
    answer, and gives the call that waits for its end; without it one comes after the other.
    """
    if roots():
        return False
    started = time.monotonic()

    def step(text: str) -> None:
        say(f"[{time.monotonic() - started:5.0f} s] {text}")

    root_id = lay_ground()
    step("区域与边界已导入（形状为示意） · areas and sketched shapes imported")
    log_ins = _set_up_exams(years)
    step("指标库、部门与账户已建立 · catalogue, departments and accounts made")
    plans = plans_of(seed, size, root_id, years)
    finish = start_figures() if start_figures is not None else lambda: bring_figures(plans, step)
    waves: dict[int, int] = {}
    for plan in plans:
        waves[plan.year], sent = hold_survey(app, plan)
        step(f"{plan.year} 问卷：收到 {sent.created} 份答卷并加权估计 · {sent.created} answers, weighted")
    finish()
    for plan in plans:
        judge(plan)
        step(f"{plan.year} 已计算、校核、评估 · derived, cross-checked, assessed")
    with unit_of_work(), acting_as("demo:office"):
        make_work_plan(plan_year=max(years) + 1, root_id=root_id)
        _keep_access(log_ins, waves[max(years)])
    return True


def _set_up_exams(years: Sequence[int]) -> tuple[LogIn, ...]:
    with unit_of_work(), acting_as("system:demo"):
        for year in years:
            import_catalogue(content=year_workbook(year), filename=f"catalogue_{year}.xlsx", exam_year=year)
        departments = db.session.execute(select(Department).order_by(Department.code)).scalars().all()
        return make_staff(departments)


def plans_of(seed: int, size: Size, root_id: int, years: Sequence[int] = YEARS) -> list[Plan]:
    """What to build, year by year."""
    return [Plan(seed, year, max(years), root_id, size) for year in years]


def bring_figures(plans: Sequence[Plan], say: Say) -> None:
    """Reports and big data of all years, through their doors."""
    for plan in plans:
        counts = collect_reports(plan)
        say(
            f"{plan.year} 填报：{counts['accepted']} 个部门通过，退回 {counts['returned']}，"
            f"拒收 {counts['refused']} · reports accepted, returned, refused"
        )
        bring_big_data(plan)
        say(f"{plan.year} 大数据已计算 · big data measured")


def lay_ground() -> int:
    """Import the areas with sketched shapes and the mark of the demonstration, and its questions; its id."""
    with unit_of_work(), acting_as("system:demo"):
        import_areas(content=places.area_table(), filename="areas.csv", valid_from=date(2020, 1, 1))
        area_by_code(places.CITY_CODE).demonstration = True
        for content in places.boundary_files():
            import_boundaries(content=content, crs="wgs84", schematic=True)
        import_memberships(content=places.membership_table(), filename="functional_members.csv")
        root_id = area_by_code(places.CITY_CODE).id
        fill_bank(root_id, min(YEARS))
        return root_id


def _keep_access(log_ins: tuple[LogIn, ...], wave_id: int) -> None:
    wave = db.session.get_one(Wave, wave_id)
    if wave.form is None:
        raise LookupError(f"wave {wave_id} has no form")
    page = make_link(
        form=wave.form, kind="open", subject=f"wave:{wave_id}", label="演示问卷 · Demonstration form"
    )
    phone = make_link(
        form=wave.form, kind="openrosa", subject=f"wave:{wave_id}", label="演示外业手机 · Field phone"
    )
    waiting = next((each for each in unit_links(wave_id) if not each.link.used), None)
    keep_access(
        Access(
            base_url="",
            log_ins=log_ins,
            survey_pages={wave.form.form_id: f"/s/{page.token}"},
            personal_pages={wave.form.form_id: f"/s/{waiting.token}"} if waiting else {},
            openrosa={wave.form.form_id: f"/k/{phone.token}"},
            personal_communities=(
                {wave.form.form_id: f"{waiting.community_name} {waiting.psu}"} if waiting else {}
            ),
        )
    )
