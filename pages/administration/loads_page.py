"""Loads and nightly runs: what is served, what came and went, and the way back to a snapshot before."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral
from metrics.definitions.scope import Scope
from pages.components import data, forms, tables
from warehouse.access.reader import Viewer
from warehouse.errors import NothingLoaded
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.records import load_history
from workflow.records.load_history import LONGEST_WHY, Snapshot

LINES_SHOWN = 50
EVENTS = {
    load_history.LOADED: "Loaded",
    load_history.LOAD_FAILED: "Load refused",
    load_history.NIGHT: "Nightly run",
    load_history.NIGHT_FAILED: "Nightly run stopped",
    load_history.TAKEN_BACK: "Went back",
}


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, the history, and the way back behind a form that says what changes."""
    reader = data.reader(viewer)
    served = load_history.snapshot(reader, str(reader.snapshot))
    if served is None:
        raise NothingLoaded("What was loaded is not known for this warehouse, which somebody else keeps.")
    st.title(f"Loaded {_moment(served.loaded_at)}, data as of {day(served.as_of)}")
    st.header("Loads and nightly runs")
    _history(viewer)
    st.header("Go back to a snapshot before")
    _way_back(viewer, served)


def _history(viewer: Viewer) -> None:
    lines = load_history.history(data.reader(viewer), LINES_SHOWN)
    if lines.empty:
        tables.empty(
            "No load and no nightly run has left a line yet.",
            "Each that is started with “python -m cli load” or “nightly” leaves one from now on.",
        )
        return
    frame = pd.DataFrame(
        {
            "When": pd.to_datetime(lines["happened_at"]),
            "What": [EVENTS.get(action, action) for action in lines["action"]],
            "Who": lines["who"],
            "Details": lines["why"],
        }
    )
    when = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=140)
    tables.show(frame, "load-history", columns={"When": when})


def _way_back(viewer: Viewer, served: Snapshot) -> None:
    reader = data.reader(viewer)
    names = load_history.earlier(connect.here())
    kept = {name: one for name in names if (one := load_history.snapshot(reader, name))}
    if not kept:
        tables.empty(
            "No earlier snapshot is kept.", "The next load or nightly run keeps the one that is served now."
        )
        return
    name = st.selectbox(
        "Snapshot",
        list(kept),
        format_func=lambda one: _called(kept[one]),
        index=None,
        placeholder="Choose a snapshot",
        key="earlier-snapshot",
    )
    if name not in kept:
        st.caption("Choosing one first shows what would change; nothing changes before you confirm it.")
        return
    changes = _differences(served, kept[name])
    st.markdown(
        f"**Everybody would read the data as of {day(kept[name].as_of)} instead of {day(served.as_of)}.** "
        "Records, decisions and alerts that were raised stay as they are; scores and figures are those of that snapshot."
    )
    if changes.empty:
        st.caption("Every table has as many rows as now: it is the same load, before or after a nightly run.")
    else:
        tables.show(changes, "what-changes")

    back_form(name, served.name)


def back_form(name: str, served: str) -> None:
    """The reason, and the button that lets everybody read the snapshot `name` again instead of the one served."""

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        why = str(values["why"] or "")
        load_history.go_back(connect.here(), viewer, name, served=served, why=why)
        return "Everybody reads the earlier snapshot now. The one from before is kept."

    with forms.form(f"back to {name}", served, border=True) as form:
        st.text_input("Why", max_chars=LONGEST_WHY, key=form.keep("why", ""), help="The audit log keeps it.")
        form.submit("Go back to this snapshot", write, icon=":material/undo:")


def _called(one: Snapshot) -> str:
    made = f", made {_moment(one.made_at)}" if one.made_at else ""
    return f"As of {day(one.as_of)}{made}"


def _differences(now: Snapshot, then: Snapshot) -> pd.DataFrame:
    both = now.rows.merge(then.rows, how="outer", on="table_name", suffixes=("_now", "_then")).fillna(0)
    changed = both[both["row_count_now"] != both["row_count_then"]]
    return pd.DataFrame(
        {
            "Table": [plain(name) for name in changed["table_name"]],
            "Rows now": [numeral(int(n)) for n in changed["row_count_now"]],
            "Rows then": [numeral(int(n)) for n in changed["row_count_then"]],
        }
    )


def _moment(at: Any) -> str:
    return f"{day(pd.Timestamp(at).date())}, {pd.Timestamp(at):%H:%M}"
