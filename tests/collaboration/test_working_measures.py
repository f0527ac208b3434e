"""What working together comes to: evidence of decisions, from data to result, hours saved, audiences; and the pages of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from metrics.attribution import audience_overlap
from metrics.attribution.message_register import differing_customers
from metrics.customers.whose_contact import BRANCHES, MARKETING, SERVICE
from metrics.definitions.scope import Period
from metrics.query.report_query import SavedReport
from pages.growth.campaigns.targeting_view import finding
from pages.growth.goals.goal_alignment import alignment_in_words
from tests.morning import on
from tests.pages.staff import Open, cells, opener, somebody, words
from warehouse.access.data_coverage import available_columns
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import page_days, users
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores
from workflow.campaigns.targeting import targeted_against_broad
from workflow.collaboration.closed_loop import STEPS, about_figures, has_result, steps_reached, traces
from workflow.collaboration.decision_evidence import by_department, by_month
from workflow.collaboration.decision_records import track_record
from workflow.collaboration.page_use import note_opened, page_use
from workflow.collaboration.record_reading import records_of
from workflow.collaboration.sample_records import write_sample_records
from workflow.customers.audience import ANY, WITH, WITHOUT, audience
from workflow.goals.sample_goals import set_sample_goals
from workflow.records.alert_loop import customers_by_step
from workflow.records.self_service import self_service
from workflow.reports import saved_reports

TODAY = date(2026, 7, 1)
QUARTER = Period(date(2026, 4, 1), date(2026, 6, 30))


@pytest.fixture
def lived_in(bank: Stores) -> Stores:
    set_sample_goals(bank, date(2026, 6, 30))
    write_sample_records(bank, date(2026, 6, 30))
    return bank


@pytest.fixture
def open_page(lived_in: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    yield from opener(lived_in, monkeypatch)


def _each_step_is_a_part_of_the_one_before(lived_in: Stores) -> None:
    records = records_of(Reader(lived_in, somebody("analyst")))
    reached = steps_reached(records)
    assert len(reached) == len(STEPS)
    assert reached == sorted(reached, reverse=True)
    assert reached[-1] > 0
    lines = traces(records)
    assert {t.chain[0].record_id for t in lines} == {
        r.record_id for tree in about_figures(records).values() for r in tree if has_result(r)
    }
    assert all(t.chain[-1].pin_id is not None or len(t.chain) > 1 for t in lines)
    decisions = [r for r in records if r.kind == "decision"]
    for lines_of in (by_month(decisions, TODAY), by_department(decisions)):
        assert sum(e.pinned for e in lines_of) == track_record(decisions).pinned
        assert sum(e.decisions for e in lines_of) == len(decisions)


def test_customers_of_alerts_are_counted_step_by_step_and_few_are_hidden_from_who_reads_totals(
    bank: Stores,
) -> None:
    everybody = customers_by_step(Reader(bank, SYSTEM), Period(date(2026, 6, 1), TODAY))
    assert everybody is not None
    assert everybody == sorted(everybody, reverse=True)
    totals = customers_by_step(Reader(bank, somebody("executive")), Period(date(2026, 6, 1), TODAY))
    assert totals is not None
    for at, exact in zip(totals, everybody, strict=True):
        assert math.isnan(at) or at == exact
        assert not 1 <= at < 10
    assert customers_by_step(Reader(bank, somebody("service")), QUARTER) is None


def test_hours_saved_count_the_reports_of_other_departments_alone(bank: Stores) -> None:
    from sign_in import accounts

    for role in ("analyst", "sales"):
        accounts.create(bank, f"{role}-1", "a long pass phrase", by="test", full_name="A B", role=role)
        saved_reports.save(
            bank, somebody(role), f"Of {role}", SavedReport(metric="leads", breakdown="channel")
        )
    saved = self_service(bank, Period(TODAY, TODAY))
    assert (saved.reports, saved.hours) == (1, bank.settings.hours_per_request)


def test_an_audience_adds_up_and_totals_are_rounded_down_so_that_few_people_make_no_difference(
    bank: Stores,
) -> None:
    reader = Reader(bank, somebody("analyst"), bank.snapshot())
    every = audience(reader, (), ANY)
    assert every.contactable + sum(n for _, n in every.reasons) == every.customers
    assert max(every.by_channel.values()) <= every.contactable
    assert sum(audience(reader, (), h).customers for h in (WITH, WITHOUT)) == every.customers
    one = audience(reader, ("mass",), ANY)
    assert 0 < one.customers < every.customers
    totals = audience(Reader(bank, somebody("marketing"), bank.snapshot()), (), ANY)
    numbers = [
        totals.customers,
        totals.contactable,
        *totals.by_channel.values(),
        *(n for _, n in totals.reasons),
    ]
    assert all(n % bank.settings.smallest_cell == 0 for n in numbers)
    assert 0 <= every.customers - totals.customers < bank.settings.smallest_cell


def test_who_met_differing_offers_is_for_roles_with_rows(bank: Stores) -> None:
    rows = Reader(bank, somebody("analyst"), bank.snapshot()).frame(differing_customers(QUARTER))
    assert (rows["message_a"] != rows["message_b"]).all()
    assert (rows["day_a"] <= rows["day_b"]).all()
    by_code = rows["campaign_a"] < rows["campaign_b"]
    assert by_code.any()
    assert not by_code.all(), "the earlier stands first, whichever code it has"
    assert (rows["customer_id"].notna()).all()
    for role in ("marketing", "executive"):
        with pytest.raises(AccessRefused):
            Reader(bank, somebody(role), bank.snapshot()).frame(differing_customers(QUARTER))


def test_a_contact_is_of_the_department_that_made_it_and_service_s_replies_count(bank: Stores) -> None:
    every, totals = (
        Reader(bank, somebody(role), bank.snapshot()).frame(audience_overlap.contacts(QUARTER, replies=True))
        for role in ("analyst", "marketing")
    )
    by_kind = every.groupby("kind")["department"].agg(set)
    assert by_kind["call"] == by_kind["branch"] == {BRANCHES}
    assert by_kind["event"] == {MARKETING}
    assert by_kind["email"] == {MARKETING, BRANCHES}
    assert by_kind["first_reply"] == {SERVICE}
    both = totals.dropna().merge(every, on=["department", "kind"])
    assert len(both)
    assert (both["contacts_x"] == both["contacts_y"]).all()
    with_replies, without = (
        Reader(bank, SYSTEM, bank.snapshot()).frame(audience_overlap.weeks(QUARTER, replies=replies))
        for replies in (True, False)
    )
    assert with_replies["departments"].max() >= 2
    assert with_replies["weeks"].sum() > without["weeks"].sum()


def test_a_day_is_noted_once_for_a_department_and_for_no_person(bank: Stores) -> None:
    from sign_in import accounts

    for number in range(5):
        name = f"seller{number}"
        accounts.create(bank, name, "a long pass phrase", by="test", full_name="Ann Lee", role="sales")
    with bank.app_db.begin() as app_db:
        app_db.execute(users.update().where(users.c.role != "sales").values(disabled_at=bank.now()))
    for _ in range(2):
        note_opened(bank, somebody("sales"), "funnel")
    (line,) = page_use(bank, TODAY)
    assert (line.department, line.days, line.by_page) == ("Sales", 1, {"funnel": 1})
    note_opened(on(bank, date(2026, 6, 30)), somebody("sales"), "today")
    assert page_use(bank, TODAY)[0].days_a_week == 0.5
    assert "username" not in page_days.c


def test_a_difference_of_two_ways_is_a_finding_only_beyond_its_interval(bank: Stores) -> None:
    results = [
        targeted_against_broad(
            Reader(bank, somebody(role), bank.snapshot()),
            date(2026, 6, 30),
            available_columns(Reader(bank, somebody(role), bank.snapshot())),
        )
        for role in ("analyst", "executive")
    ]
    assert results[0] == results[1]
    assert results[0] is not None
    for one in results[0].compared:
        assert one.targeted[0] <= one.targeted[1]
        if one.difference is not None:
            clear = one.difference.low > 0 or one.difference.high < 0
            assert finding(one).startswith("Targeted is") == clear


def test_no_pair_that_cannot_be_judged_is_called_aligned() -> None:
    assert (
        alignment_in_words(["not enough data yet", "too early"])
        == "Not enough data yet to say whether they do"
    )
    assert alignment_in_words(["none", "too early"]).endswith("; 1 of 2 can be judged")
    assert alignment_in_words(["conflict", "none"]).startswith("1 of 2 pairs")


def test_each_result_leads_back_and_each_measure_stands_where_the_reader_looks_for_it(
    lived_in: Stores, open_page: Open
) -> None:
    _each_step_is_a_part_of_the_one_before(lived_in)
    for viewer, (url, query, sentence) in product(
        (somebody("executive"), somebody("analyst")),
        (
            ("data-status", {}, "Freshness promised, and kept"),
            ("data-status", {}, "What departments share"),
            ("decisions", {}, "Counted by the day a decision was put forward"),
            ("impact", {}, "From data to result"),
            ("impact", {}, "Daily use"),
            ("campaigns", {}, "Targeted against broad"),
            ("campaigns", {"view": "messages"}, "sent messages in the last 90 days"),
            ("campaigns", {"view": "audience"}, "customers may be contacted"),
            ("campaigns", {"view": "overlap"}, "Who was reached with different offers"),
        ),
    ):
        app = open_page(viewer, url, **query)
        assert not app.exception, url
        assert sentence in words(app), (url, sentence)
        assert "nan" not in f"{words(app)} {cells(app)}".split()
    app = open_page(somebody("executive"), "goals")
    app.session_state["goal-view"] = "All goals"
    assert "Do the departments’ figures pull the same way?" in words(app.run())
