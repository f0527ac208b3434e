"""A widget whose value stands in the address: a view is its link, and Back in the browser undoes the last choice.

What the address says is taken over when it says something new, such as after a link, F5 or Back. What is chosen is
written back in short words, so that links stay short and stay true when a label changes.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

Value = TypeVar("Value")

_WRITTEN = "in-address-{}"


def take_over(key: str, read: Callable[[Sequence[str]], Value]) -> None:
    """Before the widget `key` is drawn: what the address says, read by `read`, becomes its value if that is new."""
    linked = st.query_params.get_all(key)
    if key not in st.session_state or st.session_state.get(_WRITTEN.format(key)) != linked:
        st.session_state[key] = read(linked)
    st.session_state[_WRITTEN.format(key)] = linked


def write(key: str, words: Sequence[str]) -> None:
    """After it was drawn: its value in words of the address; no word where it stands as the page begins."""
    stands = list(words)
    if stands != st.query_params.get_all(key):
        if stands:
            st.query_params[key] = stands
        else:
            del st.query_params[key]
    st.session_state[_WRITTEN.format(key)] = stands


def choose(key: str, values: Sequence[str]) -> None:
    """Choose other values of a widget; for a click elsewhere on the page, before it is drawn anew."""
    st.session_state[key] = list(values)


def clear(*keys: str) -> None:
    """Forget what was chosen, also in the address; for the click of a button."""
    for key in keys:
        st.session_state.pop(key, None)
        st.session_state.pop(_WRITTEN.format(key), None)
        if key in st.query_params:
            del st.query_params[key]
