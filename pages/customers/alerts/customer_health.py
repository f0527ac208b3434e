"""Customer health: the queue of the signed-in RM, or of the team, first to call first, and what changed since Monday."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from metrics.definitions.scope import Scope
from pages.components import data, page_help, tables
from pages.customers import score_note
from pages.customers.alerts import alert_checks, meeting_pack, queue_table, risk_spread, team_work
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from workflow.alerts import alert_queue
from workflow.alerts.alert_rows import ClosedAlert
from workflow.alerts.queue_changes import Changes, changes
from workflow.alerts.queue_facts import with_facts
from workflow.experiments.persuadable import WORTH_A_CALL

SHOWN = {
    "all": "All open",
    "due": "Due within 7 days",
    "overdue": "Overdue",
    "new": "Not started",
    "working": "Started",
    "escalated": "Team lead told",
    "snoozed": "Snoozed",
}
ALWAYS = ("all", "due", "overdue", "new", "working")
AT_ONCE = 5


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, what changed since Monday, the queue, the team's work, and what was closed lately."""
    today = data.as_of(viewer)
    alerts, people, counts, since, done = data.until_changed(viewer, work_of, today)
    st.title(_headline(counts, viewer))
    _changed(since)
    score_note.show(viewer, today)
    _ended(done)
    if people.empty:
        alert_checks.none_flagged(viewer, "No customer of yours is flagged.", today)
    else:
        _queue(alerts, people, counts, viewer, today)
    team_work.pool(viewer)
    if viewer.role == "team_lead":
        team_work.lie_of_the_work(alerts, viewer, today)
    risk_spread.show(viewer, today)
    meeting_pack.show(people, since, today)
    _closed(done, since)
    page_help.show("customer-health", viewer)


Work = tuple[pd.DataFrame, pd.DataFrame, dict[str, int], Changes, pd.DataFrame]


def work_of(viewer: Viewer, today: date) -> Work:
    """The open alerts, their customers in order, how many of each kind, and what changed since Monday."""
    reader = data.reader(viewer)
    alerts = alert_queue.open_alerts(reader, today=today)
    people = with_facts(reader, alert_queue.by_customer(alerts), today)
    since = changes(reader, people, today)
    done = alert_queue.closed_alerts(reader, since=since.since)
    return alerts, people, alert_queue.counts(people, today), since, done


def _headline(counts: dict[str, int], viewer: Viewer) -> str:
    whose = "Your team has" if viewer.role == "team_lead" else "You have"
    if not counts["open"]:
        return alert_checks.nobody_to_call(viewer)
    people = "customer" if counts["open"] == 1 else "customers"
    pressing = counts["due"] + counts["overdue"]
    return f"{whose} {counts['open']} {people} to call, {pressing or 'none'} due within 7 days or overdue"


def _changed(since: Changes) -> None:
    """The meeting's first question in one line."""
    worse = "not known yet" if since.worse is None else len(since.worse)
    st.caption(
        f"Since Monday {day(since.since)}. Newly flagged: {len(since.new)}. Worse: {worse}. Accepted an offer: "
        f"{len(since.accepted)}. Alerts closed: {since.closed}. Now due within 7 days: {len(since.due)}. Overdue: "
        f"{len(since.overdue)}.",
        help="Newly flagged: an alert was raised since that Monday, whatever became of it. Worse, of those still "
        "open: the chance of leaving rose by 5 in 100 or more since the last nightly run before that Monday. Accepted "
        "says what the customer did, not that the call brought it about: the page Impact compares.",
    )


def _queue(
    alerts: pd.DataFrame, people: pd.DataFrame, counts: dict[str, int], viewer: Viewer, today: date
) -> None:
    numbers = counts | {"all": counts["open"]}
    offered = [kind for kind in SHOWN if kind in ALWAYS or numbers[kind]]
    requested = st.query_params.get("show", "all")
    view = st.segmented_control(
        "Show",
        offered,
        format_func=lambda s: f"{SHOWN[s]} ({numbers[s]})",
        default=requested if requested in offered else "all",
        key="show",
        label_visibility="collapsed",
    )
    # By hand: a bound widget would write its label with the count into the address, which changes every day.
    st.query_params["show"] = view or "all"
    masks = alert_queue.kinds(people, today)
    chosen = people[masks[view]] if view in masks else people[~masks["snoozed"]]
    if chosen.empty:
        tables.empty("No customer of this kind.", "Choose “All open” to see the others.")
    else:
        queue_table.show(alerts, chosen, viewer, today)
    st.caption(f"{alert_queue.units(alerts, people, today)} {_order(people)}")


def _order(people: pd.DataFrame) -> str:
    """By what the queue is ordered, and whether anybody knows who can be saved."""
    if people["saved"].notna().any():
        can = int((people["saved"] >= WORTH_A_CALL).sum())
        return (
            "In the order to work them: deposits and investments × chance that a call keeps the customer. "
            f"{can} of {len(people)} can probably be saved."
        )
    return (
        "In the order to work them: deposits and investments × chance of leaving. Who of them can be saved is not yet "
        "known: not enough data yet."
    )


def _ended(done: pd.DataFrame) -> None:
    """What somebody had started on and need not finish, with the reason: it is not just gone from the list."""
    ended = done[done["started"] & done["outcome"].isin(list(alert_queue.BY_ITSELF))]
    if ended.empty:
        return
    with st.container(border=True, gap="xsmall"):
        title = (
            "1 alert that was started has ended"
            if len(ended) == 1
            else f"{len(ended)} started alerts have ended"
        )
        st.markdown(f":material/task_alt: **{title} by the nightly run**")
        for alert in rows_of(ended.head(AT_ONCE), ClosedAlert):
            st.text(f"{alert.called}: {alert.title}. {alert_queue.ending_words(alert)}")
        if len(ended) > AT_ONCE:
            st.caption(f"The latest {AT_ONCE}; the others are among those closed since Monday, below.")


def _closed(done: pd.DataFrame, since: Changes) -> None:
    with st.expander(f"Closed since Monday {day(since.since)} ({len(done)})"):
        if done.empty:
            st.caption("None yet.")
        for alert in rows_of(done.head(50), ClosedAlert):
            st.text(f"{alert.called}: {alert.title}. {alert_queue.ending_words(alert)}")
