"""The built-in checks of what has been loaded: rows that contradict themselves or another department.

Such a row is worth knowing about but no reason to refuse a bank. It stays in its table, unless a figure would be wrong
with it: then it is set aside. A sentence names columns, never values, for it is shown to everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.schema import UNIFIED_TABLES, plain
from warehouse.validation.returns import AFTER_LEAVING

UNIFIED_BY_NAME = {t.name: t for t in UNIFIED_TABLES}


@dataclass(frozen=True, kw_only=True)
class DataCheck:
    """`when` is SQL that is true for a row found; without `owner` the table's owner can correct it."""

    name: str
    table: str
    when: str
    says: str
    owner: str = ""
    keeps: bool = True


def event_in_words(column: str) -> str:
    """What happens at the moment a column holds: `won_at` → `win`."""
    words = {"won_at": "win", "lost_at": "loss"}
    return words.get(column, plain(column.removesuffix("_at").removesuffix("_on")))


def _order(table: str, late: str, early: str, owner: str = "") -> DataCheck:
    first, second = event_in_words(late), event_in_words(early)
    return DataCheck(
        name=f"{first} before {second}",
        table=table,
        when=f"before({late}, {early})" if late.endswith("_at") else f"{late} < {early}",
        says=f"The date of “{first}” is earlier than that of “{second}”.",
        owner=owner,
    )


UNDATED = "without its date"
"""The check for rows whose main day is not known: they are in their table, and in no figure that goes by that day."""

_MISSED = {
    "customers": "who joined and in no cohort; until they left they count as customers from the beginning of the data",
    "accounts": "accounts opened; until they were closed they count as held from the beginning of the data",
    "transactions": "transactions",
    "campaigns": "campaigns by when they ran",
    "touches": "contacts, nor is any win credited to them",
    "leads": "leads by the day they came, nor in a wait or share that begins there; wins have a day of their own",
    "tickets": "cases opened, waiting or answered",
    "surveys": "invitations; answers have a day of their own",
    "staff_surveys": "answers of staff",
}
"""Table → what its rows are missing from when they have no date; after “they are in no figure of …”."""


def missed_without_date(table: str, column: str) -> str:
    """What rows without their date are missing from, as a sentence."""
    return f"Their {column} is not known: they are in no figure of {_MISSED[table]}."


def _undated(table: str, column: str) -> DataCheck:
    # Where no row has the date it was not given at all, which `quality` says once about the table.
    dated = f"EXISTS (SELECT 1 FROM unified.{table} WHERE {column} IS NOT NULL)"
    return DataCheck(
        name=UNDATED,
        table=table,
        when=f"{column} IS NULL AND {dated}",
        says=missed_without_date(table, column),
    )


def _at_once(name: str, one: str, other: str, says: str) -> DataCheck:
    """Two moments that exclude each other and whose order nobody can tell, as on one day without a time."""
    unordered = f"NOT before({one}, {other}) AND NOT before({other}, {one})"
    return DataCheck(name=name, table="leads", when=unordered, says=says, owner="Sales")


CHECKS = (
    *(_undated(name, UNIFIED_BY_NAME[name].info["happened_on"]) for name in _MISSED),
    # Order of days: kept, because which of the two is wrong is not ours to say.
    DataCheck(
        name="win before first contact",
        table="leads",
        when="before(won_at, contacted_at)",
        says="The contract was signed before Sales first spoke to the lead.",
        owner="Sales",
    ),
    _order("leads", "won_at", "created_at", "Sales"),
    _order("leads", "contacted_at", "created_at", "Sales"),
    DataCheck(
        name="left before joined",
        table="customers",
        when="left_on < joined_on",
        says="The date of “left” is earlier than that of “joined”: read as a customer who came back when joining. "
        "Without an account of before, nothing is known of the first time.",
    ),
    DataCheck(
        name="opened after the customer left",
        table="accounts",
        when=AFTER_LEAVING,
        says="The account was opened after the customer left: read as a customer who came back on that day.",
    ),
    *(
        DataCheck(
            name="not the last day of its month",
            table=table,
            when="month_on <> last_day(month_on)",
            says="A month is given by its last day. This row counts on the day it has, so a period that begins after "
            "that day misses the month. Correct the mapping: last_day(month_on).",
        )
        for table in ("revenues", "balances")
    ),
    _order("accounts", "closed_on", "opened_on"),
    _order("campaigns", "ends_on", "starts_on"),
    _order("tickets", "resolved_at", "opened_at"),
    _order("tickets", "first_reply_at", "opened_at"),
    _order("surveys", "answered_at", "asked_at"),
    # Values off their scale. An answer off its scale would spoil the average, so it is set aside.
    DataCheck(
        name="answer off its scale",
        table="surveys",
        when="score NOT BETWEEN CASE kind WHEN 'nps' THEN 0 ELSE 1 END "
        "AND CASE kind WHEN 'nps' THEN 10 WHEN 'csat' THEN 5 ELSE 7 END",
        says="The score is off its scale: 0-10 (nps), 1-5 (csat) or 1-7 (ces).",
        keeps=False,
    ),
    DataCheck(
        name="answer off its scale",
        table="staff_surveys",
        when="score NOT BETWEEN 1 AND 5",
        says="The score is not between 1 and 5.",
        keeps=False,
    ),
    DataCheck(
        name="score off its scale",
        table="leads",
        when="score NOT BETWEEN 0 AND 100",
        says="Marketing's score is not between 0 and 100.",
    ),
    DataCheck(
        name="birth year",
        table="customers",
        when="birth_year < 1900 OR birth_year > year(joined_on)",
        says="The year of birth is before 1900 or after the customer joined.",
    ),
    DataCheck(
        name="minutes of a day",
        table="product_usage",
        when="minutes > 1440",
        says="One feature was used for more minutes than a day has.",
    ),
    DataCheck(
        name="spend below 0",
        table="campaign_days",
        when="cost < 0",
        says="The cost is below 0; a refund belongs to the day of the spend.",
    ),
    DataCheck(
        name="negative value",
        table="leads",
        when="won_value < 0 OR expected_value < 0",
        says="The contract's value, or the one expected, is below 0.",
        owner="Sales",
    ),
    # One department against another.
    # A lead that was lost and won later, or rejected and accepted later, is both; at one moment it cannot be.
    _at_once(
        "both won and lost",
        "won_at",
        "lost_at",
        "The lead was won and lost at one moment, or on one day without a time.",
    ),
    _at_once(
        "both accepted and rejected",
        "accepted_at",
        "rejected_at",
        "The lead was accepted and rejected at one moment, or on one day without a time.",
    ),
    DataCheck(
        name="decided before it was qualified",
        table="leads",
        when="least(accepted_at, rejected_at)::DATE < mql_at::DATE",
        says="Sales decided on a day before Marketing called the lead qualified, so the decision is not among those on "
        "qualified leads.",
    ),
    DataCheck(
        name="won before it was an opportunity",
        table="leads",
        when="won_at::DATE < opportunity_at::DATE",
        says="The contract was signed on a day before the lead became an opportunity, so the win is not among those of "
        "opportunities.",
        owner="Sales",
    ),
    DataCheck(
        name="no move",
        table="lead_stages",
        when="entered_at < $day + 1 AND NOT EXISTS (SELECT 1 FROM derived.lead_moves m WHERE "
        "(m.lead_id, m.stage, m.entered_at) = (lead_stages.lead_id, lead_stages.stage, lead_stages.entered_at))",
        says="The lead was in this stage already, so the row is not a move and does not count.",
    ),
    DataCheck(
        name="won without a customer",
        table="leads",
        when="won_at IS NOT NULL AND customer_id IS NULL AND EXISTS (SELECT 1 FROM unified.customers)",
        says="The lead is won, but no customer belongs to it.",
        owner="Sales",
    ),
    DataCheck(
        name="brought by a lead not won",
        table="customers",
        when="acquired_by_lead_id IN (SELECT lead_id FROM unified.leads WHERE won_at IS NULL)",
        says="The lead that brought the customer is not won.",
        owner="Sales",
    ),
    DataCheck(
        name="never taken up by Sales",
        table="leads",
        when="sales_rep IS NULL AND coalesce(contacted_at, accepted_at, rejected_at, sql_at, opportunity_at, won_at, "
        "lost_at) IS NULL AND created_at < $day - INTERVAL 14 DAY "
        "AND EXISTS (SELECT 1 FROM unified.leads WHERE sales_rep IS NOT NULL OR contacted_at IS NOT NULL)",
        says="The lead was recorded more than 14 days ago, and nothing says that Sales has worked on it.",
        owner="Sales",
    ),
)
