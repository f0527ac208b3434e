"""The forms by which an administrator invites a colleague and changes an account. Who may is asked again by the write."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import forms, tables
from pages.components.typed_text import escaped
from sign_in import account_administration
from sign_in.account_administration import LONGEST_WHY, Invitation
from warehouse.access.reader import Viewer
from warehouse.access.roles import ROLES
from warehouse.schema import plain
from warehouse.sql.moments import instant_of
from warehouse.stores import connect

SHOWN_FOR = timedelta(minutes=5)
"""A first password is on screen so long at most, and nowhere else."""
_PASSWORD = "first password to pass on"  # noqa: S105  the name of a place, not a password
TASKS = ("First password", "Role", "Lock", "Sessions and wrong tries", "Second factor")


def first_password() -> None:
    """The first password that was just made, until it is passed on or a few minutes are over."""
    held: tuple[str, str, datetime] | None = st.session_state.get(_PASSWORD)
    if held is None:
        return
    username, password, at = held
    if instant_of(connect.here().now()) - instant_of(at) > SHOWN_FOR / timedelta(microseconds=1):
        _forget()
        return
    with st.container(border=True, key="first-password"):
        st.markdown(f"**First password of {escaped(username)}**")
        st.code(password, language=None)
        st.caption(
            "It is shown this once and kept nowhere. Pass it on in person or by telephone: whoever signs in with it "
            "has to choose a new one at once."
        )
        st.button("I have passed it on", on_click=_forget, icon=":material/check:", key="password-passed-on")


def _forget() -> None:
    st.session_state.pop(_PASSWORD, None)


def _hold(username: str, password: str) -> None:
    st.session_state[_PASSWORD] = (username, password, connect.here().now())


def invite() -> None:
    """A new account, with a first password that is shown once."""
    st.header("Invite a colleague")
    with forms.form("invite", border=True) as form:
        st.text_input("User name", max_chars=64, key=form.keep("username", ""))
        st.text_input("Full name", max_chars=100, key=form.keep("full_name", ""))
        st.text_input("E-mail (may stay empty)", max_chars=200, key=form.keep("email", ""))
        _role_fields(form, None)
        form.submit("Make the account", _invited, type="primary", icon=":material/person_add:")


def _invited(viewer: Viewer, values: Mapping[str, Any]) -> str:
    given = {of: str(values[of] or "").strip() for of in ("username", "full_name", "email", "rm_id", "team")}
    new = Invitation(role=str(values["role"]), **given)
    _hold(new.username, account_administration.invite(connect.here(), viewer, new))
    return "The account is there. Its first password stands above the list."


def _role_fields(form: forms.Form, role: str | None) -> None:
    st.selectbox(
        "Role",
        ROLES,
        format_func=plain,
        index=None,
        placeholder="Choose",
        key=form.keep("role", role, among=ROLES),
    )
    left, right = st.columns(2)
    left.text_input(
        "RM number",
        max_chars=40,
        key=form.keep("rm_id", ""),
        help="For a relationship manager: the number in the bank's tables.",
    )
    right.text_input(
        "Team",
        max_chars=80,
        key=form.keep("team", ""),
        help="For a team lead: the team, as the bank's tables call it.",
    )


def change(viewer: Viewer, people: pd.DataFrame) -> None:
    """Choose an account, and what to do about it; each says beforehand what will happen."""
    st.header("Change an account")
    others = people[people["username"] != viewer.username].set_index("username")
    if others.empty:
        tables.empty("There is no other account yet.", "Your own is changed by another administrator.")
        return
    username = st.selectbox(
        "Account",
        list(others.index),
        format_func=lambda name: f"{others['full_name'].get(name, name)} ({name})",
        index=None,
        placeholder="Choose an account",
        key="account",
    )
    if username not in others.index:
        st.caption("Your own account is not in the list: another administrator has to change it.")
        return
    account = others.loc[username]
    task = st.segmented_control(
        "What to do", TASKS, default=TASKS[0], key="task", label_visibility="collapsed"
    )
    {
        TASKS[1]: _role,
        TASKS[2]: _lock,
        TASKS[3]: _sessions,
        TASKS[4]: _second_factor,
    }.get(str(task), _password)(str(username), account)


def _why(form: forms.Form) -> None:
    st.text_input("Why", max_chars=LONGEST_WHY, key=form.keep("why", ""), help="The audit log keeps it.")


def _password(username: str, _: Any) -> None:
    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        password = account_administration.give_first_password(
            connect.here(), viewer, username, str(values["why"] or "")
        )
        _hold(username, password)
        return "The new first password stands above the list."

    with forms.form(f"password of {username}", border=True) as form:
        st.caption("The old password stops working, and whoever is signed in with it is signed out.")
        _why(form)
        form.submit("Give a new first password", write, icon=":material/key:")


def _role(username: str, account: Any) -> None:
    was = str(account["role"])

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        given = {of: str(values[of] or "").strip() for of in ("rm_id", "team", "why")}
        account_administration.change_role(
            connect.here(), viewer, username, str(values["role"]), was=was, **given
        )
        return f"The role is now {plain(str(values['role']))}."

    with forms.form(f"role of {username}", was, border=True) as form:
        st.caption(
            f"The role is {plain(was)}. With another one this person sees other pages and rows, and has to sign in again."
        )
        _role_fields(form, was)
        _why(form)
        form.submit("Change the role", write, icon=":material/badge:")


def _lock(username: str, account: Any) -> None:
    is_locked = bool(pd.notna(account["disabled_at"]))
    act = account_administration.unlock if is_locked else account_administration.lock
    done = "May sign in again." if is_locked else "Locked, and signed out everywhere."

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        act(connect.here(), viewer, username, str(values["why"] or ""))
        return done

    with forms.form(f"lock of {username}", is_locked, border=True) as form:
        st.caption(
            "Unlocking lets this person sign in again with the password from before."
            if is_locked
            else "Locking signs this person out everywhere at once. The account and its history stay; it can be unlocked."
        )
        _why(form)
        label = "Unlock the account" if is_locked else "Lock the account"
        form.submit(label, write, icon=":material/lock_open:" if is_locked else ":material/lock:")


def _sessions(username: str, _: Any) -> None:
    def ends(viewer: Viewer, values: Mapping[str, Any]) -> str:
        account_administration.end_sessions(connect.here(), viewer, username, str(values["why"] or ""))
        return "Signed out everywhere."

    def forgives(viewer: Viewer, values: Mapping[str, Any]) -> str:
        account_administration.forgive_tries(connect.here(), viewer, username, str(values["why"] or ""))
        return "The next try does not have to wait."

    with forms.form(f"sessions of {username}", border=True) as form:
        st.caption(
            "Ending the sessions signs this person out on every device; forgetting wrong tries lets the next one begin "
            "without a wait. Neither changes the password."
        )
        _why(form)
        form.submit("End all sessions", ends, icon=":material/logout:")
        form.submit("Forget wrong tries", forgives, icon=":material/restart_alt:")


def _second_factor(username: str, account: Any) -> None:
    if not account["second_factor"]:
        st.caption(
            "This account has none. Who it belongs to sets one up at /factor, or at sign-in if the role needs one."
        )
        return

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        account_administration.remove_second_factor(
            connect.here(), viewer, username, str(values["why"] or "")
        )
        return "The second factor is removed, and this person is signed out everywhere."

    with forms.form(f"second factor of {username}", border=True) as form:
        st.caption(
            "For somebody who lost the telephone and the recovery codes. Until a new one is set up the password alone "
            "opens the account; where the role needs a second factor, the next sign-in asks for it."
        )
        _why(form)
        form.submit("Remove the second factor", write, icon=":material/phonelink_erase:")
