"""Twelve leads, every figure of funnel and handoff worked by hand; the times of the Hong Kong office at Easter."""

from __future__ import annotations

import math
from datetime import date

import pytest
from sqlalchemy import select

from metrics.catalogue.funnel import STAGES
from metrics.definitions.scope import Period, Scope
from metrics.leads.stage_durations import stays
from metrics.query import query
from metrics.query.query import Query
from models.attribution.survival import Stay, stay
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import hand_offs
from warehouse.stores.connect import Stores

AS_OF = date(2026, 6, 30)
QUARTER = Scope(Period(date(2026, 4, 1), AS_OF))


def figures(stores: Stores, *names: str, scope: Scope = QUARTER) -> list[float]:
    answer = query.ask(Query.of(names, scope, periods=[scope.period]), Reader(stores, SYSTEM))
    return [float(answer[name].iloc[0]) for name in names]


def test_the_stages_by_the_day_they_happened(twelve: Stores) -> None:
    # L12 came on 31 March; its MQL, at midnight, belongs to 1 April.
    events = [s.event for s in STAGES[1:]]
    assert figures(twelve, *events) == [11, 11, 5, 4, 3, 2]


def test_the_stages_of_those_who_came_in_the_quarter(twelve: Stores) -> None:
    assert figures(twelve, *[s.cohort for s in STAGES[1:]]) == [11, 10, 5, 4, 3, 2]


def test_the_stages_of_april_as_april_ended(twelve: Stores) -> None:
    april = Scope(Period(date(2026, 4, 1), date(2026, 4, 30)))
    assert figures(twelve, *[s.by_the_end for s in STAGES[1:]], scope=april) == [5, 5, 4, 3, 2, 1]


def test_of_days_before_the_first_lead_and_after_the_last_day_loaded_nothing_is_known(twelve: Stores) -> None:
    # No data is not nobody: a leap day long before the data, and a month that lies ahead.
    for start, end in ((date(2024, 2, 29), date(2024, 2, 29)), (date(2026, 8, 1), date(2026, 8, 31))):
        values = figures(twelve, "leads", "mql", "first_contacts_due", scope=Scope(Period(start, end)))
        assert all(math.isnan(value) for value in values)


def test_an_empty_day_among_the_days_loaded_counts_nobody(twelve: Stores) -> None:
    for day in (date(2026, 4, 5), date(2026, 6, 29)):
        scope = Scope(Period(day, day))
        assert figures(twelve, "leads", "mql", "accepted", "won", scope=scope) == [0, 0, 0, 0]


def test_acceptance_and_rejection(twelve: Stores) -> None:
    accepted_of_decided = figures(twelve, "accepted", "decided", "acceptance_rate")
    assert accepted_of_decided == pytest.approx([5, 7, 5 / 7])
    rows = query.ask(Query.of(["rejected"], QUARTER, ["reason"], [QUARTER.period]), Reader(twelve, SYSTEM))
    assert dict(zip(rows["reason"].dropna(), rows["rejected"], strict=False)) == {
        "Cannot be reached": 1,
        "Not eligible": 1,
    }


def test_the_promise_of_every_lead_by_hand(twelve: Stores) -> None:
    h = hand_offs.c
    rows = Reader(twelve, SYSTEM).frame(select(h.lead_id, h.due_at, h.working_hours).order_by(h.lead_id))
    due = {r.lead_id: f"{r.due_at:%d %b %H:%M}" for r in rows.itertuples()}
    # 3 to 7 April 2026 are Good Friday, a weekend, Easter Monday and the day after; the office opens again on the 8th.
    assert due.pop("L12") == "08 Apr 15:00"
    assert due == {
        "L01": "08 Apr 17:00",
        "L02": "09 Apr 16:00",
        "L03": "09 Apr 16:00",
        "L04": "09 Apr 16:00",
        "L05": "10 Apr 15:00",
        "L06": "07 May 18:00",
        "L07": "07 May 18:00",
        "L08": "08 May 18:00",
        "L09": "17 Jun 18:00",
        "L10": "06 Jul 14:00",
    }
    hours = rows.set_index("lead_id")["working_hours"]
    assert hours[["L01", "L02", "L03"]].tolist() == pytest.approx([10, 18, 24])
    assert hours["L04"] == pytest.approx(24 + 1 / 60)
    assert hours["L05"] == pytest.approx(12)
    assert hours[["L07", "L09", "L10"]].isna().all()


def test_the_sla_met(twelve: Stores) -> None:
    # Due by 30 June: all but L10. Kept: L01, L02, L03, L05, L06, L08 and L12. L04 came one minute late, L07 and L09 never;
    # L07 was given up, so only L09 still waits.
    due, kept, share, still = figures(
        twelve, "first_contacts_due", "contacted_in_time", "sla_met", "still_uncontacted"
    )
    assert (due, kept, still) == (10, 7, 1)
    assert share == pytest.approx(0.7)


def test_days_in_stage_with_those_who_still_wait(twelve: Stores) -> None:
    reader = Reader(twelve, SYSTEM)
    stayed: dict[str, Stay] = {}
    for label, both in stays(reader, QUARTER, AS_OF).items():
        of_stage = stay(*both)
        assert of_stage is not None
        stayed[label] = of_stage
    mql = stayed["MQL"]
    # Entered: all but L11. Left: L12 after 1 day, L06, L08 after 2, L01, L02, L03 after 7, 7, 8, L04 8, L05 6, L07 27;
    # L09 waits for 15 days, L10 for none. At risk 11; one censored at 0; 1: 9/10, 2: 7/10, 6: 6/10, 7: 4/10.
    assert (mql.people, mql.still_there, mql.median, mql.ninth) == (11, 2, 7, 27)
    assert (stayed["Leads"].people, stayed["Leads"].still_there) == (11, 1)
    assert (stayed["Opportunity"].people, stayed["Opportunity"].still_there) == (3, 0)
    assert stayed["Opportunity"].median == 7
    # SQL: L01 3, L02 5, L08 1; L03 waits since 14 April: 3/4, 2/4.
    assert (stayed["SQL"].median, stayed["SQL"].ninth) == (3, None)


def test_who_waits_as_of_an_earlier_day_had_not_left_by_then(twelve: Stores) -> None:
    reader, april = Reader(twelve, SYSTEM), Scope(Period(date(2026, 4, 1), date(2026, 4, 30)))
    left, waits = stays(reader, april, date(2026, 4, 30))["Opportunity"]
    assert left.to_numpy().tolist() == [[7, 1]]
    assert waits.to_numpy().tolist() == [[10, 1]]


def test_the_days_of_hong_kong_do_not_move_with_the_clocks_of_other_places(twelve: Stores) -> None:
    # Europe put its clocks forward on 29 March and North America on 8 March 2026: no day here is longer or shorter.
    # The first lead came one minute before the end of 31 March; of the days before nothing is known.
    for day in (date(2026, 3, 8), date(2026, 3, 29), date(2026, 3, 30)):
        assert math.isnan(figures(twelve, "leads", scope=Scope(Period(day, day)))[0])
    assert figures(twelve, "leads", scope=Scope(Period(date(2026, 3, 31), date(2026, 3, 31)))) == [1]
    assert figures(twelve, "mql", scope=Scope(Period(date(2026, 3, 31), date(2026, 3, 31)))) == [0]
