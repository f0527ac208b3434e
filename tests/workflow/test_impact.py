"""The bank's pilot and the alerts' hold-out, read by the night: the truth is inside, and nothing is read early."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from models.experiments import sequential_analysis as ex
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import alerts
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customers, experiment_results, experiments, tickets
from warehouse.stores.connect import Stores
from workflow import nightly
from workflow.experiments import arms
from workflow.experiments.experiment_results import ExperimentResult, readings
from workflow.experiments.interim_results import ARMS, CHURN, COMPLAINTS, CROSS_SELL, OPT_OUTS

# One worker builds the bank these share; the other goes on elsewhere meanwhile.
pytestmark = pytest.mark.xdist_group("night-4000")

AS_OF = date(2026, 6, 30)


@pytest.fixture
def night(copied: Callable[[Path], Stores], after_a_night: Path) -> Stores:
    return copied(after_a_night)


def _readings(stores: Stores) -> dict[str, ExperimentResult]:
    return {r.experiment: r for r in readings(Reader(stores, SYSTEM), AS_OF)}


def test_the_pilots_true_effects_lie_inside_their_intervals(night: Stores, after_a_night: Path) -> None:
    truth = json.loads(after_a_night.with_name("extracts").joinpath("truth.json").read_text())["pilot"]
    pilot = _readings(night)[truth["name"]]
    assert pilot.arms["treated"].value == truth["arms"]["treated"]
    assert pilot.arms["held_out"].value == truth["arms"]["control"]
    for outcome, true in (
        (CHURN, truth["effect_on_monthly_churn_hazard"]),
        (CROSS_SELL, truth["effect_on_wealth_opening_rate"]),
    ):
        for name in ("relative", "relative_adjusted"):
            effect = pilot.figures[outcome][name]
            assert effect.low <= true <= effect.high, (outcome, name, effect)


def test_the_pilots_shares_are_those_another_reading_finds(night: Stores) -> None:
    reader = Reader(night, SYSTEM)
    rows = reader.frame(
        select(experiments.c.arm, customers.c.left_on).join_from(
            experiments, customers, customers.c.customer_id == experiments.c.customer_id
        )
    )
    gone = pd.to_datetime(rows["left_on"]).gt(pd.Timestamp("2025-07-01"))
    figures = _readings(night)["Project Unity"].figures[CHURN]
    assert figures["share_treated"].value == pytest.approx(gone[rows["arm"] == "treated"].mean())
    assert figures["share_held_out"].value == pytest.approx(gone[rows["arm"] == "control"].mean())


def test_the_guardrails_shares_are_those_another_reading_finds(night: Stores) -> None:
    reader = Reader(night, SYSTEM)
    rows = reader.frame(select(experiments.c.arm, experiments.c.customer_id))
    first, last = datetime(2025, 7, 2), datetime(2026, 7, 1)
    t = tickets
    cases = select(t.c.customer_id).where(t.c.complaint.is_(True), t.c.withdrawn.is_not(True))
    complained = set(
        reader.frame(cases.where(t.c.opened_at >= first, t.c.opened_at < last))["customer_id"].dropna()
    )
    c = customers
    gone = set(
        reader.frame(
            select(c.c.customer_id).where(
                c.c.marketing_consent.is_(False), c.c.consent_changed_on.between(first.date(), AS_OF)
            )
        )["customer_id"]
    )
    figures = _readings(night)["Project Unity"].figures
    for outcome, who in ((COMPLAINTS, complained), (OPT_OUTS, gone)):
        of_outcome = figures[outcome]
        assert "needed" not in of_outcome, "no target is set for a guardrail"
        if "share_treated" in of_outcome:
            mine = rows[rows["arm"] == "treated"]["customer_id"]
            assert of_outcome["share_treated"].value == pytest.approx(mine.isin(who).mean())
    assert "share_treated" in figures[COMPLAINTS]


def test_no_outcome_of_the_alerts_is_read_before_the_first_planned_look(night: Stores) -> None:
    own = [r for r in _readings(night).values() if r.experiment.startswith("rule:")]
    assert own
    for reading in own:
        assert reading.look is None
        assert reading.figures == {}
        assert reading.following is not None
        assert reading.following.on > AS_OF
        assert not reading.following.after_the_fact
    nightly.run(night)
    t = experiment_results
    rows = Reader(night, SYSTEM).frame(select(t).where(t.c.experiment.like("rule:%")))
    assert set(rows["outcome"]) == {ARMS}
    assert {r.title for r in _readings(night).values() if r.arms} == {
        r.title for r in _readings(night).values()
    }


def test_a_day_nobody_planned_is_refused_and_the_planned_one_is_shown(night: Stores) -> None:
    reader = Reader(night, SYSTEM)
    with pytest.raises(ChangeRefused, match="not planned"):
        readings(reader, AS_OF, date(2026, 3, 31))
    looks = {r.experiment: r.look for r in readings(reader, AS_OF, AS_OF)}
    assert looks["Project Unity"] is not None


def test_a_look_is_worked_out_once_and_stays(night: Stores) -> None:
    t = experiment_results

    def results() -> pd.DataFrame:
        results_kept = Reader(night, SYSTEM).frame(select(t))
        return results_kept.sort_values([c.name for c in t.primary_key]).reset_index(drop=True)

    nightly.run(night)
    before = results()
    nightly.run(night)
    pd.testing.assert_frame_equal(before, results())


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_the_same_totals_and_only_analysts_the_arms(night: Stores, role: str) -> None:
    viewer = Viewer("v", "V", role, rm_id="RM01", team="Central")
    every_reading = readings(Reader(night, viewer), AS_OF)
    assert [r.experiment for r in every_reading] == list(_readings(night))
    assert (
        every_reading[0].figures[CHURN]["points"]
        == _readings(night)["Project Unity"].figures[CHURN]["points"]
    )
    who = select(experiments.c.customer_id, experiments.c.arm)
    if role == "analyst":
        assert not Reader(night, viewer).frame(who).empty
    else:
        with pytest.raises(AccessRefused):
            Reader(night, viewer).frame(who)


def test_arms_of_fewer_than_ten_are_not_told(night: Stores) -> None:
    held_out = Reader(night, SYSTEM).frame(select(alerts.c.rule, alerts.c.arm))
    sizes = held_out[held_out["arm"] == "held_out"].groupby("rule").size()
    nightly.run(night)
    for reading in _readings(night).values():
        size = sizes.get(reading.experiment.removeprefix("rule:"), 0)
        if 0 < size < 10:
            assert math.isnan(reading.arms["held_out"].value)
            assert "contacted_held_out" not in reading.arms


def test_contact_after_the_draw_counts_and_contact_before_or_long_after_does_not() -> None:
    drawn_on = pd.Timestamp("2026-06-01")
    rows = pd.DataFrame({"customer_id": ["a", "b", "c", "d"], "drawn_on": drawn_on})
    events = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "a"],
            "happened_on": pd.to_datetime(["2026-06-02", "2026-06-01", "2026-07-02", "2026-06-09"]),
        }
    )
    until = pd.Series(drawn_on + pd.Timedelta(days=30), index=rows.index)
    assert list(arms.happened(rows, events, until)) == [1, 0, 0, 0]


def test_a_customer_is_compared_from_the_first_alert_on_and_only_when_watched_long_enough(
    night: Stores,
) -> None:
    reader = Reader(night, SYSTEM)
    everybody = arms.arms(reader)
    own = everybody[everybody["window"].notna()]
    assert not own.duplicated(["experiment", "customer_id"]).any()
    assert arms.watched(reader, own, AS_OF).empty
    later = arms.watched(reader, own, date(2026, 9, 28))
    assert len(later) == len(own)
    assert set(later["left"]) <= {0, 1}
    assert ex.sample_ratio(int(own["treated"].sum()), int((~own["treated"]).sum()), 0.9) > ex.WRONG_RATIO
