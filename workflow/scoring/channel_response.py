"""The night's step that learns, for each channel, how many customers it won for what it spent."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import func, select, true

from metrics.catalogue.acquisition import acquisition_cost
from models.attribution import spend_response
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.schema import campaign_days, campaigns, customers, leads, response_curves
from warehouse.stores.snapshots import SnapshotWriter
from workflow.records import run_notes

RIPE_AFTER_DAYS = 100
"""Nearly every lead that is won is won by then; a later week would look worse than it is."""
NEEDS = frozenset({"campaigns", "campaign_days", "leads", "customers"})
COLUMNS = (
    *sorted(NEEDS),
    *("campaigns.channel", "campaign_days.cost", "leads.channel", "leads.campaign_id", "leads.created_at"),
    "customers.acquired_by_lead_id",
)


def write_curves(draft: SnapshotWriter, reader: Reader, as_of: date, available: AvailableColumns) -> int:
    """Learn and write the curves anew; how many channels have one."""
    if not available >= NEEDS:
        return 0
    curves = spend_response.curves(weeks(reader, as_of))
    curves["won"] = curves["won"].where(is_enough(curves["won"], reader.smallest_cell))
    draft.write(response_curves, curves.assign(as_of=as_of), replacing=true())
    return int(curves["level"].notna().sum())


def why_none(reader: Reader) -> str:
    """Why no channel has a curve."""
    return run_notes.lacking(reader, COLUMNS) or (
        f"No channel has enough to learn from: {spend_response.FEWEST_WEEKS} whole weeks with spend that varied, at "
        f"least {RIPE_AFTER_DAYS} days ago, and {spend_response.FEWEST_WON} customers won by the leads of those weeks."
    )


def weeks(reader: Reader, as_of: date) -> pd.DataFrame:
    """`channel`, `campaign`, `week` (its Monday), `spend` on campaigns for new customers, `won` and `whole`, as
    `spend_response.curves` wants them: customers are of the week their lead came. Weeks in which a channel spent on
    fewer than seven days are left out."""
    spent = reader.frame(
        select(
            campaigns.c.channel,
            campaigns.c.campaign_id.label("campaign"),
            campaign_days.c.day_on,
            func.sum(campaign_days.c.cost).label("spend"),
        )
        .join_from(campaign_days, campaigns, campaigns.c.campaign_id == campaign_days.c.campaign_id)
        .where(acquisition_cost.where, campaign_days.c.day_on <= as_of)
        .group_by(campaigns.c.channel, campaigns.c.campaign_id, campaign_days.c.day_on)
    ).dropna()
    won = reader.frame(
        select(leads.c.channel, leads.c.campaign_id.label("campaign"), leads.c.created_at)
        .join_from(customers, leads, leads.c.lead_id == customers.c.acquired_by_lead_id)
        .where(leads.c.channel.is_not(None))
    )
    spent["week"], won["week"] = _monday(spent["day_on"]), _monday(won["created_at"])
    days = spent.groupby(["channel", "week"])["day_on"].nunique()
    keys = ["channel", "campaign", "week"]
    both = spent.groupby(keys).agg(spend=("spend", "sum"), days=("day_on", "nunique"))
    counted = won.groupby(keys, dropna=False).size().rename("won")
    both = both.reset_index().merge(counted.reset_index(), on=keys, how="outer")
    both = both.fillna({"spend": 0.0, "won": 0}).assign(whole=both["days"] >= 7)
    ripe = both["week"] + pd.Timedelta(days=6) <= pd.Timestamp(as_of - timedelta(days=RIPE_AFTER_DAYS))
    seen = pd.MultiIndex.from_frame(both[["channel", "week"]]).isin(days.index[days >= 7])
    complete: pd.DataFrame = both[ripe & seen].reset_index(drop=True)
    return complete


def _monday(moment: pd.Series) -> pd.Series:
    day = pd.to_datetime(moment).dt.normalize()
    return day - pd.to_timedelta(day.dt.day_of_week, unit="D")
