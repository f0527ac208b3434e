"""The batch alarm: which campaigns' leads Sales accepts below the limit, said alike to Marketing and to Sales."""

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from metrics.campaigns import named
from metrics.scope import Period, Scope
from metrics.words import day, share
from models import batch
from pages.customers.alert_card import escaped
from pages.kit import data
from warehouse.access import Viewer
from workflow import lead_decisions

WINDOWS = (30, 90, 365)
"""Days back from the last day loaded: a campaign that has just turned bad shows in the short ones first."""
FIGURES = ("decided", "accepted_of_decided")


def names(viewer: Viewer) -> dict[str, str]:
    """Campaign code → name."""
    found = data.frame(viewer, named())
    return dict(zip(found["campaign_id"], found["name"].fillna(found["campaign_id"]), strict=True))


def since_the_load(viewer: Viewer, scope: Scope | None = None) -> pd.DataFrame:
    """What Sales recorded here after the last day loaded, by campaign; read fresh.

    Nothing where the decisions are not kept by the filters of the scope.
    """
    filters = scope.filters if scope else ()
    if not lead_decisions.are_kept_by(filters):
        return pd.DataFrame({"campaign_id": [], "decided": [], "accepted": []}).astype(
            {"campaign_id": object}
        )
    return data.reader(viewer).frame(lead_decisions.since(data.as_of(viewer), filters))


def found(viewer: Viewer) -> pd.DataFrame:
    """The campaigns in alarm, with name and last day. Every role gets the same ones."""
    if "leads" not in data.known(viewer):
        return pd.DataFrame(columns=["campaign"])
    as_of = data.as_of(viewer)
    periods = [Period(as_of - timedelta(days=w - 1), as_of) for w in WINDOWS]
    answer = data.ask(viewer, FIGURES, Scope(periods[0]), by=["campaign"], periods=periods, alike=True)
    answer = answer.rename(columns={"accepted_of_decided": "accepted"})
    fresh = since_the_load(viewer)
    # Ten at least, as for those who see only totals: both departments must read the same alarm.
    fresh = fresh[fresh["decided"] >= data.reader(viewer).stores.settings.smallest_cell].set_index(
        "campaign_id"
    )
    for column in ("decided", "accepted"):
        answer[column] = answer[column] + answer["campaign"].map(fresh[column].astype(float)).fillna(0)
    answer["window"] = answer["period"].map(dict(enumerate(WINDOWS)))
    alarms = batch.alarms(answer[["campaign", "window", "decided", "accepted"]])
    alarms = alarms[alarms["campaign"].notna()]
    return alarms.merge(data.frame(viewer, named()), left_on="campaign", right_on="campaign_id", how="left")


def show(viewer: Viewer) -> int:
    """Say every alarm in a box; how many there are."""
    alarms = found(viewer)
    for row in alarms.itertuples():
        st.warning(_words(row, viewer), icon=":material/notification_important:")
    return len(alarms)


def _words(row: Any, viewer: Viewer) -> str:
    as_of = data.as_of(viewer)
    over = pd.notna(row.ends_on) and pd.Timestamp(row.ends_on).date() < as_of
    until = f" It ended on {day(pd.Timestamp(row.ends_on))}." if over else " It is running."
    name = escaped(str(row.name if isinstance(row.name, str) else row.campaign))
    return (
        f"**Sales accepts few leads of “{name}”**: {row.accepted:,.0f} of {row.decided:,.0f} "
        f"({share(row.accepted / row.decided)}) in {row.window} days, other campaigns {share(row.usual)}. A batch "
        f"of this size should not fall below {share(row.limit)}.{until} Marketing and Sales both read this."
    )
