"""An alarm about a campaign ends with the campaign, or is closed by a person with a reason; none stands for ever."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import func, select

from tests.morning import on
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import audit_log, campaign_steps
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.load import loading
from warehouse.schema import campaigns
from warehouse.stores.connect import Stores
from workflow.campaigns.campaign_alarms import MAY_CLOSE, QUIET_DAYS, close_alarm, how_ended, stands
from workflow.campaigns.campaign_lifecycle import LONGEST_NOTE, record

MARKETING, SALES = (Viewer(role, role.title(), role) for role in ("marketing", "sales"))
CAMPAIGN, OTHER = "CMP-06", "CMP-05"
AS_OF = date(2026, 6, 30)


def stand(stores: Stores, as_of: date = AS_OF, ends_on: date | None = None) -> dict[str, bool]:
    """Which of two alarms stand, were the figures to raise both."""
    alarms = pd.DataFrame(
        {"campaign": [CAMPAIGN, OTHER], "ends_on": pd.to_datetime(pd.Series([ends_on, None]))}
    )
    ended = how_ended(alarms, Reader(stores, SALES, stores.snapshot()), as_of)
    return dict(zip(ended["campaign"], stands(ended), strict=True))


@pytest.fixture
def running(own_bank: Stores) -> Stores:
    """The sample bank, with the two campaigns without a last day."""
    with loading.next_snapshot(own_bank) as draft:
        draft.connection.execute(
            campaigns.update().where(campaigns.c.campaign_id.in_([CAMPAIGN, OTHER])).values(ends_on=None)
        )
    return own_bank


def test_an_alarm_is_closed_for_a_month_and_comes_back_if_the_figures_still_say_so(running: Stores) -> None:
    assert stand(running) == {CAMPAIGN: True, OTHER: True}
    close_alarm(running, SALES, CAMPAIGN, " The letter was rewritten ", AS_OF)
    assert stand(running) == {CAMPAIGN: False, OTHER: True}
    (line,) = Reader(running, SYSTEM).rows(select(campaign_steps))
    assert (line.step, line.note, line.taken_by, line.budget) == (
        "alarm_closed",
        "The letter was rewritten",
        "sales",
        None,
    )
    closed_on = running.now().date()
    assert not stand(running, closed_on + timedelta(days=QUIET_DAYS - 1))[CAMPAIGN]
    assert stand(running, closed_on + timedelta(days=QUIET_DAYS))[CAMPAIGN]
    later = on(running, closed_on + timedelta(days=QUIET_DAYS))
    close_alarm(later, MARKETING, CAMPAIGN, "It runs out in a week", closed_on + timedelta(days=QUIET_DAYS))
    assert not stand(later, closed_on + timedelta(days=QUIET_DAYS))[CAMPAIGN]


def test_an_alarm_ends_on_the_day_after_the_campaign_and_when_marketing_closes_it(running: Stores) -> None:
    assert stand(running, ends_on=AS_OF)[CAMPAIGN], "its last day is one of its days"
    assert not stand(running, ends_on=AS_OF - timedelta(days=1))[CAMPAIGN]
    record(running, MARKETING, CAMPAIGN, "analysed", "8% was not kept")
    record(running, MARKETING, CAMPAIGN, "closed", "Over")
    assert not stand(running)[CAMPAIGN]
    record(running, MARKETING, CAMPAIGN, "reopened", "It was extended")
    assert stand(running)[CAMPAIGN]


def test_what_does_not_fit_is_refused_and_leaves_no_line(running: Stores) -> None:
    for campaign, why, refusal in (
        ("CMP-99", "Nobody knows it", "There is no campaign “CMP-99”, so nothing was recorded."),
        ("", "Nobody knows it", "There is no campaign “”"),
        (CAMPAIGN, "  ", "Say why the alarm is closed"),
        (CAMPAIGN, "x" * (LONGEST_NOTE + 1), "in 1 to 4,000 characters"),
    ):
        with pytest.raises(ChangeRefused, match=refusal):
            close_alarm(running, SALES, campaign, why, AS_OF)
    with running.app_db.connect() as app_db:
        assert app_db.execute(select(func.count()).select_from(campaign_steps)).scalar() == 0


def test_an_alarm_is_closed_once_and_none_of_a_campaign_that_is_over(running: Stores) -> None:
    close_alarm(running, SALES, CAMPAIGN, "The letter was rewritten", AS_OF)
    with pytest.raises(ChangeRefused, match="Somebody has closed this alarm already"):
        close_alarm(running, MARKETING, CAMPAIGN, "Mine, too", AS_OF)
    with loading.next_snapshot(running) as draft:
        ended = campaigns.update().where(campaigns.c.campaign_id == OTHER)
        draft.connection.execute(ended.values(ends_on=AS_OF - timedelta(days=1)))
    with pytest.raises(ChangeRefused, match="ended on 29 Jun 2026, and its alarm with it"):
        close_alarm(running, SALES, OTHER, "Too late", AS_OF)


def test_only_marketing_and_sales_close_an_alarm_and_each_attempt_is_on_record(running: Stores) -> None:
    others = [r for r in ROLES if r not in MAY_CLOSE]
    for role in others:
        with pytest.raises(AccessRefused, match="Only Marketing and Sales"):
            close_alarm(running, Viewer("x", "X", role, "RM01", "Central"), CAMPAIGN, "Mine", AS_OF)
    with running.app_db.connect() as app_db:
        lines = app_db.execute(select(audit_log.c.action)).scalars().all()
    assert lines == ["campaign.refused"] * len(others)
