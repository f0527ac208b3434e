"""What the tables of work share: the search, lines that can be ticked, and the button that opens a customer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from pages.components import links, tables
from pages.components.typed_text import escaped

AT_MOST = 200
"""Lines of a table; those further down are reached by searching and filtering."""
TEN_ROWS = 380
"""Pixels of ten lines with their heading: what fits the first screen of a laptop."""
_TICKED_WHOLE = 10
"""A table whose lines can be ticked is shown whole up to this length."""


def words_searched(place: str, placeholder: str, width: int) -> list[str]:
    """The search box of a table; the words in it, in small letters."""
    typed = st.text_input(
        "Search",
        key=f"{place}-search",
        max_chars=80,
        placeholder=placeholder,
        label_visibility="collapsed",
        width=width,
    )
    return (typed or "").lower().split()


def have_all(texts: pd.Series, words: Iterable[str]) -> pd.Series:
    """Which of the texts have every one of the words somewhere, in any letters."""
    small = texts.str.lower()
    fits = pd.Series(True, index=texts.index)  # noqa: FBT003 - one value for all rows
    for word in words:
        fits &= small.str.contains(word, regex=False)
    return fits


def ticked(
    lines: pd.DataFrame, place: str, drawn: Iterable[str], *, columns: tables.Columns, height: int = TEN_ROWS
) -> list[int]:
    """A table whose lines can be ticked, several at a time; gives the places of those that are, as `lines` has them.

    `drawn` says which lines these are, in which version: of others nothing is ticked that was ticked here.
    """
    frame, formats = tables.as_days(lines, columns)
    which = hashlib.sha256(" ".join(drawn).encode()).hexdigest()[:12]
    chosen = st.dataframe(
        frame,
        hide_index=True,
        key=f"{place}-{which}",
        column_config={**formats},
        placeholder="–",
        height="content" if len(frame) <= _TICKED_WHOLE else height,
        on_select="rerun",
        selection_mode="multi-row",
    )
    return [number for number in chosen["selection"]["rows"] if number < len(lines)]


def left_out(count: int, listed: int, of: str, how: str) -> None:
    """That not all are listed, and how to see the others."""
    if count > listed:
        st.caption(f"The first {listed} of {count:,}{of} are listed. {how} to see others.")


def open_button(place: str, called: str, customer_id: str, *, ticked: bool) -> None:
    """The way to a customer: the first that is ticked, otherwise the first of the list."""
    label = f"Open {escaped(called)}" if ticked else "Open the first"
    if st.button(label, key=f"open-{place}", type="primary", icon=":material/arrow_forward:"):
        links.to("customer", cid=customer_id)
