"""Who is looking, asked anew on every run from the connection's own cookie, never kept between runs."""

from collections.abc import Callable

import streamlit as st

from pages.kit import data
from sign_in import sessions
from warehouse import connect
from warehouse.access import Viewer
from warehouse.errors import Problem
from workflow import assign


def viewer() -> Viewer | None:
    """The person behind this connection, or None if nobody is signed in."""
    return later()()


def later() -> Callable[[], Viewer | None]:
    """A question to put later, on another thread, where the connection is not at hand: who is behind it by then?"""
    stores = connect.here()
    token = st.context.cookies.get(sessions.cookie_name(stores.settings))
    return lambda: _holder(stores, token)


def _holder(stores: connect.Stores, token: str | None) -> Viewer | None:
    person = sessions.person(stores, token)
    if person is None:
        return None
    bare = Viewer(person.username, person.full_name, person.role, person.rm_id, person.team)
    rm_id = bare.rm_id
    if bare.role != "relationship_manager" or not rm_id:
        return assign.at_work(stores, bare)
    try:
        team = data.cached(bare, assign.team_of, rm_id)
        return assign.at_work(stores, bare, team or "")
    except Problem:
        # Before a bank is loaded nobody has a team, and no customer to see.
        return bare
