"""The pool of alerts nobody works yet; and for a team lead how the work lies, what could move, and moving it."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import hkd, rounded_column
from pages.components import data, forms, tables
from pages.components.typed_text import escaped
from pages.customers.alerts import book_view
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.errors import ChangeRefused
from warehouse.stores import connect
from workflow.alerts import alert_queue, assignment, workload
from workflow.alerts.alert_rows import Alert

AT_ONCE = 6
POOL = "the pool"


def pool(viewer: Viewer) -> None:
    """Alerts that wait for somebody: an RM takes one; of two who press at once, one is told that she was second."""
    waiting = alert_queue.pool(data.reader(viewer), data.as_of(viewer))
    if waiting.empty:
        return
    st.header(f"{len(waiting)} unassigned")
    st.caption("Whoever takes one works it, and sees the customer until it is closed.")
    for alert in rows_of(waiting.head(AT_ONCE), Alert):
        _waiting(alert, viewer)
    if len(waiting) > AT_ONCE:
        st.caption(f"{len(waiting) - AT_ONCE} more follow when these are taken.")


def _waiting(alert: Alert, viewer: Viewer) -> None:
    alert_id = alert.alert_id
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"pool-{alert_id}"):
        st.markdown(f"**{escaped(alert.called)}**", width="content")
        stake = hkd(alert.value_at_stake)
        st.caption(escaped(f"{alert.title}. {stake} at stake."), width="content")

        def write(viewer: Viewer, _: Mapping[str, Any]) -> str:
            assignment.claim(connect.here(), viewer, alert_id)
            return "It is yours: you find it in your queue."

        if viewer.role == "relationship_manager":
            forms.button(
                f"claim {alert_id}", "Take it", write, key=f"claim-{alert_id}", icon=":material/back_hand:"
            )


def lie_of_the_work(alerts: pd.DataFrame, viewer: Viewer, today: date) -> None:
    """What each RM of the team has open against what she can do, suggestions, and the form to move any alert."""
    load = workload.workload(alerts, data.reader(viewer), today)
    st.header("Workload")
    st.text(workload.in_words(load))
    st.caption(
        "Counted in customers, snoozed ones too; one call settles all reasons. Not among them: what waits in the pool."
    )
    frame = pd.DataFrame(
        {
            "RM": load["name"],
            "Customers to call": load["open"],
            "Due within 7 days": load["due"],
            "Overdue": load["overdue"],
            "Capacity per week": load["weekly_capacity"],
            "Weeks of calls": rounded_column(load["weeks"], 1),
            "Index": rounded_column(load["index"], 0),
        }
    )
    index = st.column_config.NumberColumn(
        help="Customers to call for the weekly capacity, where one due within 7 days counts twice and one overdue three "
        "times. 100 is the average of the team.",
        format="localized",
    )
    tables.show(frame, "workload", columns={"Index": index})
    for move in workload.suggestions(alerts, load):
        with st.container(horizontal=True, vertical_alignment="center", key=f"move-{move.customer_id}"):
            who = move.full_name or f"Customer {move.customer_id}"
            reasons = "; ".join(move.titles)
            st.caption(
                escaped(f"Suggested: {who} ({reasons}) from {move.from_name} to {move.to_name}."),
                width="content",
            )
            forms.button(
                f"suggested {move.customer_id} {dict(move.seen)} {move.to_rm}",
                "Move",
                partial(_move, move),
                key=f"suggested-{move.customer_id}",
                icon=":material/swap_horiz:",
            )
    _move_any(alerts, load, viewer)
    book_view.show(viewer, load)


def _move_any(alerts: pd.DataFrame, load: pd.DataFrame, viewer: Viewer) -> None:
    if alerts.empty:
        return
    names = dict(zip(load["rm_id"], load["name"], strict=True))
    customers: dict[str, str] = {}
    seen: dict[str, dict[str, int]] = {}
    for alert in rows_of(alerts, Alert):
        has = names.get(alert.rm_id or "", "not in your team")
        customers.setdefault(alert.customer_id, f"{alert.called} ({has})")
        seen.setdefault(alert.customer_id, {})[alert.alert_id] = alert.version

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        customer, to_rm = values["customer"], values["to"]
        if customer not in seen or to_rm is None:
            raise ChangeRefused("Choose a customer and who gets them, and move again.")
        target = None if to_rm == POOL else str(to_rm)
        assignment.reassign_all(connect.here(), viewer, seen[customer], target, str(values["why"] or ""))
        return "Moved, with all reasons. The customer stays with their own RM."

    drawn = " ".join(f"{a} {v}" for alerts_of in seen.values() for a, v in alerts_of.items())
    with st.expander("Move a customer"), forms.form("move", drawn) as form:
        st.selectbox(
            "Customer",
            list(customers),
            format_func=lambda customer: customers[customer],
            index=None,
            placeholder="Choose",
            key=form.keep("customer", None, among=customers),
        )
        choices = [*names, POOL]
        st.selectbox(
            "To",
            choices,
            format_func=lambda rm: "Back to the pool" if rm == POOL else names[rm],
            index=None,
            placeholder="Choose",
            key=form.keep("to", None, among=choices),
        )
        st.text_input("Why", max_chars=200, placeholder="Both colleagues read this", key=form.keep("why", ""))
        form.submit("Move", write, icon=":material/swap_horiz:")


def _move(move: workload.Move, viewer: Viewer, _: Mapping[str, Any]) -> str:
    assignment.reassign_all(connect.here(), viewer, move.seen, move.to_rm, "To balance the work")
    return f"Moved to {move.to_name}."
