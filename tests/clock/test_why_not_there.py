"""What a nightly run cannot work out is noted with its reason, and the page says that reason."""

from __future__ import annotations

from datetime import date

from tests.clock.daily_extracts import CUSTOMERS, JUNE, daily_leads, monthly
from warehouse.access.data_coverage import why_not_there
from workflow import nightly
from workflow.records.run_notes import (
    CHURN_MODEL,
    CREDITS,
    FEATURE_LINKS,
    HINDSIGHT,
    LIFETIME_VALUE,
    RESPONSE_CURVES,
)


def after_a_night(reader):
    nightly.run(reader.stores)
    return type(reader)(reader.stores, reader.viewer, reader.stores.snapshot())


def test_a_bank_of_customers_and_leads_is_told_which_columns_each_thing_lacks(bank):
    reader = bank({"customers.csv": CUSTOMERS, "leads.csv": daily_leads(JUNE)}, JUNE)
    assert why_not_there(reader, CHURN_MODEL) == "There has been no nightly run on this bank yet."
    reader = after_a_night(reader)
    assert why_not_there(reader, CHURN_MODEL) == (
        "There is no churn model, because it is not known who left. Not known: `customers.left_on` was not given."
    )
    assert (
        why_not_there(reader, LIFETIME_VALUE)
        == "Not known: `revenues` and `customers.left_on` were not given."
    )
    assert why_not_there(reader, HINDSIGHT) == why_not_there(reader, LIFETIME_VALUE)
    assert why_not_there(reader, CREDITS) == "", (
        "a win that no touch led to is kept, with a channel that is not known"
    )
    assert "`campaign_days`, `campaigns`" in why_not_there(reader, RESPONSE_CURVES)
    assert "`tickets` and `product_usage` were not given" in why_not_there(reader, FEATURE_LINKS)


def test_nobody_who_left_is_not_known_rather_than_nobody(bank):
    files = {
        "customers.csv": CUSTOMERS.replace("joined_on\n", "joined_on,left_on\n").replace("-05\n", "-05,\n"),
        "revenues.csv": monthly(JUNE),
    }
    reader = after_a_night(bank(files, JUNE))
    assert why_not_there(reader, CHURN_MODEL).endswith(
        "Not known: `customers.left_on` is empty in every row."
    )


def test_a_short_history_says_from_when_it_reaches(bank):
    joined = "customer_id,joined_on,left_on\n" + "".join(
        f"C{n},2024-01-05,{date(2026, 6, 1 + n) if n < 20 else ''}\n" for n in range(30)
    )
    recent = "\n".join(line for line in monthly(JUNE).splitlines() if "2025" not in line)
    files = {"customers.csv": joined, "revenues.csv": recent + "\n"}
    reader = after_a_night(bank(files, JUNE))
    # No later night mends what was never given.
    for subject in (CHURN_MODEL, LIFETIME_VALUE, HINDSIGHT):
        assert "neither `transactions` nor `balances` was given" in why_not_there(reader, subject)
        assert "too early" not in why_not_there(reader, subject)
    files["accounts.csv"] = "account_id,customer_id,product,opened_on\nA1,C25,savings,2026-03-01\n"
    files["balances.csv"] = "account_id,customer_id,month_on,balance\nA1,C25,2026-03-31,100\n"
    reader = after_a_night(bank(files, JUNE))
    assert "too early" in why_not_there(reader, LIFETIME_VALUE)
