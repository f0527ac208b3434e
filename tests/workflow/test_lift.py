"""Results of lift experiments: who may enter them, what is refused, and that a correction leaves the first one in place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, insert, select, true

from metrics.catalogue.attributed_wins import of_those_reached
from metrics.definitions.scope import Period
from models.experiments.lift import Counts
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import audit_log, lift_experiments
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.load.loading import next_snapshot
from warehouse.schema import touch_credits
from warehouse.stores.connect import Stores
from workflow.experiments.lift_tests import WRITERS, Result, channels, enter, standing

COUNTS = Counts(treated=5_000, treated_won=300, held_out=5_000, held_out_won=240)
MARKETING = Viewer("mia", "Mia Marketing", "marketing")


def _result(stores: Stores) -> Result:
    return Result(
        channel=channels(Reader(stores, MARKETING))[0],
        population="Half of the districts, drawn by lot",
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 5, 31),
        counts=COUNTS,
        source="Experiment 12, marketing share",
    )


def test_a_result_stands_with_who_entered_it_and_when(own_bank: Stores) -> None:
    enter(own_bank, MARKETING, _result(own_bank))
    (row,) = standing(Reader(own_bank, Viewer("sal", "Sal", "sales"))).to_dict("records")
    assert (row["entered_by"], row["entered_at"]) == ("mia", own_bank.now())
    assert [row[n] for n in ("treated", "treated_won", "held_out", "held_out_won")] == [
        5_000,
        300,
        5_000,
        240,
    ]
    # 6.0% against 4.8%: 1.2 points, a fifth of the wins of the treated.
    assert row["estimate"] == pytest.approx(0.2)
    assert 0 < row["low"] < 0.2 < row["high"] < 0.4


def test_a_correction_takes_the_place_of_an_entry_that_stays_in_the_table(own_bank: Stores) -> None:
    first = _result(own_bank)
    enter(own_bank, MARKETING, first)
    number = int(standing(Reader(own_bank, MARKETING))["experiment_id"].iloc[0])
    enter(own_bank, MARKETING, replace(first, counts=replace(COUNTS, held_out_won=270), replaces=number))
    assert standing(Reader(own_bank, MARKETING))["estimate"].tolist() == pytest.approx([0.1])
    with own_bank.app_db.connect() as app_db:
        assert app_db.execute(select(func.count()).select_from(lift_experiments)).scalar() == 2
    with pytest.raises(ChangeRefused, match="corrected already"):
        enter(own_bank, MARKETING, replace(first, replaces=number))


@pytest.mark.parametrize("role", [r for r in ROLES if r not in WRITERS])
def test_others_are_refused_and_the_attempt_is_on_record(role: str, own_bank: Stores) -> None:
    with pytest.raises(AccessRefused, match="Only Marketing and analysts"):
        enter(own_bank, Viewer("x", "X", role, "RM01", "Central"), _result(own_bank))
    with own_bank.app_db.connect() as app_db:
        assert app_db.execute(select(audit_log.c.action)).scalars().all() == ["lift.refused"]
        assert app_db.execute(select(func.count()).select_from(lift_experiments)).scalar() == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"channel": "carrier pigeon"}, "No campaign ran"),
        ({"population": " "}, "who took part"),
        ({"source": ""}, "where it can be read"),
        ({"source": "x" * 1_001}, "1,001 characters"),
        ({"ends_on": date(2026, 3, 1)}, "before the first"),
        ({"ends_on": date(2026, 7, 1)}, "not over"),
        ({"counts": replace(COUNTS, treated=0, treated_won=0)}, "at least 1"),
        ({"counts": replace(COUNTS, held_out=0, held_out_won=0)}, "at least 1"),
        ({"counts": replace(COUNTS, treated_won=5_001)}, "cannot have won"),
        ({"counts": replace(COUNTS, held_out_won=-1)}, "cannot have won"),
        ({"counts": replace(COUNTS, treated_won=0)}, "no win whose credit"),
        ({"campaign_id": "no such"}, "did not run in this channel"),
        ({"replaces": 99}, "does not exist"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(wrong: dict, why: str, own_bank: Stores) -> None:
    with pytest.raises(ChangeRefused, match=why):
        enter(own_bank, MARKETING, replace(_result(own_bank), **wrong))
    assert standing(Reader(own_bank, MARKETING)).empty


def test_an_entry_of_before_keeps_its_share(own_bank: Stores) -> None:
    with own_bank.app_db.begin() as app_db:
        app_db.execute(
            insert(lift_experiments).values(
                channel="email",
                population="x",
                starts_on=date(2025, 1, 1),
                ends_on=date(2025, 2, 1),
                estimate=0.06,
                low=0.01,
                high=0.11,
                source="x",
                entered_by="mia",
                entered_at=own_bank.now(),
            )
        )
    (row,) = standing(Reader(own_bank, MARKETING)).to_dict("records")
    assert row["estimate"] == 0.06
    assert pd.isna(row["treated"])


@given(
    some.integers(1, 5_000).flatmap(lambda n: some.tuples(some.just(n), some.integers(1, n))),
    some.integers(1, 5_000).flatmap(lambda n: some.tuples(some.just(n), some.integers(0, n))),
)
def test_the_share_of_the_wins_is_the_difference_and_never_more_than_all(
    treated: tuple[int, int], held_out: tuple[int, int]
) -> None:
    counts = Counts(
        treated=treated[0], treated_won=treated[1], held_out=held_out[0], held_out_won=held_out[1]
    )
    share, points = counts.share_of_wins(), counts.points()
    assert share.low <= share.value <= share.high
    assert share.value <= 1
    assert (share.low > 0, share.high < 0) == (points.low > 0, points.high < 0)


def test_the_credit_is_that_of_the_wins_it_took_part_in(own_bank: Stores) -> None:
    """Of one win with two contacts half is credited to each: half of the wins of those reached, however many others win."""
    rows = [("1", "L1", "email", 0.5), ("2", "L1", "branch", 0.5), ("3", "L2", "branch", 1.0)]
    with next_snapshot(own_bank) as draft:
        credited = pd.DataFrame(rows, columns=["touch_id", "lead_id", "channel", "credit"])
        draft.write(
            touch_credits, credited.assign(model="linear", won_at=datetime(2026, 4, 5)), replacing=true()
        )
    statement = of_those_reached(Period(date(2026, 4, 1), date(2026, 4, 30)), "email")
    reached = Reader(own_bank, SYSTEM, own_bank.snapshot()).frame(statement)
    assert reached[["model", "credited", "reached"]].to_numpy().tolist() == [["linear", 0.5, 1]]


def test_of_a_lead_won_twice_both_wins_are_reached(own_bank: Stores) -> None:
    rows = [("1", 2, "email", 1.0), ("2", 5, "email", 0.5), ("3", 5, "branch", 0.5)]
    with next_snapshot(own_bank) as draft:
        credited = pd.DataFrame(rows, columns=["touch_id", "move", "channel", "credit"])
        draft.write(
            touch_credits,
            credited.assign(model="linear", lead_id="L1", won_at=datetime(2026, 4, 5)),
            replacing=true(),
        )
    statement = of_those_reached(Period(date(2026, 4, 1), date(2026, 4, 30)), "email")
    reached = Reader(own_bank, SYSTEM, own_bank.snapshot()).frame(statement)
    assert reached[["credited", "reached"]].to_numpy().tolist() == [[1.5, 2]]
