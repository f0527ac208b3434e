"""Tables and the designed states of a block without rows."""

import pandas as pd
import streamlit as st

from metrics import CATALOGUE
from metrics.query import Question, measures_of, statement
from pages.kit import data
from warehouse.access import Viewer

ROWS_AT_ONCE = 20
"""A table up to this long is shown whole; a longer one scrolls."""


def empty(meaning: str, next_step: str = "") -> None:
    """Nothing to show: what that means, and what to do."""
    st.info(f"{meaning} {next_step}".strip(), icon=":material/inbox:")


def absent(what: str, viewer: Viewer, *tables: str) -> bool:
    """Say that a department's data is missing; True if any of `tables` has no rows in this bank."""
    missing = [t for t in tables if t not in data.known(viewer)]
    if missing:
        words = " and ".join(t.replace("_", " ") for t in missing)
        st.info(
            f"{what} needs the {words} of the bank, which have not been loaded. "
            "Data status lists what has; the data office can add the rest.",
            icon=":material/database_off:",
        )
    return bool(missing)


def show(frame: pd.DataFrame, key: str, empty_cell: str = "–", **columns: object) -> None:
    """A table with its columns' formats; long ones are sent in parts.

    `empty_cell` says what an empty cell means: not known, or about too few people to show.
    """
    st.dataframe(
        frame,
        hide_index=True,
        key=key,
        column_config=columns,
        placeholder=empty_cell,
        height="content" if len(frame) <= ROWS_AT_ONCE else "auto",
        lazy=len(frame) > 20_000,
    )


def explain(names: list[str], viewer: Viewer, question: Question) -> None:
    """What the figures above mean, where they come from, and the statement that reads them."""
    with st.popover("Explain", icon=":material/help:", type="tertiary"):
        for name in names:
            metric = CATALOGUE[name]
            st.markdown(f"**{metric.label}**")
            st.text(f"{metric.means} Owner: {metric.owner}.")
        st.caption(
            f"As of {data.as_of(viewer):%d %b %Y}. Period, filters and breakdown are those on the page."
        )
        agreed = data.catalogue(viewer)
        facts = dict.fromkeys(m.fact for n in names for m in measures_of(CATALOGUE[n]))
        by_name = {id(m): n for n, m in agreed.items()}
        for fact in facts:
            st.caption(f"Read from {fact.fullname.replace('unified.', '').replace('_', ' ')}: {fact.comment}")
            mine = {by_name[id(m)]: m for n in names for m in measures_of(agreed[n]) if m.fact is fact}
            st.code(data.reader(viewer).sql(statement(fact, mine, question)), language="sql", wrap_lines=True)
