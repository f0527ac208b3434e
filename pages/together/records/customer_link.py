"""The way from a record to the customer it is about."""

import streamlit as st

from pages.components import links
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import Record


def show(record: Record, _viewer: Viewer) -> None:
    """A button to the page of the customer a record is about."""
    if record.customer is not None and links.has("customer"):
        number = record.customer.customer_id
        if st.button(
            escaped(f"Customer {number}"), key=f"customer-of-{record.record_id}", icon=":material/person:"
        ):
            links.to("customer", cid=number)
