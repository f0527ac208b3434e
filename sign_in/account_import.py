"""Accounts taken over from the file of streamlit-authenticator, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sign_in import accounts, passwords
from warehouse.access import audit
from warehouse.access.roles import ROLES
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores


def import_credentials(
    stores: Stores, credentials: Mapping[str, Any], *, by: str, role: str | None = None
) -> list[str]:
    """Take over the users of a streamlit-authenticator file, all or none; returns their names.

    `credentials` is the file's `credentials` part or the whole file. A user's `roles` must name one of ours, or
    `role` is taken; `rm_id` and `team` are read beside them. A password in plain text is hashed and must be changed
    at the first sign-in.
    """
    inner = credentials.get("credentials", credentials)
    listed = inner.get("usernames") if isinstance(inner, Mapping) else None
    if (
        not isinstance(listed, Mapping)
        or not listed
        or not all(isinstance(u, Mapping) for u in listed.values())
    ):
        raise ChangeRefused("The file names no users: it needs “credentials: usernames: …”.")
    rows = [_imported(str(name), given, role) for name, given in listed.items()]
    names = [str(row["username"]) for row in rows]
    with audit.entry(stores, by, "user.import", f"{len(rows)} users", ", ".join(names)) as entry:
        for row in rows:
            accounts.insert_account(entry, row)
    return names


def _imported(username: str, given: Mapping[str, Any], fallback: str | None) -> dict[str, Any]:
    names = " ".join(str(given.get(part) or "") for part in ("first_name", "last_name")).strip()
    role = next((r for r in given.get("roles") or [] if r in ROLES), fallback)
    if role is None:
        raise ChangeRefused(f"“{username}” has none of our roles. Roles are: {', '.join(ROLES)}.")
    password = str(given.get("password") or "")
    hashed = password.startswith("$2")
    return {
        **accounts.checked_row(
            username,
            names or str(given.get("name") or username),
            given.get("email"),
            role,
            given.get("rm_id"),
            given.get("team"),
        ),
        "password_hash": passwords.check_imported(password, username)
        if hashed
        else passwords.hash_new(password, accounts.tidy(username)),
        "must_change_password": not hashed,
    }
