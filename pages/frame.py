"""The script Streamlit runs on every interaction: who is looking, the menu of her role, the filter bar, the page."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from metrics.comparison.words import day
from pages import MENU, MenuEntry, sections_of
from pages.components import (
    data,
    export_button,
    filters,
    forms,
    links,
    problem_sentences,
    search_box,
    theme,
    view_menu,
)
from pages.components import viewer as door
from pages.components.typed_text import escaped
from pages.together import inbox
from warehouse.access.reader import Viewer
from warehouse.access.roles import ROLES
from warehouse.errors import Problem
from warehouse.release import VERSION
from warehouse.schema import plain
from warehouse.stores import connect, run_memo
from workflow.collaboration import page_use
from workflow.experiments import refused_analyses

AT_FIRST_SIGHT = 8
"""So many entries the menu shows before somebody asks for the rest."""
IN_STRIP = (inbox.URL, search_box.URL)
"""Pages whose way is in the strip above every page, so that the menu need not name them."""


def _draw_page(entry: MenuEntry, viewer: Viewer) -> None:
    """One page, with its problems as sentences and its bugs as numbers."""
    with problem_sentences.in_their_place():
        forms.begin(entry.url, st.query_params.get("cid", ""))
        scope, source = None, view_menu.just_opened(entry.url)
        if entry.filters is not None:
            scope = filters.bar(
                entry.filters, viewer, cohort=entry.cohort, compares=entry.compares, source=source
            )
        export_button.remember(entry.title, viewer, scope)
        entry.page(viewer, scope)
        forms.rest()
    page_use.note_opened(connect.here(), viewer, entry.url)


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
    """The strip above every page: what kind of data this is, search, inbox, who is signed in and the way out."""
    with st.sidebar:
        # The page leaves when this is not the sign it was loaded under (`sign_in/drafts.js`).
        with st.container(key=f"whose-{door.sign()}"):
            st.markdown(":primary[**Concord**]")
        _freshness(viewer)
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="right",
        gap="small",
        key="top-strip",
    ):
        if data.is_sample(viewer):
            with st.container(width="stretch", key="sample-strip"):
                st.badge(
                    "Sample data: an invented bank",
                    icon=":material/science:",
                    color="orange",
                    help="FinTrust Bank is invented: no customer on these pages exists. On its clock today is "
                    f"{day(connect.here().now())}: its last day was yesterday when it was built.",
                )
        search_box.in_frame(url)
        view_menu.in_frame(viewer, url)
        links.link(inbox.URL, inbox.waiting_words(viewer), ":material/inbox:")
        with st.container(width="content", key="strip-name"):
            st.caption(f"{escaped(viewer.full_name)} · {plain(viewer.role)}", width="content")
        st.link_button("Sign out", "/logout", icon=":material/logout:", type="tertiary")
    if data.awaits_first_night(viewer):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("First nightly run not finished", icon=":material/hourglass_top:", color="orange")
            st.caption(
                "Alerts, churn risk, lifetime values, credited wins and how experiments did come with it.",
                width="content",
            )


def _freshness(viewer: Viewer) -> None:
    """Below the menu: until which day the data reaches, and whether that is late."""
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
    st.html(theme.style())
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
                visibility="hidden" if e.url in IN_STRIP else "visible",
            )
            for e in MENU[section]
            if viewer.role in e.roles
        ]
        for section in sections_of(viewer.role)
    }
    menu = {section: offered for section, offered in menu.items() if offered}
    links.remember(page for offered in menu.values() for page in offered)
    links.name({entry.url: entry.title for section in MENU.values() for entry in section})
    menu[""] += _unlisted(viewer)
    page = st.navigation(menu, expanded=AT_FIRST_SIGHT)
    search_box.go()
    view_menu.begin(viewer, page.url_path)
    _around(viewer, page.url_path)
    page.run()


with run_memo.one_run(), problem_sentences.in_their_place():
    main()
