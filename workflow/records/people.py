"""What colleagues are called: what people write carries their sign-in names, and a reader knows them by their own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import users
from warehouse.stores.connect import Stores


def called(stores: Stores, usernames: Iterable[str]) -> dict[str, str]:
    """Sign-in name → full name, also of who has left; one that has no account stays as it is."""
    logins = sorted(set(usernames))
    accounts = select(users.c.username, users.c.full_name).where(users.c.username.in_(logins))
    names = {row.username: row.full_name for row in Reader(stores, SYSTEM).rows(accounts)}
    return {login: login for login in logins} | {SYSTEM.username: SYSTEM.full_name} | names
