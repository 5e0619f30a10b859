"""The one list of doors: (blueprint, prefix, who may read, who may write).

``create_app`` registers exactly these, each with its guard; a test walks every route against it.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts import pages as accounts_pages
from app.accounts.guards import (
    ADMINISTRATOR,
    ANALYSTS,
    DEPARTMENTS,
    EVERYBODY,
    OFFICE,
    RESULTS,
    STAFF,
    TOKEN,
    VISITORS,
    Audience,
    Door,
)
from app.areas import api as areas_api
from app.areas import pages as areas_pages
from app.assessment import pages as assessment_pages
from app.audit import pages as audit_pages
from app.dashboard import api as dashboard_api
from app.dashboard import pages as dashboard_pages
from app.forms import (
    central,
    central_forms,
    central_odata,
    central_phones,
    central_submissions,
    device,
    editing_pages,
    offline,
    openrosa,
    print_pages,
    resident,
    version_pages,
    webhook_pages,
)
from app.forms import pages as forms_pages
from app.indicators import api as indicators_api
from app.indicators import pages as indicators_pages
from app.jobs import pages as jobs_pages
from app.renewal import pages as renewal_pages
from app.reporting import pages as reporting_pages
from app.sources import pages as sources_pages
from app.surveys import api as surveys_api
from app.surveys import bank_api, bank_pages
from app.surveys import pages as surveys_pages
from app.web import health

DOORS: tuple[Door, ...] = (
    Door(health.blueprint, None, EVERYBODY, EVERYBODY),
    Door(
        accounts_pages.blueprint,
        "/accounts",
        ADMINISTRATOR,
        ADMINISTRATOR,
        {"log_in": EVERYBODY, "log_out": STAFF, "profile": STAFF},
    ),
    Door(areas_pages.blueprint, "/areas", ANALYSTS, OFFICE),
    Door(jobs_pages.blueprint, "/jobs", ANALYSTS, OFFICE),
    Door(audit_pages.blueprint, "/audit", ADMINISTRATOR, ADMINISTRATOR),
    # Whoever knows the address of a link may answer through it.
    Door(forms_pages.blueprint, "/forms", ANALYSTS, OFFICE, {"link": OFFICE, "export": ANALYSTS}),
    Door(webhook_pages.blueprint, "/forms", OFFICE, OFFICE),
    Door(version_pages.blueprint, "/forms", ANALYSTS, OFFICE),
    Door(editing_pages.blueprint, "/forms", OFFICE, OFFICE),
    # Posters show the addresses of links.
    Door(print_pages.blueprint, "/forms", ANALYSTS, OFFICE, {"posters": OFFICE, "poster": OFFICE}),
    Door(resident.blueprint, "/s", TOKEN, TOKEN),
    Door(offline.blueprint, "/s", TOKEN, TOKEN, {"pack_file": EVERYBODY, "worker": EVERYBODY}),
    Door(device.blueprint, "/s", TOKEN, TOKEN),
    Door(openrosa.blueprint, "/k", TOKEN, TOKEN),
    # Programs made for ODK Central: the same rules as for the pages.
    Door(
        central.blueprint,
        "/v1",
        ANALYSTS,
        OFFICE,
        {
            "log_in": EVERYBODY,
            "log_out": STAFF,
            "end_session": STAFF,
            "restore": STAFF,
            "user": STAFF,
            "list_app_users": OFFICE,
        },
        by_header=True,
    ),
    Door(central_forms.blueprint, "/v1/projects", ANALYSTS, OFFICE, by_header=True),
    Door(central_submissions.blueprint, "/v1/projects", ANALYSTS, OFFICE, by_header=True),
    Door(central_odata.blueprint, "/v1/projects", ANALYSTS, OFFICE, by_header=True),
    Door(central_phones.blueprint, "/v1/key", TOKEN, TOKEN),
    Door(indicators_pages.blueprint, "/catalogue", ANALYSTS, OFFICE),
    Door(
        surveys_pages.blueprint,
        "/surveys",
        ANALYSTS,
        ANALYSTS,
        {"index": ANALYSTS | VISITORS, "links": VISITORS, "letters": VISITORS, "visits": VISITORS},
    ),
    Door(bank_pages.blueprint, "/question-bank", ANALYSTS, ANALYSTS),
    Door(
        reporting_pages.blueprint,
        "/reports",
        OFFICE | DEPARTMENTS,
        OFFICE | DEPARTMENTS,
        {
            "open_new": OFFICE,
            "close": OFFICE,
            "reopen_closed": OFFICE,
            "renew": OFFICE,
            "send_back": OFFICE,
            "accept_version": OFFICE,
            "reopen_report": OFFICE,
        },
    ),
    Door(sources_pages.blueprint, "/sources", ANALYSTS, ANALYSTS),
    Door(assessment_pages.blueprint, "/assessment", ANALYSTS, OFFICE, {"evaluation": RESULTS}),
    Door(renewal_pages.blueprint, "/renewal", RESULTS, OFFICE, {"new_project": OFFICE}),
    Door(dashboard_pages.blueprint, "/", RESULTS, RESULTS),
    Door(areas_api.blueprint, "/api/v1/areas", RESULTS, OFFICE),
    Door(indicators_api.blueprint, "/api/v1/indicators", RESULTS, OFFICE),
    Door(surveys_api.blueprint, "/api/v1/surveys", ANALYSTS, OFFICE),
    Door(bank_api.blueprint, "/api/v1/question-bank", ANALYSTS, OFFICE),
    Door(dashboard_api.blueprint, "/api/v1/results", RESULTS, OFFICE),
)

#: Addresses that no room owns: static files and the description of the JSON interface.
OPEN_ENDPOINTS = frozenset({"static", "api-docs.openapi_json"})


@dataclass(frozen=True)
class DoorTable:
    """Looks up who may open an endpoint."""

    doors: tuple[Door, ...]

    def audience(self, endpoint: str | None, method: str = "GET") -> Audience | None:
        """Who may call it; None when no door leads there."""
        if endpoint is None:
            return None
        if endpoint in OPEN_ENDPOINTS:
            return EVERYBODY
        name = endpoint.rpartition(".")[0]
        for door in self.doors:
            if door.blueprint.name == name:
                return door.audience(endpoint, method)
        return None
