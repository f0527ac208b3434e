"""The customer's journey on one time line, a lane per department, and the same as a table."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from metrics.customers import timeline as about
from pages.components import charts, data, tables, time_charts
from pages.customers.alerts.alert_card import escaped
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from warehouse.sql.moments import only_a_day, wall

_MARKS = {
    "Signed a contract for": "star",
    "Opened": "square",
    "Closed": "x",
    "Complained": "triangle-up",
    "Case settled": "circle-open",
}
"""What stands out has a mark of its own; everything else is a dot."""


def show(viewer: Viewer, customer_id: str, today: date) -> None:
    """From the first touch to the last case, in the order of the stages; only the departments the viewer may see."""
    st.header("The journey so far")
    wanted = frozenset(
        t
        for t in ("leads", "touches", "tickets", "surveys", "accounts")
        if t in data.available_columns(viewer) and data.may_see(viewer, t)
    )
    statement = about.journey(customer_id, today, wanted)
    events = data.frame(viewer, statement) if statement is not None else pd.DataFrame()
    if events.empty:
        tables.empty("No contact, case or contract of this customer is on record.")
        return
    events = events.iloc[::-1].assign(at=pd.to_datetime(events["at"]))
    first, last = events.iloc[0], events.iloc[-1]
    st.caption(
        f"{len(events)} events from {day(first['at'])} ({escaped(_said(first).lower())}) to {day(last['at'])} "
        f"({escaped(_said(last).lower())}). Star: contract signed. Triangle: complaint. Square: account opened."
        + (" Cross: account closed." if (events["what"] == "Closed").any() else "")
    )
    lanes = [d for d in about.DEPARTMENTS if (events["department"] == d).any()]
    charts.show(
        time_charts.timeline(lanes, _marked(events)),
        alt=f"Time line of {len(events)} events in {', '.join(lanes)}, from {day(first['at'])} to {day(last['at'])}",
        key="journey",
    )
    with st.expander("Show as a table"):
        newest = events.iloc[::-1]
        shown = pd.DataFrame(
            {
                "When": newest["at"],
                "Department": newest["department"],
                "What": [plain(w).capitalize() for w in newest["what"]],
                "About": [plain(d) for d in newest["detail"]],
            }
        )
        tables.show(shown, "journey-table", When=st.column_config.DateColumn(format="D MMM YYYY"))


def _marked(events: pd.DataFrame) -> list[dict[str, str]]:
    # A day without a time stands in the middle of the day: before nothing and after nothing that happened on it.
    noon = pd.Series(wall(events["at"]), events.index) + pd.Timedelta(hours=12)
    at = events["at"].mask(only_a_day(events["at"]), noon)
    return [
        {
            "at": row.at.isoformat(),
            "lane": row.department,
            "text": _said(row._asdict()),
            "mark": _MARKS.get(row.what, "circle"),
            "label": "",
        }
        for row in events.assign(at=at).itertuples()
    ]


def _said(event: "pd.Series | dict[str, object]") -> str:
    what, detail = plain(str(event["what"])).capitalize(), event["detail"]
    told = plain(detail) if isinstance(detail, str) else ""
    # An e-mail by e-mail says nothing twice.
    return f"{what}: {told}" if told and told.lower() != what.lower() else what
