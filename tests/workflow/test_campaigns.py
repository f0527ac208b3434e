"""A campaign's life: Marketing plans and closes it, and closes it only with an analysis."""

from __future__ import annotations

import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from metrics.definitions.scope import Period, month
from metrics.leads import cohort_acceptance
from tests.morning import stores_in
from tests.warehouse.onlookers import EVERYBODY
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import audit_log, campaign_steps
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.load import loading
from warehouse.schema import campaigns
from warehouse.stores.connect import Stores
from workflow.campaigns.campaign_changes import AcceptanceSide, before_and_after, spans
from workflow.campaigns.campaign_lifecycle import STEPS, history, record, states

MARKETING = Viewer("mia", "Mia Marketing", "marketing")
CAMPAIGN = "CMP-06"


def _steps(stores: Stores) -> list[str]:
    return list(history(Reader(stores, MARKETING), CAMPAIGN)["step"])[::-1]


def test_a_campaign_is_planned_analysed_and_closed_with_who_and_when(own_bank: Stores) -> None:
    record(own_bank, MARKETING, CAMPAIGN, "planned", "Win young savers", budget=900_000, expected_wins=400)
    record(own_bank, MARKETING, CAMPAIGN, "analysed", "8% was not kept; do not repeat")
    record(own_bank, MARKETING, CAMPAIGN, "closed", "Over")
    row = states(Reader(own_bank, Viewer("eve", "Eve", "executive"))).set_index("campaign_id").loc[CAMPAIGN]
    assert row["closed"]
    assert row["planned_budget"] == 900_000
    assert row["expected_wins"] == 400
    assert row["analysis"] == "8% was not kept; do not repeat"
    newest = history(Reader(own_bank, MARKETING), CAMPAIGN).iloc[0]
    assert (newest["taken_by"], newest["taken_at"]) == ("mia", own_bank.now())


def test_a_campaign_cannot_be_closed_without_an_analysis(own_bank: Stores) -> None:
    record(own_bank, MARKETING, CAMPAIGN, "planned", "Win young savers", budget=900_000)
    with pytest.raises(ChangeRefused, match="cannot be closed without an analysis"):
        record(own_bank, MARKETING, CAMPAIGN, "closed", "Over")
    assert _steps(own_bank) == ["planned"]


def test_an_analysis_of_an_earlier_plan_does_not_close_a_later_one(own_bank: Stores) -> None:
    for step, budget in (("planned", 1.0), ("analysed", None), ("planned", 2.0)):
        record(own_bank, MARKETING, CAMPAIGN, step, "…", budget=budget)
    with pytest.raises(ChangeRefused, match="since it was last planned"):
        record(own_bank, MARKETING, CAMPAIGN, "closed", "Over")


def test_a_closed_campaign_takes_no_step_until_it_is_reopened(own_bank: Stores) -> None:
    record(own_bank, MARKETING, CAMPAIGN, "analysed", "…")
    record(own_bank, MARKETING, CAMPAIGN, "closed", "Over")
    with pytest.raises(ChangeRefused, match="Reopen it"):
        record(own_bank, MARKETING, CAMPAIGN, "planned", "Again", budget=1)
    record(own_bank, MARKETING, CAMPAIGN, "reopened", "A late complaint")
    with pytest.raises(ChangeRefused, match="without an analysis"):
        record(own_bank, MARKETING, CAMPAIGN, "closed", "Over again")


def test_a_campaign_that_still_runs_cannot_be_closed(own_bank: Stores) -> None:
    with loading.next_snapshot(own_bank) as draft:
        day = data_coverage.as_of(Reader(own_bank, SYSTEM)) + timedelta(days=1)
        draft.connection.execute(
            campaigns.update().where(campaigns.c.campaign_id == CAMPAIGN).values(ends_on=day)
        )
    record(own_bank, MARKETING, CAMPAIGN, "analysed", "So far so good")
    with pytest.raises(ChangeRefused, match="runs until 1 Jul 2026"):
        record(own_bank, MARKETING, CAMPAIGN, "closed", "Over")


@pytest.mark.parametrize("role", [r for r in ROLES if r != "marketing"])
def test_only_marketing_writes_and_the_attempt_is_on_record(role: str, own_bank: Stores) -> None:
    with pytest.raises(AccessRefused, match="Only Marketing"):
        record(own_bank, Viewer("x", "X", role, "RM01", "Central"), CAMPAIGN, "analysed", "Mine")
    with own_bank.app_db.connect() as app_db:
        assert app_db.execute(select(audit_log.c.action)).scalars().all() == ["campaign.refused"]
        assert app_db.execute(select(func.count()).select_from(campaign_steps)).scalar() == 0


@pytest.mark.parametrize(
    ("campaign", "step", "note", "budget", "why"),
    [
        ("CMP-99", "analysed", "…", None, "no campaign"),
        (CAMPAIGN, "deleted", "…", None, "not a step"),
        (CAMPAIGN, "analysed", "  ", None, "Write a sentence"),
        (CAMPAIGN, "analysed", "x" * 4_001, None, "4,001 characters"),
        (CAMPAIGN, "planned", "…", None, "needs a budget"),
        (CAMPAIGN, "planned", "…", float("nan"), "needs a budget"),
        (CAMPAIGN, "reopened", "…", None, "not closed"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(
    campaign: str, step: str, note: str, budget: float | None, why: str, own_bank: Stores
) -> None:
    with pytest.raises(ChangeRefused, match=why):
        record(own_bank, MARKETING, campaign, step, note, budget=budget)
    assert _steps(own_bank) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(list(STEPS)), max_size=8))
def test_whatever_is_tried_every_closing_stands_after_an_analysis_of_its_own(
    own_bank: Stores, tried: list[str]
) -> None:
    with own_bank.app_db.begin() as app_db:
        app_db.execute(delete(campaign_steps))
    for step in tried:
        try:
            record(own_bank, MARKETING, CAMPAIGN, step, "…", budget=1.0)
        except ChangeRefused:
            continue
    since: list[str] = []
    for step in _steps(own_bank):
        if step == "closed":
            assert "analysed" in since
        since = [] if step in ("planned", "reopened") else [*since, step]


def _acceptance(handed_over: float, accepted: float, first: int) -> AcceptanceSide:
    period = Period(date(2026, first, 1), month(2026, first + 1).end)
    return AcceptanceSide(period=period, handed_over=handed_over, accepted=accepted)


def test_acceptance_before_and_after_a_change_is_read_once_leads_were_watched() -> None:
    assert spans(date(2026, 5, 20), date(2026, 7, 13)) is None
    assert spans(date(2026, 5, 20), date(2026, 7, 14)) == (month(2026, 4), month(2026, 6))
    before, after = spans(date(2026, 3, 10), date(2026, 6, 30)) or (None, None)
    assert (before, after) == (
        Period(date(2026, 1, 1), date(2026, 2, 28)),
        Period(date(2026, 4, 1), date(2026, 5, 31)),
    )
    first = _acceptance(200, 80, 1)
    words = before_and_after(first, _acceptance(200, 120, 4))
    assert "40.0% of 200 leads accepted" in words
    assert "+20.0 points (+10.2 points to +29.2 points, 95% interval)" in words
    assert "No significant change" in before_and_after(first, _acceptance(200, 82, 4))
    assert "Not shown to anybody" in before_and_after(first, _acceptance(12, math.nan, 4))
    assert "No lead of 1 Apr – 31 May 2026" in before_and_after(first, _acceptance(0, 0, 4))


def test_every_department_reads_the_same_acceptance_and_nobody_of_few_leads(after_a_night: Path) -> None:
    stores = stores_in(after_a_night)
    before_after = spans(date(2025, 12, 10), date(2026, 6, 30)) or ()
    frames = [
        cohort_acceptance.of_campaigns(Reader(stores, EVERYBODY[role]), before_after)
        .sort_values("campaign")
        .set_index("campaign")
        for role in ("marketing", "executive", "sales", "analyst")
    ]
    for other in frames[1:]:
        pd.testing.assert_frame_equal(other, frames[0])
    counts = frames[0].to_numpy().ravel()
    counts = counts[~np.isnan(counts)]
    assert len(counts)
    assert not ((counts > 0) & (counts < 10)).any()
    for side in ("0", "1"):
        others = (frames[0][f"handed_over__{side}"] - frames[0][f"accepted__{side}"]).dropna()
        assert not others.between(1, 9).any()
    stores.app_db.dispose()


def test_a_change_is_logged_with_its_day_and_not_ahead_of_it(own_bank: Stores) -> None:
    today = own_bank.now().date()
    record(own_bank, MARKETING, CAMPAIGN, "changed", "Another page", happened_on=today - timedelta(days=40))
    with pytest.raises(ChangeRefused, match="not ahead"):
        record(own_bank, MARKETING, CAMPAIGN, "changed", "Soon", happened_on=today + timedelta(days=1))
    assert _steps(own_bank) == ["changed"]
