"""Ways from one page to another; a page the viewer's role does not have is no way."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

_PAGES = "pages of this run"
_TITLES = "titles of all pages"


def remember(pages: Iterable[Any]) -> None:
    """Keep this run's page objects: Streamlit wants the very object to go to."""
    st.session_state[_PAGES] = {p.url_path or "today": p for p in pages}


def name(titles: Mapping[str, str]) -> None:
    """Keep what every page is called, also those of other roles."""
    st.session_state[_TITLES] = dict(titles)


def every_page() -> list[str]:
    """The addresses of all pages, of every role, in the order of the menu."""
    return list(st.session_state[_TITLES])


def named(url: str) -> str:
    """What a page of any role is called; one that is gone by its address."""
    return str(st.session_state[_TITLES].get(url, url))


def to(url: str, **parameters: str | list[str]) -> None:
    """Go to a page now."""
    st.switch_page(st.session_state[_PAGES][url], query_params=parameters or None)


def link(url: str, label: str, icon: str | None = None) -> None:
    """A link to a page, if the viewer has it."""
    page = st.session_state[_PAGES].get(url)
    if page is not None:
        st.page_link(page, label=label, icon=icon)


def has(url: str) -> bool:
    """Whether the viewer has this page."""
    return url in st.session_state[_PAGES]


def title(url: str) -> str:
    """What the menu calls a page that the viewer has."""
    return str(st.session_state[_PAGES][url].title)
