"""What colleagues are called: what people write carries their sign-in names, and a reader knows them by their own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from warehouse.access import SYSTEM
from warehouse.connect import Stores
from warehouse.desk import users


def called(stores: Stores, usernames: Iterable[str]) -> dict[str, str]:
    """Sign-in name → full name, also of who has left; one that has no account stays as it is."""
    wanted = sorted(set(usernames))
    with stores.look_at_desk() as desk:
        found = desk.execute(select(users.c.username, users.c.full_name).where(users.c.username.in_(wanted)))
        names = {row.username: row.full_name for row in found}
    return {name: name for name in wanted} | {SYSTEM.username: SYSTEM.full_name} | names
