"""A sample bank whose colleagues ask through programs: each role has an account and a token, behind the real gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from reports.interface.http_api import HttpApi
from sign_in import api_tokens
from sign_in.gate import Gate
from tests.morning import MORNING, copy_of, stores_in
from tests.warehouse.onlookers import EVERYBODY
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer, may_see
from warehouse.app_db.app_schema import audit_log, users
from warehouse.schema import BANK
from warehouse.stores.connect import Stores


@dataclass
class Moment:
    """The bank's clock: it stands still until a test moves it."""

    at: datetime = MORNING

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Programs:
    """The app behind its gate, and the token of each role's colleague."""

    stores: Stores
    client: TestClient
    moment: Moment
    tokens: dict[str, str]

    def get(self, role: str, path: str, **params: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", params=params, headers=self.right(role))

    def ask(self, role: str, **question: Any) -> Any:
        """The answer to a question as JSON, on a new minute: no test is about the limit but one."""
        self.moment.at += timedelta(minutes=1)
        return self.client.post("/api/v1/query", json=question, headers=self.right(role))

    def right(self, role: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[role]}"}

    def lines(self, action: str) -> list[Any]:
        """The audit log's lines of an action."""
        with self.stores.read_app_db() as app_db:
            return list(app_db.execute(select(audit_log).where(audit_log.c.action == action)).all())


def add_account(stores: Stores, viewer: Viewer) -> None:
    """An account as the sign-in keeps it, without the second that a password's hash takes."""
    row = {
        "username": viewer.username,
        "full_name": viewer.full_name,
        "role": viewer.role,
        "rm_id": viewer.rm_id,
        "team": viewer.team,
        "password_hash": "none",
    }
    with audit.entry(stores, "test", "user.create", viewer.username) as entry:
        entry.app_db.execute(insert(users).values(created_at=entry.at, must_change_password=False, **row))


async def beyond(scope: Any, receive: Any, send: Any) -> None:
    """In the place of Streamlit, which no program may reach."""
    raise AssertionError(scope["path"])


def behind_the_gate(stores: Stores, moment: Moment, people: Iterable[Viewer]) -> Programs:
    """The app behind its gate, and a token of each of the people, whose accounts are there."""
    asking = (viewer for viewer in people if viewer.role != "administrator")
    tokens = {v.role: api_tokens.make(stores, v, f"dashboard of {v.role}", 90) for v in asking}
    gate = Gate(beyond, stores=stores, policy="", hosts=["bank.test"], interface=HttpApi(stores).answer)
    client = TestClient(gate, base_url="http://bank.test", follow_redirects=False)
    return Programs(stores, client, moment, tokens)


@pytest.fixture(scope="module")
def programs(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    moment = Moment()
    folder = copy_of(after_a_night, tmp_path_factory.mktemp("interface") / "data")
    stores = stores_in(folder, moment)
    for viewer in EVERYBODY.values():
        add_account(stores, viewer)
    yield behind_the_gate(stores, moment, EVERYBODY.values())
    stores.app_db.dispose()


@pytest.fixture
def colleague(programs: Programs) -> Callable[[str, str], Viewer]:
    """A further account with a token of its own, for a test that ends it."""

    def made(name: str, role: str) -> Viewer:
        viewer = replace(EVERYBODY[role], username=name)
        add_account(programs.stores, viewer)
        programs.tokens[name] = api_tokens.make(programs.stores, viewer, "a spreadsheet", 30)
        return viewer

    return made


@pytest.fixture(scope="module")
def personal(programs: Programs) -> frozenset[str]:
    """Names, addresses, numbers and texts of people in the bank: no answer may have one of them in it."""
    reader, values = Reader(programs.stores, SYSTEM, programs.stores.snapshot()), set()
    for table in BANK.tables.values():
        columns = [c for c in table.c if c.info.get("personal") and str(c.type) == "TEXT"]
        if columns and may_see(SYSTEM, table):
            frame = reader.frame(select(*columns))
            values |= {str(v) for c in frame for v in frame[c].dropna().unique()}
    return frozenset(sorted(v for v in values if len(v) > 5)[::10])
