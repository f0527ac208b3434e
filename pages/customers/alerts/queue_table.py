"""The queue as a table: a line per customer in the order to work them, searched, filtered, and worked several at once."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.currency import currency
from metrics.comparison.words import day, rounded_column
from pages.components import tables, worklist
from pages.components.worklist import AT_MOST
from pages.customers.alerts import several_at_once
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from workflow.alerts.alert_rows import FlaggedCustomer


def show(alerts: pd.DataFrame, people: pd.DataFrame, viewer: Viewer, today: date) -> None:
    """The lines of `people` (`queue_facts.with_facts`, in order), and what can be done with those that are ticked."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _narrowed(people)
        bar = st.container(horizontal=True, vertical_alignment="bottom", width="content")
    if chosen.empty:
        tables.empty("No customer fits.", "Empty the search or the filter to see the others.")
        return
    listed = chosen.head(AT_MOST)
    drawn = (f"{c} {v}" for c, v in zip(listed["customer_id"], listed["version"], strict=True))
    ticked = worklist.ticked(_lines(listed, today), "queue-table", drawn, columns=_columns(listed))
    picked = listed.iloc[ticked]
    worklist.left_out(len(chosen), AT_MOST, " customers", "Search or filter")
    with bar:
        first = rows_of((picked if ticked else listed).head(1), FlaggedCustomer)[0]
        worklist.open_button("queue", first.called, first.customer_id, ticked=bool(ticked))
        if len(picked):
            mine = alerts[alerts["customer_id"].isin(list(picked["customer_id"]))]
            several_at_once.show(mine, viewer, today)


def _narrowed(people: pd.DataFrame) -> pd.DataFrame:
    """Those of the customers that fit what was typed and chosen."""
    words = worklist.words_searched("queue", "Search name, number or reason", 260)
    segments = sorted({plain(s) for s in people["segment"].dropna()})
    reasons = sorted({title for titles in people["titles"] for title in titles})
    with st.popover("Filter", icon=":material/filter_alt:"):
        of_segment = st.pills("Segment", segments, selection_mode="multi", key="queue-segments")
        for_reason = st.multiselect("Reason to call", reasons, key="queue-reasons", placeholder="All")
    text = people["full_name"].fillna("") + " " + people["customer_id"] + " " + people["titles"].map(" ".join)
    fits = worklist.have_all(text, words)
    if of_segment:
        fits &= people["segment"].map(plain, na_action="ignore").isin(of_segment)
    if for_reason:
        fits &= people["titles"].map(lambda titles: not set(for_reason).isdisjoint(titles))
    return people[fits]


def _lines(people: pd.DataFrame, today: date) -> pd.DataFrame:
    flagged = rows_of(people, FlaggedCustomer)
    saved = people["saved"].astype(float)
    frame = pd.DataFrame(
        {
            "Customer": [alert.called for alert in flagged],
            "Segment": [None if alert.segment is None else plain(alert.segment) for alert in flagged],
            f"{currency()} at stake": rounded_column(people["value_at_stake"].astype(float)).to_list(),
            "Risk, %": rounded_column(100 * people["chance"].astype(float), 1).to_list(),
            "Can be kept, %": rounded_column(100 * saved, 1).to_list(),
            "Reason": [_reason(alert.titles) for alert in flagged],
            "Due": pd.to_datetime(people["due_on"]).to_list(),
            "Status": [status(alert, today) for alert in flagged],
            "Contacted": pd.to_datetime(people["contacted_on"]).to_list(),
            "Next task": people["next_task"].to_list(),
            "Reasons at the time": [" ".join(alert.facts) for alert in flagged],
            f"Order, {currency()}": rounded_column(people["worth"].astype(float)).to_list(),
        }
    )
    return frame if saved.notna().any() else frame.drop(columns="Can be kept, %")


def _reason(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{len(titles)} reasons: {'; '.join(titles)}"


def _columns(people: pd.DataFrame) -> tables.Columns:
    by = (
        "the chance that a call keeps the customer"
        if people["saved"].notna().any()
        else "the chance of leaving"
    )
    number = st.column_config.NumberColumn
    return {
        "Customer": st.column_config.TextColumn(pinned=True, width="medium"),
        "Segment": st.column_config.TextColumn(width="small"),
        f"{currency()} at stake": number(
            width=105, help="Deposits and investments as of the last night.", format="localized"
        ),
        "Risk, %": number(
            width=65,
            help="Of customers like this one, the share that leave within 90 days.",
            format="localized",
        ),
        "Can be kept, %": number(
            width="small",
            help="The chance that a call keeps the customer, from the held-out customers.",
            format="localized",
        ),
        "Reason": st.column_config.TextColumn(width="medium"),
        "Due": st.column_config.DateColumn(format="D MMM YYYY", width=100),
        "Status": st.column_config.TextColumn(width="small"),
        "Contacted": st.column_config.DateColumn(
            format="D MMM YYYY",
            width=100,
            help="The last day somebody spoke with the customer: a call, branch visit or event, a step, or a contact "
            "that a colleague logged.",
        ),
        "Next task": st.column_config.TextColumn(
            width="medium", help="The first open task for the customer, and the day it is due."
        ),
        "Reasons at the time": st.column_config.TextColumn(
            width="large",
            help="What held when the alert was made: since when, and what it was a week before.",
        ),
        f"Order, {currency()}": number(
            width="small",
            help=f"What the list is ordered by: what is at stake × {by}. Where that chance is not known, the one in "
            "the middle of the list stands in for it.",
            format="localized",
        ),
    }


def status(alert: FlaggedCustomer, today: date) -> str:
    """Where the work on a customer stands, in two or three words; what presses comes first."""
    if alert.snoozed:
        return f"Back on {day(alert.snoozed_until)}"
    stands = "Started" if alert.status == "working" else "Not started"
    late = "Overdue, " if alert.due_on.date() < today else ""
    lead = ", lead knows" if alert.escalated_on is not None else ""
    return f"{late}{stands.lower() if late else stands}{lead}"
