"""People who may sign in: made, changed and disabled here, and checked when they knock.

A user is never deleted, because the audit log names her. Every change that takes something away (password, role, account)
ends her sessions in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from streamlit_authenticator.utilities.validator import Validator

from sign_in import guessing, passwords, sessions
from sign_in.sessions import Person
from warehouse.access import audit
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import external_identities, users
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores

ADMINISTRATOR = "administrator"
RESERVED = frozenset({"operator", "nightly", "clock", "settings", "visitor", "test"})
"""Who the audit log calls so is no account."""
PASSWORD_FITS = "sign_in.password"  # noqa: S105  what an audit line is called


def create(
    stores: Stores,
    username: str,
    password: str,
    *,
    by: str,
    full_name: str,
    role: str,
    email: str | None = None,
    rm_id: str | None = None,
    team: str | None = None,
    must_change_password: bool = False,
) -> None:
    """Make an account. Raises ChangeRefused if a field does not fit or the name is taken."""
    row = {
        **checked_row(username, full_name, email, role, rm_id, team),
        "password_hash": passwords.hash_new(password, tidy(username)),
        "must_change_password": must_change_password,
    }
    with audit.entry(stores, by, "user.create", row["username"], f"role {role}") as entry:
        insert_account(entry, row)


def authenticate(
    stores: Stores, username: str, password: str, address: str, *, code_follows: bool = False
) -> Person:
    """The user whom name and password belong to. With `code_follows` that is not yet enough to be forgiven wrong tries.

    Raises SignInRefused, with one sentence for every wrong pair and another when the next try has to wait. An
    unknown name costs the same bcrypt as a known one, and is counted the same. An account of single sign-on has no
    password here, whatever hash it holds.
    """
    name, address = tidy(username)[:64], address[:64]
    attempt = guessing.begin(stores, name, address)
    if attempt.wait > timedelta(0):
        raise guessing.SignInRefused(guessing.please_wait(attempt.wait))
    who = get(stores, name)
    usable = who is not None and who.disabled_at is None and not is_linked(stores, name)
    # The name of an unknown user is not copied into the log: people type passwords into the wrong field.
    subject = name if who is not None else "unknown user"
    where = guessing.came_from(address)
    if not passwords.fits(password, who.password_hash if who is not None and usable else None):
        audit.note(stores, guessing.VISITOR, "sign_in.refused", subject, where)
        if attempt.then > timedelta(0):
            why = f"{where}, next try in {attempt.then.total_seconds():.0f} s"
            audit.note(stores, guessing.VISITOR, "sign_in.locked", subject, why)
            raise guessing.SignInRefused(f"{_WRONG} {guessing.please_wait(attempt.then)}")
        raise guessing.SignInRefused(_WRONG)
    assert who is not None
    with audit.entry(
        stores, name, PASSWORD_FITS if code_follows else guessing.ACCEPTED, name, where
    ) as entry:
        (guessing.take_back if code_follows else guessing.forgive)(entry.app_db, attempt)
    return who


def change_password(
    stores: Stores,
    username: str,
    password: str,
    *,
    by: str,
    must_change: bool = False,
    why: str = "password changed",
) -> None:
    """Set a new password and end every session of the user. `must_change` makes her choose her own next time."""
    name = tidy(username)
    who = _existing(stores, name)
    if is_linked(stores, name):
        raise ChangeRefused(f"“{name}” comes in by single sign-on and has no password here.")
    if passwords.fits(password, who.password_hash):
        raise ChangeRefused("This is the password you had before. Choose a new one.")
    new = {
        "password_hash": passwords.hash_new(password, name),
        "must_change_password": must_change,
    }
    _change(stores, name, by, "user.password", why, new)


def change_role(
    stores: Stores,
    username: str,
    role: str,
    *,
    by: str,
    rm_id: str | None = None,
    team: str | None = None,
    why: str = "",
) -> None:
    """Give a user another role, and end every session she opened with the old one.

    Raises ChangeRefused if no administrator would be left.
    """
    who = _existing(stores, username)
    row = checked_row(who.username, who.full_name, who.email, role, rm_id, team)
    new = {key: row[key] for key in ("role", "rm_id", "team")}
    words = ", ".join(filter(None, (f"role {who.role} to {role}", row["rm_id"], row["team"], why)))
    _change(stores, who.username, by, "user.role", words, new, last_too=role == ADMINISTRATOR)


def disable(
    stores: Stores, username: str, *, by: str, why: str = "account disabled", last_too: bool = False
) -> None:
    """Close the door to a user and end every session of hers. The account stays, disabled.

    Raises ChangeRefused for the last administrator, unless `last_too`: nobody could let anybody in any more.
    """
    name = _existing(stores, username).username
    _change(stores, name, by, "user.disable", why, {"disabled_at": stores.now()}, last_too=last_too)


def enable(stores: Stores, username: str, *, by: str, why: str = "account enabled") -> None:
    """Let a disabled account sign in again, with the password it had. Raises ChangeRefused if it is not disabled."""
    who = _existing(stores, username)
    if who.disabled_at is None:
        raise ChangeRefused(f"“{who.username}” is not locked, so nothing was changed.")
    _change(stores, who.username, by, "user.enable", why, {"disabled_at": None})


def listing(stores: Stores) -> Sequence[Person]:
    """All users by name, the disabled too."""
    with stores.read_app_db() as app_db:
        return app_db.execute(select(users).order_by(users.c.username)).all()


def get(stores: Stores, username: str) -> Person | None:
    """The user of that name, or None."""
    with stores.read_app_db() as app_db:
        return app_db.execute(select(users).where(users.c.username == tidy(username))).first()


def is_linked(stores: Stores, username: str) -> bool:
    """Whether an account belongs to somebody of a single sign-on provider, which alone says who she is."""
    t = external_identities
    with stores.read_app_db() as app_db:
        hers = app_db.execute(select(t.c.linked_at).where(t.c.username == tidy(username))).first()
    return hers is not None


def tidy(username: str) -> str:
    """A typed user name as it is stored: lower case, without spaces round it and without control characters."""
    return re.sub(r"[^\x20-\x7e\u00a0-\ud7ff]", "", username).strip().lower()


_WRONG = "User name and password do not match an account."


def _keep_an_administrator(entry: audit.AuditEntry, name: str) -> None:
    """Refuse a change that would leave nobody who may let people in; the change itself is one at a time."""
    open_ones = select(users.c.username).where(users.c.role == ADMINISTRATOR, users.c.disabled_at.is_(None))
    if list(entry.app_db.execute(open_ones).scalars()) == [name]:
        raise ChangeRefused(
            f"“{name}” is the last administrator: nobody could let anybody in any more. Make another account an "
            "administrator first."
        )


def _existing(stores: Stores, username: str) -> Person:
    who = get(stores, username)
    if who is None:
        raise ChangeRefused(f"There is no user “{tidy(username)}”.")
    return who


def insert_account(entry: audit.AuditEntry, row: Mapping[str, Any]) -> None:
    """Write a checked row as an account, inside an open change. Raises ChangeRefused if the name is taken."""
    try:
        entry.app_db.execute(users.insert().values(created_at=entry.at, **row))
    except IntegrityError:
        raise ChangeRefused(f"The user name “{row['username']}” is taken.") from None


def _change(
    stores: Stores,
    name: str,
    by: str,
    action: str,
    why: str,
    new: Mapping[str, Any],
    *,
    last_too: bool = True,
) -> None:
    with audit.entry(stores, by, action, name, why) as entry:
        if not last_too:
            _keep_an_administrator(entry, name)
        entry.app_db.execute(update(users).where(users.c.username == name).values(**new))
        sessions.end_all_within(entry, name, why)


def checked_row(
    username: str, full_name: str, email: str | None, role: str, rm_id: str | None, team: str | None
) -> dict[str, Any]:
    """The columns of an account, each checked. Raises ChangeRefused with a sentence for the first that does not fit."""
    name, validator = tidy(username), Validator()
    if not validator.validate_username(name):
        raise ChangeRefused(
            f"“{username}” cannot be a user name: use up to 20 letters, digits, - and _, or an e-mail address."
        )
    if name in RESERVED:
        raise ChangeRefused(f"“{name}” cannot be a user name: the audit log calls Concord’s own work so.")
    if not validator.validate_name(full_name):
        raise ChangeRefused(f"“{full_name}” cannot be a full name: use 2 to 100 letters.")
    if email and not validator.validate_email(email):
        raise ChangeRefused(f"“{email}” is not an e-mail address.")
    if role not in ROLES:
        raise ChangeRefused(f"There is no role “{role}”. Roles are: {', '.join(ROLES)}.")
    if role == "relationship_manager" and not rm_id:
        raise ChangeRefused(f"“{name}” is a relationship manager and needs an RM number.")
    if role == "team_lead" and not team:
        raise ChangeRefused(f"“{name}” is a team lead and needs a team.")
    return {
        "username": name,
        "full_name": full_name,
        "email": email,
        "role": role,
        "rm_id": rm_id if role == "relationship_manager" else None,
        "team": team if role == "team_lead" else None,
    }
