"""What colleagues are called: what people write carries their sign-in names, and a reader knows them by their own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from warehouse.access.reader import SYSTEM
from warehouse.app_db.app_schema import users
from warehouse.stores.connect import Stores


def called(stores: Stores, usernames: Iterable[str]) -> dict[str, str]:
    """Sign-in name → full name, also of who has left; one that has no account stays as it is."""
    wanted = sorted(set(usernames))
    with stores.read_app_db() as app_db:
        found = app_db.execute(
            select(users.c.username, users.c.full_name).where(users.c.username.in_(wanted))
        )
        names = {row.username: row.full_name for row in found}
    return {name: name for name in wanted} | {SYSTEM.username: SYSTEM.full_name} | names
