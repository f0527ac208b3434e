"""Messages: where they go, what waits and why, what was sent; and trying again at once."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral
from metrics.definitions.scope import Scope
from pages.components import data, forms, tables
from pages.governance import messages
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.messages import destinations, outbox_work

SHOWN = 200
MOMENT = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=140)


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, the outbox, and where messages go."""
    reader = data.reader(viewer)
    rows = outbox_work.latest(reader, SHOWN)
    waits = int((rows["sent_at"].isna() & rows["ended_at"].isna()).sum())
    there = destinations.listing(reader)
    go_to = f"{numeral(len(there))} {'destination' if len(there) == 1 else 'destinations'}"
    st.title(
        f"{numeral(waits) if waits else 'No'} {'message waits' if waits == 1 else 'messages wait'}; {go_to}"
    )
    messages.show(viewer)
    st.header("Outbox")
    if rows.empty:
        tables.empty(
            "No message has been due yet.",
            "One is written when something happens that somebody wants to hear of.",
        )
    else:
        when = dict.fromkeys(("Written", "Sent", "Next try not before"), MOMENT)
        tables.show(_frame(rows), "outbox", columns=when)
    if waits:
        forms.button("retry", "Try again with the next run", _retry, icon=":material/refresh:")
    st.header("Where messages go")
    _destinations(there)


def _frame(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "To": rows["username"],
            "Message": [destinations.WHAT.get(what, what) for what in rows["what"]],
            "State": [_state(row) for row in rows.to_dict("records")],
            "Written": pd.to_datetime(rows["written_at"]),
            "Sent": pd.to_datetime(rows["sent_at"]),
            "Failed runs": rows["failed_runs"],
            "Next try not before": pd.to_datetime(rows["next_try_at"]),
            "Why given up": rows["ended_why"],
        }
    )


def _state(row: Mapping[Any, Any]) -> str:
    if pd.notna(row["sent_at"]):
        return "Sent"
    if pd.notna(row["ended_at"]):
        return "Given up"
    return "Waits after a failed run" if row["failed_runs"] else "Waits"


def _retry(viewer: Viewer, _: Mapping[str, Any]) -> str:
    freed = outbox_work.retry(connect.here(), viewer)
    return f"The next run of “messages deliver” tries {numeral(freed)} again."


def _destinations(there: list[Any]) -> None:
    if there:
        frame = pd.DataFrame(
            {
                "Number": [row.destination_id for row in there],
                "To": [row.username for row in there],
                "Message": [destinations.WHAT.get(row.what, row.what) for row in there],
                "Variable that holds the address": [row.variable for row in there],
            }
        )
        tables.show(frame, "destinations")
    else:
        tables.empty("Nobody gets messages yet.")
    left, right = st.columns(2, gap="large")
    with left, forms.form("new destination", border=True) as form:
        st.markdown("**Add a destination**")
        st.text_input("User name", max_chars=64, key=form.keep("username", ""))
        kinds = list(destinations.WHAT)
        st.selectbox(
            "Message",
            kinds,
            format_func=destinations.WHAT.__getitem__,
            key=form.keep("what", kinds[0], among=kinds),
        )
        st.text_input(
            "Variable",
            placeholder="CONCORD_MESSAGES_TEAM_EAST",
            max_chars=60,
            key=form.keep("variable", ""),
            help="The environment variable that holds the address. The address itself is never typed here.",
        )
        form.submit("Add it", _added, icon=":material/add:")
    if not there:
        return
    numbers = [row.destination_id for row in there]
    names = {row.destination_id: f"{row.destination_id}: {row.username}" for row in there}
    with right, forms.form("end of a destination", border=True) as form:
        st.markdown("**End a destination**")
        st.caption("Nothing is sent there any more, not even what waits.")
        st.selectbox(
            "Destination",
            numbers,
            format_func=lambda number: names.get(number, str(number)),
            index=None,
            placeholder="Choose",
            key=form.keep("number", among=numbers),
        )
        form.submit("End it", _ended, icon=":material/block:")


def _added(viewer: Viewer, values: Mapping[str, Any]) -> str:
    username, what, variable = (str(values[of] or "").strip() for of in ("username", "what", "variable"))
    outbox_work.add_destination(connect.here(), viewer, username, what, variable)
    return f"Messages to {username} go to the address in {variable}."


def _ended(viewer: Viewer, values: Mapping[str, Any]) -> str:
    outbox_work.end_destination(connect.here(), viewer, int(values["number"] or 0))
    return "Nothing is sent there any more."
