"""One customer that a search gave: the name, which opens the customer's page, and what tells namesakes apart."""

import streamlit as st

from metrics.customers.customer_search import CustomerHit, name_or_number
from pages.components import links
from pages.components.typed_text import escaped
from warehouse.schema import plain


def show(hit: CustomerHit, place: str) -> None:
    """The line; `place` tells its button from that of another list."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            escaped(name_or_number(hit.full_name, hit.customer_id)),
            key=f"{place}-{hit.customer_id}",
            type="tertiary",
        ):
            links.to("customer", cid=hit.customer_id)
        st.caption(f"{hit.customer_id} · {plain(hit.segment)}{'' if hit.left_on is None else ' · left'}")
