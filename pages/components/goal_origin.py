"""The observation that a goal on the form comes of, kept from the press on it until the goal is set or forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

_KEY, _NEW = "observation of the goal", "observation of a goal not begun"


@dataclass(frozen=True)
class GoalOrigin:
    """The observation in the version that was on screen, and the figure it is about."""

    record_id: int
    version: int
    metric: str


def begin(origin: GoalOrigin) -> None:
    """From now on the goal form is about this observation."""
    st.session_state[_KEY] = origin
    st.session_state[_NEW] = True


def is_new() -> bool:
    """Whether the form is opened for it for the first time; only once."""
    return bool(st.session_state.pop(_NEW, False))


def current() -> GoalOrigin | None:
    """The observation the form is about; None for a goal that comes of none."""
    origin: GoalOrigin | None = st.session_state.get(_KEY)
    return origin


def forget() -> None:
    """The goal was set, or does not come of it."""
    st.session_state.pop(_KEY, None)
