"""A campaign's life, kept step by step: planned, analysed, closed, perhaps reopened. Steps are appended, never changed.

Marketing writes, the others read. A campaign is closed only when it has ended and somebody has written down what was
learned since it was last planned or reopened; otherwise the next one starts from the same guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import select

from metrics.comparison.currency import currency
from warehouse.access import audit, data_coverage
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import campaign_steps
from warehouse.errors import ChangeRefused
from warehouse.schema import campaigns
from warehouse.stores.connect import Stores
from workflow.records.edit_conflicts import changed_meanwhile, unseen

STEPS = {
    "planned": "Plan",
    "changed": "Log a change",
    "analysed": "Write the analysis",
    "closed": "Close",
    "reopened": "Reopen",
}
"""Every step with the words on its button."""
ALARM_CLOSED = "alarm_closed"
DONE = {
    "planned": "Planned",
    "changed": "Changed",
    "analysed": "Analysed",
    "closed": "Closed",
    "reopened": "Reopened",
    ALARM_CLOSED: "Alarm closed",
}
"""Every kind of line in a campaign's history."""
WRITERS = frozenset({"marketing"})
LONGEST_NOTE = 4_000


@dataclass(frozen=True, kw_only=True)
class CampaignStep:
    """A line in a campaign's history."""

    step: str
    note: str
    budget: float | None
    expected_wins: float | None
    taken_by: str
    taken_at: datetime
    happened_on: date | None = None
    """Of a change: the day on which it was made."""


def record(
    stores: Stores,
    viewer: Viewer,
    campaign_id: str,
    step: str,
    note: str,
    *,
    seen: int | None = None,
    budget: float | None = None,
    expected_wins: int | None = None,
    happened_on: date | None = None,
) -> None:
    """Append a step. `note` is the plan, the change, the analysis, or the reason.

    A plan has a `budget` in HKD, a change the day it `happened_on`; without one it is today.

    `seen` is the campaign's latest step the viewer had on screen, 0 for none; None where no screen was. Raises
    AccessRefused unless the viewer is of Marketing (the attempt is logged). Raises ChangeRefused for an unknown
    campaign or step, a missing or too long note, or a plan without a budget. So it does for a step after the end, an
    end too soon, or when a step was recorded that she has not seen.
    """
    sentence = "Only Marketing writes about its campaigns, so nothing was recorded. Ask the campaign's owner."
    audit.check_role(stores, viewer, WRITERS, "campaign.refused", sentence, campaign_id, step[:16])
    if step not in STEPS:
        raise ChangeRefused(f"“{step}” is not a step. Steps are: {', '.join(STEPS)}.")
    missing = (
        "Write a sentence that a colleague can follow later, and save again: what is planned, what was learned, or "
        "why."
    )
    note = audit.checked_text(note, LONGEST_NOTE, missing, "The note has")
    if step == "planned" and not (budget is not None and budget > 0):
        raise ChangeRefused(f"A plan needs a budget in {currency()} above 0. Enter it and save again.")
    if expected_wins is not None and expected_wins < 0:
        raise ChangeRefused("The deals a campaign should win cannot be fewer than 0.")
    if step == "changed" and happened_on is not None and happened_on > stores.now().date():
        raise ChangeRefused("A change is logged once it was made: choose a day that is not ahead.")
    reader = Reader(stores, viewer, stores.snapshot())
    last_day = last_day_of(reader, campaign_id)
    t = campaign_steps
    with audit.entry(stores, viewer.username, f"campaign.{step}", campaign_id, note) as entry:
        of_this = select(t).where(t.c.campaign_id == campaign_id)
        # Read inside the entry, which is the only writer: nobody closes in between.
        before = entry.app_db.execute(of_this.order_by(t.c.step_id)).all()
        if last := unseen(entry.app_db, t, seen, t.c.campaign_id == campaign_id):
            words = DONE.get(last.step, last.step)
            raise ChangeRefused(
                changed_meanwhile(
                    entry.app_db, viewer, last.taken_by, last.taken_at, words, "on this campaign"
                )
            )
        _check_fits(step, [line.step for line in before], last_day, data_coverage.loaded_until(reader))
        entry.append(
            t,
            "taken",
            campaign_id=campaign_id,
            step=step,
            note=note,
            budget=budget if step == "planned" else None,
            expected_wins=expected_wins if step == "planned" else None,
            happened_on=(happened_on or entry.at.date()) if step == "changed" else None,
        )


def last_day_of(reader: Reader, campaign_id: str) -> date | None:
    """A campaign's last day; None if it has no end. Raises ChangeRefused for one that does not exist."""
    days = reader.frame(select(campaigns.c.ends_on).where(campaigns.c.campaign_id == campaign_id))
    if days.empty:
        raise ChangeRefused(f"There is no campaign “{campaign_id}”, so nothing was recorded.")
    day = days["ends_on"].iloc[0]
    return None if pd.isna(day) else pd.Timestamp(day).date()


def _check_fits(step: str, before: list[str], last_day: date | None, as_of: date) -> None:
    is_closed = bool([s for s in before if s in ("closed", "reopened")][-1:] == ["closed"])
    if step == "reopened":
        if not is_closed:
            raise ChangeRefused("The campaign is not closed, so there is nothing to reopen.")
        return
    if is_closed:
        raise ChangeRefused("The campaign is closed. Reopen it with a reason first.")
    if step != "closed":
        return
    if last_day is not None and last_day > as_of:
        raise ChangeRefused(
            f"The campaign runs until {last_day.day} {last_day:%b %Y}. Close it after its last day has been loaded."
        )
    since = max((i for i, s in enumerate(before) if s in ("planned", "reopened")), default=-1)
    if "analysed" not in before[since + 1 :]:
        raise ChangeRefused(
            "A campaign cannot be closed without an analysis written since it was last planned or reopened. Write "
            "what was learned, then close it."
        )


def listed(reader: Reader) -> pd.DataFrame:
    """Every campaign with what Marketing's own system says about it, the latest start first."""
    return reader.frame(select(campaigns).order_by(campaigns.c.starts_on.desc(), campaigns.c.campaign_id))


def history(reader: Reader, campaign_id: str) -> pd.DataFrame:
    """All steps of a campaign, the newest first; its rows are `CampaignStep`s."""
    mine = select(campaign_steps).where(campaign_steps.c.campaign_id == campaign_id)
    return reader.frame(mine.order_by(campaign_steps.c.step_id.desc()))


def states(reader: Reader) -> pd.DataFrame:
    """One row per campaign with any step: campaign_id, plan, planned_budget, expected_wins, analysis, closed."""
    steps = reader.frame(select(campaign_steps).order_by(campaign_steps.c.step_id))
    columns = ["campaign_id", "plan", "planned_budget", "expected_wins", "analysis", "closed"]
    rows = []
    for campaign_id, mine in steps.groupby("campaign_id", sort=True):
        plans, analyses = mine[mine["step"] == "planned"], mine[mine["step"] == "analysed"]
        ends = mine[mine["step"].isin(["closed", "reopened"])]
        plan = plans.iloc[-1] if len(plans) else None
        rows.append(
            (
                campaign_id,
                None if plan is None else plan["note"],
                None if plan is None else plan["budget"],
                None if plan is None else plan["expected_wins"],
                analyses["note"].iloc[-1] if len(analyses) else None,
                bool(len(ends) and ends["step"].iloc[-1] == "closed"),
            )
        )
    return pd.DataFrame(rows, columns=columns)
