"""Tests that settled disputes, below the experiments: two shares, the interval of their difference, the dispute."""

from __future__ import annotations

import streamlit as st

from pages.components import data, links
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from workflow.collaboration import agreed_test, record_reading
from workflow.collaboration.disputes import KIND

MOST = 5


def show(viewer: Viewer) -> None:
    """The newest of them; nothing where no test has settled a dispute."""
    settled = [
        (r, words)
        for r in record_reading.records_of(data.reader(viewer), KIND.name)
        if (words := agreed_test.result_in_words(r))
    ]
    if not settled:
        return
    st.subheader("Agreed tests of disputes")
    st.caption(
        "What two departments disagreed about, and what the test showed that both had agreed on beforehand."
    )
    for record, words in sorted(settled, key=lambda pair: pair[0].last.entered_at, reverse=True)[:MOST]:
        with st.container(border=True, gap="xsmall", key=f"agreed-test-{record.record_id}"):
            st.markdown(f"**{escaped(str(record.last_step('plan_test').contents['question']))}**")
            st.markdown(escaped(words))
            label = escaped(f"Dispute {record.record_id}: {record.title}")
            key = f"to-dispute-{record.record_id}"
            if links.has(KIND.url) and st.button(label, key=key, icon=KIND.icon, type="tertiary"):
                links.to(KIND.url, record=str(record.record_id))
