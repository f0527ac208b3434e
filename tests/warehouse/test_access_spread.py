"""People counted by days: whoever sees only totals gets them with small groups put together, and nothing else."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, literal, select

from metrics.catalogue.stage_moves import to
from metrics.definitions.scope import Period, Scope
from metrics.leads.stage_durations import STAGES, left_after, stays, waiting_for
from tests.warehouse.onlookers import EVERYBODY
from warehouse.access.reader import SYSTEM, Reader
from warehouse.disclosure.global_recoding import recoded
from warehouse.errors import AccessRefused
from warehouse.schema import customers, leads
from warehouse.sql.dialects import days_between
from warehouse.stores.connect import Stores

AS_OF = date(2026, 6, 30)
QUARTER = Scope(Period(date(2026, 4, 1), AS_OF))
TOTALS = ("marketing", "executive")


@pytest.mark.parametrize("role", TOTALS)
@pytest.mark.parametrize("question", [left_after, waiting_for])
def test_nobody_is_lost_and_no_group_is_small(question, role: str, night: Stores) -> None:
    whole, seen = (
        Reader(night, viewer)
        .spread(question(QUARTER, AS_OF), "days", ("stage",))
        .groupby("stage")["people"]
        .agg(["sum", "min"])
        for viewer in (SYSTEM, EVERYBODY[role])
    )
    assert len(whole) >= 4
    assert seen["sum"].to_dict() == whole.loc[whole["sum"] >= 10, "sum"].to_dict()
    assert seen["min"].min() >= 10


def test_left_and_waiting_are_everybody_who_entered(night: Stores) -> None:
    reader = Reader(night, SYSTEM)
    for stage in STAGES:
        entered = select(func.count()).where(
            to(stage.move), stage.entered >= QUARTER.period.start, stage.entered < date(2026, 7, 1)
        )
        both = sum(part["people"].sum() for part in stays(reader, QUARTER, AS_OF)[stage.label])
        assert both > 0
        assert reader.rows(entered) == [(both,)]


@pytest.mark.parametrize("role", TOTALS)
def test_what_could_show_a_person_is_still_refused(role: str, night: Stores) -> None:
    reader = Reader(night, EVERYBODY[role])
    people = func.count(leads.c.lead_id.distinct())
    counted = (people.label("people"), people.label("people__people"))
    for group in (leads.c.created_at, leads.c.lead_id, leads.c.email):
        with pytest.raises(AccessRefused):
            reader.spread(select(group.label("days"), *counted).group_by(group), "days")
    of_person = days_between(customers.c.joined_on, customers.c.birth_year)
    everybody = func.count(customers.c.customer_id.distinct())
    with pytest.raises(AccessRefused):
        reader.frame(
            select(of_person.label("d"), everybody.label("n"), everybody.label("n__people")).group_by(
                of_person
            )
        )
    by_channel = select(leads.c.channel, *counted).group_by(leads.c.channel)
    with pytest.raises(AccessRefused, match="along one number"):
        reader.spread(by_channel, "days")


@given(st.dictionaries(st.integers(0, 400), st.integers(1, 30), max_size=30))
def test_put_together_keeps_everybody_in_order(counts: dict[int, int]) -> None:
    frame = pd.DataFrame({"days": list(counts), "people": list(counts.values())}, dtype="int64")
    seen = recoded(frame, "days", 10)
    assert seen["days"].is_monotonic_increasing
    if sum(counts.values()) < 10:
        assert seen.empty
    else:
        assert seen["people"].sum() == sum(counts.values())
        assert seen["people"].min() >= 10
        assert seen["days"].max() <= max(counts)


@pytest.mark.parametrize("role", TOTALS)
@pytest.mark.parametrize("blown_up", ["a constant", "a sum", "a multiple"])
def test_a_number_that_is_called_people_makes_no_small_group_large(
    role: str, blown_up: str, night: Stores
) -> None:
    everybody = func.count(customers.c.customer_id.distinct())
    called = {"a constant": literal(50), "a sum": func.sum(literal(100)), "a multiple": everybody * 10}
    days = customers.c.joined_on
    counted = (called[blown_up].label("people"), everybody.label("people__people"))
    seen = Reader(night, EVERYBODY[role]).spread(select(days.label("day"), *counted).group_by(days), "day")
    real = Reader(night, SYSTEM).frame(select(days.label("day"), everybody.label("n")).group_by(days))
    assert seen["people"].min() >= 10
    assert seen["people"].sum() == real["n"].sum()
