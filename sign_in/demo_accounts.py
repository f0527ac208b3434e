"""One account per role for trying the sample bank. They share a password drawn at random for this copy alone.

They exist only beside invented data: loading a real bank closes them.
"""

from __future__ import annotations

import secrets

from sqlalchemy import select

from sign_in import accounts
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alerts, users
from warehouse.schema import relationship_managers
from warehouse.stores.connect import HINT, Stores

_ACCOUNTS = (
    ("rm", "relationship_manager"),
    ("lead", "team_lead"),
    ("service", "service"),
    ("sales", "sales"),
    ("marketing", "marketing"),
    ("analyst", "analyst"),
    ("executive", "executive"),
    ("admin", "administrator"),
)
_NAMES = {
    "service": "Siu Wai Chan",
    "sales": "Edmond Lau",
    "marketing": "Carmen Ho",
    "analyst": "Priya Nair",
    "executive": "Vivian Tse",
    "admin": "Oscar Yip",
}
_WORDS = (
    "amber",
    "bamboo",
    "cedar",
    "dragon",
    "ferry",
    "harbour",
    "island",
    "jade",
    "kite",
    "lantern",
    "lotus",
)


def ensure(stores: Stores, reader: Reader) -> str:
    """Make the accounts if they are not there; returns the hint that says who they are and their password."""
    hint = stores.settings.data_dir / HINT
    if hint.exists():
        return hint.read_text(encoding="utf-8")
    password = "-".join(secrets.choice(_WORDS) for _ in range(3)) + f"-{secrets.randbelow(9000) + 1000}"
    managers = reader.frame(select(relationship_managers).order_by(relationship_managers.c.rm_id))
    # Whoever tries the sample wants to see a queue: the RM with the most to do, and her team lead.
    waiting = reader.frame(
        select(alerts.c.rm_id).where(alerts.c.status != "closed", alerts.c.arm == "treated")
    )
    busiest = waiting["rm_id"].value_counts()
    chosen = managers[managers["rm_id"] == busiest.index[0]] if len(busiest) else managers
    first = chosen.iloc[0]
    for username, role in _ACCOUNTS:
        if accounts.get(stores, username) is not None:
            continue
        lead = f"{first['team']} team lead"
        accounts.create(
            stores,
            username,
            password,
            by="demo",
            full_name={"rm": first["name"], "lead": lead}.get(username) or _NAMES[username],
            role=role,
            rm_id=first["rm_id"] if username == "rm" else None,
            team=first["team"] if username == "lead" else None,
        )
    text = f"Users: {', '.join(u for u, _ in _ACCOUNTS)}\nPassword for each: {password}"
    hint.touch(mode=0o600)
    hint.write_text(text + "\n", encoding="utf-8")
    return text


def close(stores: Stores) -> None:
    """Disable the demo accounts and forget their password: a real bank has been loaded."""
    hint = stores.settings.data_dir / HINT
    if not hint.exists():
        return
    for username, _ in _ACCOUNTS:
        user = accounts.get(stores, username)
        if user is not None and user.disabled_at is None:
            accounts.disable(stores, username, by="demo", why="a real bank was loaded", last_too=True)
    hint.unlink()


def are_the_only_administrators(stores: Stores) -> bool:
    """Whether loading a real bank would leave nobody who can sign in as an administrator."""
    demo = {username for username, _ in _ACCOUNTS}
    with stores.read_app_db() as app_db:
        others = app_db.execute(
            select(users.c.username).where(users.c.role == "administrator", users.c.disabled_at.is_(None))
        ).scalars()
        return (stores.settings.data_dir / HINT).exists() and not set(others) - demo
