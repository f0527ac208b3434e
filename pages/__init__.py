"""What people see. MENU says which page exists for whom; a page that is not in it does not exist for anybody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pages.administration import (
    accounts_page,
    audit_page,
    installation_page,
    load_data_page,
    loads_page,
    outbox_page,
)
from pages.components import search_box
from pages.customers.alerts import customer_health
from pages.customers.churn import alert_rules, churn_model, impact_page
from pages.customers.complaints import complaints_page
from pages.customers.profile import customer_page, portfolio_page
from pages.customers.voice import voice_page
from pages.executive import quarterly_review
from pages.governance import api_access, data_status, dictionary, identity
from pages.growth.campaigns import campaigns_page
from pages.growth.channels import attribution_page, budget, channel_value
from pages.growth.funnel import funnel_page
from pages.growth.goals import goals_page
from pages.growth.leads import lead_handoff_page, lead_qualification
from pages.today import today
from pages.together import (
    agreements_page,
    customer_notes_page,
    data_requests_page,
    decisions_page,
    discussions_page,
    disputes_page,
    events_page,
    feedback_page,
    ideas_page,
    inbox,
    initiatives_page,
    meetings_page,
    observations_page,
    pulse_page,
    reports,
    retrospectives_page,
    search_page,
    service_cases_page,
)
from pages.together.learning import learn_page
from warehouse.access.reader import Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.access.roles import ROLES
from workflow.collaboration.record_kinds import KINDS


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    """A page: how the menu shows it, who may open it, and which filters the bar offers on it."""

    title: str
    icon: str
    url: str
    roles: frozenset[str]
    page: Callable[[Viewer, Any], None]
    """Draws it, given what the filter bar says: a Scope, or None for a page without a bar."""
    filters: tuple[str, ...] | None = None
    """Dimensions beside the period; None for a page without a filter bar."""
    cohort: bool = False
    """Whether the period says who joined, not what happened."""
    compares: bool = True
    """Whether the page compares with the period before, so that the bar says so."""
    needs: tuple[str, ...] = ()
    """The unified tables without whose rows the page has nothing to show."""


EVERYBODY = frozenset(ROLES)
GROWTH = frozenset({"sales", "marketing", "analyst", "executive"})
ADMINISTRATION = frozenset({"administrator"})
RELATIONSHIP = frozenset({"relationship_manager", "team_lead"})

FIRST_SECTION = {
    "relationship_manager": "Customers",
    "team_lead": "Customers",
    "service": "Customers",
    "executive": "Executive",
    "administrator": "Administration",
}
"""The section a role works in, which its menu shows first; Growth for the others."""


def sections_of(role: str) -> list[str]:
    """The sections of the menu in the order of a role's work."""
    first = ("", FIRST_SECTION.get(role, "Growth"))
    return [*first, *(section for section in MENU if section not in first)]


def _records(name: str, page: Callable[[Viewer, Any], None]) -> MenuEntry:
    """The page of a kind of record, for whoever sees the kind."""
    kind = KINDS[name]
    return MenuEntry(
        title=kind.plural,
        icon=kind.icon,
        url=kind.url,
        roles=RECORD_RIGHTS[name].see,
        page=page,
        compares=False,
    )


MENU: dict[str, tuple[MenuEntry, ...]] = {
    "": (
        MenuEntry(title="Today", icon=":material/today:", url="today", roles=EVERYBODY, page=today.page),
        MenuEntry(title="Inbox", icon=":material/inbox:", url=inbox.URL, roles=EVERYBODY, page=inbox.page),
        MenuEntry(
            title="Search",
            icon=":material/search:",
            url=search_box.URL,
            roles=EVERYBODY,
            page=search_page.page,
        ),
    ),
    "Executive": (
        MenuEntry(
            title="Quarterly review",
            icon=":material/summarize:",
            url="quarterly-review",
            roles=GROWTH,
            page=quarterly_review.page,
        ),
    ),
    "Growth": (
        MenuEntry(
            title="Funnel",
            icon=":material/filter_alt:",
            url="funnel",
            roles=GROWTH,
            page=funnel_page.page,
            filters=("channel", "campaign", "product", "segment", "rep"),
            needs=("leads",),
        ),
        MenuEntry(
            title="Lead handoff",
            icon=":material/handshake:",
            url="lead-hand-off",
            roles=GROWTH,
            page=lead_handoff_page.page,
            filters=("channel", "campaign", "product", "rep"),
            needs=("leads",),
        ),
        MenuEntry(
            title="Channel value",
            icon=":material/balance:",
            url="channel-value",
            roles=GROWTH,
            page=channel_value.page,
            filters=("channel",),
            cohort=True,
            needs=("customers", "revenues"),
        ),
        MenuEntry(
            title="Budget",
            icon=":material/savings:",
            url="budget",
            roles=GROWTH - {"sales"},
            page=budget.page,
            needs=("leads", "campaign_days"),
        ),
        MenuEntry(
            title="Attribution",
            icon=":material/hub:",
            url="attribution",
            roles=GROWTH,
            page=attribution_page.page,
            compares=False,
            filters=(),
            needs=("leads", "touches"),
        ),
        MenuEntry(
            title="Campaigns",
            icon=":material/campaign:",
            url="campaigns",
            roles=GROWTH,
            page=campaigns_page.page,
            needs=("campaigns", "leads"),
        ),
        MenuEntry(
            title="Goals",
            icon=":material/flag:",
            url="goals",
            roles=EVERYBODY,
            page=goals_page.page,
        ),
        MenuEntry(
            title="Lead qualification",
            icon=":material/rule:",
            url="qualified",
            roles=GROWTH,
            page=lead_qualification.page,
            compares=False,
            filters=("product", "segment"),
            needs=("leads",),
        ),
    ),
    "Customers": (
        MenuEntry(
            title="Customer health",
            icon=":material/ecg_heart:",
            url="customer-health",
            roles=RELATIONSHIP,
            page=customer_health.page,
            needs=("customers",),
        ),
        MenuEntry(
            title="Complaints",
            icon=":material/report:",
            url=complaints_page.URL,
            roles=frozenset({"service"}),
            page=complaints_page.page,
            needs=("tickets",),
        ),
        MenuEntry(
            title="Portfolio",
            icon=":material/groups:",
            url="portfolio",
            roles=RELATIONSHIP,
            page=portfolio_page.page,
            needs=("customers",),
        ),
        MenuEntry(
            title="Customer",
            icon=":material/person:",
            url="customer",
            roles=RELATIONSHIP | {"service"},
            page=customer_page.page,
            needs=("customers",),
        ),
        _records("service_case", service_cases_page.page),
        _records("customer_note", customer_notes_page.page),
        MenuEntry(
            title="Alert rules",
            icon=":material/rule:",
            url="alert-rules",
            roles=frozenset({"analyst", "team_lead"}),
            page=alert_rules.page,
            needs=("customers",),
        ),
        MenuEntry(
            title="Churn model",
            icon=":material/model_training:",
            url="churn-model",
            roles=frozenset({"analyst", "executive", "team_lead"}),
            page=churn_model.page,
            needs=("customers",),
        ),
        MenuEntry(
            title="Impact",
            icon=":material/experiment:",
            url="impact",
            roles=EVERYBODY,
            page=impact_page.page,
        ),
        MenuEntry(
            title="Voice of customer",
            icon=":material/record_voice_over:",
            url="voice",
            roles=frozenset({"service", "marketing", "analyst", "executive"}),
            page=voice_page.page,
            filters=("segment", "product"),
            needs=("surveys", "tickets"),
        ),
    ),
    "Together": (
        _records("discussion", discussions_page.page),
        _records("observation", observations_page.page),
        _records("dispute", disputes_page.page),
        _records("decision", decisions_page.page),
        _records("data_request", data_requests_page.page),
        _records("meeting", meetings_page.page),
        _records("initiative", initiatives_page.page),
        _records("retrospective", retrospectives_page.page),
        _records("feedback", feedback_page.page),
        MenuEntry(
            title="Staff pulse",
            icon=":material/ecg_heart:",
            url=pulse_page.URL,
            roles=EVERYBODY,
            page=pulse_page.page,
            compares=False,
        ),
        MenuEntry(
            title="Ideas and questions",
            icon=KINDS["idea"].icon,
            url=KINDS["idea"].url,
            roles=RECORD_RIGHTS["idea"].see,
            page=ideas_page.page,
            compares=False,
        ),
        MenuEntry(
            title="Agreements",
            icon=KINDS["charter"].icon,
            url=KINDS["charter"].url,
            roles=RECORD_RIGHTS["charter"].see,
            page=agreements_page.page,
            compares=False,
        ),
        _records("event", events_page.page),
        MenuEntry(
            title="Reports",
            icon=":material/add_chart:",
            url="reports",
            roles=EVERYBODY - {"administrator"},
            page=reports.page,
        ),
        MenuEntry(
            title="Learn",
            icon=":material/school:",
            url=learn_page.URL,
            roles=EVERYBODY,
            page=learn_page.page,
        ),
    ),
    "Governance": (
        MenuEntry(
            title="Dictionary",
            icon=":material/menu_book:",
            url="dictionary",
            roles=EVERYBODY,
            page=dictionary.page,
        ),
        MenuEntry(
            title="Data status",
            icon=":material/database:",
            url="data-status",
            roles=EVERYBODY,
            page=data_status.page,
        ),
        MenuEntry(
            title="API access",
            icon=":material/api:",
            url=api_access.URL,
            roles=EVERYBODY,
            page=api_access.page,
        ),
        MenuEntry(
            title="Identity",
            icon=":material/group:",
            url="identity",
            roles=frozenset({"analyst"}),
            page=identity.page,
        ),
    ),
    "Administration": (
        MenuEntry(
            title="People",
            icon=":material/manage_accounts:",
            url="people",
            roles=ADMINISTRATION,
            page=accounts_page.page,
        ),
        MenuEntry(
            title="Load data",
            icon=":material/upload_file:",
            url="load-data",
            roles=ADMINISTRATION,
            page=load_data_page.page,
        ),
        MenuEntry(
            title="Loads and runs",
            icon=":material/cloud_upload:",
            url="loads",
            roles=ADMINISTRATION,
            page=loads_page.page,
        ),
        MenuEntry(
            title="Messages",
            icon=":material/outgoing_mail:",
            url="messages",
            roles=ADMINISTRATION,
            page=outbox_page.page,
        ),
        MenuEntry(
            title="System",
            icon=":material/settings:",
            url="system",
            roles=ADMINISTRATION,
            page=installation_page.page,
        ),
        MenuEntry(
            title="Audit log",
            icon=":material/policy:",
            url="audit-log",
            roles=ADMINISTRATION,
            page=audit_page.page,
        ),
    ),
}
