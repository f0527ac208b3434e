"""What waits at an instant is a stock: it counts everybody who waits then, and none of it can hang on when a period began."""

from __future__ import annotations

import math
from datetime import date, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import false, true

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period, Scope
from metrics.leads import backlog
from metrics.query import query
from metrics.query.query import Query
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.schema import hand_offs, leads
from warehouse.stores.connect import Stores

AS_OF = date(2026, 6, 30)
STOCKS = sorted(n for n, m in CATALOGUE.items() if isinstance(m, Measure) and m.is_stock and not m.opening)


def test_the_states_at_a_moment_are_stocks() -> None:
    assert STOCKS == ["open_alerts", "still_uncontacted"]
    opening = [n for n, m in CATALOGUE.items() if isinstance(m, Measure) and m.opening]
    assert opening == ["customers_at_start"]


@pytest.mark.parametrize("name", STOCKS)
@given(days=some.integers(0, 3000), end=some.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_stock_does_not_know_when_its_period_began(name: str, days: int, end: date) -> None:
    measure = CATALOGUE[name]
    assert isinstance(measure, Measure)
    start = date.fromordinal(end.toordinal() - days)
    texts = [
        str(measure.within(p).compile(compile_kwargs={"literal_binds": True}))
        for p in (Period(start, end), Period(end, end))
    ]
    assert texts[0] == texts[1]


def test_a_measure_is_one_kind_only() -> None:
    made = partial(Measure, label="x", description="x.", owner="x", fact=leads)
    with pytest.raises(ValueError, match="one of"):
        made()
    with pytest.raises(ValueError, match="one of"):
        made(time_column=leads.c.won_at, state=lambda _instant: true())
    assert not made(filter=lambda _p: false()).is_stock


def test_the_backlog_counts_who_waits_however_long_ago_he_was_due(twelve: Stores) -> None:
    # L09 was due on 17 June. On 31 May only L07 had waited since 7 May, until it was given up on 1 June.
    # Who will wait on 31 December nobody knows yet.
    ends = [date(2026, 5, 6), date(2026, 5, 31), date(2026, 6, 16), AS_OF, date(2026, 12, 31)]
    periods = [Period(end, end) for end in ends]
    question = Query.of(["still_uncontacted"], Scope(periods[0]), periods=periods)
    uncontacted = query.ask(question, Reader(twelve, SYSTEM))["still_uncontacted"]
    assert uncontacted.tolist() == pytest.approx([0, 1, 0, 1, math.nan], nan_ok=True)


def test_the_overdue_by_age_come_to_the_overdue(twelve: Stores) -> None:
    reader, scope = Reader(twelve, SYSTEM), Scope(Period(date(2026, 4, 1), AS_OF))
    spread = backlog.overdue_by_age(reader, AS_OF, scope)
    assert backlog.by_age(spread) == [0, 1, 0, 0]  # L09, for 13 days
    each = {"overdue": backlog.overdue_aged(backlog.AGES[1]), "older": backlog.overdue_aged(backlog.AGES[2])}
    statement = query.statement(hand_offs, each, Query((), (scope.period,)))
    assert reader.frame(statement).iloc[0].tolist() == [1, 0]


def test_never_taken_up_has_neither_rep_nor_contact_nor_decision(twelve: Stores) -> None:
    # Only L11: all others have a rep, and L12 without one was contacted and lost.
    reader, scope = Reader(twelve, SYSTEM), Scope(Period(date(2026, 4, 1), AS_OF))
    by_campaign = backlog.never_taken_up_by_campaign(reader, AS_OF, scope)
    assert by_campaign[["campaign", "waiting__0", "handed_over__0"]].to_numpy().tolist() == [["K2", 1, 0]]
    assert backlog.by_age(backlog.never_taken_up_by_age(reader, AS_OF, scope)) == [0, 1, 0, 0]


def test_who_sees_totals_reads_no_age_about_one_lead(twelve: Stores) -> None:
    reader = Reader(twelve, Viewer("m", "M", "marketing"))
    scope = Scope(Period(date(2026, 4, 1), AS_OF))
    assert backlog.never_taken_up_by_campaign(reader, AS_OF, scope)["waiting__0"].isna().all()
    assert sum(backlog.by_age(backlog.never_taken_up_by_age(reader, AS_OF, scope))) == 0


def test_without_the_date_of_contact_nobody_is_called_never_taken_up() -> None:
    assert backlog.missing({"leads", "leads.created_at"}) == ["leads.contacted_at"]
    assert backlog.missing({"leads.created_at", "leads.contacted_at"}) == []


def test_the_end_of_a_day_is_the_last_instant(twelve: Stores) -> None:
    measure = CATALOGUE["still_uncontacted"]
    assert isinstance(measure, Measure)
    assert measure.state is not None
    sql = str(measure.within(Period(AS_OF, AS_OF)).compile(compile_kwargs={"literal_binds": True}))
    assert str(datetime(2026, 7, 1)) in sql
