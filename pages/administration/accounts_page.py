"""People: who may come in with which role, who is signed in, who waits after wrong tries; and the changes of that."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral
from metrics.definitions.scope import Scope
from pages.administration import account_forms
from pages.components import data, tables
from sign_in import account_administration, guessing, sessions
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from warehouse.stores import connect

_COLUMNS = [
    *("User name", "Name", "Role", "RM or team", "State", "Second factor", "Open sessions"),
    *("Seen", "Last signed in"),
]
CHANGES_SHOWN = 20
ACTIONS = {
    "user.create": "Account made",
    "user.import": "Accounts imported",
    "user.password": "Password changed",
    "user.role": "Role changed",
    "user.disable": "Locked",
    "user.enable": "Unlocked",
    "user.link": "Linked to single sign-on",
    "user.factor": "Second factor set up",
    "user.factor_reset": "Second factor removed",
    "user.refused": "Change refused",
}
"""What the audit log calls a change of an account, in words."""
MOMENT = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=140)


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, the accounts, what can be done to one, and what was done."""
    stores = connect.here()
    people = account_administration.everybody(data.reader(viewer))
    signed_in, waits = sessions.open_ones(stores), guessing.waits(stores)
    locked = int(people["disabled_at"].notna().sum())
    inside = signed_in["username"].nunique()
    st.title(f"{_people(len(people) - locked)} may sign in; {numeral(inside)} signed in now")
    if waits:
        names = ", ".join(sorted(waits))
        st.text(f"After too many wrong tries these have to wait before the next one: {names}.")
    account_forms.first_password()
    frame = _accounts(people, signed_in, waits)
    tables.show(
        frame,
        "accounts",
        columns={"Last signed in": MOMENT, "Seen": MOMENT},
    )
    left, right = st.columns(2, gap="large")
    with left:
        account_forms.invite()
    with right:
        account_forms.change(viewer, people)
    st.header("Latest changes of accounts")
    _changes(viewer)


def _people(number: int) -> str:
    return f"{numeral(number)} {'person' if number == 1 else 'people'}"


def _accounts(people: pd.DataFrame, signed_in: pd.DataFrame, waits: Mapping[str, timedelta]) -> pd.DataFrame:
    """One line per account; whoever may come in first."""
    counts = signed_in["username"].value_counts()
    seen = signed_in.drop_duplicates("username").set_index("username")["seen_at"]
    ordered = people.sort_values("disabled_at", na_position="first", kind="stable")
    rows: list[dict[str, Any]] = [
        {
            "User name": row["username"],
            "Name": row["full_name"],
            "Role": plain(row["role"]),
            "RM or team": next((row[of] for of in ("rm_id", "team") if pd.notna(row[of])), None),
            "State": _state(row, waits),
            "Second factor": "Yes" if row["second_factor"] else "No",
            "Open sessions": int(counts.get(row["username"], 0)),
            "Seen": seen.get(row["username"]),
            "Last signed in": row["came_at"],
        }
        for row in ordered.to_dict("records")
    ]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    for moment in ("Seen", "Last signed in"):
        frame[moment] = pd.to_datetime(frame[moment])
    return frame


def _state(row: Mapping[Any, Any], waits: Mapping[str, timedelta]) -> str:
    if pd.notna(row["disabled_at"]):
        return "Locked"
    if row["username"] in waits:
        return "Waits after wrong tries"
    return "Has a first password" if row["must_change_password"] else "Open"


def _changes(viewer: Viewer) -> None:
    lines = account_administration.changes(data.reader(viewer), CHANGES_SHOWN)
    if lines.empty:
        tables.empty("No account was changed yet.")
        return
    frame = pd.DataFrame(
        {
            "When": pd.to_datetime(lines["happened_at"]),
            "Who": lines["who"],
            "What": [ACTIONS.get(action, action) for action in lines["action"]],
            "Account": lines["subject"],
            "Details": lines["why"],
        }
    )
    tables.show(frame, "account-changes", columns={"When": MOMENT})
