"""Blocks that a click inside them draws anew alone, and what is drawn only while it is open.

A block only reads. The frame does not run for such a click, so who is looking is asked here again; if that is another
person, or if another snapshot is served by now, the whole page is drawn anew.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.components import problem_sentences
from pages.components import viewer as door
from warehouse.access.reader import Viewer
from warehouse.stores import connect, run_memo

PART = "This part"
"""What a bug keeps back in a block: the rest of the page stands."""


def block(draw: Callable[[], None], viewer: Viewer) -> None:
    """What `draw` draws for the viewer; a widget inside it draws this block anew, and nothing else."""
    _block(draw, viewer, connect.here().snapshot())


@st.fragment
def _block(draw: Callable[[], None], viewer: Viewer, snapshot: str) -> None:
    with problem_sentences.in_their_place(PART):
        if run_memo.current() is not None:
            draw()
            return
        with run_memo.one_run():
            if door.viewer() != viewer or connect.here().snapshot() != snapshot:
                st.rerun()
            draw()


def watch(draw: Callable[[], None], viewer: Viewer, seconds: float) -> None:
    """What `draw` draws, anew every so many seconds, while something is under way that this person has started."""

    @st.fragment(run_every=seconds)
    def again() -> None:
        with problem_sentences.in_their_place(PART):
            if run_memo.current() is not None:
                draw()
                return
            with run_memo.one_run():
                if door.viewer() != viewer:
                    st.rerun()
                draw()

    again()


def popover(label: str, key: str, draw: Callable[[], None], **looks: Any) -> None:
    """A button that opens what `draw` draws; while it is closed nothing is worked out or sent."""
    opened = st.popover(label, key=key, on_change="rerun", **looks)
    if opened.open:
        with opened, problem_sentences.in_their_place(PART):
            draw()
