"""Who is looking, asked anew on every run from the connection's own cookie, never kept between runs."""

import streamlit as st

from sign_in import sessions
from warehouse import connect
from warehouse.access import Viewer


def viewer() -> Viewer | None:
    """The person behind this connection, or None if nobody is signed in."""
    stores = connect.here()
    token = st.context.cookies.get(sessions.cookie_name(stores.settings))
    person = sessions.person(stores, token)
    if person is None:
        return None
    return Viewer(person.username, person.full_name, person.role, person.rm_id, person.team)
