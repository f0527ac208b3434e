"""Who sees totals only counts whole months: no two of her periods differ by the few people of some days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import case, func, select

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Measure, measures_of
from metrics.definitions.scope import PERIODS, Period, Scope, month, period_named, whole_months
from metrics.query.query import Query, ask
from metrics.query.time_coverage import counted, is_by_month
from tests.warehouse.onlookers import EVERYBODY
from warehouse import schema
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.disclosure.people_behind import PEOPLE
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
TOTALS_ONLY = ("marketing", "executive")


def _is_whole(period: Period) -> bool:
    ends = month(period.end.year, period.end.month).end
    return period.start.day == 1 and period.end == ends and period.start <= period.end


@given(as_of=DAYS, name=st.sampled_from([*PERIODS, "no such period"]))
def test_every_period_on_offer_is_made_of_months_that_are_over(as_of: date, name: str) -> None:
    period = period_named(name, as_of, by_month=True)
    assert _is_whole(period)
    assert period.end <= as_of


@given(start=DAYS, days=st.integers(0, 800))
def test_a_period_becomes_the_months_that_lie_in_it_by_half_or_more(start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days))
    months = whole_months(period)
    assert months is None or _is_whole(months)
    assert months is None or abs((months.start - period.start).days) <= 15
    assert months is not None or days < 31


@pytest.mark.parametrize("role", TOTALS_ONLY)
@pytest.mark.parametrize(
    "name", ["leads", "won", "revenue", "customers_left", "complaints", "still_uncontacted"]
)
def test_whatever_days_are_asked_the_figure_is_that_of_whole_months(
    name: str, role: str, night: Stores
) -> None:
    reader, metric = Reader(night, EVERYBODY[role]), CATALOGUE[name]
    covered = data_coverage.of(reader)
    assert covered is not None
    periods = [
        Period(date(2026, 4, 2), date(2026, 6, 30)),
        Period(date(2026, 4, 1), date(2026, 6, 30)),
        Period(date(2026, 3, 31), date(2026, 6, 29)),
        Period(date(2026, 6, 30), date(2026, 6, 30)),
    ]
    answer = ask(Query.of([name], Scope(periods[0]), periods=periods), reader)[name].tolist()
    assert is_by_month(metric, covered)
    assert answer[0] == answer[1] == answer[2] > 0
    one_day = counted(metric, periods[3], covered)
    if isinstance(metric, Measure) and metric.is_stock:
        assert one_day == month(2026, 6)
    else:
        assert one_day is None
        assert answer[3] != answer[3]


def test_what_a_campaign_cost_is_about_nobody_and_stays_daily(night: Stores) -> None:
    reader, metric = Reader(night, EVERYBODY["marketing"]), CATALOGUE["marketing_cost"]
    assert not is_by_month(metric, data_coverage.of(reader))
    days = [Period(date(2026, 6, 29), date(2026, 6, 29)), Period(date(2026, 6, 1), date(2026, 6, 29))]
    answer = ask(Query.of(["marketing_cost"], Scope(days[0]), periods=days), reader)["marketing_cost"]
    assert 0 < answer[0] < answer[1]


@pytest.mark.parametrize("role", [*TOTALS_ONLY, "sales"])
@pytest.mark.parametrize("day", [date(2026, 6, 29), datetime(2026, 6, 1, 9), datetime(2026, 6, 15)])
def test_a_question_that_begins_or_ends_within_a_month_is_refused_at_the_door(
    role: str, day: date, night: Stores
) -> None:
    r = schema.revenues
    when = r.c.month_on > day
    total = func.sum(case((when, r.c.revenue))).label("x")
    people = func.count(case((when, r.c.customer_id)).distinct()).label(f"x{PEOPLE}")
    with pytest.raises(AccessRefused, match="whole months"):
        Reader(night, EVERYBODY[role]).frame(select(total, people))


def test_every_figure_about_people_is_read_by_month(night: Stores) -> None:
    reader = Reader(night, EVERYBODY["executive"])
    covered = data_coverage.of(reader)
    for name, metric in CATALOGUE.items():
        about_people = any({"customer_id", "lead_id"} & set(m.fact.c.keys()) for m in measures_of(metric))
        assert is_by_month(metric, covered) == about_people, name
