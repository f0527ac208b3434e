"""The batch alarm: which campaigns' leads Sales accepts below the limit, said alike to Marketing and to Sales."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from metrics.attribution.campaign_names import named
from metrics.comparison.words import day, numeral, share
from metrics.definitions.scope import Period, Scope, full_months
from models.experiments import control_limits
from pages.components import data, forms
from pages.components.typed_text import escaped
from warehouse.access.reader import Reader, Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.campaigns import campaign_alarms
from workflow.campaigns.campaign_alarms import AlarmedCampaign
from workflow.qualification import lead_decisions
from workflow.records import people

WINDOWS = (1, 3, 12)
"""Full months that are over: a campaign that has just turned bad shows in the short ones first."""
FIGURES = ("decided", "accepted_of_decided")


def names(viewer: Viewer) -> dict[str, str]:
    """Campaign code → name."""
    return data.cached(viewer, names_of)


def names_of(reader: Reader) -> dict[str, str]:
    """The same for a reader."""
    campaigns = reader.frame(named())
    return dict(
        zip(campaigns["campaign_id"], campaigns["name"].fillna(campaigns["campaign_id"]), strict=True)
    )


def since_the_load(viewer: Viewer, scope: Scope | None = None) -> pd.DataFrame:
    """What Sales recorded here after the last day loaded, by campaign; read fresh.

    Nothing where the decisions are not kept by the filters of the scope, and for who reads by whole months: a count
    that grows with each decision tells of that one.
    """
    filters = scope.filters if scope else ()
    if data.by_month(viewer) or not lead_decisions.are_kept_by(filters):
        return pd.DataFrame({"campaign_id": [], "decided": [], "accepted": []}).astype(
            {"campaign_id": object}
        )
    return data.reader(viewer).frame(lead_decisions.since(data.as_of(viewer), filters))


def in_alarm(viewer: Viewer) -> pd.DataFrame:
    """The campaigns in alarm, with name and last day. Every role gets the same ones."""
    if "leads" not in data.available_columns(viewer):
        return pd.DataFrame(columns=["campaign", "ends_on"])
    months = full_months(data.as_of(viewer), max(WINDOWS))
    periods = [Period(months[-count].start, months[-1].end) for count in WINDOWS]
    answer = data.ask(viewer, FIGURES, Scope(periods[0]), by=["campaign"], periods=periods, alike=True)
    answer = answer.rename(columns={"accepted_of_decided": "accepted"})
    answer["window"] = answer["period"].map(dict(enumerate(WINDOWS)))
    alarms = control_limits.alarms(answer[["campaign", "window", "decided", "accepted"]])
    alarms = alarms[alarms["campaign"].notna()]
    return alarms.merge(data.frame(viewer, named()), left_on="campaign", right_on="campaign_id", how="left")


def alarms_and_ends(viewer: Viewer) -> pd.DataFrame:
    """The campaigns in alarm, and how those ended that did."""
    return campaign_alarms.how_ended(in_alarm(viewer), data.reader(viewer), data.as_of(viewer))


def show(viewer: Viewer) -> int:
    """Say every alarm that stands in a box, with the way to close it, and list those that ended; how many stand."""
    alarms = data.until_changed(viewer, alarms_and_ends)
    if alarms.empty:
        return 0
    stand = campaign_alarms.stands(alarms)
    for alarm in rows_of(alarms[stand], AlarmedCampaign):
        st.warning(_words(alarm), icon=":material/notification_important:")
        if viewer.role in campaign_alarms.MAY_CLOSE:
            _close(alarm.campaign, data.as_of(viewer))
    ended = alarms[~stand]
    if len(ended):
        with st.expander(f"Campaign alarms that ended ({len(ended)})"):
            names = people.called(connect.here(), ended["taken_by"].dropna())
            for alarm in rows_of(ended, AlarmedCampaign):
                st.text(_ended(alarm, names))
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


def _figures(alarm: AlarmedCampaign) -> str:
    accepted, decided = alarm.accepted, alarm.decided
    return (
        f"{numeral(accepted)} of {numeral(decided)} ({share(accepted / decided)}) in {_months(alarm.window)}"
    )


def _months(count: int) -> str:
    return "the last full month" if count == 1 else f"the last {count} full months"


def _ended(alarm: AlarmedCampaign, names: Mapping[str, str]) -> str:
    """How an alarm ended, with what it was about."""
    if alarm.taken_by is not None:
        how = f"closed by {names[alarm.taken_by]} on {day(alarm.taken_at)}: {alarm.note}"
    elif alarm.over_on is not None:
        how = f"ended with the campaign on {day(alarm.over_on)}."
    else:
        how = "ended when Marketing closed the campaign."
    return f"{alarm.called}: Sales accepted {_figures(alarm)}; {how}"


def _words(alarm: AlarmedCampaign) -> str:
    runs = (
        "Its last day is not known."
        if alarm.ends_on is None
        else f"It is running until {day(alarm.ends_on)}."
    )
    return (
        f"**Sales accepts few leads of “{escaped(alarm.called)}”**: {_figures(alarm)}, other campaigns "
        f"{share(alarm.usual)}. A batch of this size should not fall below {share(alarm.limit)}. {runs} This is "
        "about acceptance in these months, and no conclusion on the campaign. Marketing and Sales both read this."
    )
