"""Retrospectives: what departments keep, change and stop, and what came of it."""

import streamlit as st

from metrics.comparison.words import day
from pages.together.records import record_page
from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import Record
from workflow.collaboration.retrospectives import effects_in_words


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, one of them, or the form for another."""
    record_page.show("retrospective", viewer, _one)


def _one(record: Record, _viewer: Viewer) -> None:
    """How many of its items helped, or from when on that is asked."""
    if record.owner and record.due_on is not None:
        st.caption(f"What came of it is looked up from {day(record.due_on)} on, and not before.")
    if sentence := effects_in_words(record):
        st.info(sentence, icon=":material/history:")
