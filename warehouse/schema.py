"""The unified and derived tables: the contract between the bank's data and everything above it.

Each column carries its sentence, its owner department and, where it applies, that it is personal. The data
dictionary prints exactly this text, so it is written once, here.
"""

import hashlib
from typing import Any

import pandas as pd
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
)

from warehouse.sql.moment_sql import Moment

BANK = MetaData()
"""Every table of the warehouse, `unified.*` (loaded) and `derived.*` (written by the nightly run)."""

UNIFIED, DERIVED = "unified", "derived"

PRODUCTS = (
    "current",
    "savings",
    "time_deposit",
    "card",
    "mortgage",
    "loan",
    "investment",
    "insurance",
)
WEALTH_PRODUCTS = ("investment", "insurance")
SEGMENTS = ("mass", "affluent", "private")

Money = Numeric(18, 2, asdecimal=False)
_RESERVED = frozenset({"by"})
"""Names that one of the engines reads as a word of its own unless they are quoted."""


def plain(code: str | None) -> str:
    """A code of the tables, or a role's, as people say it: `paid_search` → `paid search`."""
    return "not known" if code is None or pd.isna(code) else str(code).replace("_", " ")


def _column(
    name: str,
    type_: Any,
    sentence: str,
    *,
    owner: str = "",
    key: bool = False,
    refers: str = "",
    personal: bool = False,
    allowed: tuple[str, ...] = (),
    required: bool = False,
    optional: bool = False,
) -> Column[Any]:
    """One column of the contract. `refers` names the `table.column` it must exist in, `allowed` its words.

    `optional` is a column that figures read and can do without: its sentence says what they then count.
    """
    info = {
        "owner": owner,
        "refers": refers,
        "personal": personal,
        "allowed": tuple(allowed),
        "optional": optional,
    }
    # No database enforces `refers`: the load checks it and names the row, which a constraint would not.
    return Column(
        name,
        type_,
        primary_key=key,
        autoincrement=False,
        nullable=not (key or required),
        comment=sentence,
        info=info,
        quote=True if name in _RESERVED else None,
    )


def _table(
    name: str,
    sentence: str,
    owner: str,
    *columns: Column[Any],
    schema: str = UNIFIED,
    person: str = "",
    happened_on: str = "",
    read_by: tuple[str, ...] = (),
) -> Table:
    """One table. `person` names the column that says whose row it is; `happened_on` its freshness date.

    `read_by` are columns that it is always read by together, where it has no key.
    """
    for column in columns:
        column.info["owner"] = column.info["owner"] or owner
    info = {"owner": owner, "person": person, "happened_on": happened_on, "read_by": read_by}
    return Table(name, BANK, *columns, schema=schema, comment=sentence, info=info)


relationship_managers = _table(
    "relationship_managers",
    "A relationship manager (RM), who looks after customers.",
    "Sales",
    _column("rm_id", Text, "The RM's staff number.", key=True),
    _column("name", Text, "The RM's name, as colleagues know it.", required=True),
    _column("email", Text, "The RM's e-mail address at work."),
    _column("team", Text, "The team the RM belongs to; its team lead sees the team's customers."),
    _column("weekly_capacity", Integer, "How many alerts the RM can work in a week."),
)

customers = _table(
    "customers",
    "A person the bank serves or served.",
    "Core banking",
    _column("customer_id", Text, "The bank's number for this person.", key=True),
    _column("full_name", Text, "The customer's name.", personal=True),
    _column("email", Text, "The customer's e-mail address.", personal=True),
    _column("phone", Text, "The customer's phone number.", personal=True),
    _column("birth_year", Integer, "The year of birth; the day is not kept.", personal=True),
    _column("segment", Text, "The bank's service level for this customer.", allowed=SEGMENTS),
    _column("district", Text, "The district the customer lives in."),
    _column("branch", Text, "The branch that keeps the relationship."),
    _column("joined_on", Date, "The day the first account was opened."),
    _column("left_on", Date, "The day the relationship ended; empty while the customer is with us."),
    _column("rm_id", Text, "The RM who looks after this customer.", refers="relationship_managers.rm_id"),
    _column("acquired_by_lead_id", Text, "The won lead that brought this customer.", refers="leads.lead_id"),
    _column(
        "marketing_consent", Boolean, "Whether the customer agreed to marketing; silence is not consent."
    ),
    _column("consent_changed_on", Date, "The day the consent was last given or withdrawn."),
    _column(
        "preferred_channel",
        Text,
        "How the customer prefers to be reached.",
        allowed=("app", "phone", "email", "branch"),
    ),
    person="customer_id",
    happened_on="joined_on",
)

accounts = _table(
    "accounts",
    "One product held by a customer.",
    "Core banking",
    _column("account_id", Text, "The account's number.", key=True),
    _column("customer_id", Text, "Who holds it.", refers="customers.customer_id", required=True),
    _column("product", Text, "What kind of product it is.", allowed=PRODUCTS),
    _column("opened_on", Date, "The day it was opened."),
    _column("closed_on", Date, "The day it was closed; empty while it is open."),
    person="customer_id",
    happened_on="opened_on",
)

balances = _table(
    "balances",
    "The balance of an account at the end of a month.",
    "Core banking",
    _column("account_id", Text, "The account.", key=True, refers="accounts.account_id"),
    _column("customer_id", Text, "Who holds it.", refers="customers.customer_id", required=True),
    _column("month_on", Date, "The last day of the month.", key=True),
    _column("balance", Money, "The balance in HKD; loans and mortgages are negative."),
    person="customer_id",
    happened_on="month_on",
)

transactions = _table(
    "transactions",
    "A transaction on an account.",
    "Core banking",
    _column("transaction_id", Text, "The transaction's number.", key=True),
    _column("account_id", Text, "The account it was booked on.", refers="accounts.account_id"),
    _column("customer_id", Text, "Who holds the account.", refers="customers.customer_id", required=True),
    _column("booked_at", Moment, "When it was booked."),
    _column("kind", Text, "What kind of transaction it is, such as card_payment, salary or interest."),
    _column("amount", Money, "The amount in HKD; money leaving the account is negative."),
    _column(
        "customer_made",
        Boolean,
        "Whether the customer made it; false for interest, fees and standing orders.",
    ),
    person="customer_id",
    happened_on="booked_at",
)

revenues = _table(
    "revenues",
    "What a customer's product earned the bank in a month.",
    "Finance",
    _column("customer_id", Text, "The customer.", key=True, refers="customers.customer_id"),
    _column("product", Text, "The product that earned it.", key=True, allowed=PRODUCTS),
    _column("month_on", Date, "The last day of the month.", key=True),
    _column("revenue", Money, "Revenue in HKD before the cost of serving the customer."),
    _column("cost_to_serve", Money, "What serving the customer cost in HKD."),
    person="customer_id",
    happened_on="month_on",
)

campaigns = _table(
    "campaigns",
    "A marketing campaign.",
    "Marketing",
    _column("campaign_id", Text, "The campaign's code.", key=True),
    _column("name", Text, "The campaign's name."),
    _column("channel", Text, "The channel it ran in, in the bank's own words."),
    _column("product", Text, "The product it promotes.", allowed=PRODUCTS),
    _column(
        "audience",
        Text,
        "Whom it addresses: prospects or customers; where no source says, its cost counts as that of winning customers.",
        allowed=("prospects", "customers"),
        optional=True,
    ),
    _column("starts_on", Date, "Its first day."),
    _column("ends_on", Date, "Its last day."),
    _column("budget", Money, "The planned spend in HKD."),
    _column("message", Text, "What it promised, in a sentence."),
    _column("owner", Text, "Who answers for it in Marketing."),
    happened_on="starts_on",
)

campaign_days = _table(
    "campaign_days",
    "What a campaign spent and reached on a day.",
    "Marketing",
    _column("campaign_id", Text, "The campaign.", key=True, refers="campaigns.campaign_id"),
    _column("day_on", Date, "The day.", key=True),
    _column("cost", Money, "What was spent in HKD; empty when the cost is not known."),
    _column("impressions", Integer, "How often it was shown."),
    _column("clicks", Integer, "How often it was clicked."),
    _column("visits", Integer, "How many visits to our pages it brought."),
    happened_on="day_on",
)

touches = _table(
    "touches",
    "One contact of one person with the bank.",
    "Marketing",
    _column("touch_id", Text, "The contact's number.", key=True),
    _column("lead_id", Text, "The lead it belongs to.", refers="leads.lead_id"),
    _column("customer_id", Text, "The customer it belongs to.", refers="customers.customer_id"),
    _column("campaign_id", Text, "The campaign it came from.", refers="campaigns.campaign_id"),
    _column("channel", Text, "The channel; empty when it is not known."),
    _column(
        "kind",
        Text,
        "What happened.",
        allowed=("impression", "click", "visit", "email", "call", "branch", "event"),
    ),
    _column("touched_at", Moment, "When it happened."),
    person="customer_id",
    happened_on="touched_at",
)

leads = _table(
    "leads",
    "A lead, with the moment it reached each stage.",
    "Marketing",
    _column("lead_id", Text, "The lead's number.", key=True),
    _column("customer_id", Text, "The customer it is or became.", refers="customers.customer_id"),
    _column("campaign_id", Text, "The campaign that brought it.", refers="campaigns.campaign_id"),
    _column("channel", Text, "The channel; empty when it is not known."),
    _column("product", Text, "The product the lead asked about.", allowed=PRODUCTS),
    _column("full_name", Text, "The lead's name.", personal=True),
    _column("email", Text, "The lead's e-mail address.", personal=True),
    _column("phone", Text, "The lead's phone number.", personal=True),
    _column("created_at", Moment, "When the lead was first recorded."),
    _column("score", Float, "Marketing's score of the lead, 0 to 100."),
    _column("mql_at", Moment, "When Marketing called it qualified (MQL)."),
    _column("contacted_at", Moment, "When Sales first spoke to it.", owner="Sales"),
    _column("accepted_at", Moment, "When Sales accepted it.", owner="Sales"),
    _column("rejected_at", Moment, "When Sales rejected it.", owner="Sales"),
    _column("rejected_reason", Text, "Why Sales rejected it.", owner="Sales"),
    _column("sql_at", Moment, "When Sales called it qualified (SQL).", owner="Sales"),
    _column("opportunity_at", Moment, "When it became a concrete opportunity.", owner="Sales"),
    _column("won_at", Moment, "When the contract was signed.", owner="Sales"),
    _column("lost_at", Moment, "When it was given up as lost.", owner="Sales"),
    _column("lost_reason", Text, "Why it was lost.", owner="Sales"),
    _column(
        "expected_value",
        Money,
        "What Sales expects it to be worth in HKD; empty when not declared.",
        owner="Sales",
    ),
    _column("won_value", Money, "What the signed contract is worth in HKD.", owner="Sales"),
    _column("sales_rep", Text, "Who in Sales works it.", owner="Sales"),
    person="customer_id",
    happened_on="created_at",
)

LEAD_STAGES = (
    "lead",
    "mql",
    "rejected",
    "reopened",
    "accepted",
    "sql",
    "opportunity",
    "lost",
    "won",
)
"""What a lead can become, in the order in which moves of one day are read where a time is missing."""

lead_stages = _table(
    "lead_stages",
    "A move of a lead to a stage, from the CRM's history. Without it, leads gives one date per stage.",
    "Sales",
    _column("lead_id", Text, "The lead.", key=True, refers="leads.lead_id"),
    _column("stage", Text, "The stage it moved to.", key=True, allowed=LEAD_STAGES),
    _column("entered_at", Moment, "When it moved there.", key=True),
    _column("reason", Text, "Why, such as why it was rejected or lost."),
    _column("by", Text, "Who moved it."),
    happened_on="entered_at",
)

product_usage = _table(
    "product_usage",
    "A customer's use of one feature on a day.",
    "Digital",
    _column("customer_id", Text, "The customer.", key=True, refers="customers.customer_id"),
    _column("feature", Text, "The feature of app or web bank.", key=True),
    _column("used_on", Date, "The day.", key=True),
    _column("sessions", Integer, "How often it was opened."),
    _column("minutes", Float, "How long it was used, in minutes."),
    person="customer_id",
    happened_on="used_on",
)

tickets = _table(
    "tickets",
    "A service case.",
    "Service",
    _column("ticket_id", Text, "The case's number.", key=True),
    _column("customer_id", Text, "The customer it concerns.", refers="customers.customer_id"),
    _column("opened_at", Moment, "When it was opened."),
    _column("first_reply_at", Moment, "When the customer first heard from us."),
    _column("resolved_at", Moment, "When it was settled; empty while it is open."),
    _column("category", Text, "What it is about."),
    _column("product", Text, "The product it is about.", allowed=PRODUCTS),
    _column("feature", Text, "The feature of app or web bank it is about."),
    _column("severity", Text, "How serious it is.", allowed=("low", "medium", "high")),
    _column("complaint", Boolean, "Whether the customer complained, rather than asked."),
    _column(
        "withdrawn",
        Boolean,
        "Whether the customer withdrew it; where no source says, every case counts as not withdrawn.",
        optional=True,
    ),
    _column("text", Text, "What the customer wrote or said.", personal=True),
    person="customer_id",
    happened_on="opened_at",
)

surveys = _table(
    "surveys",
    "An invitation to answer, with the answer if one came.",
    "Service",
    _column("survey_id", Text, "The invitation's number.", key=True),
    _column("customer_id", Text, "Who was asked.", refers="customers.customer_id"),
    _column(
        "kind",
        Text,
        "The question: would you recommend us (nps), were you satisfied (csat), was it easy (ces).",
        allowed=("nps", "csat", "ces"),
    ),
    _column("ticket_id", Text, "The case it asks about, if any.", refers="tickets.ticket_id"),
    _column("asked_at", Moment, "When it was sent."),
    _column("answered_at", Moment, "When it was answered; empty while it is not."),
    _column("score", Integer, "The answer: 0-10 (nps), 1-5 (csat) or 1-7 (ces)."),
    _column("comment", Text, "What the customer added.", personal=True),
    person="customer_id",
    happened_on="asked_at",
)

staff_surveys = _table(
    "staff_surveys",
    "An anonymous answer of a member of staff.",
    "Human Resources",
    _column("answer_id", Text, "The answer's number; it leads to no person.", key=True),
    _column("department", Text, "The department that was asked."),
    _column("question", Text, "The question."),
    _column("answered_on", Date, "The day."),
    _column("score", Integer, "The answer, 1 (not at all) to 5 (fully)."),
    happened_on="answered_on",
)

identities = _table(
    "identities",
    "What a department's record says about a person; who it is, is worked out at load.",
    "Analytics",
    _column("source", Text, "The department or tool that keeps the record.", key=True),
    _column("record_id", Text, "The record's number there.", key=True),
    _column(
        "customer_id",
        Text,
        "The customer number, if the source itself keeps it; empty otherwise, and never filled in.",
        refers="customers.customer_id",
    ),
    _column("lead_id", Text, "The lead this record stands behind, if any.", refers="leads.lead_id"),
    _column("ticket_id", Text, "The case this record stands behind, if any.", refers="tickets.ticket_id"),
    _column("full_name", Text, "The name as the source has it.", personal=True),
    _column("email", Text, "The e-mail address as the source has it.", personal=True),
    _column("phone", Text, "The phone number as the source has it.", personal=True),
    _column("birth_year", Integer, "The year of birth, where the source has it.", personal=True),
    person="customer_id",
)

experiments = _table(
    "experiments",
    "Who was randomly assigned to which arm of an experiment, such as a pilot.",
    "Analytics",
    _column("experiment", Text, "The experiment's name.", key=True),
    _column("customer_id", Text, "Who was assigned.", key=True, refers="customers.customer_id"),
    _column(
        "arm",
        Text,
        "Whether the customer gets what is tried, or is the comparison.",
        allowed=("treated", "control"),
        required=True,
    ),
    _column(
        "drawn_on", Date, "The day of assignment; what happened until then does not count.", required=True
    ),
    _column("planned_share", Float, "The share that was to be treated, 0 to 1; a half where empty."),
    person="customer_id",
    happened_on="drawn_on",
)

person_links = _table(
    "person_links",
    "Who a department's record is, with the reason; every record has one row, also those nobody knows.",
    "Analytics",
    _column("source", Text, "The department or tool that keeps the record.", key=True),
    _column("record_id", Text, "The record's number there.", key=True),
    _column("person_id", Text, "The person: the customer number, or P-… for somebody who is no customer."),
    _column("customer_id", Text, "The customer; empty if the record belongs to no customer we know."),
    _column(
        "how",
        Text,
        "What links it: number, email, phone, likely (probabilistic), hand; first if others are linked to it; "
        "none if it stands alone.",
        allowed=("number", "hand", "email", "phone", "likely", "first", "none"),
    ),
    _column(
        "score",
        Float,
        "How sure the weakest step to that person is, 0 to 1; 1 where a key or a colleague decided.",
    ),
    _column("reason", Text, "The last step in words, without personal data."),
    schema=DERIVED,
    person="customer_id",
)

match_rates = _table(
    "match_rates",
    "How many of a source's records could be matched to a customer, and by what.",
    "Analytics",
    _column("source", Text, "The department or tool that keeps the records.", key=True),
    _column("records", Integer, "How many records it keeps about people."),
    _column("by_number", Integer, "Matched to a customer by the number the source keeps."),
    _column("by_email", Integer, "Matched to a customer by an equal e-mail address."),
    _column("by_phone", Integer, "Matched to a customer by an equal phone number."),
    _column("by_likeness", Integer, "Matched to a customer because it is very likely the same person."),
    _column("by_hand", Integer, "Matched to a customer by a colleague."),
    _column("other_people", Integer, "No customer, but joined with other records of the same person."),
    _column("alone", Integer, "Not matched with anything."),
    schema=DERIVED,
)

lead_doubles = _table(
    "lead_doubles",
    "Two leads that are very likely the same one, entered by two departments; both are kept and counted.",
    "Analytics",
    _column("lead_id", Text, "The lead of one source.", key=True),
    _column("same_as_lead_id", Text, "The lead of the other source.", key=True),
    _column("customer_id", Text, "The customer, if the person is one."),
    _column("product", Text, "The product both ask about.", allowed=PRODUCTS),
    _column("days_apart", Integer, "Days from the first to the second."),
    _column("score", Float, "How sure it is that both are one person, 0 to 1."),
    schema=DERIVED,
    person="customer_id",
)

customer_profiles = _table(
    "customer_profiles",
    "A customer as of a day: what rules, the churn model and the customer page share.",
    "Analytics",
    _column("customer_id", Text, "The customer.", key=True),
    _column("as_of", Date, "The day; nothing dated later is counted.", key=True),
    _column("segment", Text, "The bank's service level for this customer."),
    _column("rm_id", Text, "The RM who looks after this customer."),
    _column("tenure_days", Integer, "Days since the customer joined."),
    _column("products_held", Integer, "How many accounts were open."),
    _column("product_kinds", Integer, "How many different products were held."),
    _column("holds_wealth", Integer, "1 if an investment or insurance was held, else 0."),
    _column("holds_credit", Integer, "1 if a mortgage or loan was held, else 0."),
    _column("total_balance", Money, "Deposits and investments at the last month end, in HKD."),
    _column("savings_balance", Money, "Savings at the last month end, in HKD."),
    _column("balance_90d_before", Money, "Deposits and investments three month ends earlier, in HKD."),
    _column("balance_change_90d", Float, "Relative change of that balance; -0.5 means it halved."),
    _column("balance_30d_before", Money, "Deposits and investments one month end earlier, in HKD."),
    _column("balance_change_30d", Float, "Relative change since that month end."),
    _column("balance_on", Date, "The month end of the balance."),
    _column("balance_90d_before_on", Date, "The month end three before it."),
    _column("balance_30d_before_on", Date, "The month end one before it."),
    _column("accounts_opened_90d", Integer, "Accounts opened in 90 days."),
    _column("accounts_closed_90d", Integer, "Accounts closed in 90 days."),
    _column("last_account_opened_on", Date, "The day an account was last opened."),
    _column("last_account_closed_on", Date, "The day an account was last closed."),
    _column(
        "days_since_customer_made_transaction",
        Integer,
        "Days since the customer last moved money; since joining if never.",
    ),
    _column("customer_made_transactions_30d", Integer, "Transactions the customer made in 30 days."),
    _column("customer_made_transactions_90d", Integer, "Transactions the customer made in 90 days."),
    _column("customer_made_transactions_prev_90d", Integer, "The same in the 90 days before those."),
    _column("outflow_90d", Money, "What the customer moved out over 90 days, in HKD, as a positive number."),
    _column("inflow_90d", Money, "What the customer moved in over 90 days, in HKD."),
    _column("salaries_90d", Integer, "Salaries booked in 90 days."),
    _column("salaries_prev_90d", Integer, "The same in the 90 days before those."),
    _column("app_sessions_30d", Integer, "How often app or web bank was opened in 30 days."),
    _column("app_sessions_prev_90d", Integer, "The same in the 90 days before those 30."),
    _column("app_features_90d", Integer, "How many different features were used in 90 days."),
    _column("last_app_use_on", Date, "The day app or web bank was last opened, within 120 days."),
    _column("complaints_90d", Integer, "Complaints opened in 90 days, not withdrawn."),
    _column("complaints_365d", Integer, "Complaints opened in 365 days, not withdrawn."),
    _column("open_complaints_90d", Integer, "Complaints opened in 90 days and not yet settled."),
    _column("open_complaint_since", Date, "The day the oldest of those was opened."),
    _column("last_complaint_on", Date, "The day of the latest complaint within 365 days, not withdrawn."),
    _column(
        "complaint_days_to_settle",
        Integer,
        "Days the slowest settlement of a complaint of the last 365 days took; empty if none was settled.",
    ),
    _column("tickets_90d", Integer, "Service cases opened in 90 days."),
    _column("last_ticket_on", Date, "The day of the latest service case within 365 days."),
    _column("last_nps", Integer, "The latest answer to: would you recommend us, 0-10."),
    _column("last_csat", Integer, "The latest answer to: were you satisfied, 1-5."),
    _column("last_nps_on", Date, "The day of that answer to: would you recommend us."),
    _column("last_csat_on", Date, "The day of that answer to: were you satisfied."),
    _column("contacts_90d", Integer, "Calls, e-mails and branch meetings in 90 days."),
    _column("last_contact_on", Date, "The day of the latest of those."),
    _column(
        "days_since_spoken",
        Integer,
        "Days since a call, branch visit or event, or since a contact that colleagues recorded; since joining if none.",
    ),
    _column("revenue_365d", Money, "Revenue in 365 days, in HKD."),
    _column("net_revenue_365d", Money, "Revenue less cost to serve in 365 days, in HKD."),
    schema=DERIVED,
    person="customer_id",
)

customer_scores = _table(
    "customer_scores",
    "A model's answer for a customer as of a day, with its reasons.",
    "Analytics",
    _column("customer_id", Text, "The customer.", key=True),
    _column("model", Text, "Which model, such as churn_90d.", key=True),
    _column("as_of", Date, "The day.", key=True),
    _column("probability", Float, "The probability, 0 to 1."),
    _column("reasons", Text, "The three strongest reasons, as JSON: feature, value, contribution."),
    _column("model_version", Text, "Which version of the model."),
    schema=DERIVED,
    person="customer_id",
)

model_cards = _table(
    "model_cards",
    "A model that scored the customers: what it learned from and what it may be used for.",
    "Analytics",
    _column("model", Text, "Which model, such as churn_90d.", key=True),
    _column("model_version", Text, "Which version of the model.", key=True),
    _column("first_used_on", Date, "The first day it scored."),
    _column("last_used_on", Date, "The last day it scored."),
    _column("kind", Text, "How it works: boosting (trees) or curves (logistic regression over splines)."),
    _column("features", Text, "What it looks at, separated by spaces."),
    _column("window_days", Integer, "How many days after the day asked about a departure counts."),
    _column("trained_from", Date, "The first day of the examples it learned from."),
    _column("trained_until", Date, "The last of them."),
    _column("judged_on", Date, "The day its figures come from; the judged fit saw nothing after it."),
    _column("examples", Integer, "How many customers and days it learned from."),
    _column("departures", Integer, "How many of them left within the window."),
    _column("base_rate", Float, "The share that left."),
    _column("source", Text, "Whose data it learned from: sample or bank."),
    _column("sha256", Text, "The fingerprint of its file."),
    schema=DERIVED,
)

model_checks = _table(
    "model_checks",
    "A figure about a model: how good it is, for whom, and whether it still fits. Every row is about a group of people.",
    "Analytics",
    _column("model", Text, "Which model, such as churn_90d.", key=True),
    _column("model_version", Text, "Which version of the model.", key=True),
    _column("check_name", Text, "What was checked, such as figures, calibration, drift, fairness.", key=True),
    _column(
        "part", Text, "Of whom or of what: a group of customers, a rival, a feature, a source.", key=True
    ),
    _column("measure", Text, "Which figure, such as roc_auc, recall, psi.", key=True),
    _column("day", Date, "The day of the customers it was checked on.", key=True),
    _column("n", Integer, "How many people it is about; empty if fewer than the bank’s smallest cell."),
    _column("value", Float, "The figure; empty if too few people to say."),
    _column("low", Float, "Lower end of its 95% interval."),
    _column("high", Float, "Upper end of its 95% interval."),
    schema=DERIVED,
)

VALUED_BY = (
    "On what the value rests: contractual, on who left; non_contractual, on what customers buy, where nobody says when "
    "he leaves."
)

customer_values = _table(
    "customer_values",
    "What a customer is worth as of a day: net revenue expected over the horizon, discounted.",
    "Analytics",
    _column("customer_id", Text, "The customer.", key=True),
    _column("as_of", Date, "The day.", key=True),
    _column("model", Text, VALUED_BY, allowed=("contractual", "non_contractual")),
    _column(
        "value", Float, "Net revenue expected over the horizon, in HKD as of the day; 0 if the customer left."
    ),
    _column(
        "value_low", Float, "The lower bound: four of five such customers bring something between the bounds."
    ),
    _column("value_high", Float, "The upper bound."),
    _column(
        "stay_probability",
        Float,
        "The probability to be with us at the end of the horizon; where the value rests on purchases, the probability to "
        "buy again within the horizon.",
    ),
    _column(
        "since_joining",
        Float,
        "Net revenue since joining and until the horizon has passed since then, in HKD of the day of joining; empty if "
        "the customer joined before revenue is known.",
    ),
    _column(
        "since_joining_swing",
        Float,
        "By how much that falls, in HKD, if each monthly chance to leave were e times as high, to first order; where the "
        "value rests on purchases, its standard error from how well the model's four rates are known.",
    ),
    _column("horizon_months", Integer, "How many months count."),
    _column("discount_rate", Float, "What a year's waiting costs; 0.08 is 8%."),
    schema=DERIVED,
    person="customer_id",
)

value_hindsight = _table(
    "value_hindsight",
    "Lifetime value in hindsight: what was predicted a year ago against what came, by tenths of the prediction.",
    "Analytics",
    _column(
        "predicted_on", Date, "The day of the prediction; nothing dated later was used for it.", key=True
    ),
    _column("tenth", Integer, "Which tenth of the customers; 1 has the lowest prediction.", key=True),
    _column("model", Text, VALUED_BY, allowed=("contractual", "non_contractual")),
    _column("realised_until", Date, "The last day of the year that followed."),
    _column("people", Integer, "How many customers."),
    _column("predicted", Float, "Mean net revenue predicted for the year, in HKD."),
    _column("realised", Float, "Mean net revenue that came, in HKD."),
    _column("realised_low", Float, "Lower bound of its 95% interval."),
    _column("realised_high", Float, "Upper bound of its 95% interval."),
    _column("within", Float, "Share of customers inside their own interval once widened."),
    _column("widening_down", Float, "By how much of their size intervals were widened downwards after this."),
    _column("widening_up", Float, "The same upwards."),
    schema=DERIVED,
)

response_curves = _table(
    "response_curves",
    "How many customers a channel won for what it spent in a week: spend to a power, from the channel's own weeks.",
    "Analytics",
    _column("channel", Text, "The channel.", key=True),
    _column("as_of", Date, "The day it was learned."),
    _column("weeks", Integer, "How many weeks with spend it was learned from."),
    _column("won", Integer, "How many customers were won by leads of those weeks; empty if too few to show."),
    _column("usual_spend", Float, "The usual spend of a week in HKD (geometric mean)."),
    _column("least_spend", Float, "The smallest spend of a week that was seen, in HKD."),
    _column("most_spend", Float, "The largest, in HKD."),
    _column(
        "level",
        Float,
        "Logarithm of the customers won in a week at the usual spend; empty if there are not enough data yet.",
    ),
    _column("level_error", Float, "Its standard error."),
    _column(
        "power",
        Float,
        "How customers follow spend: 1 is in proportion, 0.5 is twice for four times the money.",
    ),
    _column("power_error", Float, "Its standard error."),
    schema=DERIVED,
)

touch_credits = _table(
    "touch_credits",
    "How much of a won lead a touch is credited with, by attribution model.",
    "Analytics",
    _column(
        "model",
        Text,
        "The attribution model: first, last, linear, position, w, full_path, decay, markov or shapley.",
        key=True,
    ),
    _column("touch_id", Text, "The touch.", key=True),
    _column("lead_id", Text, "The won lead.", key=True),
    _column(
        "move", Integer, "Which of the lead's moves the win is: a lead won twice has two wins.", key=True
    ),
    _column("customer_id", Text, "The customer won."),
    _column("channel", Text, "The touch's channel; empty when not known."),
    _column("campaign_id", Text, "The touch's campaign."),
    _column("won_at", Moment, "When the lead was won."),
    _column("credit", Float, "The share of the win; all shares of one win add up to 1."),
    schema=DERIVED,
    person="customer_id",
    happened_on="won_at",
)

removal_effects = _table(
    "removal_effects",
    "What share of all wins would be lost if a channel's contacts led nowhere, in a Markov chain of all journeys.",
    "Analytics",
    _column("place", Integer, "1 for the channel whose removal loses most.", key=True),
    _column("channel", Text, "The channel; empty when not known."),
    _column("wins", Integer, "How many won leads had a contact in it; empty if they are too few to show."),
    _column("removal_effect", Float, "The share of wins lost, 0 to 1; empty if it is about too few."),
    schema=DERIVED,
)

customer_returns = _table(
    "customer_returns",
    "A customer who left and came back, worked out at load from customers and accounts.",
    "Core banking",
    _column("customer_id", Text, "The customer.", key=True),
    _column(
        "was_here_from",
        Date,
        "Since when the customer had been with us; empty where nothing of then is known.",
    ),
    _column("left_on", Date, "The day the customer left."),
    _column(
        "returned_on", Date, "The day the customer joined again, or opened the first account after leaving."
    ),
    _column("ended_on", Date, "The day the last such account was closed; empty while one is open."),
    schema=DERIVED,
    person="customer_id",
    happened_on="returned_on",
)

lead_moves = _table(
    "lead_moves",
    "A move of a lead to a stage, worked out at load: from lead_stages, else from the columns of leads.",
    "Sales",
    _column("lead_id", Text, "The lead.", key=True),
    _column("move", Integer, "Which of the lead's moves it is, in their order; 1 is the first.", key=True),
    _column("stage", Text, "The stage it moved to.", allowed=LEAD_STAGES),
    _column("entered_at", Moment, "When it moved there."),
    _column("left_at", Moment, "When it moved on; empty while it is there."),
    _column("reason", Text, "Why, such as why it was rejected or lost."),
    _column(
        "is_waiting",
        Boolean,
        "Whether the lead came (back) by this move and waits for a decision of Sales since.",
    ),
    _column("customer_id", Text, "The customer the lead is or became."),
    _column("campaign_id", Text, "The campaign that brought it."),
    _column("channel", Text, "Its channel; empty when not known."),
    _column("product", Text, "The product it asked about."),
    _column("sales_rep", Text, "Who in Sales works it."),
    _column("score", Float, "Marketing's score of the lead, 0 to 100."),
    _column("expected_value", Money, "What Sales expects it to be worth in HKD; empty when not declared."),
    _column("created_at", Moment, "When the lead was first recorded."),
    _column("mql_at", Moment, "When Marketing first called it qualified (MQL)."),
    _column("accepted_at", Moment, "When Sales first accepted it."),
    _column("opportunity_at", Moment, "When it first became a concrete opportunity."),
    schema=DERIVED,
    person="customer_id",
    happened_on="entered_at",
)

hand_offs = _table(
    "hand_offs",
    "A qualified lead and its first-contact SLA: first contact within so many working hours.",
    "Sales",
    _column("lead_id", Text, "The lead.", key=True),
    _column("customer_id", Text, "The customer it is or became."),
    _column("campaign_id", Text, "The campaign that brought it."),
    _column("channel", Text, "Its channel; empty when not known."),
    _column("product", Text, "The product the lead asked about."),
    _column("sales_rep", Text, "Who in Sales works it."),
    _column("mql_at", Moment, "When Marketing called it qualified (MQL) and so handed it to Sales."),
    _column("due_at", Moment, "By when Sales was to speak to it: so many working hours later."),
    _column("contacted_at", Moment, "When Sales first spoke to it; empty if not yet."),
    _column("settled_at", Moment, "When it was accepted, rejected, won or lost; empty while it is open."),
    _column("working_hours", Float, "Working hours from handoff to first contact; empty if not yet."),
    schema=DERIVED,
    person="lead_id",
    happened_on="mql_at",
)

experiment_results = _table(
    "experiment_results",
    "What an experiment shows, read on the days planned for it and never in between; totals only.",
    "Analytics",
    _column("experiment", Text, "The experiment's name, or “rule:” and the alert rule's code.", key=True),
    _column(
        "outcome",
        Text,
        "What is compared: churn or cross_sell; arms for the check of the random assignment.",
        key=True,
    ),
    _column("looked_on", Date, "The day up to which outcomes count.", key=True),
    _column("figure", Text, "Which figure, such as points, relative or sample_ratio.", key=True),
    _column("value", Float, "The figure."),
    _column("low", Float, "The lower end of its interval, where it has one."),
    _column("high", Float, "The upper end of its interval, where it has one."),
    schema=DERIVED,
)

offer_results = _table(
    "offer_results",
    "How often customers of a segment said yes to an offer; empty where it was made to too few.",
    "Analytics",
    _column("offer", Text, "The offer's code.", key=True),
    _column("segment", Text, "The bank's service level of the customers.", key=True),
    _column("offered", Integer, "To how many customers it was made and answered."),
    _column("accepted", Integer, "How many of them said yes."),
    schema=DERIVED,
)

ticket_themes = _table(
    "ticket_themes",
    "What a service case is mainly about, by the words that occur together in cases.",
    "Analytics",
    _column("ticket_id", Text, "The case.", key=True),
    _column("customer_id", Text, "The customer it concerns."),
    _column("opened_at", Moment, "When the case was opened."),
    _column("theme", Text, "The theme, named by its commonest words."),
    _column("weight", Float, "The theme's share of the case's words, 0 to 1."),
    schema=DERIVED,
    person="customer_id",
    happened_on="opened_at",
)

feature_links = _table(
    "feature_links",
    "Whether customers who use a feature of the app open fewer service cases: an association, not a proof.",
    "Analytics",
    _column("as_of", Date, "The day it was worked out for.", key=True),
    _column("feature", Text, "The feature.", key=True),
    _column("users", Integer, "Customers who used it in the 90 days before the period."),
    _column("others", Integer, "Customers who used the app, but not this feature."),
    _column(
        "users_with_case", Integer, "Of its users, those with a service case in the 90 days of the period."
    ),
    _column("others_with_case", Integer, "Of the others, those with one."),
    _column("risk_ratio", Float, "Share of users with a case ÷ share of others, within tenure and segment."),
    _column("low", Float, "Lower end of its 95% interval."),
    _column("high", Float, "Upper end of its 95% interval."),
    _column(
        "p_adjusted",
        Float,
        "Chance of such a difference without any link, corrected for all features (Holm).",
    ),
    schema=DERIVED,
)

rollups = _table(
    "rollups",
    "A figure's total for a day, told apart by some dimensions: what most questions are answered from.",
    "Analytics",
    _column("measure", Text, "The figure.", required=True),
    _column("definition", Text, "The fingerprint of the definition it was totalled by.", required=True),
    _column("sources", Text, "The tables it was read from, each between spaces.", required=True),
    _column("dimensions", Text, "By which dimensions it is told apart, separated by spaces.", required=True),
    _column("day", Date, "The day its rows belong to.", required=True),
    _column("channel", Text, "The channel, where it is told apart by it and it is known."),
    _column("campaign", Text, "The campaign, likewise."),
    _column("product", Text, "The product, likewise."),
    _column("district", Text, "The district, likewise."),
    _column("touchpoint", Text, "What the case is about, likewise."),
    _column("theme", Text, "The theme of the case, likewise."),
    _column("segment", Text, "The customer's service level, likewise."),
    _column("rep", Text, "Who in Sales works the lead, likewise."),
    _column("reason", Text, "Why Sales rejected the lead or why it was lost, likewise."),
    _column("total", Float, "The total; empty where rows belong to it that say no amount."),
    schema=DERIVED,
    read_by=("dimensions", "measure", "day"),
)

published_cells = _table(
    "published_cells",
    "Which figures of whole months are shown to who sees totals only, by the values of a dimension.",
    "Analytics",
    _column("measure", Text, "The figure; one of those that count the same people.", required=True),
    _column("definition", Text, "The fingerprint of the definition it was decided by.", required=True),
    _column("dimension", Text, "By which dimension; empty for all of it.", required=True),
    _column("facts", Text, "The fingerprint of the rows it was decided on.", required=True),
    _column("value", Text, "The value; empty where it is not known."),
    _column(
        "blocks",
        Text,
        "Of each month edge, the oldest first, a number: a figure is shown if both its edges have the same. Of a stock "
        "of each month 0 where it is shown. Empty where nobody is counted.",
        required=True,
    ),
    schema=DERIVED,
)

run_notes = _table(
    "run_notes",
    "What the last nightly run could not work out and why, and on what it rested the values.",
    "Analytics",
    _column(
        "subject",
        Text,
        "What is not there, such as churn model or lifetime value; or how values were worked out.",
        key=True,
    ),
    _column("as_of", Date, "The day it was tried for."),
    _column("sentence", Text, "Why, in a sentence that is about no person.", required=True),
    schema=DERIVED,
)

loads = _table(
    "loads",
    "What was loaded: one row per table of the current snapshot.",
    "Analytics",
    _column("table_name", Text, "The table.", key=True),
    _column("loaded_at", DateTime, "When it was loaded."),
    _column("as_of", Date, "The last day fully loaded: nothing dated later counts anywhere."),
    _column(
        "as_of_from", Text, "Where that day comes from: given with the load, or the column that holds it."
    ),
    _column("row_count", Integer, "How many rows it has; 0 when no source was given."),
    _column("source", Text, "The file it came from; empty when the bank gave none."),
    _column("latest_on", Date, "The latest day that occurs in it."),
    _column("given", Text, "The columns the source gave, separated by spaces; the others are not known."),
    _column(
        "empty", Text, "Those of them that are empty in all rows, which tells as little as not giving them."
    ),
    _column("sample", Boolean, "Whether this is the invented sample bank."),
    _column(
        "usual_gap", Integer, "Days that usually lie between two days with rows; empty if too few to say."
    ),
    _column("overdue", Boolean, "Whether its latest day is further back than is usual for it."),
    schema=DERIVED,
)

event_days = _table(
    "event_days",
    "From when until when a dated column of the unified tables is known.",
    "Analytics",
    _column("table_name", Text, "The table.", key=True),
    _column("column_name", Text, "Its column.", key=True),
    _column("dated_rows", Integer, "How many rows have a date in it."),
    _column("undated_rows", Integer, "How many have none."),
    _column("untimed_rows", Integer, "How many have a day without a time, where it is a moment."),
    _column("first_on", Date, "The earliest day in it."),
    _column(
        "complete_from",
        Date,
        "The day from which it is complete: what begins with the first lead or case takes its usual time to show.",
    ),
    _column("latest_on", Date, "The latest day in it."),
    _column(
        "delivered_until",
        Date,
        "The day until which it was delivered: the as-of day, or the latest day in it where more is overdue.",
    ),
    _column(
        "in_time_until",
        Date,
        "The last day on which no more was overdue: a period that ended by then was delivered when it ended.",
    ),
    schema=DERIVED,
)

later_rows = _table(
    "later_rows",
    "A row as it was delivered, of which a day lies after the as-of day or the history of stages says otherwise.",
    "Analytics",
    _column("table_name", Text, "The row's table.", key=True),
    _column("row_key", Text, "The row's key; the parts of a longer key are joined by “ | ”.", key=True),
    _column("content", Text, "The row's columns as JSON.", personal=True),
    schema=DERIVED,
)

findings = _table(
    "findings",
    "A check of the last load that found something: how many rows, and whose they are to correct.",
    "Analytics",
    _column("check_name", Text, "The check.", key=True),
    _column("table_name", Text, "The table it looks at.", key=True),
    _column("department", Text, "Who can correct it at its source."),
    _column("says", Text, "What was found, in a sentence without any value."),
    _column("row_count", Integer, "How many rows it concerns; empty if it is about the table as a whole."),
    _column("kept", Boolean, "Whether the rows stay in their table; false if they were set aside."),
    schema=DERIVED,
)

quarantine = _table(
    "quarantine",
    "A row that a check of the load found, by its key.",
    "Analytics",
    _column("check_name", Text, "The check.", key=True),
    _column("table_name", Text, "The row's table.", key=True),
    _column("row_key", Text, "The row's key; the parts of a longer key are joined by “ | ”.", key=True),
    _column("reason", Text, "Why, naming columns but no values."),
    _column("department", Text, "Who can correct it at its source."),
    _column("kept", Boolean, "Whether the row stays in its table; false if it was set aside."),
    schema=DERIVED,
)

origins = _table(
    "origins",
    "Where a column of the current snapshot comes from: one row per file and column it was made of.",
    "Analytics",
    _column("table_name", Text, "The unified table.", key=True),
    _column("column_name", Text, "Its column.", key=True),
    _column("file", Text, "The file, below the folder that was loaded.", key=True),
    _column("file_column", Text, "The column in that file; empty where the mapping does not tell.", key=True),
    schema=DERIVED,
)

SYNONYMS: dict[str, dict[str, str]] = {
    "customers": {"Sales": "account", "Service": "client", "Digital": "user"},
    "accounts": {"Finance": "holding", "Marketing": "product held"},
    "leads": {"Sales": "enquiry", "Digital": "sign-up", "Marketing": "prospect"},
    "touches": {"Digital": "hit", "Sales": "contact", "Marketing": "touchpoint"},
    "tickets": {"Service": "case", "Sales": "complaint or request"},
    "transactions": {"Core banking": "booking", "Finance": "posting"},
    "revenues": {"Sales": "income", "Finance": "earnings"},
    "campaigns": {"Sales": "promotion", "Finance": "cost centre"},
    "surveys": {"Service": "feedback", "Marketing": "voice of the customer"},
    "relationship_managers": {"Service": "advisor", "Marketing": "sales person"},
}
"""Table → department → the word that department uses for one of its rows."""

UNIFIED_TABLES = tuple(t for t in BANK.tables.values() if t.schema == UNIFIED)
PLANNED = frozenset({"starts_on", "ends_on"})
"""Dates of a plan: they may lie ahead, and tell of nothing that has happened."""


def event_columns(table: Table) -> tuple[Column, ...]:
    """The columns of a unified table that say when something happened, the one it is dated by first."""
    dated = [c for c in table.c if isinstance(c.type, Date | DateTime) and c.key not in PLANNED]
    return tuple(sorted(dated, key=lambda c: c.key != table.info["happened_on"]))


DERIVED_TABLES = tuple(t for t in BANK.tables.values() if t.schema == DERIVED)
WRITTEN_BY_THE_LOAD = (
    loads,
    origins,
    person_links,
    match_rates,
    lead_doubles,
    event_days,
    later_rows,
    customer_returns,
    lead_moves,
    findings,
    quarantine,
    rollups,
    published_cells,
)
"""Derived tables that are about one load alone: it writes or empties them; the others are the nights' history."""

FINGERPRINT = hashlib.sha256(
    "\n".join(f"{t.fullname}.{c.key} {c.type}" for t in BANK.tables.values() for c in t.c).encode()
).hexdigest()[:8]
"""Changes whenever a table or column does: a snapshot of another contract is loaded again, not read by guesswork."""
