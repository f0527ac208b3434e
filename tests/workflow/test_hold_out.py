"""The hold-out: the planned share of every stratum, drawn once, the same on every run, and shown to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.evaluation.prediction_metrics import PredictionMetric
from tests.workflow.alert_queue import AMY, LEAD, flagged_rows, holding_out
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.alerts import alert_queue
from workflow.alerts.raising import tonight
from workflow.experiments import arms
from workflow.experiments.experiment_results import ExperimentResult, why_remove
from workflow.experiments.hold_out import BLOCK, Draw, place_is_held_out, stratum
from workflow.experiments.planned_analyses import Look
from workflow.rules.rule_drafts import rules

RULE = rules(Settings())[0]
DAY = date(2026, 6, 30)
SHARE = 0.10


def _night(app_db: Stores, frame: pd.DataFrame, day: date = DAY) -> None:
    tonight(holding_out(app_db, SHARE), RULE, frame, day, frozenset(frame["customer_id"]))


def _all(app_db: Stores) -> pd.DataFrame:
    with app_db.app_db.connect() as connection:
        return pd.DataFrame(connection.execute(select(alerts)).mappings().all())


def _two_hundred() -> pd.DataFrame:
    """Customers of six strata, in no order."""
    parts = [
        flagged_rows(*(f"{segment[0]}{p}{i}" for i in range(n)), segment=segment, probability=p)
        for segment, p, n in (
            ("mass", 0.05, 80),
            ("mass", 0.12, 40),
            ("affluent", 0.12, 30),
            ("affluent", 0.40, 23),
            ("private", 0.40, 20),
            ("private", None, 7),
        )
    ]
    return pd.concat(parts).sample(frac=1, random_state=1)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=8), st.text(max_size=8), st.floats(0, 1), st.integers(1, 30))
def test_after_every_whole_block_the_share_is_exact(rule: str, where: str, share: float, blocks: int) -> None:
    drawn = [place_is_held_out(rule, where, place, share) for place in range(blocks * BLOCK)]
    assert abs(sum(drawn) - share * len(drawn)) < 1 + 1e-9


def test_each_stratum_has_its_share(app_db: Stores) -> None:
    _night(app_db, _two_hundred())
    raised = _all(app_db)
    assert len(raised) == 200
    by_stratum = raised.groupby("stratum")["arm"].agg(lambda arm: (arm == "held_out").sum())
    size = raised.groupby("stratum").size()
    assert ((by_stratum - SHARE * size).abs() <= 1).all()
    assert set(size.index) == {
        "mass | low risk | East",
        "mass | medium risk | East",
        "affluent | medium risk | East",
        "affluent | high risk | East",
        "private | high risk | East",
        "private | not scored | East",
    }


def test_many_small_nights_hold_out_the_same_share_as_one_large(app_db: Stores) -> None:
    everybody = _two_hundred()
    for night in range(20):
        sofar = everybody.iloc[: (night + 1) * 10]
        _night(app_db, sofar, DAY + timedelta(days=night))
    raised = _all(app_db)
    held_out = (raised["arm"] == "held_out").groupby(raised["stratum"]).sum()
    assert ((held_out - SHARE * raised.groupby("stratum").size()).abs() <= 1).all()


def test_the_same_night_on_another_application_database_draws_the_same(app_db: Stores) -> None:
    first, second = Draw(RULE.code, SHARE, []), Draw(RULE.code, SHARE, [])
    rows = _two_hundred().to_dict("records")
    arms = [[d.arm(str(r["customer_id"]), stratum(r)) for r in rows] for d in (first, second)]
    assert arms[0] == arms[1]
    other = Draw("another rule", SHARE, [])
    assert arms[0] != [other.arm(str(r["customer_id"]), stratum(r)) for r in rows]


def test_the_place_in_the_block_is_left_to_chance() -> None:
    places = [
        place for s in range(4000) for place in range(BLOCK) if place_is_held_out("r", f"s{s}", place, SHARE)
    ]
    counts = pd.Series(places).value_counts()
    assert len(places) == 4000
    assert counts.between(400 - 80, 400 + 80).all()  # four standard errors


@pytest.mark.parametrize("later", [0.05, 0.5, 1.0])
def test_an_arm_once_drawn_stays_whatever_becomes_of_share_and_stratum(app_db: Stores, later: float) -> None:
    _night(app_db, _two_hundred())
    before = _all(app_db).set_index("customer_id")["arm"]
    with app_db.app_db.begin() as connection:
        connection.execute(update(alerts).values(status="closed", outcome="condition_ended"))
    moved = _two_hundred().assign(team="West", probability=0.9)
    tonight(holding_out(app_db, later), RULE, moved, DAY + timedelta(days=60), frozenset(before.index))
    after = _all(app_db)
    again = after[after["raised_on"] > DAY].set_index("customer_id")["arm"]
    assert len(again) == 200
    assert (again == before.reindex(again.index)).all()


def test_arms_drawn_before_there_were_strata_are_kept_and_take_no_place(app_db: Stores) -> None:
    old = {"customer_id": "C1", "raised_on": DAY, "arm": "held_out", "stratum": None}
    places = [p for p in range(BLOCK) if place_is_held_out(RULE.code, "s", p, SHARE)]
    draw = Draw(RULE.code, SHARE, [old])
    assert draw.arm("C1", "s") == "held_out"
    new = [draw.arm(f"N{i}", "s") for i in range(BLOCK)]
    assert [i for i, arm in enumerate(new) if arm == "held_out"] == places


def test_of_the_held_out_nothing_is_shown(app_db: Stores) -> None:
    # Without names: the queue joins them from the bank, which this application database has none of.
    _night(app_db, _two_hundred())
    raised = _all(app_db)
    held_out = set(raised[raised["arm"] == "held_out"]["customer_id"])
    for viewer in (AMY, LEAD):
        seen = Reader(app_db, viewer).frame(select(alerts.c.customer_id, alerts.c.arm))
        assert len(seen) == 200 - len(held_out)
        assert not set(seen["customer_id"]) & held_out
        assert alert_queue.steps(Reader(app_db, viewer), sorted(held_out)[0]).empty


def test_whom_one_rule_holds_out_no_other_rule_has_called(app_db: Stores) -> None:
    """Both on one night, and one after the other; and the effect of each rule is read by the one arm of a customer."""
    second = rules(Settings())[1]
    frame, stores = _two_hundred(), holding_out(app_db, SHARE)
    for night, some in ((0, frame.iloc[:100]), (1, frame)):
        day = DAY + timedelta(days=night)
        for rule in (RULE, replace(second, within_capacity=False)):
            tonight(stores, rule, some, day, frozenset(frame["customer_id"]))
    raised = _all(app_db)
    by_customer = raised.groupby("customer_id")["arm"].agg(["nunique", "size"])
    assert (by_customer["size"] == 2).all()
    assert (by_customer["nunique"] == 1).all()
    first = raised[raised["rule"] == RULE.code]
    assert abs((first["arm"] == "held_out").sum() - SHARE * 200) <= 6
    assert raised[raised["rule"] == second.code]["stratum"].isna().all(), "it took no place of its own strata"
    with app_db.app_db.begin() as connection:
        called = first[first["arm"] == "held_out"]["customer_id"].iloc[0]
        by_the_other = (alerts.c.customer_id == called, alerts.c.rule == second.code)
        connection.execute(update(alerts).where(*by_the_other).values(arm="treated"))
    drawn = arms.arms_of_rules(Reader(app_db, SYSTEM))
    assert not drawn[drawn["customer_id"] == called]["treated"].any(), "counted as assigned first"


def _result(*, low: float, high: float, needed: float, number: int = 4) -> ExperimentResult:
    def plain(value: float) -> PredictionMetric:
        return PredictionMetric(value=value, low=float("nan"), high=float("nan"))

    effect = PredictionMetric(value=(low + high) / 2, low=low, high=high)
    churn = {"points": effect, "needed": plain(needed), "treated": plain(900), "held_out": plain(100)}
    look = Look(number=number, of=4, on=DAY, after_the_fact=False, bound=2.0)
    return ExperimentResult(
        experiment="rule:r",
        title="r",
        arms={},
        first_on=None,
        look=look,
        following=None,
        figures={"churn": churn},
    )


@pytest.mark.parametrize(
    ("result", "suggested"),
    [
        (_result(low=-0.01, high=0.01, needed=0), "does not show that fewer customers leave"),
        (
            _result(low=0.01, high=0.03, needed=0),
            "shows that more customers leave when they are called: +2.0 points",
        ),
        (
            _result(low=0.01, high=0.03, needed=400),
            "(95% interval +1.0 to +3.0) among 1,000 customers. Consider",
        ),
        (_result(low=-0.03, high=-0.01, needed=0), ""),
        (_result(low=-0.01, high=0.01, needed=400), ""),
        (_result(low=-0.01, high=0.01, needed=0, number=3), ""),
    ],
)
def test_removing_a_rule_is_suggested_by_its_last_planned_analysis_alone(
    result: ExperimentResult, suggested: str
) -> None:
    sentence = why_remove(result)
    assert suggested in sentence
    assert bool(suggested) == bool(sentence)
