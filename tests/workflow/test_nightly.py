"""The night on a small sample bank: everything is there, nothing twice, and a refused model stops no rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sqlalchemy import Table, select

from metrics.attribution import credit_models
from models.churn import model_files
from models.value.lifetime_value import COVERAGE
from warehouse.access import data_coverage
from warehouse.access.data_coverage import why_not_there
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts, audit_log
from warehouse.load.loading import next_snapshot
from warehouse.schema import (
    accounts,
    balances,
    customer_profiles,
    customer_scores,
    customer_values,
    customers,
    leads,
    relationship_managers,
    revenues,
    tickets,
    touch_credits,
    transactions,
    value_hindsight,
)
from warehouse.stores.connect import Stores
from workflow import nightly
from workflow.records.run_notes import HOW_VALUED, MODEL_FILES
from workflow.rules.rule_definitions import HIGH_CHURN_PROBABILITY
from workflow.scoring import valuation
from workflow.scoring.training import MODELS, month_ends

# One worker builds the bank these share; the other goes on elsewhere meanwhile.
pytestmark = pytest.mark.xdist_group("night-4000")

AS_OF = date(2026, 6, 30)


def _all(stores: Stores, table: Table) -> pd.DataFrame:
    frame = Reader(stores, SYSTEM).frame(select(table))
    keys = [column.name for column in table.primary_key] or list(frame.columns)
    return frame.sort_values(keys).reset_index(drop=True)


def test_every_present_customer_has_a_profile_and_a_score(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    people = _all(stores, customers)
    present = set(people[people["left_on"].isna()]["customer_id"])
    assert set(_all(stores, customer_profiles)["customer_id"]) == present
    scores = _all(stores, customer_scores)
    assert set(scores["customer_id"]) == present
    assert scores["probability"].between(0, 1).all()
    assert (scores["reasons"].map(json.loads).map(len) == 3).all()


def test_the_complaint_rule_finds_exactly_the_customers_another_reading_finds(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    """Asked of the raw tables in another way: one customer at a time, in pandas."""
    stores = copied(after_a_night)
    day, start = pd.Timestamp(AS_OF), pd.Timestamp(AS_OF) - pd.Timedelta(days=89)
    cases = _all(stores, tickets)
    open_ = cases[
        cases["complaint"].fillna(value=False).astype(bool)
        & ~cases["withdrawn"].fillna(value=False).astype(bool)
        & cases["resolved_at"].isna()
        & (cases["opened_at"] >= start)
    ]
    held = _all(stores, accounts)
    savings = set(held[held["product"] == "savings"]["account_id"])
    money = _all(stores, balances)
    money = money[(money["month_on"] == day) & money["account_id"].isin(savings)]
    saved_up = money.groupby("customer_id")["balance"].sum()
    made = _all(stores, transactions)
    last = made[made["customer_made"] == True].groupby("customer_id")["booked_at"].max()  # noqa: E712
    people = _all(stores, customers).set_index("customer_id")
    expected = set()
    for customer in set(open_["customer_id"].dropna()):
        if pd.notna(people.loc[customer, "left_on"]) or saved_up.get(customer, 0) < 500_000:
            continue
        moved = last.get(customer, people.loc[customer, "joined_on"])
        if (day - pd.Timestamp(moved).normalize()).days >= 180:
            expected.add(customer)
    raised = _all(stores, alerts)
    raised = raised[raised["rule"] == "complaint_and_dormant_savings"]
    assert expected
    assert set(raised["customer_id"]) == expected


def test_the_model_beats_recency_out_of_time(copied: Callable[[Path], Stores], after_a_night: Path) -> None:
    stores = copied(after_a_night)
    figures = model_files.load(stores.settings.data_dir / MODELS).card.figures
    assert figures["model"]["roc_auc"]["value"] > figures["recency_only"]["roc_auc"]["value"]
    assert figures["model"]["roc_auc"]["value"] < 0.95


def test_the_credits_of_every_win_add_up_to_one(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    credited = _all(stores, touch_credits)
    every_lead = _all(stores, leads)
    won = set(every_lead[every_lead["won_at"].notna()]["lead_id"])
    for model in credit_models.WEIGHTS:
        total = credited[credited["model"] == model].groupby("lead_id")["credit"].sum()
        assert set(total.index) == won
        assert (total - 1).abs().max() < 1e-9


def test_churn_alerts_are_above_the_threshold_owned_and_within_capacity(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    raised = _all(stores, alerts)
    raised = raised[raised["rule"] == "high_churn_risk"]
    assert len(raised)
    assert (raised["probability"] >= HIGH_CHURN_PROBABILITY).all()
    capacity = _all(stores, relationship_managers).set_index("rm_id")["weekly_capacity"]
    by_rm = raised[raised["arm"] == "treated"].groupby("rm_id").size()
    assert (by_rm <= capacity.reindex(by_rm.index)).all()
    reasons = raised["reasons"].iloc[0]
    assert [fact["name"] for fact in reasons[:2]] == ["probability", "total_balance"]
    assert len(reasons) == 5
    assert all(fact["sentence"] for fact in reasons)


def test_running_the_night_twice_doubles_nothing(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    tables = (
        customer_profiles,
        customer_scores,
        customer_values,
        value_hindsight,
        touch_credits,
        alerts,
        audit_log,
    )
    before = {table.name: _all(stores, table) for table in tables}
    report = nightly.run(stores)
    for table in tables:
        pd.testing.assert_frame_equal(before[table.name], _all(stores, table))
    assert all(night.raised == night.ended == night.held_out == 0 for night in report.alerts.values())
    assert report.messages == ()


def test_the_night_tells_its_steps_in_order(copied: Callable[[Path], Stores], after_a_night: Path) -> None:
    steps: list[str] = []
    nightly.run(copied(after_a_night), steps.append)
    assert steps == [
        "Describing every customer",
        "Scoring who is about to leave",
        "Valuing every customer",
        "Crediting the touches of every win",
        "Timing the handoffs",
        "Reading the experiments",
        "Reading what service cases are about",
        "Totalling the days",
        "Deciding what is shown as totals",
        "Checking the rules",
    ]


def test_without_a_usable_model_the_rules_go_on_and_say_so(
    copied: Callable[[Path], Stores], loaded: Path
) -> None:
    """A bank that knows of no departure: there is nothing to learn from."""
    stores = copied(loaded)
    with next_snapshot(stores) as draft:
        draft.connection.execute(customers.update().values(left_on=None))
        draft.connection.execute(accounts.update().values(closed_on=None))
    report = nightly.run(stores)
    assert report.scored == 0
    assert "complaint_and_dormant_savings" in report.alerts
    assert "high_churn_risk" not in report.alerts
    assert any("no churn model, because too few customers left" in sentence for sentence in report.messages)
    assert any("“High risk of leaving” was not checked" in sentence for sentence in report.messages)


def test_a_changed_model_file_is_not_used_and_a_new_one_is_trained(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    file = stores.settings.data_dir / MODELS / model_files.FILE
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    report = nightly.run(stores)
    assert "changed after it was written" in report.messages[0]
    assert "Trained churn model" in report.messages[1]
    model_files.load(stores.settings.data_dir / MODELS)
    noted = data_coverage.why_not_there(Reader(stores, SYSTEM, stores.snapshot()), MODEL_FILES)
    assert noted == f"{report.messages[0]} The last nightly run did not use it."


def test_a_night_that_fails_leaves_the_snapshot_before(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    snapshot = stores.snapshot()

    def stop(step: str) -> None:
        if step.startswith("Crediting"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nightly.run(stores, stop)
    assert stores.snapshot() == snapshot


def test_only_month_ends_with_a_past_to_describe_and_a_window_that_has_passed_are_learned() -> None:
    days = month_ends(date(2025, 1, 1), AS_OF)
    assert days[0] == date(2025, 6, 30)  # 180 days after the first
    assert days[-1] == date(2026, 3, 31)  # 91 days before the as-of day
    assert all((day + timedelta(days=1)).day == 1 for day in days)
    assert month_ends(date(2026, 1, 1), AS_OF) == []
    assert month_ends(None, AS_OF) == []


def test_every_present_customer_is_worth_something_known_and_who_left_is_worth_no_more(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    values = _all(stores, customer_values).set_index("customer_id")
    people = _all(stores, customers).set_index("customer_id")
    present = people[people["left_on"].isna()].index
    assert set(present) <= set(values.index)
    assert values.notna()[["value", "value_low", "value_high"]].all().all()
    assert (values["value_low"] <= values["value"]).all()
    assert set(values["horizon_months"]) == {36}
    assert set(values["model"]) == {"contractual"}
    note = why_not_there(Reader(stores, SYSTEM), HOW_VALUED)
    assert note.startswith("A value is the chance to stay, learned from who left")
    gone = values.loc[values.index.difference(present)]
    assert len(gone)
    assert (gone["value"] == 0).all()
    assert gone["since_joining"].notna().all()


def test_what_a_customer_who_left_brought_is_what_finance_booked_discounted(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    """Added up in another way: one customer at a time."""
    stores = copied(after_a_night)
    values = _all(stores, customer_values).set_index("customer_id")
    people = _all(stores, customers).set_index("customer_id")
    booked = _all(stores, revenues)
    gone = people[people["left_on"].notna() & (people["joined_on"] >= "2024-07-01")].index[:10]
    assert len(gone)
    for customer in gone:
        joined = people.loc[customer, "joined_on"]
        total = 0.0
        for row in booked[booked["customer_id"] == customer].itertuples():
            months = 12 * (row.month_on.year - joined.year) + row.month_on.month - joined.month + 1
            total += (row.revenue - row.cost_to_serve) / 1.08 ** (months / 12)
        assert values.loc[customer, "since_joining"] == pytest.approx(total)


def test_a_years_hindsight_is_computed_with_nothing_dated_later(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    table = _all(stores, value_hindsight)
    assert set(table["predicted_on"].astype(str)) == {"2025-06-30"}
    assert set(table["realised_until"].astype(str)) == {"2026-06-30"}
    assert len(table) == 10
    assert table["predicted"].is_monotonic_increasing
    assert np.corrcoef(table["predicted"], table["realised"])[0, 1] > 0.9
    # The top tenth holds what is claimed of it, within its own sampling error, as the others do; and so by its own width.
    for within, people in zip(table["within"], table["people"], strict=True):
        assert binomtest(round(within * people), int(people), COVERAGE).pvalue > 0.001
    assert table["widening_up"].nunique() > 1
    # Booked later, so it must not change what is predicted as of then.
    reader = Reader(stores, SYSTEM)
    then, available = date(2025, 6, 30), data_coverage.available_columns(reader)
    before = valuation.fitted(reader, then, available)
    with next_snapshot(stores) as draft:
        later = revenues.c.month_on > then
        draft.connection.execute(revenues.update().where(later).values(revenue=revenues.c.revenue * 7))
        draft.connection.execute(customers.update().where(customers.c.left_on > then).values(left_on=None))
    after = valuation.fitted(Reader(stores, SYSTEM), then, available)
    np.testing.assert_allclose(before.weights, after.weights, rtol=1e-6)
    for new in (True, False):
        assert before.growth[new] == pytest.approx(after.growth[new])
