"""API access: tokens with which programs ask in one's own name; an administrator sees and revokes everybody's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral
from metrics.definitions.scope import Scope
from pages.components import forms, tables
from pages.components.typed_text import escaped
from sign_in import accounts, api_tokens
from warehouse.access.reader import Viewer
from warehouse.sql.moments import instant_of
from warehouse.stores import connect

URL = "api-access"
SHOWN_FOR = timedelta(minutes=5)
"""A new token is on screen so long at most, and nowhere else."""
_TOKEN = "token just made"  # noqa: S105  the name of a place, not a token
MOMENT = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=140)
DAY = st.column_config.DatetimeColumn(format="D MMM YYYY", width=110)


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, the new token, the list with a way to end each, and how a program asks."""
    rows, runs_it = api_tokens.open_ones(connect.here(), viewer), viewer.role == accounts.ADMINISTRATOR
    count = f"{numeral(len(rows)) if len(rows) else 'No'} {'token' if len(rows) == 1 else 'tokens'}"
    st.title(f"{count} may ask for figures in {'a colleague’s' if runs_it else 'your'} name")
    _new_token()
    if rows.empty:
        tables.empty(
            "No program can ask in anybody’s name." if runs_it else "No program can ask in your name.",
            "" if runs_it else "Make a token for a spreadsheet, a dashboard or an assistant.",
        )
    else:
        frame = pd.DataFrame(
            {
                "Owner": rows["username"],
                "For": rows["title"],
                "Last used": pd.to_datetime(rows["used_at"]),
                "Made": pd.to_datetime(rows["made_at"]),
                "Ends": pd.to_datetime(rows["expires_at"]),
                "Token": rows["token_id"],
            }
        )
        hidden = [] if runs_it else ["Owner"]
        columns = {"Last used": MOMENT, "Made": DAY, "Ends": DAY}
        tables.show(frame.drop(columns=hidden), "api-tokens", "never", columns=columns)
    left, right = st.columns(2, gap="large")
    if not runs_it:
        with left:
            _make()
    if len(rows):
        with left if runs_it else right:
            _revoke(rows)
    if not runs_it:
        _how()


def _new_token() -> None:
    """The token that was just made, until it is copied or a few minutes are over."""
    held: tuple[str, datetime] | None = st.session_state.get(_TOKEN)
    if held is None:
        return
    if instant_of(connect.here().now()) - instant_of(held[1]) > SHOWN_FOR / timedelta(microseconds=1):
        _forget()
        return
    with st.container(border=True, key="new-token"):
        st.markdown("**Your new token**")
        st.code(held[0], language=None)
        st.caption(
            "It is shown this once and kept nowhere. Whoever has it reads what your role reads: keep it like a password, "
            "and revoke it when it may have been seen."
        )
        st.button("I have copied it", on_click=_forget, icon=":material/check:", key="token-copied")


def _forget() -> None:
    st.session_state.pop(_TOKEN, None)


def _make() -> None:
    st.header("Make a token")
    with forms.form("make api token", border=True) as form:
        st.text_input("What it is for", max_chars=api_tokens.LONGEST, key=form.keep("title", ""))
        days = form.keep("days", api_tokens.LASTS[1], among=api_tokens.LASTS)
        st.selectbox("It ends after", api_tokens.LASTS, format_func=lambda d: f"{d} days", key=days)
        form.submit("Make the token", _made, type="primary", icon=":material/key:")


def _made(viewer: Viewer, values: Mapping[str, Any]) -> str:
    stores = connect.here()
    token = api_tokens.make(stores, viewer, str(values["title"] or ""), int(values["days"]))
    st.session_state[_TOKEN] = (token, stores.now())
    return "The token stands above the list."


def _revoke(rows: pd.DataFrame) -> None:
    st.header("Revoke a token")
    for row in rows.to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(escaped(f"{row['title']} ({row['username']})"), width="content")
            token_id = str(row["token_id"])
            forms.button(
                f"revoke {token_id}",
                "Revoke",
                partial(_revoked, token_id),
                key=f"revoke-{token_id}",
                icon=":material/block:",
            )
    st.caption("What asks with it is refused from now on. A revoked token never opens anything again.")


def _revoked(token_id: str, viewer: Viewer, _: Mapping[str, Any]) -> str:
    api_tokens.revoke(connect.here(), viewer, token_id)
    return "Revoked."


def _how() -> None:
    st.header("How a program asks")
    here = (st.context.url or "").rpartition("/")[0] or "https://…"
    st.code(
        f'curl -H "Authorization: Bearer $TOKEN" "{here}/api/v1/query?metric=leads&period=quarter&by=channel"',
        language=None,
        wrap_lines=True,
    )
    st.caption(
        "The answer is the figure of your own screen, under your role, with its unit, interval, number of cases, "
        "definition and as-of day. `/api/v1/metrics` lists the figures, `/api/v1/openapi.json` describes it all. A token "
        f"reads only; at most {api_tokens.A_MINUTE} questions a minute are answered, and each is in the audit log."
    )
