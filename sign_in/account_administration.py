"""What an administrator does to accounts: invite, role, first password, lock, sessions, wrong tries. Each has its line.

Nobody does any of it to the own account, so nobody raises the own rights or locks the own door. The command line does
the same through `sign_in.accounts`, for whoever runs the machine.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select

from sign_in import accounts, guessing, second_factor, sessions
from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import audit_log, second_factors, users
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are taken for one another when they are read aloud."""
LONGEST_WHY = 200
_NOT_YOURS = "Accounts are changed by administrators. Ask one of them; nothing was changed."
_NOT_YOUR_OWN = "This is your own account: another administrator has to change it. Nothing was changed."


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A colleague who is to have an account."""

    username: str
    full_name: str
    role: str
    email: str | None = None
    rm_id: str | None = None
    team: str | None = None


def first_password() -> str:
    """Four groups of four letters and digits, to be passed on once and replaced at the first sign-in."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def everybody(reader: Reader) -> pd.DataFrame:
    """All accounts by name, when each last signed in, and who has a second factor; never a password's hash."""
    t = users.c
    query = select(
        t.username,
        t.full_name,
        t.email,
        t.role,
        t.rm_id,
        t.team,
        t.disabled_at,
        t.created_at,
        t.must_change_password,
    )
    people = reader.frame(query.order_by(t.username))
    line = audit_log.c
    came = reader.frame(
        select(line.who, func.max(line.happened_at).label("came_at"))
        .where(line.action == guessing.ACCEPTED)
        .group_by(line.who)
    )
    people = people.merge(came, how="left", left_on="username", right_on="who").drop(columns="who")
    with_factor = reader.frame(select(second_factors.c.username))["username"]
    return people.assign(second_factor=people["username"].isin(with_factor))


def changes(reader: Reader, most: int) -> pd.DataFrame:
    """The latest changes of accounts, whoever made them: happened_at, who, action, subject, why."""
    line = audit_log.c
    query = (
        select(line.happened_at, line.who, line.action, line.subject, line.why)
        .where(line.action.like("user.%"))
        .order_by(line.line.desc())
    )
    return reader.frame(query.limit(most))


def invite(stores: Stores, viewer: Viewer, new: Invitation) -> str:
    """Make an account; gives its first password, which is kept nowhere."""
    _check(stores, viewer, "invite", new.username)
    password = first_password()
    accounts.create(
        stores,
        new.username,
        password,
        by=viewer.username,
        full_name=new.full_name,
        role=new.role,
        email=new.email or None,
        rm_id=new.rm_id or None,
        team=new.team or None,
        must_change_password=True,
    )
    return password


def give_first_password(stores: Stores, viewer: Viewer, username: str, why: str) -> str:
    """A new first password for somebody who lost hers, and the end of her sessions; it is kept nowhere."""
    _check_other(stores, viewer, "password", username)
    reason = _reason(why)
    password = first_password()
    accounts.change_password(
        stores, username, password, by=viewer.username, must_change=True, why=f"first password: {reason}"
    )
    return password


def change_role(
    stores: Stores, viewer: Viewer, username: str, role: str, *, was: str, rm_id: str, team: str, why: str
) -> None:
    """Give somebody another role. `was` is the role on screen: one that changed since is not overwritten."""
    _check_other(stores, viewer, "role", username)
    reason = _reason(why)
    who = accounts.get(stores, username)
    if who is not None and who.role != was:
        raise ChangeRefused(
            "Somebody else changed this role meanwhile. Look at it again; nothing was changed."
        )
    accounts.change_role(
        stores, username, role, by=viewer.username, rm_id=rm_id or None, team=team or None, why=reason
    )


def lock(stores: Stores, viewer: Viewer, username: str, why: str) -> None:
    """Close the door to somebody, and end her sessions."""
    _check_other(stores, viewer, "lock", username)
    accounts.disable(stores, username, by=viewer.username, why=_reason(why))


def unlock(stores: Stores, viewer: Viewer, username: str, why: str) -> None:
    """Open the door again."""
    _check_other(stores, viewer, "unlock", username)
    accounts.enable(stores, username, by=viewer.username, why=_reason(why))


def end_sessions(stores: Stores, viewer: Viewer, username: str, why: str) -> None:
    """Sign somebody out everywhere, such as after a lost telephone; she may sign in again."""
    _check(stores, viewer, "sign out", username)
    sessions.end_all(stores, username, by=viewer.username, why=_reason(why))


def forgive_tries(stores: Stores, viewer: Viewer, username: str, why: str) -> None:
    """Let somebody try to sign in again at once, after too many wrong tries at her name."""
    _check_other(stores, viewer, "forgive", username)
    guessing.forgive_all(stores, username, by=viewer.username, why=_reason(why))


def remove_second_factor(stores: Stores, viewer: Viewer, username: str, why: str) -> None:
    """Remove the second factor of somebody who lost it; where the role needs one, she sets up another at sign-in."""
    _check_other(stores, viewer, "second factor", username)
    second_factor.reset(stores, accounts.tidy(username), by=viewer.username, why=_reason(why))


def _check(stores: Stores, viewer: Viewer, what: str, username: str) -> None:
    audit.check_role(stores, viewer, (accounts.ADMINISTRATOR,), "user.refused", _NOT_YOURS, username, what)


def _check_other(stores: Stores, viewer: Viewer, what: str, username: str) -> None:
    _check(stores, viewer, what, username)
    if accounts.tidy(username) == viewer.username:
        audit.refuse(stores, viewer, "user.refused", _NOT_YOUR_OWN, username, what)


def _reason(why: str) -> str:
    return audit.checked_text(
        why, LONGEST_WHY, "Say why: the audit log keeps the reason. Nothing was changed.", "The reason has"
    )
