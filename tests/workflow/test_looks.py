"""Looks are planned beforehand, stay as planned, and a day that was not planned is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import audit_log, experiment_looks
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.experiments.planned_analyses import AFTER_DAYS, RULE_AFTER_DAYS, look_on, plan_first, plan_of

DAY = date(2026, 6, 30)


def test_an_experiment_that_begins_is_given_its_looks_before_any_outcome(app_db: Stores) -> None:
    plan_first(app_db, {"Pilot": DAY, "rule:r": DAY}, DAY, "nightly")
    pilot, rule = (plan_of(Reader(app_db, SYSTEM), name) for name in ("Pilot", "rule:r"))
    assert [look.on for look in pilot] == [DAY + timedelta(days=d) for d in AFTER_DAYS]
    assert [look.on for look in rule] == [DAY + timedelta(days=d) for d in RULE_AFTER_DAYS]
    assert not any(look.after_the_fact for look in (*pilot, *rule))
    assert [round(look.bound, 2) for look in pilot] == [4.05, 2.86, 2.34, 2.02]


def test_an_experiment_that_ended_before_it_was_known_has_one_look_and_says_when_it_was_planned(
    app_db: Stores,
) -> None:
    plan_first(app_db, {"Pilot": DAY - timedelta(days=365)}, DAY, "nightly")
    (look,) = plan_of(Reader(app_db, SYSTEM), "Pilot")
    assert (look.on, look.after_the_fact, look.of) == (DAY, True, 1)


def test_a_plan_stays_whatever_happens_later(app_db: Stores) -> None:
    plan_first(app_db, {"Pilot": DAY}, DAY, "nightly")
    before = plan_of(Reader(app_db, SYSTEM), "Pilot")
    plan_first(app_db, {"Pilot": DAY - timedelta(days=30)}, DAY + timedelta(days=400), "nightly")
    assert plan_of(Reader(app_db, SYSTEM), "Pilot") == before
    with app_db.app_db.connect() as connection:
        lines = connection.execute(select(audit_log.c.action, audit_log.c.subject)).all()
        assert len(connection.execute(select(experiment_looks)).all()) == len(AFTER_DAYS)
    assert lines == [("experiment.plan", "Pilot")]


def test_a_look_on_another_day_is_refused_with_the_next_planned_day(app_db: Stores) -> None:
    plan_first(app_db, {"Pilot": DAY}, DAY, "nightly")
    plan = plan_of(Reader(app_db, SYSTEM), "Pilot")
    assert look_on(plan, "Pilot", plan[0].on) == plan[0]
    with pytest.raises(ChangeRefused, match=r"not planned.*next planned analysis is on 28 Sep 2026"):
        look_on(plan, "Pilot", DAY + timedelta(days=45))
    with pytest.raises(ChangeRefused, match="No further analysis"):
        look_on(plan, "Pilot", DAY + timedelta(days=4000))
    assert plan_of(Reader(app_db, SYSTEM), "another") == ()
