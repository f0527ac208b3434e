"""An alarm about a campaign ends with the campaign, or is closed by a person with a reason; none stands for ever.

It is raised by the figures (`models.experiments.control_limits`), not written down. Closing one is a line of the
campaign's history: for 30 days it stays closed, and comes back after that only if the figures still say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import select

from metrics.comparison.words import day
from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import campaign_steps as t
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.campaigns.campaign_lifecycle import ALARM_CLOSED, LONGEST_NOTE, last_day_of, states

MAY_CLOSE = frozenset({"marketing", "sales"})
QUIET_DAYS = 30
"""As long as the shortest window an alarm looks at: by then its leads are others."""


def close_alarm(stores: Stores, viewer: Viewer, campaign_id: str, why: str, as_of: date) -> None:
    """Close the alarm about a campaign as of a day of the data, with the reason.

    Raises AccessRefused unless the viewer is of Marketing or Sales (the attempt is logged). Raises ChangeRefused
    without a reason, for a campaign that does not exist or is over, or if it is closed already.
    """
    sentence = "Only Marketing and Sales close an alarm about a campaign. Nothing was changed."
    audit.check_role(stores, viewer, MAY_CLOSE, "campaign.refused", sentence, campaign_id, ALARM_CLOSED)
    missing = (
        f"Say why the alarm is closed, in 1 to {LONGEST_NOTE:,} characters: the other department reads it."
    )
    why = audit.checked_text(why, LONGEST_NOTE, missing)
    ends_on = last_day_of(Reader(stores, viewer, stores.snapshot()), campaign_id)
    if ends_on is not None and ends_on < as_of:
        raise ChangeRefused(f"The campaign ended on {day(ends_on)}, and its alarm with it.")
    with audit.entry(stores, viewer.username, "campaign.alarm_closed", campaign_id, why) as entry:
        # Read inside the entry, which is the only writer: of two who close it at once the second is told.
        before = entry.app_db.execute(
            select(t.c.taken_at).where(t.c.campaign_id == campaign_id, t.c.step == ALARM_CLOSED)
        ).scalars()
        if any(_is_quiet(at, as_of) for at in before):
            raise ChangeRefused("Somebody has closed this alarm already. Reload to read who, and why.")
        entry.append(t, "taken", campaign_id=campaign_id, step=ALARM_CLOSED, note=why)


def closed(reader: Reader, as_of: date) -> pd.DataFrame:
    """The alarms that are closed as of a day: campaign_id, note, taken_by, taken_at of the latest closing."""
    rows = reader.frame(
        select(t.c.campaign_id, t.c.note, t.c.taken_by, t.c.taken_at)
        .where(t.c.step == ALARM_CLOSED)
        .order_by(t.c.step_id)
    ).drop_duplicates("campaign_id", keep="last")
    quiet = pd.to_datetime(rows["taken_at"]).map(lambda at: _is_quiet(at, as_of))
    return rows[quiet.astype(bool)].reset_index(drop=True)


def _is_quiet(closed_at: datetime, as_of: date) -> bool:
    # The bank's data may end on a day long before people close an alarm.
    return as_of < closed_at.date() + timedelta(days=QUIET_DAYS)


@dataclass(frozen=True, kw_only=True)
class AlarmedCampaign:
    """A row of `how_ended`: what Sales accepts of a campaign's leads, the limit, and how the alarm ended."""

    campaign: str
    name: str | None
    window: int
    decided: float
    accepted: float
    usual: float
    limit: float
    ends_on: date | None
    over_on: date | None
    taken_by: str | None
    taken_at: datetime | None
    note: str | None

    @property
    def called(self) -> str:
        """The campaign's name, or its code where it has none."""
        return self.campaign if self.name is None else self.name


def how_ended(alarms: pd.DataFrame, reader: Reader, as_of: date) -> pd.DataFrame:
    """`alarms` (campaign, ends_on) with `over_on`, `done` and the columns of `closed`; all empty while one stands.

    `over_on` is the campaign's last day once it has passed, `done` whether Marketing has closed the campaign.
    """
    over = pd.to_datetime(alarms["ends_on"])
    frame = alarms.assign(over_on=over.where(over < pd.Timestamp(as_of)))
    finished = states(reader)
    done = set(finished[finished["closed"].astype(bool)]["campaign_id"])
    frame["done"] = frame["campaign"].isin(done)
    return frame.merge(
        closed(reader, as_of).rename(columns={"campaign_id": "campaign"}), on="campaign", how="left"
    )


def stands(alarms: pd.DataFrame) -> pd.Series:
    """Which rows of `how_ended` are alarms that somebody must still answer."""
    return alarms["over_on"].isna() & ~alarms["done"] & alarms["taken_at"].isna()
