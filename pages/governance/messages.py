"""For the administrator: whether the messages that were due went out, and if not, why."""

import streamlit as st

from pages.components import data
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.messages import undelivered


def show(viewer: Viewer) -> None:
    """One sentence; and one for each destination that waits, with what has to be corrected."""
    reader, now = data.reader(viewer), connect.here().now()
    problems = undelivered.sentences(reader, now)
    if not problems:
        st.caption(undelivered.summary(reader, now))
        return
    st.warning("Messages are not delivered.", icon=":material/outgoing_mail:")
    # As plain text: a user name is never read as markup.
    for sentence in (undelivered.summary(reader, now), *problems):
        st.text(sentence)
