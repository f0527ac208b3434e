"""System: version, disk, the settings in force with where they come from, and a fault by its number."""

import sys
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral
from metrics.definitions.scope import Scope
from pages.components import forms, tables
from warehouse import settings
from warehouse.access.reader import Viewer
from warehouse.release import VERSION
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.records import faults
from workflow.records.faults import Fault

_SHOWN = "fault that was looked up"
GIGABYTE = 1_000_000_000


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, a fault by its number, and the settings."""
    stores = connect.here()
    room = faults.room(stores)
    st.title(f"Concord {VERSION}; {_gigabytes(room.free)} free on the disk")
    st.caption(
        f"The data folder takes {_gigabytes(room.own)} of {_gigabytes(room.total)}. Each load and nightly run needs room "
        f"for one more copy of the bank. Python {'.'.join(map(str, sys.version_info[:3]))}, Streamlit {st.__version__}."
    )
    st.header("A fault by its number")
    _fault()
    st.header("Settings in force")
    _settings()


def _gigabytes(size: int) -> str:
    return f"{numeral(size / GIGABYTE, 1)} GB"


def _fault() -> None:
    with forms.form("fault", border=True) as form:
        st.text_input("Number", placeholder="K7Q2-M4TD", max_chars=12, key=form.keep("number", ""))
        form.submit("Look it up", _look_up, icon=":material/bug_report:")
    fault: Fault | None = st.session_state.get(_SHOWN)
    if fault is None:
        st.caption(
            "Colleagues who meet a fault are shown its number. What it says is shown here and nowhere else."
        )
        return
    st.markdown(f"**{fault.number}**, {fault.at:%d %b %Y, %H:%M}")
    st.code(fault.trace, language=None, wrap_lines=True)


def _look_up(viewer: Viewer, values: Mapping[str, Any]) -> str:
    st.session_state.pop(_SHOWN, None)
    st.session_state[_SHOWN] = faults.look_up(connect.here(), viewer, str(values["number"] or ""))
    return "It stands below the form."


def _settings() -> None:
    stores = connect.here()
    frame = pd.DataFrame(
        [
            {"Setting": plain(name), "Value": value, "Comes from": stores.origins.get(name, "")}
            for name, value in settings.readable(stores.settings).items()
        ]
    )
    # What this bank has set comes first.
    frame = frame.sort_values("Comes from", key=lambda places: places.isin(("", "default")), kind="stable")
    tables.show(frame, "settings", empty_cell="")
    st.caption("They are set in settings.toml or by environment variables, and count from the next start on.")
