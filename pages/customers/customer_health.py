"""Customer health: the queue of the signed-in RM, or of the team, first to call first."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.scope import Scope
from pages.customers import alert_card
from pages.kit import data, tables
from warehouse.access import Viewer
from workflow import queue

SHOWN = {
    "all": "All open",
    "due": "Due within 7 days",
    "overdue": "Overdue",
    "new": "Not started",
    "working": "Started",
}
PER_PAGE = 12


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, four figures, the queue, and what was closed lately."""
    today = data.as_of(viewer)
    found = queue.by_customer(queue.open_alerts(data.reader(viewer)))
    counts = queue.counts(found, today)
    alert_card.confirm()
    st.title(_headline(counts, viewer))
    if found.empty:
        tables.empty(
            f"No customer of yours is flagged. Checked as of {today:%d %b %Y}.", "The next check is tonight."
        )
    else:
        _queue(found, counts, today)
    _closed(viewer, today)


def _headline(counts: dict[str, int], viewer: Viewer) -> str:
    whose = "Your team has" if viewer.role == "team_lead" else "You have"
    if not counts["open"]:
        return "Nobody to call today"
    people = "customer" if counts["open"] == 1 else "customers"
    pressing = counts["due"] + counts["overdue"]
    return f"{whose} {counts['open']} {people} to call, {pressing or 'none'} due within 7 days"


def _queue(found: pd.DataFrame, counts: dict[str, int], today: date) -> None:
    numbers = counts | {"all": counts["open"]}
    shown = st.segmented_control(
        "Show",
        list(SHOWN),
        format_func=lambda s: f"{SHOWN[s]} ({numbers[s]})",
        default="all",
        key="show",
        label_visibility="collapsed",
    )
    masks = queue.kinds(found, today)
    chosen = found[masks[shown]] if shown in masks else found
    st.caption("In the order to work them: money with us × chance of leaving.")
    pages = max(1, -(-len(chosen) // PER_PAGE))
    number = st.session_state.get("queue_page", 1) if pages > 1 else 1
    first = (min(number, pages) - 1) * PER_PAGE
    for alert in chosen.iloc[first : first + PER_PAGE].itertuples():
        alert_card.line(alert, today, "queue")
    if pages > 1:
        st.pagination(pages, key="queue_page")
    if chosen.empty:
        tables.empty("No customer of this kind.", "Choose “All open” to see the others.")


def _closed(viewer: Viewer, today: date) -> None:
    done = queue.closed_alerts(data.reader(viewer), since=today)
    with st.expander(f"Closed since {today:%d %b %Y} ({len(done)})"):
        if done.empty:
            st.caption("None yet.")
        for alert in done.head(50).itertuples():
            st.text(f"{alert_card.name_of(alert)}: {alert.title}. {queue.outcome_words(alert.outcome)}.")
