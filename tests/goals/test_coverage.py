"""A goal is judged over what is delivered: months booked, on both sides, and a year that the data reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from metrics.catalogue import CATALOGUE
from metrics.comparison.goal_status import State, state_in_words
from metrics.comparison.plan_pace import due, forecast
from metrics.definitions.scope import Period, month, parts_by_month
from tests.morning import stores_in
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import load
from warehouse.stores.connect import Stores
from workflow.goals.goal_coverage import complete_months, covered
from workflow.goals.goal_forecast import heading
from workflow.goals.goal_progress import Progress, progress
from workflow.goals.goal_records import Goal, GoalDraft

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
MANY = 12


def _bank(folder: Path, as_of: date, months: int, amount: float = 5_000.0) -> Stores:
    """Twelve customers with the same revenue each month from January 2025 on, so many months of it."""
    extracts = folder / "extracts"
    extracts.mkdir()
    (extracts / "customers.csv").write_text(
        "customer_id,full_name,joined_on\n" + "".join(f"C{n},N{n},2024-01-05\n" for n in range(MANY))
    )
    (extracts / "leads.csv").write_text(f"lead_id,channel,created_at\nL1,email,{as_of} 10:00\n")
    rows = [
        f"C{n},savings,{month(2025, 1 + m).end},{amount:.2f},0\n" for m in range(months) for n in range(MANY)
    ]
    (extracts / "revenues.csv").write_text(
        "customer_id,product,month_on,revenue,cost_to_serve\n" + "".join(rows)
    )
    stores = stores_in(folder / "data")
    load(stores, extracts, as_of=as_of)
    return stores


@pytest.fixture
def open_bank(tmp_path: Path) -> Iterator:
    opened: list[Stores] = []

    def made(as_of: date, months: int, amount: float = 5_000.0) -> Stores:
        opened.append(_bank(tmp_path, as_of, months, amount))
        return opened[-1]

    yield made
    for stores in opened:
        stores.app_db.dispose()


def _goal(target: float = 720_000.0, span: Period = YEAR, metric: str = "revenue") -> Goal:
    return Goal(
        metric=metric,
        target=target,
        span=span,
        owner="Finance",
        path=tuple(target / 12 for _ in range(12)) if span == YEAR else (),
        goal_id=1,
        revision=1,
        set_by="x",
        set_at=datetime(2026, 1, 5),
    )


def _stands(stores: Stores, as_of: date, goal: Goal) -> Progress:
    return progress([goal], Reader(stores, SYSTEM, stores.snapshot()), as_of)[0]


@pytest.mark.parametrize("day", [1, 7, 15, 29])
def test_a_goal_in_mid_month_counts_the_months_that_can_be_booked(open_bank, day: int) -> None:
    """60,000 a month to May, 60,000 a month planned: on plan on any day of June (the case goal-mid-month)."""
    as_of = date(2026, 6, day)
    progress = _stands(open_bank(as_of, 17), as_of, _goal())
    assert (progress.actual, progress.expected) == (300_000.0, 300_000.0)
    assert progress.state() is State.ON_PLAN
    assert (progress.elapsed, progress.covers.missing) == (Period(YEAR.start, date(2026, 5, 31)), None)
    assert progress.year_on_year() == "HKD 300,000 a year before, 0.0%"


def test_a_month_that_is_over_and_not_delivered_is_in_neither_figure_and_is_named(open_bank) -> None:
    as_of = date(2026, 6, 30)
    stores = open_bank(as_of, 17)
    progress = _stands(stores, as_of, _goal())
    assert (progress.actual, progress.expected, progress.state()) == (300_000.0, 300_000.0, State.ON_PLAN)
    assert progress.covers.missing == Period(date(2026, 6, 1), as_of)
    quarter = _goal(180_000.0, Period(date(2026, 4, 1), as_of))
    assert not _stands(stores, as_of, quarter).is_over, "June is not delivered, so nobody has missed anything"


def test_a_span_whose_first_month_is_not_booked_is_too_early_and_one_of_a_whole_year_is_over(
    open_bank,
) -> None:
    as_of = date(2026, 12, 31)
    stores = open_bank(as_of, 24)
    coming = _goal(60_000.0, Period(date(2026, 12, 20), date(2027, 1, 30)))
    assert _stands(stores, date(2026, 12, 30), coming).state() is State.TOO_EARLY
    assert _stands(stores, as_of, _goal()).state() is State.MET


def test_a_forecast_of_a_monthly_figure_adds_whole_months_and_an_amount_may_fall_below_zero(
    open_bank,
) -> None:
    as_of = date(2026, 6, 15)
    reader = Reader(stores := open_bank(as_of, 17, -5_000.0), SYSTEM, stores.snapshot())
    made = heading(
        GoalDraft(metric="revenue", target=1.0, span=YEAR, owner="Finance"), reader, as_of
    ).forecast
    assert made is not None
    assert made.low <= made.middle <= made.high < 0
    assert made.middle == pytest.approx(-720_000.0, rel=0.02)


def test_a_forecast_reaches_no_farther_ahead_than_it_looks_back_and_says_how_far(open_bank) -> None:
    as_of = date(2025, 7, 31)
    reader = Reader(stores := open_bank(as_of, 7), SYSTEM, stores.snapshot())
    span = Period(date(2025, 1, 1), date(2026, 12, 31))
    outlook = heading(GoalDraft(metric="revenue", target=1.0, span=span, owner="Finance"), reader, as_of)
    assert outlook.forecast is None
    assert outlook.why.endswith(
        "7 full months in a row allow a forecast of as many months ahead, which is until 28 Feb 2026."
    )
    short = heading(GoalDraft(metric="win_rate", target=0.5, span=span, owner="Sales"), reader, as_of)
    assert short.forecast is None
    assert "is not forecast" in short.why


def test_only_a_count_stops_at_zero() -> None:
    falling = [100.0 - 9 * n for n in range(12)]
    amount, count = forecast(falling, [1.0] * 6), forecast(falling, [1.0] * 6, counts=True)
    assert amount is not None
    assert count is not None
    assert amount.low < 0 <= count.low


def test_a_forecast_begins_when_what_is_won_is_complete(loaded: Stores) -> None:
    reader = Reader(loaded, SYSTEM, loaded.snapshot())
    months = tuple(month(2024, n) for n in range(1, 31))
    won, leads = complete_months("won", months, reader), complete_months("leads", months, reader)
    assert leads[0].start == date(2024, 7, 1)
    assert leads[0].start < won[0].start < date(2025, 1, 1)
    assert won == months[months.index(won[0]) :]


def test_a_figure_of_days_is_covered_to_the_last_day_loaded(loaded: Stores) -> None:
    reader = Reader(loaded, SYSTEM, loaded.snapshot())
    coverage = covered("won", YEAR, date(2026, 6, 15), reader)
    assert (coverage.elapsed, coverage.is_over) == (Period(YEAR.start, date(2026, 6, 15)), False)


def test_what_is_due_of_a_monthly_plan_is_whole_months() -> None:
    parts = parts_by_month(YEAR)
    plan = [10.0] * 12
    assert due(parts, plan, Period(YEAR.start, date(2026, 6, 29)), monthly=True) == 50
    assert due(parts, plan, Period(YEAR.start, date(2026, 6, 30)), monthly=True) == 60


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_what_should_stay_below_its_target_is_never_behind_and_has_no_share_met(name: str) -> None:
    metric = CATALOGUE[name]
    states = {state_in_words(metric, state) for state in State}
    limit = metric.better != "up"
    assert any("behind" in s for s in states) != limit
    assert any(s.startswith(("over plan", "above the limit")) for s in states) == limit
