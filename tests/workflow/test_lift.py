"""Results of lift experiments: who may enter them, what is refused, and that a correction leaves the first one in place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from warehouse.access import Reader, Viewer
from warehouse.connect import Stores
from warehouse.desk import audit_log, lift_experiments
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.roles import ROLES
from workflow.lift import WRITERS, Result, channels, enter, standing

MARKETING = Viewer("mia", "Mia Marketing", "marketing")


def _result(stores: Stores) -> Result:
    return Result(
        channel=channels(Reader(stores, MARKETING))[0],
        population="Half of the districts, drawn by lot",
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 5, 31),
        estimate=0.06,
        low=0.01,
        high=0.11,
        source="Experiment 12, marketing share",
    )


def test_a_result_stands_with_who_entered_it_and_when(own_bank: Stores) -> None:
    enter(own_bank, MARKETING, _result(own_bank))
    (row,) = standing(Reader(own_bank, Viewer("sal", "Sal", "sales"))).itertuples()
    assert (row.entered_by, row.entered_at) == ("mia", own_bank.now())
    assert (row.low, row.estimate, row.high) == (0.01, 0.06, 0.11)


def test_a_correction_takes_the_place_of_an_entry_that_stays_in_the_table(own_bank: Stores) -> None:
    first = _result(own_bank)
    enter(own_bank, MARKETING, first)
    number = int(standing(Reader(own_bank, MARKETING))["experiment_id"].iloc[0])
    enter(own_bank, MARKETING, replace(first, estimate=0.05, replaces=number))
    assert standing(Reader(own_bank, MARKETING))["estimate"].tolist() == [0.05]
    with own_bank.desk.connect() as desk:
        assert desk.execute(select(func.count()).select_from(lift_experiments)).scalar() == 2
    with pytest.raises(ChangeRefused, match="corrected already"):
        enter(own_bank, MARKETING, replace(first, replaces=number))


@pytest.mark.parametrize("role", [r for r in ROLES if r not in WRITERS])
def test_others_are_refused_and_the_attempt_is_on_record(role: str, own_bank: Stores) -> None:
    with pytest.raises(AccessRefused, match="Only Marketing and analysts"):
        enter(own_bank, Viewer("x", "X", role, "RM01", "Central"), _result(own_bank))
    with own_bank.desk.connect() as desk:
        assert desk.execute(select(audit_log.c.action)).scalars().all() == ["lift.refused"]
        assert desk.execute(select(func.count()).select_from(lift_experiments)).scalar() == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"channel": "carrier pigeon"}, "No campaign ran"),
        ({"population": " "}, "who took part"),
        ({"source": ""}, "where it can be read"),
        ({"source": "x" * 1_001}, "1,001 characters"),
        ({"ends_on": date(2026, 3, 1)}, "before the first"),
        ({"ends_on": date(2026, 7, 1)}, "not over"),
        ({"low": 0.07}, "inside its interval"),
        ({"high": 0.05}, "inside its interval"),
        ({"high": 1.5}, "100 %"),
        ({"estimate": float("nan")}, "inside its interval"),
        ({"replaces": 99}, "does not exist"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(wrong: dict, why: str, own_bank: Stores) -> None:
    with pytest.raises(ChangeRefused, match=why):
        enter(own_bank, MARKETING, replace(_result(own_bank), **wrong))
    assert standing(Reader(own_bank, MARKETING)).empty
