"""Messages: what each campaign sent to how many people, and, for roles with rows, whom different offers reached."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metrics.attribution import message_register
from metrics.comparison.words import numeral
from pages.components import data, tables
from pages.growth.campaigns import campaign_overlap
from warehouse.access.reader import Viewer
from warehouse.schema import plain, touches

MOST = 500


def headline(viewer: Viewer) -> str:
    """How many campaigns sent something, in words."""
    if missing := campaign_overlap.not_there(viewer, *campaign_overlap.CONTACTED):
        return f"What campaigns sent is {missing}"
    sent = data.frame(viewer, message_register.sent(campaign_overlap.last_days(viewer)))
    if sent.empty:
        return "No campaign sent anything in the last 90 days"
    count = sent["campaign_id"].nunique()
    return f"{count} campaign{'' if count == 1 else 's'} sent messages in the last 90 days"


def view(viewer: Viewer, plans: pd.DataFrame) -> None:
    """A line for each campaign and kind of contact, with the words that were sent."""
    if missing := campaign_overlap.not_there(viewer, *campaign_overlap.CONTACTED):
        tables.empty(f"What was sent is {missing}.")
        return
    period = campaign_overlap.last_days(viewer)
    st.caption(
        f"{period.in_words()}. E-mails, calls, branch meetings and events of a campaign, with the message that the "
        "campaign promised. What people see or click themselves is not sent to anybody."
    )
    sent = data.frame(viewer, message_register.sent(period))
    if sent.empty:
        tables.empty("No campaign sent anything in these days.")
        return
    named = plans.set_index("campaign_id")
    called = named["name"].fillna(pd.Series(named.index, named.index))
    sent = sent.sort_values("contacts", ascending=False, na_position="last")
    frame = pd.DataFrame(
        {
            "Campaign": sent["campaign_id"].map(called).astype(object).fillna(sent["campaign_id"]),
            "Message": sent["campaign_id"].map(named["message"]).astype(object).fillna("not known"),
            "Product": [
                plain(p) if isinstance(p, str) else "" for p in sent["campaign_id"].map(named["product"])
            ],
            "By": [plain(k).capitalize() for k in sent["kind"]],
            "Contacts": sent["contacts"],
            "People": sent["people"],
        }
    )
    number = st.column_config.NumberColumn(format="localized")
    tables.show(
        frame,
        "messages-sent",
        "too few",
        means=message_register.meaning_of_sent(period),
        called="Messages sent by campaigns",
        columns={"Contacts": number, "People": number},
    )


def differing(viewer: Viewer, plans: pd.DataFrame) -> None:
    """The customers reached with different offers, for a role that reads contacts row by row, else a sentence."""
    if campaign_overlap.not_there(viewer, *campaign_overlap.REACHED, *campaign_overlap.TOLD):
        return  # said above, of the overlap
    st.header("Who was reached with different offers")
    if not data.may_see(viewer, touches.name):
        st.caption("Your role reads how many they are, above, and not who. Sales and analysts do.")
        return
    rows = data.frame(viewer, message_register.differing_customers(campaign_overlap.last_days(viewer)))
    if rows.empty:
        tables.empty("No customer was reached with different offers in these days.")
        return
    named = plans.set_index("campaign_id")
    called = named["name"].fillna(pd.Series(named.index, named.index))
    frame = pd.DataFrame(
        {
            "Customer": rows["customer_id"],
            "Product": [plain(p) for p in rows["product"]],
            "First campaign": rows["campaign_a"].map(called),
            "First offer": rows["message_a"],
            "First met on": pd.to_datetime(rows["day_a"]),
            "Second campaign": rows["campaign_b"].map(called),
            "Second offer": rows["message_b"],
            "Second met on": pd.to_datetime(rows["day_b"]),
        }
    )
    on = st.column_config.DateColumn(format="D MMM YYYY")
    count = frame["Customer"].nunique()
    customers = "1 customer" if count == 1 else f"{numeral(count)} customers"
    cut = f", of which the first {numeral(MOST)} are listed" if len(frame) > MOST else ""
    st.caption(
        f"{customers}, a line for each two campaigns{cut}. Leads who are no customers yet are counted above and not "
        "listed."
    )
    tables.show(
        frame.head(MOST),
        "differing",
        called="Customers reached with different offers",
        columns={"First met on": on, "Second met on": on},
    )
