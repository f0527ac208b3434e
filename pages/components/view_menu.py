"""Saved views, in the strip above every page: open one, keep the page as it stands, choose where the day begins."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from pages.components import forms, links, local_blocks
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.records.people import called
from workflow.reports import saved_reports, saved_views
from workflow.reports.saved_views import SavedView

_BEGUN, _OPENED = "window has begun", "view just opened"
TODAY = "Today"
ONLY_ME, EVERYBODY = "Only me", "Everybody who has this page"


def in_frame(viewer: Viewer, url: str) -> None:
    """The button in the strip; the lists are read when it is opened."""
    # The key of the page: what is typed for one page is not kept for the next.
    local_blocks.popover(
        "Views",
        f"views-{url or 'today'}",
        partial(_opened, viewer, url or "today"),
        icon=":material/bookmarks:",
        type="tertiary",
    )


def begin(viewer: Viewer, url: str) -> None:
    """Once a window, at the bare address: go on to the view that the viewer begins with."""
    if st.session_state.get(_BEGUN):
        return
    st.session_state[_BEGUN] = True
    if url or st.query_params:
        return
    view = saved_views.start_of(connect.here(), viewer)
    if view is None:
        return
    if view.retired_at:
        st.toast(
            f"Your start view “{escaped(view.title)}” was taken off the list.", icon=":material/bookmarks:"
        )
    elif not links.has(view.page):
        st.toast("The page of your start view is not part of your role.", icon=":material/bookmarks:")
    else:
        _go(view)


def just_opened(url: str) -> str:
    """What named the values of the address that is opened now: a view, by its title, or a link."""
    page, title = st.session_state.pop(_OPENED, ("", ""))
    return f"The view “{escaped(title)}”" if title and page == (url or "today") else "The link"


def _go(view: SavedView) -> None:
    st.session_state[_OPENED] = (view.page, view.title)
    links.to(view.page, **{word: list(values) for word, values in view.address.items()})


def _opened(viewer: Viewer, url: str) -> None:
    stores = connect.here()
    views = [v for v in saved_views.visible(stores, viewer) if links.has(v.page)]
    names = called(stores, [v.saved_by for v in views])
    if not views:
        st.caption("No view has been saved yet. A view keeps this page with its period and filters.")
    for view in views:
        whose = f"shared by {names[view.saved_by]}" if view.saved_by != viewer.username else "yours"
        about = (
            f"{links.title(view.page)}, {f'{whose}, shared' if view.shared and whose == 'yours' else whose}"
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container():
                if st.button(
                    escaped(view.title), key=f"view-{view.view_id}", type="tertiary", help=f"Opens {about}"
                ):
                    _go(view)
                st.caption(escaped(about))
            if saved_views.may_retire(view, viewer):
                forms.button(
                    f"retire view {view.view_id}",
                    "",
                    partial(_retire, view),
                    icon=":material/close:",
                    type="tertiary",
                    help=f"Takes “{escaped(view.title)}” off the list",
                )
    _keep(url)
    if views:
        _start(views, saved_views.start_of(stores, viewer))


def _keep(url: str) -> None:
    """The form that keeps the page with what stands in its address."""

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        title, shared = str(values["title"] or ""), values["whose"] == EVERYBODY
        address = {word: st.query_params.get_all(word) for word in st.query_params}
        saved_views.save(connect.here(), viewer, title, url, address, shared=shared)
        return "View saved."

    st.markdown("**Keep this page as it stands**")
    with forms.form(f"save view of {url}") as form:
        st.text_input("Name", max_chars=saved_reports.LONGEST, key=form.keep("title", ""))
        st.radio("For", (ONLY_ME, EVERYBODY), key=form.keep("whose", ONLY_ME))
        form.submit("Save view", write, type="primary")


def _start(views: Sequence[SavedView], now: SavedView | None) -> None:
    """The form that says with which view the day begins."""
    titles = {v.view_id: v.title for v in views}

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        saved_views.start_with(connect.here(), viewer, values["start"] or None)
        return "Your start page is kept."

    begins = now.view_id if now and now.view_id in titles else ""
    with forms.form("start view", begins) as form:
        st.selectbox(
            "After signing in, open",
            ["", *titles],
            format_func=lambda view_id: titles.get(view_id, TODAY),
            key=form.keep("start", begins, ["", *titles]),
        )
        form.submit("Set start page", write)


def _retire(view: SavedView, viewer: Viewer, _: Mapping[str, Any]) -> str:
    saved_views.retire(connect.here(), viewer, view.view_id)
    return "Taken off the list."
