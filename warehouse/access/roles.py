"""What each role sees of each table, all of it as data. Without a line here there is no access.

`warehouse.access.reader` keeps it: every read passes there.
"""

from __future__ import annotations

from enum import Enum
from functools import cache

from warehouse import schema
from warehouse.app_db import app_schema

ROLES = (
    "relationship_manager",
    "team_lead",
    "service",
    "sales",
    "marketing",
    "analyst",
    "executive",
    "administrator",
)


class Access(Enum):
    """How much of a table a role sees."""

    ALL_ROWS = "all rows, personal columns too"
    MASKED = "all rows, personal columns blank"
    OWN_ROWS = "the rows of the viewer's customers"
    AGGREGATES_ONLY = "totals over enough people, no single row"


_AGREED = (
    *("goals", "goal_paths", "goal_endings", "goal_signatures", "definitions", "definition_signatures"),
    *("annotations", "acknowledgements"),
    *("outside_benchmarks", "planned_tests", "saved_reports", "issued_reviews"),
    *("records", "record_entries", "record_mentions", "mention_answers", "pinned_figures"),
    *("record_files", "record_links", "meeting_packs", "pulse_rounds"),
)
"""What departments agreed on and talk about: for everybody to read. Of records each role has the kinds that
`warehouse.access.record_rights` gives it, of pinned figures those it could have asked itself."""
_OF_EACH_COLLEAGUE = frozenset({"lesson_results", "certificates", "saved_views", "start_views", "dashboards"})
"""What is a colleague's own: no role reads these tables. `workflow.learning` gives each her own results and everybody
the counts of departments, `workflow.reports` her own views and dashboards and those that are shared."""
_CAMPAIGN_WORK = dict.fromkeys(("lift_experiments", "campaign_steps"), Access.ALL_ROWS)
"""What Marketing writes about its campaigns and channels: it is about no single person."""
_REFERENCE = dict.fromkeys(
    (
        "relationship_managers",
        "campaigns",
        "campaign_days",
        "loads",
        "origins",
        "match_rates",
        "findings",
        "run_notes",
        "removal_effects",
        "experiment_results",
        "experiment_looks",
        "value_hindsight",
        "response_curves",
        "feature_links",
        *_AGREED,
    ),
    Access.ALL_ROWS,
)
_MODEL = dict.fromkeys(("model_cards", "model_checks"), Access.ALL_ROWS)
"""What is known about a model: totals over groups of ten and more from the start."""
_SET_ASIDE = frozenset({"later_rows"})
"""Rows as delivered, everything personal in one text: the load reads them, and what answers a person's request."""
COUNTED = tuple(t for t in schema.BANK.tables.values() if t.name not in _SET_ASIDE)
"""The tables of the bank that figures are made of."""
_BANK = tuple(t.name for t in COUNTED)
_STAFF = dict.fromkeys(("users", "sessions"), Access.AGGREGATES_ONLY)
"""How many colleagues use Concord; never who."""
_WHO_IS_WHO = frozenset({"identities", "person_links", "lead_doubles"})
"""How records were linked: only the analysts who judge the links need it, and they see it without names."""
_ARMS = frozenset({"experiments"})
"""Who is in which arm: an RM who knew it would treat the control group differently, so she sees only what came of it."""
_OF_A_CUSTOMER = tuple(
    t.name
    for t in schema.BANK.tables.values()
    if "customer_id" in t.c and t.name not in _REFERENCE and t.name not in _WHO_IS_WHO | _ARMS
)

_WORK_WITH_CUSTOMERS = (
    *("alerts", "alert_steps", "offers", "test_assignments"),
    *("interactions", "customer_tasks", "book_transfers"),
)
"""What an RM and her lead write about their customers."""

RULES: dict[str, dict[str, Access]] = {
    "system": dict.fromkeys([*_BANK, *_SET_ASIDE, *app_schema.APP_DB.tables], Access.ALL_ROWS),
    "relationship_manager": {
        **_REFERENCE,
        **dict.fromkeys([*_OF_A_CUSTOMER, *_WORK_WITH_CUSTOMERS], Access.OWN_ROWS),
        **dict.fromkeys(["rule_versions", "offer_results"], Access.ALL_ROWS),
    },
    "team_lead": {
        **_REFERENCE,
        **_MODEL,
        **dict.fromkeys([*_OF_A_CUSTOMER, *_WORK_WITH_CUSTOMERS], Access.OWN_ROWS),
        **dict.fromkeys(["rule_versions", "offer_results"], Access.ALL_ROWS),
    },
    "service": {
        **_REFERENCE,
        **dict.fromkeys(
            [
                "customers",
                "customer_returns",
                "tickets",
                "surveys",
                "ticket_themes",
                "rollups",
                "test_assignments",
                "interactions",
                "complaint_steps",
            ],
            Access.ALL_ROWS,
        ),
    },
    "sales": {
        **_REFERENCE,
        **dict.fromkeys(
            ["leads", "lead_stages", "lead_moves", "hand_offs", "lead_reviews", "rollups"], Access.ALL_ROWS
        ),
        **_CAMPAIGN_WORK,
        **dict.fromkeys(["customers", "customer_returns", "touches", "touch_credits"], Access.MASKED),
        **dict.fromkeys(
            ["revenues", "accounts", "surveys", "tickets", "customer_values"], Access.AGGREGATES_ONLY
        ),
        **_STAFF,
    },
    "marketing": {
        **dict.fromkeys([*_OF_A_CUSTOMER, "lead_stages", "alerts", "lead_reviews"], Access.AGGREGATES_ONLY),
        "rollups": Access.ALL_ROWS,
        **_REFERENCE,
        **_CAMPAIGN_WORK,
        **_STAFF,
    },
    "analyst": {
        **dict.fromkeys(
            [
                *_BANK,
                "alerts",
                "alert_steps",
                "offers",
                "identity_rulings",
                "lead_reviews",
                "test_assignments",
                "interactions",
            ],
            Access.MASKED,
        ),
        **_REFERENCE,
        "rule_versions": Access.ALL_ROWS,
        **_CAMPAIGN_WORK,
        **_STAFF,
    },
    "executive": {
        **dict.fromkeys(
            [*_OF_A_CUSTOMER, "lead_stages", "alerts", "lead_reviews", "staff_surveys"],
            Access.AGGREGATES_ONLY,
        ),
        "rollups": Access.ALL_ROWS,
        **_REFERENCE,
        **_CAMPAIGN_WORK,
        **_MODEL,
        **_STAFF,
    },
    "administrator": dict.fromkeys(
        [
            "loads",
            "origins",
            "match_rates",
            "findings",
            "event_days",
            "run_notes",
            *_AGREED,
            "users",
            "second_factors",
            "audit_log",
            "erasures",
            "destinations",
            "deliveries",
            "experiment_results",
            "experiment_looks",
        ],
        Access.ALL_ROWS,
    )
    # What waits and what was given up, without the customer numbers in it.
    | {"outbox": Access.MASKED},
}
for _role in app_schema.REVIEW_AUDIENCES:
    RULES[_role]["issued_review_contents"] = Access.ALL_ROWS
"""Role → table → how much. A table that is not listed is not seen at all."""


@cache
def totals_only(role: str) -> frozenset[str]:
    """The tables that a role sees as totals over enough people, and no row of."""
    return frozenset(name for name, see in RULES.get(role, {}).items() if see is Access.AGGREGATES_ONLY)


def reads_by_month(role: str) -> bool:
    """Whether a role reads the bank by whole months that are over: whoever sees customers as totals only."""
    return "customers" in totals_only(role)


def sees_single_rows(role: str, table: str) -> bool:
    """Whether a role sees a table row by row, with or without names."""
    return RULES.get(role, {}).get(table) not in (None, Access.AGGREGATES_ONLY)
