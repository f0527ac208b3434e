"""Use by department: small departments stand together, and nothing shown is about few colleagues."""

from __future__ import annotations

import math
from datetime import date, datetime

import pytest

from metrics.definitions.scope import Period
from pages.customers.churn.department_use_block import use_in_words
from tests.collaboration.test_records import SERVICE, _observe
from tests.pages.staff import somebody
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import sessions, users
from warehouse.stores.connect import Stores
from workflow.collaboration import record_store
from workflow.collaboration.department_groups import SMALLER
from workflow.collaboration.department_use import use_by_department

LATELY = date(2026, 7, 1)


def _people(stores: Stores, **accounts: tuple[int, int]) -> None:
    """So many accounts of each role, of whom so many signed in."""
    at = datetime(2026, 7, 1, 8)
    with stores.app_db.begin() as app_db:
        for role, (number, came) in accounts.items():
            for n in range(number):
                name = f"{role}-x{n}"
                who = {"username": name, "full_name": name, "role": role, "password_hash": ""}
                app_db.execute(users.insert().values(**who, created_at=at))
                if n < came:
                    row = {"token_hash": name, "username": name, "started_at": at, "seen_at": at}
                    app_db.execute(sessions.insert().values(**row))


def _use(stores: Stores, role: str = "executive"):
    return use_by_department(Reader(stores, somebody(role)), Period(LATELY, LATELY))


def test_a_large_department_stands_alone_and_small_ones_together(bank: Stores) -> None:
    _people(bank, sales=(40, 25), marketing=(8, 8), service=(7, 7))
    lines = {u.department: u for u in _use(bank) or []}
    assert set(lines) == {"Sales", SMALLER}
    assert (lines["Sales"].accounts, lines["Sales"].came) == (40, 25)
    assert lines[SMALLER].accounts == 15


def test_a_single_small_department_takes_the_next_one_with_it(bank: Stores) -> None:
    _people(bank, sales=(40, 25), marketing=(20, 10), service=(3, 3))
    lines = {u.department: u for u in _use(bank) or []}
    assert set(lines) == {"Sales", SMALLER}
    assert lines[SMALLER].accounts == 23


@pytest.mark.parametrize("came", [1, 3, 37, 39])
def test_sign_ins_are_hidden_everywhere_where_one_line_is_about_few(came: int, bank: Stores) -> None:
    _people(bank, sales=(40, came), marketing=(40, 20))
    assert all(math.isnan(u.came) for u in _use(bank) or [])


def test_with_one_account_for_each_role_everything_stands_together_and_is_said(bank: Stores) -> None:
    _people(bank, sales=(1, 1), marketing=(1, 1), service=(1, 1))
    record_store.take_step(
        bank, SERVICE, _observe(bank), 1, "act", {"became": "A goal", "outcome": "A goal is set"}
    )
    (line,) = _use(bank) or []
    assert line.department == SMALLER
    assert math.isnan(line.accounts)
    assert (line.written, line.closed) == (2, 1)
    sentence = use_in_words([line], bank.settings.smallest_cell)
    assert "1 record was closed" in sentence
    assert "No department stands alone" in sentence


def test_who_may_not_read_accounts_gets_no_such_table(bank: Stores) -> None:
    _people(bank, sales=(40, 25))
    assert _use(bank, "relationship_manager") is None
    assert _use(bank, "service") is None
