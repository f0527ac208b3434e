"""The questions of a quarterly review, each with one press put on the list of decisions, where it is once a quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from pages.components import data, forms, links
from pages.components.typed_text import escaped
from reports.answers.decisions import options_of
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import decision_sources, record_reading
from workflow.collaboration.decision_records import KIND

LONG = 90
"""Letters of a question on its button."""


def block(viewer: Viewer, quarter: str, questions: Sequence[str]) -> None:
    """A press for each question that is not on the list, and the way to each that is."""
    there = decision_sources.on_the_list(data.reader(viewer))
    may_open = record_reading.may_open(KIND.name, viewer)
    st.caption("On the list of decisions, a question is taken, carried out and looked at again on its day.")
    with st.container(gap="xxsmall", key="decisions-to-list"):
        for number, question in enumerate(questions, 1):
            record = there.get(decision_sources.of_review(question, quarter))
            short = escaped(question if len(question) <= LONG else f"{question[: LONG - 1]}…")
            if record is not None:
                if links.has(KIND.url) and st.button(
                    f"On the list as decision {record.record_id}: {short}",
                    key=f"listed-{number}",
                    icon=":material/gavel:",
                    type="tertiary",
                ):
                    links.to(KIND.url, record=str(record.record_id))
            elif may_open:
                forms.button(
                    f"list {quarter} {question}",
                    f"Put on the list: {short}",
                    partial(_open, quarter, question),
                    key=f"list-{number}",
                    icon=":material/playlist_add:",
                    type="tertiary",
                )


def _open(quarter: str, question: str, viewer: Viewer, _: Mapping[str, Any]) -> str:
    number = decision_sources.open_asked(connect.here(), viewer, quarter, question, options_of(question))
    return f"It is decision {number} now."
