"""Help that stays on a page: the reader's lessons about it, folded at its end."""

from __future__ import annotations

import streamlit as st

from pages.components import links
from warehouse.access.reader import Viewer
from workflow.learning.lesson import TIERS
from workflow.learning.lessons import about_page


def show(url: str, viewer: Viewer) -> None:
    """A line for each lesson about the page; nothing for a role that has none."""
    lessons = about_page(url, viewer.role)
    if not lessons:
        return
    with st.expander("How to work with this page", icon=":material/help:", key=f"help-{url}"):
        st.caption(TIERS[lessons[0].tier].purpose)
        with st.container(gap="xxsmall"):
            for lesson in lessons:
                if st.button(
                    lesson.title, icon=":material/school:", key=f"help-{lesson.name}", type="tertiary"
                ):
                    links.to("learn", lesson=lesson.name)
