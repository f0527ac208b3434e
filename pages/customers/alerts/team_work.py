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
        "Counted in alerts, snoozed ones too; a customer may have several. Not among them: what waits in the pool."
    )
    frame = pd.DataFrame(
        {
            "RM": load["name"],
            "Open alerts": load["open"],
            "Due within 7 days": load["due"],
            "Overdue": load["overdue"],
            "Capacity per week": load["weekly_capacity"],
            "Weeks of calls": rounded_column(load["weeks"], 1),
        }
    )
    tables.show(frame, "workload")
    for move in workload.suggestions(alerts, load):
        with st.container(horizontal=True, vertical_alignment="center", key=f"move-{move.alert_id}"):
            who = move.full_name or f"Customer {move.customer_id}"
            st.caption(
                escaped(f"Suggested: {who} ({move.title}) from {move.from_name} to {move.to_name}."),
                width="content",
            )
            forms.button(
                f"suggested {move.alert_id} {move.version} {move.to_rm}",
                "Move",
                partial(_move, move),
                key=f"suggested-{move.alert_id}",
                icon=":material/swap_horiz:",
            )
    _move_any(alerts, load, viewer)


def _move_any(alerts: pd.DataFrame, load: pd.DataFrame, viewer: Viewer) -> None:
    if alerts.empty:
        return
    by_id = {alert.alert_id: alert for alert in rows_of(alerts, Alert)}
    names = dict(zip(load["rm_id"], load["name"], strict=True))

    def label_of(alert_id: str) -> str:
        alert = by_id[alert_id]
        return f"{alert.called}: {alert.title} ({names.get(alert.rm_id, 'not in your team')})"

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        alert_id, to_rm = str(values["alert"]), values["to"]
        if alert_id not in by_id:
            raise ChangeRefused("Choose an alert, and move it again.")
        assignment.reassign(
            connect.here(),
            viewer,
            alert_id,
            None if to_rm == POOL else to_rm,
            str(values["why"] or ""),
            by_id[alert_id].version,
        )
        return "Moved. The customer stays with their own RM."

    with st.expander("Move an alert"), forms.form("move") as form:
        first = next(iter(by_id))
        st.selectbox("Alert", list(by_id), format_func=label_of, key=form.keep("alert", first, among=by_id))
        choices = [*names, POOL]
        st.selectbox(
            "To",
            choices,
            format_func=lambda rm: "Back to the pool" if rm == POOL else names[rm],
            key=form.keep("to", choices[0], among=choices),
        )
        st.text_input("Why", max_chars=200, placeholder="Both colleagues read this", key=form.keep("why", ""))
        form.submit("Move", write, icon=":material/swap_horiz:")


def _move(move: workload.Move, viewer: Viewer, _: Mapping[str, Any]) -> str:
    assignment.reassign(
        connect.here(), viewer, move.alert_id, move.to_rm, "To balance the work", move.version
    )
    return f"Moved to {move.to_name}."
