"""The script Streamlit runs on every interaction: who is looking, the menu of her role, the filter bar, the page."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages import MENU, MenuEntry
from pages.components import (
    data,
    export_button,
    filters,
    forms,
    links,
    problem_sentences,
    search_box,
    theme,
)
from pages.components import viewer as door
from pages.together import inbox
from warehouse.access.reader import Viewer
from warehouse.access.roles import ROLES
from warehouse.errors import Problem
from warehouse.release import VERSION
from warehouse.schema import plain
from warehouse.stores import connect, run_memo
from workflow.experiments import refused_analyses


def _draw_page(entry: MenuEntry, viewer: Viewer) -> None:
    """One page, with its problems as sentences and its bugs as numbers."""
    with problem_sentences.in_their_place():
        forms.begin(entry.url, st.query_params.get("cid", ""))
        scope = None
        if entry.filters is not None:
            scope = filters.bar(entry.filters, viewer, cohort=entry.cohort, compares=entry.compares)
        export_button.remember(entry.title, viewer, scope)
        entry.page(viewer, scope)
        forms.rest()


def _not_yours(entry: MenuEntry, viewer: Viewer) -> None:
    """The answer to the address of a page that other roles have: why not, and whom to ask."""
    refused_analyses.refused_page(connect.here(), viewer, entry.url)
    st.title(f"{entry.title} is not part of your role")
    whose = [plain(role) for role in ROLES if role in entry.roles]
    st.info(
        f"This page is for: {', '.join(whose)}. You are signed in as {plain(viewer.role)}. If you need it for "
        f"your work, ask {connect.here().settings.administrator}.",
        icon=":material/lock:",
    )


def _around(viewer: Viewer, url: str) -> None:
    """The search box, who is signed in, the way out, and what kind of data this is."""
    with st.sidebar:
        search_box.in_frame(url)
        # The page leaves when this is not the sign it was loaded under (`sign_in/drafts.js`).
        with st.container(key=f"whose-{door.sign()}"):
            st.markdown(":primary[**Concord**]")
        st.caption(f"{viewer.full_name} · {plain(viewer.role)}")
        st.link_button("Sign out", "/logout", icon=":material/logout:", type="tertiary")
        try:
            st.caption(f"Data as of {data.loaded_until(viewer):%d %b %Y}")
            fresh = data.freshness(viewer)
            words = fresh.in_words()
            st.badge(
                words[:1].upper() + words[1:],
                icon=":material/check:" if fresh.is_fresh else ":material/schedule:",
                color="gray" if fresh.is_fresh or (fresh.sample and not fresh.late) else "orange",
                help="Data status says which source reaches how far.",
            )
        except Problem:
            st.caption("No data loaded")
    if data.is_sample(viewer):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Sample data", icon=":material/science:", color="orange")
            st.caption("FinTrust Bank is invented: no customer on these pages exists.", width="content")
    if data.awaits_first_night(viewer):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("First nightly run not finished", icon=":material/hourglass_top:", color="orange")
            st.caption(
                "Alerts, churn risk, lifetime values, credited wins and how experiments did come with it.",
                width="content",
            )


def _drawing(
    draw: Callable[[MenuEntry, Viewer], None], entry: MenuEntry, viewer: Viewer
) -> Callable[[], None]:
    """What Streamlit calls when a page is opened."""
    return lambda: draw(entry, viewer)


def _unlisted(viewer: Viewer) -> list[Any]:
    """Addresses that the menu does not show: pages of other roles, and Today under its name."""
    entries = [e for section in MENU.values() for e in section]
    today = next(e for e in entries if e.url == "today")
    return [
        st.Page(
            _drawing(_draw_page, today, viewer), title=today.title, url_path=today.url, visibility="hidden"
        ),
        *(
            st.Page(
                _drawing(_not_yours, e, viewer),
                title=e.title,
                url_path=e.url,
                visibility="hidden",
            )
            for e in entries
            if viewer.role not in e.roles
        ),
    ]


def main() -> None:
    """Draw one run."""
    st.set_page_config(
        page_title="Concord",
        page_icon=theme.ICON,
        layout="wide",
        initial_sidebar_state=230,
        menu_items={"About": f"Concord {VERSION}"},
    )
    st.html(theme.STYLE)
    viewer = door.viewer()
    if viewer is None:
        st.info("You have been signed out. Sign in again to go on.", icon=":material/logout:")
        st.link_button("Sign in", "/login")
        return
    if door.has_the_window_of_another(viewer):
        with st.container(key="whose-another"):
            st.info(
                "Somebody else had opened this window; nothing of theirs is kept. "
                f"You are signed in as {viewer.full_name}.",
                icon=":material/person_alert:",
            )
            st.link_button("Open Concord", "/")
        return
    menu = {
        section: [
            st.Page(
                _drawing(_draw_page, e, viewer),
                title=inbox.waiting_words(viewer) if e.url == inbox.URL else e.title,
                icon=e.icon,
                # The first page stands at the bare address; its own name is left to the unlisted ones.
                url_path=e.url if e.url != "today" else "first",
                default=e.url == "today",
            )
            for e in entries
            if viewer.role in e.roles
        ]
        for section, entries in MENU.items()
    }
    menu = {section: offered for section, offered in menu.items() if offered}
    links.remember(page for offered in menu.values() for page in offered)
    menu[""] += _unlisted(viewer)
    page = st.navigation(menu, expanded=True)
    search_box.go()
    _around(viewer, page.url_path)
    page.run()


with run_memo.one_run():
    main()
