"""The batch alarm: which campaigns' leads Sales accepts below the limit, said alike to Marketing and to Sales."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from metrics.attribution.campaign_names import named
from metrics.comparison.words import day, numeral, share
from metrics.definitions.scope import Period, Scope
from models.experiments import control_limits
from pages.components import data, forms
from pages.customers.alerts.alert_card import escaped
from warehouse.access.reader import Viewer
from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.stores import connect
from workflow.campaigns import campaign_alarms
from workflow.qualification import lead_decisions
from workflow.records import people

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
    if "leads" not in data.available_columns(viewer):
        return pd.DataFrame(columns=["campaign", "ends_on"])
    as_of = data.as_of(viewer)
    periods = [Period(as_of - timedelta(days=w - 1), as_of) for w in WINDOWS]
    answer = data.ask(viewer, FIGURES, Scope(periods[0]), by=["campaign"], periods=periods, alike=True)
    answer = answer.rename(columns={"accepted_of_decided": "accepted"})
    fresh = since_the_load(viewer)
    # Ten at least, as for those who see only totals: both departments must read the same alarm.
    enough = is_enough(fresh["decided"], data.reader(viewer).smallest_cell)
    fresh = fresh[enough].set_index("campaign_id")
    for column in ("decided", "accepted"):
        answer[column] = answer[column] + answer["campaign"].map(fresh[column].astype(float)).fillna(0)
    answer["window"] = answer["period"].map(dict(enumerate(WINDOWS)))
    alarms = control_limits.alarms(answer[["campaign", "window", "decided", "accepted"]])
    alarms = alarms[alarms["campaign"].notna()]
    return alarms.merge(data.frame(viewer, named()), left_on="campaign", right_on="campaign_id", how="left")


def show(viewer: Viewer) -> int:
    """Say every alarm that stands in a box, with the way to close it, and list those that ended; how many stand."""
    alarms = campaign_alarms.how_ended(found(viewer), data.reader(viewer), data.as_of(viewer))
    stand = campaign_alarms.stands(alarms)
    for row in alarms[stand].itertuples():
        st.warning(_words(row), icon=":material/notification_important:")
        if viewer.role in campaign_alarms.MAY_CLOSE:
            _close(str(row.campaign), data.as_of(viewer))
    ended = alarms[~stand]
    if len(ended):
        with st.expander(f"Campaign alarms that ended ({len(ended)})"):
            names = people.called(connect.here(), ended["taken_by"].dropna())
            for row in ended.itertuples():
                st.text(_ended(row, names))
    return int(stand.sum())


def _close(campaign_id: str, as_of: date) -> None:
    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        why = str(values["why"] or "")
        campaign_alarms.close_alarm(connect.here(), viewer, campaign_id, why, as_of)
        return "The alarm is closed. Your reason is in the campaign's history."

    with (
        st.popover("Close this alarm", icon=":material/notifications_off:", type="tertiary"),
        forms.form(f"alarm {campaign_id}") as form,
    ):
        st.caption(
            f"Both departments read your reason. After {campaign_alarms.QUIET_DAYS} days the alarm comes back if Sales "
            "still accepts as few."
        )
        st.text_input("Why it is closed", max_chars=500, key=form.keep("why", ""))
        form.submit("Close it", write)


def _figures(row: Any) -> str:
    return f"{numeral(row.accepted)} of {numeral(row.decided)} ({share(row.accepted / row.decided)}) in {row.window} days"


def _name(row: Any) -> str:
    return str(row.name if isinstance(row.name, str) else row.campaign)


def _ended(row: Any, names: Mapping[str, str]) -> str:
    """How an alarm ended, with what it was about."""
    if isinstance(row.taken_by, str):
        how = f"closed by {names[row.taken_by]} on {day(row.taken_at)}: {row.note}"
    elif pd.notna(row.over_on):
        how = f"ended with the campaign on {day(row.over_on)}."
    else:
        how = "ended when Marketing closed the campaign."
    return f"{_name(row)}: Sales accepted {_figures(row)}; {how}"


def _words(row: Any) -> str:
    return (
        f"**Sales accepts few leads of “{escaped(_name(row))}”**: {_figures(row)}, other campaigns {share(row.usual)}. "
        f"A batch of this size should not fall below {share(row.limit)}. It is running. This is about acceptance in "
        "these days, and no conclusion on the campaign. Marketing and Sales both read this."
    )
