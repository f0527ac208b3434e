"""Who is looking, asked anew on every run from the connection's own cookie, never kept between runs."""

from collections.abc import Callable

import streamlit as st

from pages.components import data
from sign_in import drafts, sessions
from warehouse.access.reader import Viewer
from warehouse.errors import Problem
from warehouse.stores import connect
from workflow.alerts import assignment

_WHOSE = "whose window this is"


def viewer() -> Viewer | None:
    """The person behind this connection, or None if nobody is signed in."""
    return later()()


def later() -> Callable[[], Viewer | None]:
    """A question to put later, on another thread, where the connection is not at hand: who is behind it by then?"""
    stores = connect.here()
    token = st.context.cookies.get(sessions.cookie_name(stores.settings))
    return lambda: _holder(stores, token)


def has_the_window_of_another(now: Viewer) -> bool:
    """Whether somebody else opened this window. Then all it kept is forgotten: typed, chosen, unmasked.

    A window that was cut off comes back with its own state, and with the cookie of whoever signed in since.
    """
    whose = st.session_state.setdefault(_WHOSE, now.username)
    if whose == now.username:
        return False
    st.session_state.clear()
    st.session_state[_WHOSE] = whose
    return True


def opened_by(now: Viewer) -> bool:
    """Whether this window is hers, so that what it holds is what she looked at; forgets nothing."""
    return bool(st.session_state.get(_WHOSE, now.username) == now.username)


def sign() -> str:
    """A sign of whose window this is, without the name; the page compares it with the one it was loaded under."""
    whose = st.session_state.get(_WHOSE)
    return drafts.owner(whose) if whose else ""


def _holder(stores: connect.Stores, token: str | None) -> Viewer | None:
    person = sessions.person(stores, token)
    if person is None:
        return None
    bare = Viewer(person.username, person.full_name, person.role, person.rm_id, person.team)
    rm_id = bare.rm_id
    if bare.role != "relationship_manager" or not rm_id:
        return assignment.at_work(stores, bare)
    try:
        team = data.cached(bare, assignment.team_of, rm_id)
        return assignment.at_work(stores, bare, team or "")
    except Problem:
        # Before a bank is loaded nobody has a team, and no customer to see.
        return bare
