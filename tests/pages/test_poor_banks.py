"""Banks that gave half: every page says what was not given, by table and column, and claims nothing that needs it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.query.missing_reasons import needs, not_given
from pages import MENU
from tests.morning import copy_of, stores_in
from tests.pages.staff import Open, cells, opener, somebody, words
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import load
from warehouse.schema import UNIFIED_TABLES, tickets
from warehouse.stores import connect
from workflow import nightly
from workflow.collaboration import record_store
from workflow.collaboration.meetings import EVERY
from workflow.learning.lessons import LESSONS, meant_for

Lacking = dict[str, tuple[str, ...]]
"""Table → the columns of it that are not given; none for the whole table."""
WITHOUT_DATES_AND_MONEY: Lacking = {
    **dict.fromkeys(
        (
            *("revenues", "balances", "transactions", "relationship_managers", "surveys", "staff_surveys"),
            *("campaign_days", "identities", "touches", "product_usage", "lead_stages"),
        ),
        (),
    ),
    "customers": ("left_on", "rm_id", "marketing_consent"),
    "leads": ("contacted_at", "sales_rep", "opportunity_at", "lost_at", "rejected_reason"),
    "tickets": ("first_reply_at", "complaint", "resolved_at"),
}
EMPTIED: Lacking = {"accounts": ("closed_on",)}
"""Table → the columns that are given and hold nothing."""
GUESSES = (
    *(
        "too few customers",
        "too few people",
        "too few wins",
        "not enough data yet to say",
        "no data",
        "the next night",
    ),
    *("tomorrow", "tonight", "have been loaded", "no open complaint", "nobody to call", "past the SLA."),
)
"""What a page said of such a bank when it guessed."""
OPENED = {
    "analyst": tuple(e.url for entries in MENU.values() for e in entries if e.url != "dictionary"),
    "sales": ("lead-hand-off", "today"),
    "relationship_manager": ("today", "customer-health"),
    "service": ("today", "voice"),
    "executive": ("today", "channel-value"),
}


def poorer(snapshot: Path, folder: Path, lacking: Lacking, emptied: Lacking) -> None:
    """The unified tables of a loaded bank as extracts, without some tables and columns, and with some left empty."""
    # A copy: whoever has the bank itself open in this process may have opened it otherwise.
    copy = shutil.copy(snapshot, folder.parent / "copy.duckdb")
    with duckdb.connect(str(copy), read_only=True) as db:
        tables = db.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'unified'").fetchall()
        for (table,) in tables:
            columns = [row[0] for row in db.execute(f"DESCRIBE unified.{table}").fetchall()]
            kept = [c for c in columns if c not in lacking.get(table, ())]
            rows = db.execute(f"SELECT count(*) FROM unified.{table}").fetchone()
            if lacking.get(table) == () or not rows or not rows[0]:
                continue
            select_list = ", ".join(
                f'NULL AS "{c}"' if c in emptied.get(table, ()) else f'"{c}"' for c in kept
            )
            db.execute(
                f"COPY (SELECT {select_list} FROM unified.{table}) TO '{folder / table}.parquet' (FORMAT parquet)"
            )


@pytest.fixture(scope="module")
def half(once: Callable[..., Path], loaded_folder: Path) -> Path:
    """A data folder with a bank that lacks money, contacts and most dates, after a night."""

    def build(folder: Path) -> None:
        extracts = folder / "extracts"
        extracts.mkdir()
        poorer(next(loaded_folder.glob("bank-*.duckdb")), extracts, WITHOUT_DATES_AND_MONEY, EMPTIED)
        stores = stores_in(folder / "data")
        load(stores, extracts)
        nightly.run(stores)
        stores.app_db.dispose()

    return once("half-1200", build) / "data"


@pytest.fixture
def open_half(half: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    copy_of(half, tmp_path / "data")
    stores = stores_in(tmp_path / "data")
    yield from opener(stores, monkeypatch)
    stores.app_db.dispose()


@pytest.fixture
def not_known(half: Path) -> set[str]:
    """The labels of the figures that this bank cannot know."""
    stores = stores_in(half)
    covered = data_coverage.of(Reader(stores, SYSTEM, stores.snapshot()))
    stores.app_db.dispose()
    assert covered is not None
    return {m.label for name, m in CATALOGUE.items() if needs(name) and covered.lacking(needs(name))}


@pytest.mark.parametrize("role", OPENED)
def test_no_page_of_a_bank_that_gave_half_says_a_number_or_a_guess_for_what_was_not_given(
    role: str, open_half: Open, not_known: set[str]
) -> None:
    assert {"Churn rate", "Win rate"} & not_known or len(not_known) > 20
    pages = {e.url: e for entries in MENU.values() for e in entries}
    for url in OPENED[role]:
        if role not in pages[url].roles:
            continue
        page = open_half(somebody(role), url)
        assert not [e.value for e in page.error], url
        page_text = f"{words(page)}\n{cells(page)}"
        assert not {"nan", "NaT", "<NA>"} & set(re.split(r"[\s,]+", page_text)), url
        for metric in page.metric:
            if metric.label in not_known:
                assert metric.value == "not known", (url, metric.label)
        # The page of data requests says that there are none, which is no guess.
        lowered = page_text.lower().replace("no data request", "")
        assert not [guess for guess in GUESSES if guess in lowered], url


def test_a_rate_whose_end_was_not_given_is_not_known_rather_than_about_too_few(open_half: Open) -> None:
    page = open_half(somebody("analyst"), "funnel", view="By the day it happened (events)")
    table = next(f.value for f in page.dataframe if "Opportunities won" in f.value)
    assert set(table["Opportunities won"]) == {"not known"}


def test_a_lesson_asks_for_nothing_that_was_not_given_and_says_why(open_half: Open) -> None:
    for role in ("analyst", "service", "relationship_manager"):
        for name in LESSONS if role == "analyst" else [lesson.name for lesson in meant_for(role)]:
            page = open_half(somebody(role), "learn", lesson=name)
            assert not page.exception
            assert [b.label for b in page.button].count("Check") == 1, (role, name)
            assert "nan" not in words(page).split()
    page_text = words(open_half(somebody("analyst"), "learn", lesson="target-and-pace"))
    assert "Churn rate: not known: `customers.left_on` was not given." in page_text
    assert "Here is another exercise." in page_text


def test_who_is_called_late_is_not_known_without_the_date_of_a_contact(open_half: Open) -> None:
    page = open_half(somebody("sales"), "lead-hand-off")
    page_text = words(page)
    assert "Who is past the first-contact SLA is not known: `leads.contacted_at` was not given" in page_text
    assert "working hours late" not in page_text
    assert "Was due" not in page_text
    assert "How long the overdue have waited is not known" in page_text
    assert "Why leads are rejected is not known: `leads.rejected_reason` was not given" in page_text
    after = next(t.value for t in page.dataframe if "Of the rejected" in t.value)
    assert pd.isna(after.set_index("")["Leads"]["Given back to Marketing"]), "an empty cell says not known"


def test_a_stage_whose_date_was_not_given_has_no_waits_rather_than_too_few(open_half: Open) -> None:
    page = open_half(somebody("analyst"), "funnel")
    waits = next(t.value for t in page.dataframe if "Median wait" in t.value).set_index("Stage")
    assert waits["Median wait"]["Opportunity"] == "not known"


def test_channel_value_without_cost_and_revenue_names_both(open_half: Open) -> None:
    page = open_half(somebody("analyst"), "channel-value")
    title = page.title[0].value
    assert "what a customer costs is not known: `campaign_days` was not given" in title
    assert "`revenues` and `customers.left_on` were not given" in title
    assert "Revenue of new customers is not known: `revenues` was not given." in words(page)


def test_a_campaign_is_not_judged_by_what_was_not_given(open_half: Open) -> None:
    page = open_half(somebody("analyst"), "campaigns")
    assert page.title[0].value.startswith(
        "Overpromise risk is not known: `tickets.complaint` and `customers.left_on` were not given"
    )
    card = next(t.value for t in page.dataframe if "Left in 180 days" in t.value)
    assert set(card["Left in 180 days"]) == {"not known"}
    assert "Not enough data yet" not in set(card["Verdict"])


def test_an_experiment_whose_outcome_was_not_given_is_not_too_small(open_half: Open) -> None:
    page = open_half(somebody("analyst"), "impact")
    assert "its effect on churn is not known: `customers.left_on` was not given" in page.title[0].value
    assert {m.label: m.value for m in page.metric}["Churn"] == "not known"
    page_text = words(page).replace("\\", "")
    assert "Whether the held-out were called or met anyway is not known: `touches` was not given" in page_text
    assert "Who can be saved is not known: `customers.left_on` was not given" in page_text


def test_the_review_says_the_same_of_an_outcome_that_was_not_given(open_half: Open) -> None:
    page_text = words(open_half(somebody("analyst"), "quarterly-review", **{"answer-unknown": "true"}))
    assert "Customers who left: not known: `customers.left_on` was not given" in page_text
    assert "not enough data yet (n" not in page_text


def test_nobody_to_call_is_said_only_where_rules_could_be_checked(open_half: Open) -> None:
    page = open_half(somebody("relationship_manager"), "today")
    assert page.title[0].value == "Your call list is not known: `customers.rm_id` was not given"


@pytest.mark.parametrize("role", ["analyst", "marketing", "relationship_manager"])
def test_the_pack_of_a_meeting_says_nothing_of_what_was_not_given(
    role: str, open_half: Open, not_known: set[str]
) -> None:
    for series in EVERY:
        plan = {"title": series, "series": series, "held_on": date(2026, 7, 2), "starts_at": "10:00"}
        number = record_store.open_record(connect.here(), somebody("analyst"), "meeting", plan)
        page = open_half(somebody(role), "meetings", record=str(number))
        assert not page.exception
        assert not [e.value for e in page.error], series
        page_text = f"{words(page)}\n{cells(page)}"
        assert not {"nan", "NaT", "<NA>"} & set(re.split(r"[\s,]+", page_text)), series
        assert not [guess for guess in GUESSES if guess in page_text.lower()], series
        rows = [row for t in page.table for row in t.value.astype(str).iloc[:, 0]]
        assert not [label for label in not_known if label in rows], series
        assert "No customers to call" not in page_text
    assert role == "marketing" or "customers.rm_id" in page_text.replace("\\", "")


def test_no_alert_is_no_figure_where_no_rule_could_be_checked(
    once: Callable[..., Path], loaded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bank of customers and leads alone: nobody looked, so nobody knows how many should be called."""
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    tables = [t.name for t in UNIFIED_TABLES if t.name not in ("customers", "leads")]
    poorer(next(loaded_folder.glob("bank-*.duckdb")), extracts, dict.fromkeys(tables, ()), {})
    stores = stores_in(tmp_path / "data")
    load(stores, extracts)
    opening = opener(stores, monkeypatch)
    page = next(opening)(somebody("analyst"), "today")
    assert {m.label: m.value for m in page.metric}["Open alerts"] == "not known"
    page_text = words(page)
    assert "Not known, as no rule could be checked: " in page_text
    assert "`tickets`" in page_text
    assert "not enough data yet (n = 0)" not in page_text
    review = next(opener(stores, monkeypatch))(
        somebody("executive"), "quarterly-review", **{"answer-together": "true"}
    )
    assert "Alerts: not known, as no rule could be checked: " in words(review)
    assert "none were raised" not in words(review)
    opening.close()
    stores.app_db.dispose()


def test_a_customer_page_claims_nothing_of_what_was_not_given(half: Path, open_half: Open) -> None:
    stores = stores_in(half)
    statement = select(tickets.c.customer_id).where(tickets.c.customer_id.is_not(None)).limit(1)
    customer_id = Reader(stores, SYSTEM, stores.snapshot()).rows(statement)[0].customer_id
    stores.app_db.dispose()
    page = open_half(somebody("service"), "customer", cid=customer_id)
    page_text = words(page)
    assert not [e.value for e in page.error]
    assert "Complaints not known" in page_text
    assert "Marketing consent not known" in page_text
    assert ": case about" in page_text
    assert ", open" not in page_text
    assert ", settled" not in page_text
    assert "with us since" not in page_text, "who left is not known, so nobody can say who is still with us"


def test_a_column_that_is_empty_in_every_row_is_named_as_one_that_was_not_given(half: Path) -> None:
    stores = stores_in(half)
    covered = data_coverage.of(Reader(stores, SYSTEM, stores.snapshot()))
    stores.app_db.dispose()
    missing = not_given(["accounts.closed_on", "customers.left_on"], covered)
    assert missing is not None
    assert missing.clause == (
        "not known: `customers.left_on` was not given and `accounts.closed_on` is empty in every row"
    )
