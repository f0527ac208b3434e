"""The one search box: in the frame of every page, and on the page Search itself, which shows what fits."""

import streamlit as st

from pages.components import links

URL = "search"
_TYPED, _TO_SEARCH = "typed into the frame", "to search for"


def in_frame(url: str) -> None:
    """The box in the strip above every page; nothing is searched before somebody has typed and pressed Enter."""
    if url == URL:
        return
    with st.container(key="search-frame", width=200):
        st.text_input(
            "Search everything",
            key=_TYPED,
            placeholder="Search",
            icon=":material/search:",
            label_visibility="collapsed",
            on_change=_take,
        )


def on_page() -> str:
    """The box of the page Search, whose text stands in the address; gives what was typed."""
    typed = st.text_input(
        "Search everything",
        key="q",
        bind="query-params",
        placeholder="Search everything you may open",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    return (typed or "").strip()


def go() -> None:
    """Open the page Search, if something was typed into the frame just now."""
    typed = st.session_state.pop(_TO_SEARCH, "")
    if typed:
        links.to(URL, q=typed)


def _take() -> None:
    st.session_state[_TO_SEARCH] = str(st.session_state[_TYPED]).strip()
    st.session_state[_TYPED] = ""
