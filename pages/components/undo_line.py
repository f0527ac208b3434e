"""Beside what was recorded just now: what it was, and the button that undoes it while the page stays open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.components import forms
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer

_JUST = "can be undone: "


@dataclass(frozen=True)
class _Done:
    words: str
    undo: forms.Write


def offer(place: str, words: str, undo: forms.Write) -> None:
    """Keep the way back of what was recorded; the next thing recorded in this place takes its room."""
    st.session_state[_JUST + place] = _Done(words, undo)


def show(place: str) -> None:
    """The line with the button, if something was recorded in this place and not undone."""
    done: _Done | None = st.session_state.get(_JUST + place)
    if done is None:
        return

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        sentence = done.undo(viewer, values)
        st.session_state.pop(_JUST + place, None)
        return sentence

    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"undo-line-{place}", border=True
    ):
        st.markdown(f":material/check: {escaped(done.words)}", width="stretch")
        forms.button(
            f"undo {place}", "Undo", write, key=f"undo-just-{place}", icon=":material/undo:", type="tertiary"
        )
