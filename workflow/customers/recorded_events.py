"""What colleagues recorded about a customer, as events of the journey: steps on alerts, logged contacts, notes."""

from __future__ import annotations

import pandas as pd

from warehouse.access.reader import Reader
from warehouse.access.roles import sees_single_rows
from warehouse.access.typed_rows import rows_of
from warehouse.app_db.app_schema import alert_steps, interactions
from workflow.alerts import alert_queue
from workflow.alerts.alert_steps import HISTORY
from workflow.collaboration import interactions as logs
from workflow.collaboration.interactions import LoggedContact
from workflow.collaboration.record_kind import RELATIONSHIP

COLUMNS = ("at", "department", "what", "detail")


def of_customer(reader: Reader, customer_id: str) -> pd.DataFrame:
    """`at`, `department`, `what` in words and `detail`, the note; what was taken back is left out."""
    rows = []
    role = reader.viewer.role
    if sees_single_rows(role, alert_steps.name):
        steps = alert_queue.steps(reader, customer_id)
        for _, step in steps[~steps["taken_back"] & (steps["step"] != "corrected")].iterrows():
            rows.append(
                (step["taken_at"], RELATIONSHIP, HISTORY.get(step["step"], step["step"]), step["note"])
            )
    if sees_single_rows(role, interactions.name):
        for entry in rows_of(logs.logged(reader, customer_id), LoggedContact):
            if not entry.taken_back:
                rows.append((entry.happened_on, entry.department, entry.words, entry.note))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.assign(at=pd.to_datetime(frame["at"]), detail=frame["detail"].replace("", None))
