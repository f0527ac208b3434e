"""One clock per snapshot: what lies ahead counts nowhere, and what was not delivered is no fall."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd
import pytest

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import compare
from metrics.comparison.conclusion import Verdict
from metrics.definitions.quarters import quarter_named
from metrics.definitions.scope import Period, Scope, full_months, month
from metrics.query.freshness import freshness
from metrics.query.missing_reasons import why
from metrics.query.query import Query, ask, figures
from metrics.query.time_coverage import compared_with, complete_from, counted, delivered_until, reaches_back
from reports import review_composition
from tests.clock.daily_extracts import CUSTOMERS, JUNE, daily_leads, monthly
from tests.contents import contents
from warehouse.access import data_coverage
from warehouse.access.roles import RULES
from warehouse.stores.snapshot_files import snapshot_file


def value(reader, name: str, period: Period) -> float:
    return float(ask(Query.of([name], Scope(period), periods=[period]), reader)[name].iloc[0])


def test_a_row_or_moment_after_the_as_of_day_counts_nowhere_and_is_a_finding(bank):
    reader = bank(
        {
            "leads.csv": "lead_id,created_at,won_at,won_value\nL1,2026-05-02 09:00,2026-06-01 09:00,10\n"
            "L2,2026-05-03 09:00,2026-06-22 09:00,20\nL3,2026-06-21 09:00,,\n"
        },
        date(2026, 6, 20),
    )
    quarter = Period(date(2026, 4, 1), JUNE)
    assert value(reader, "leads", quarter) == 2
    assert value(reader, "reached_won", quarter) == 1, "so far, on the as-of day"
    assert value(reader, "leads", Period(date(2026, 4, 1), date(2026, 9, 30))) == 2
    failed_checks = data_coverage.visible_failed_checks(reader).set_index("check_name")["row_count"]
    assert failed_checks["created after the as-of day"] == 1
    assert failed_checks["win after the as-of day"] == 1
    with reader.stores.bank().connect() as db:
        assert db.exec_driver_sql("SELECT count(won_value) FROM unified.leads").scalar() == 1


def test_what_lay_ahead_counts_from_its_day_on_however_the_delivery_was_cut(bank, tmp_path):
    head = "lead_id,created_at,won_at,won_value\n"
    ahead = "L1,2026-05-02 09:00,2026-06-20 09:00,10\nL2,2026-06-20 09:00,,\n"
    new = "L3,2026-06-25 09:00,,\n"
    bank({"leads.csv": head + ahead}, date(2026, 6, 15))
    reader = bank({"leads.csv": head + new}, JUNE, date(2026, 6, 16))
    cut = contents(reader.stores)
    whole = bank({"leads.csv": head + ahead + new}, JUNE)
    assert contents(whole.stores) == cut
    assert value(whole, "won", Period(date(2026, 6, 1), JUNE)) == 1
    names = set(data_coverage.visible_failed_checks(reader)["check_name"])
    assert names == {"not delivered again"}, (
        "nothing lies ahead any more; one row of the window was not delivered again"
    )


def test_a_later_row_is_read_by_no_role(bank):
    reader = bank(
        {"leads.csv": "lead_id,full_name,created_at\nL1,Ada,2026-05-02 09:00\nL2,Bob,2026-07-01 09:00\n"},
        JUNE,
    )
    assert {role for role, rules in RULES.items() if "later_rows" in rules} == {"system"}, "no person's"
    file = snapshot_file(reader.stores.settings, reader.stores.snapshot())
    with duckdb.connect(str(file), read_only=True) as db:
        assert db.execute("SELECT count(*) FROM derived.later_rows").fetchall() == [(1,)]


def test_the_as_of_day_looks_at_every_event_and_says_where_it_comes_from(bank):
    files = {"leads.csv": "lead_id,created_at,won_at\nL1,2026-05-02 09:00,2026-06-12 09:00\n"}
    covered = data_coverage.of(bank(files, None))
    assert covered is not None
    assert (covered.as_of, covered.as_of_from) == (date(2026, 6, 12), "leads.won_at")
    given = data_coverage.of(bank(files, JUNE))
    assert given is not None
    assert (given.as_of, given.as_of_from) == (JUNE, "given with the load")


def test_a_month_that_finance_has_not_delivered_is_no_fall(bank):
    reader = bank(
        {
            "customers.csv": CUSTOMERS,
            "revenues.csv": monthly(date(2026, 5, 31)),
            "leads.csv": daily_leads(JUNE),
        },
        JUNE,
    )
    covered, metric = data_coverage.of(reader), CATALOGUE["revenue"]
    quarter = Period(date(2026, 4, 1), JUNE)
    assert covered is not None
    assert delivered_until(metric, covered) == date(2026, 5, 31)
    assert counted(metric, quarter, covered) == Period(date(2026, 4, 1), date(2026, 5, 31))
    days = Period(date(2026, 4, 2), JUNE)
    answer = ask(Query.of(["revenue"], Scope(days)), reader)["revenue"]
    assert list(answer) == [60_000, 60_000], "two months against the two before"
    june = month(2026, 6)
    assert pd.isna(value(reader, "revenue", june))
    missing = why("revenue", june, {"value": float("nan")}, covered)
    assert missing is not None
    assert missing.kind == "not delivered"
    assert "31 May 2026" in missing.sentence
    fresh = freshness(covered, (), JUNE)
    assert fresh.awaited == (("revenues", JUNE),)
    assert fresh.sources() == "June 2026 not delivered: revenues"
    assert not fresh.is_fresh


def test_the_review_compares_the_months_delivered_and_names_the_one_that_is_not(bank):
    reader = bank(
        {
            "customers.csv": CUSTOMERS,
            "revenues.csv": monthly(date(2026, 5, 31)),
            "leads.csv": daily_leads(JUNE),
        },
        JUNE,
    )
    quarter = quarter_named("2026Q2", JUNE)
    assert quarter is not None
    review = review_composition.build(reader, quarter, data_coverage.available_columns(reader))
    figures_shown = [f for a in review.answers for f in a.figures if f.metric == "net_revenue"]
    assert figures_shown
    for figure in figures_shown:
        assert figure.value == "HKD 54,000"
        assert "until 31 May 2026" in figure.n
        assert figure.before.startswith("0.0%")
        assert figure.year_before.startswith("0.0%")
    trust = next(a for a in review.answers if a.key == "trust")
    assert "no source is late" not in trust.title
    assert "June 2026 not delivered: revenues" in trust.title


def test_leads_that_stopped_coming_are_not_delivered_rather_than_none(bank):
    reader = bank(
        {
            "customers.csv": CUSTOMERS,
            "revenues.csv": monthly(JUNE),
            "leads.csv": daily_leads(date(2026, 5, 31)),
        },
        JUNE,
    )
    covered = data_coverage.of(reader)
    assert covered is not None
    june, metric = month(2026, 6), CATALOGUE["leads"]
    assert pd.isna(value(reader, "leads", june))
    missing = why("leads", june, {"value": float("nan")}, covered)
    assert missing is not None
    assert missing.sentence == "Leads were delivered until 31 May 2026 only."
    days = Period(date(2026, 4, 2), JUNE)
    answer = ask(Query.of(["leads"], Scope(days)), reader)
    change = compare(metric, figures(metric, answer.iloc[0]), figures(metric, answer.iloc[1]))
    assert answer["leads"].tolist() == [180, 180], "60 days against the 60 before"
    assert change.verdict == Verdict.NOT_CLEAR


def test_a_ratio_of_two_sources_counts_the_days_that_both_delivered(bank):
    spend = "campaign_id,day_on,cost\n" + "".join(
        f"K1,{date(2026, 1, 1) + timedelta(days=n)},100\n" for n in range(151)
    )
    customers = "customer_id,joined_on,acquired_by_lead_id\n" + "".join(
        f"C{n},{date(2026, 1, 1) + timedelta(days=n)},L{n}-0\n" for n in range(181)
    )
    reader = bank(
        {
            "campaigns.csv": "campaign_id,name,starts_on\nK1,One,2026-01-01\n",
            "campaign_days.csv": spend,
            "customers.csv": customers,
            "leads.csv": daily_leads(JUNE),
        },
        JUNE,
    )
    quarter = Period(date(2026, 4, 1), JUNE)
    answer = ask(Query.of(["cac", "customers_acquired"], Scope(quarter), periods=[quarter]), reader)
    assert answer["customers_acquired"].iloc[0] == 91
    cac = figures(CATALOGUE["cac"], answer.iloc[0])
    assert cac["denominator"] == 61, "April and May, as the cost"
    assert cac["value"] == pytest.approx(100)


def test_the_running_month_of_a_figure_kept_by_month_is_not_yet_known(bank):
    reader = bank({"customers.csv": CUSTOMERS, "revenues.csv": monthly(date(2026, 5, 31))}, date(2026, 6, 15))
    assert pd.isna(value(reader, "revenue", Period(date(2026, 6, 1), date(2026, 6, 15))))
    covered = data_coverage.of(reader)
    assert covered is not None
    assert freshness(covered, (), date(2026, 6, 16)).awaited == (), "no month has ended that is not there"


def test_a_month_written_on_its_first_day_is_delivered_all_the_same(bank):
    first = "customer_id,product,month_on,revenue\n" + "".join(
        f"C1,savings,2026-0{n}-01,10\n" for n in range(1, 6)
    )
    covered = data_coverage.of(bank({"customers.csv": CUSTOMERS, "revenues.csv": first}, date(2026, 5, 31)))
    assert covered is not None
    assert delivered_until(CATALOGUE["revenue"], covered) == date(2026, 5, 31)
    assert freshness(covered, (), date(2026, 6, 1)).awaited == ()


def test_wins_are_complete_only_after_the_usual_time_from_first_contact_to_win(bank):
    covered = data_coverage.of(bank({"leads.csv": daily_leads(JUNE)}, JUNE))
    assert covered is not None
    assert complete_from(CATALOGUE["leads"], covered) == date(2025, 1, 1)
    assert complete_from(CATALOGUE["won"], covered) == date(2025, 1, 11)
    assert complete_from(CATALOGUE["reached_won"], covered) == date(2025, 1, 1), "a cohort has no ramp-up"
    assert reaches_back(CATALOGUE["leads"], month(2025, 1), covered)
    assert not reaches_back(CATALOGUE["leads"], month(2024, 11), covered)


def test_days_before_the_data_and_after_them_are_not_zero(bank):
    reader = bank({"leads.csv": daily_leads(JUNE)}, JUNE)
    assert pd.isna(value(reader, "leads", month(2024, 6)))
    assert pd.isna(value(reader, "leads", month(2026, 8)))
    covered = data_coverage.of(reader)
    missing = why("leads", month(2024, 6), {"value": float("nan")}, covered)
    assert missing is not None
    assert missing.sentence == "Not known: leads begin on 1 Jan 2025."


def test_a_column_that_is_empty_in_every_row_is_named_as_not_known(bank):
    files = {
        "tickets.csv": "ticket_id,opened_at,first_reply_at\nT1,2026-05-02 09:00,\nT2,2026-05-03 09:00,\n"
    }
    covered = data_coverage.of(bank(files, JUNE))
    assert covered is not None
    assert "tickets.first_reply_at" not in covered.available
    missing = why("reply_median", month(2026, 5), {"value": float("nan")}, covered)
    assert missing is not None
    assert missing.sentence == "Not known: `tickets.first_reply_at` is empty in every row."
    bare = data_coverage.of(bank({"tickets.csv": "ticket_id,opened_at\nT1,2026-05-02 09:00\n"}, JUNE))
    missing = why("reply_median", month(2026, 5), {"value": float("nan")}, bare)
    assert missing is not None
    assert missing.sentence == "Not known: `tickets.first_reply_at` was not given."


def test_a_bank_is_up_to_date_only_while_its_last_day_is_close(bank):
    covered = data_coverage.of(bank({"leads.csv": daily_leads(JUNE)}, JUNE))
    assert covered is not None
    assert freshness(covered, (), date(2026, 7, 1)).in_words() == "up to date"
    assert freshness(covered, (), date(2026, 11, 29)).in_words() == "ends 152 days ago"
    assert not freshness(covered, (), date(2026, 11, 29)).is_fresh


def test_days_compared_are_as_many_as_were_delivered(bank):
    covered = data_coverage.of(bank({"leads.csv": daily_leads(JUNE)}, JUNE))
    quarter = Period(date(2026, 4, 1), JUNE)
    assert compared_with(CATALOGUE["leads"], quarter, covered) == quarter.before()
    assert full_months(JUNE, 2)[0] == month(2026, 5)
