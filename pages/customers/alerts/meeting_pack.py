"""The pack for the Customer Health meeting: the whole queue as one table, with why, until when and where it stands."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.currency import currency
from metrics.comparison.words import day, rounded
from pages.components import tables
from warehouse.access.typed_rows import rows_of
from workflow.alerts import alert_queue
from workflow.alerts.alert_rows import FlaggedCustomer
from workflow.alerts.queue_changes import Changes


def show(people: pd.DataFrame, since: Changes, today: date) -> None:
    """The rows of `queue.by_customer` in the order to work them; those that are new or worse since Monday are marked."""
    if people.empty:
        return
    with st.expander(f"Meeting pack ({len(people)} customers)"):
        st.caption(f"As of {day(today)}, changes since Monday {day(since.since)}. In the order to work them.")
        whole = st.column_config.NumberColumn(format="localized")
        tables.show(
            _pack(people, since, today), "customer-health-pack", columns={f"At stake ({currency()})": whole}
        )


def _pack(people: pd.DataFrame, since: Changes, today: date) -> pd.DataFrame:
    rows = []
    for alert in rows_of(people, FlaggedCustomer):
        rows.append(
            {
                "Customer": alert.called,
                "Number": alert.customer_id,
                "Segment": alert.segment,
                f"At stake ({currency()})": None
                if alert.value_at_stake is None
                else rounded(alert.value_at_stake),
                "Flagged for": "; ".join(alert.titles),
                "Why": " ".join(alert.facts[:3]),
                "Until": alert_queue.due_words(alert.due_on.date(), today).capitalize(),
                "Status": _stands(alert),
                "Since Monday": _since(alert.customer_id, since),
            }
        )
    return pd.DataFrame(rows)


def _stands(alert: FlaggedCustomer) -> str:
    if alert.snoozed:
        return f"Back on {day(alert.snoozed_until)}"
    return "Started" if alert.status == "working" else "Not started"


def _since(customer_id: str, since: Changes) -> str:
    words = [
        word
        for word, which in (("new", since.new), ("worse", since.worse or frozenset()))
        if customer_id in which
    ]
    return ", ".join(words).capitalize() or ("–" if since.worse is not None else "Not known")
