"""A negotiation on screen: both lists side by side, who is ready, and the options against every condition."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.components import tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from workflow.collaboration import negotiations
from workflow.collaboration.record_kind import Record


def show(record: Record, _viewer: Viewer) -> None:
    """Between the head of the record and its thread."""
    missing = negotiations.missing_lists(record)
    if record.state == "lists":
        if missing:
            st.info(f"Not ready yet: {' and '.join(missing)}", icon=":material/hourglass:")
        else:
            st.success("Both lists are there. Either side can lock them.", icon=":material/check:")
    conditions = negotiations.conditions(record)
    for column, side in zip(st.columns(2, gap="large"), negotiations.sides(record), strict=True):
        with column:
            st.subheader(escaped(side))
            _list("Must have", [c.words for c in conditions if c.department == side and c.is_essential])
            _list("Would like", [c.words for c in conditions if c.department == side and not c.is_essential])
    options = negotiations.scored(record)
    if options:
        _options(record, options)


def _list(heading: str, lines: list[str]) -> None:
    st.caption(heading)
    st.markdown("\n".join(f"- {escaped(line)}" for line in lines) or "Nothing is on this list.")


def _options(record: Record, options: list[negotiations.ScoredOption]) -> None:
    st.subheader("The options")
    st.caption(
        f"{negotiations.MEETS} is 2 points, {negotiations.PARTLY.lower()} is 1. An option that fails an essential is "
        "excluded whatever its points. “Worth considering” is one that no other betters for one side at no loss for "
        "the other."
    )
    best = {o.name for o in negotiations.frontier(options)}
    first, second = negotiations.sides(record)
    frame = pd.DataFrame(
        {
            "Option": [o.name for o in options],
            first: [o.points[first] for o in options],
            second: [o.points[second] for o in options],
            "Conclusion": [
                f"Excluded: fails {'; '.join(c.words for c in o.failed)}"
                if o.is_excluded
                else ("Worth considering" if o.name in best else "Another option is better")
                for o in options
            ],
        }
    )
    tables.show(frame, "scored-options", called="Options against the conditions")
