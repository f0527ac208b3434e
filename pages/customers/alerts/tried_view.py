"""What was done about the customer's alerts, by whom, and the way back from a mis-clicked step."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from pages.components import data
from pages.customers.alerts import alert_card
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.alerts import alert_queue
from workflow.alerts.alert_rows import Alert, ClosedAlert, RecordedStep
from workflow.alerts.alert_steps import HISTORY, STEPS
from workflow.records.people import called

_AT_MOST = 20


def show(viewer: Viewer, customer_id: str, today: date) -> None:
    """The lines of every alert, latest first; a step that was taken back says so."""
    st.header("Actions so far")
    reader = data.reader(viewer)
    done = alert_queue.steps(reader, customer_id)
    if done.empty:
        st.caption("No step has been recorded yet.")
        return
    names = called(connect.here(), done["taken_by"])
    for step in rows_of(done.head(_AT_MOST), RecordedStep):
        note = f": {step.note}" if step.note else ""
        until = "" if step.until is None else f", until {day(step.until)}"
        back = " (undone)" if step.taken_back else ""
        st.text(
            f"{day(step.taken_at)} · {HISTORY.get(step.step, step.step)}{until}{note} ({names[step.taken_by]}){back}"
        )
    if len(done) > _AT_MOST:
        st.caption(f"The latest {_AT_MOST} of {len(done)}.")
    _way_back(viewer, customer_id, done, today)


def _way_back(viewer: Viewer, customer_id: str, done: pd.DataFrame, today: date) -> None:
    """For the latest step that stands, if it is the viewer's to take back."""
    reader = data.reader(viewer)
    standing = done[done["step"].isin(list(STEPS)) & ~done["taken_back"]]
    if standing.empty:
        return
    last = standing.iloc[0]
    if viewer.role == "relationship_manager" and last["taken_by"] != viewer.username:
        return
    alerts = [
        *rows_of(alert_queue.open_alerts(reader, customer_id, today), Alert),
        *rows_of(alert_queue.closed_alerts(reader, today - timedelta(days=30), customer_id), ClosedAlert),
    ]
    for alert in alerts:
        if alert.alert_id == last["alert_id"]:
            alert_card.correction(alert, STEPS[last["step"]], viewer)
