"""What an administrator does to accounts, and what nobody may do to the own one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sign_in import account_administration, accounts, guessing, sessions
from sign_in.account_administration import Invitation
from tests.sign_in.amy_chan import OFFICE, PASSWORD
from warehouse.access.reader import Viewer
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores

ROOT = Viewer(username="root", full_name="Root", role="administrator")
AMY = Viewer(username="amy", full_name="Amy Chan", role="analyst")


@pytest.fixture
def bank(stores: Stores) -> Stores:
    """Amy, an analyst, and Root, the one administrator."""
    accounts.create(stores, "root", "a long pass phrase", by="cli", full_name="Root Ng", role="administrator")
    return stores


def test_who_is_invited_signs_in_with_the_first_password_and_must_choose_another(bank: Stores) -> None:
    new = Invitation(username="bo", full_name="Bo Lee", role="team_lead", team="East", email="", rm_id="")
    password = account_administration.invite(bank, ROOT, new)
    bo = accounts.authenticate(bank, "bo", password, OFFICE)
    assert (bo.role, bo.team, bo.must_change_password) == ("team_lead", "East", True)


def test_only_an_administrator_changes_accounts_and_each_try_is_on_record(
    bank: Stores, lines: Callable[[str], int]
) -> None:
    acts: tuple[Callable[[], object], ...] = (
        lambda: account_administration.invite(
            bank, AMY, Invitation(username="x1", full_name="X Y", role="analyst")
        ),
        lambda: account_administration.give_first_password(bank, AMY, "root", "why"),
        lambda: account_administration.lock(bank, AMY, "root", "why"),
        lambda: account_administration.unlock(bank, AMY, "root", "why"),
        lambda: account_administration.end_sessions(bank, AMY, "root", "why"),
        lambda: account_administration.forgive_tries(bank, AMY, "root", "why"),
        lambda: account_administration.change_role(
            bank, AMY, "amy", "administrator", was="analyst", rm_id="", team="", why="why"
        ),
    )
    for act in acts:
        with pytest.raises(AccessRefused):
            act()
    assert lines("user.refused") == len(acts)
    assert {who.username for who in accounts.listing(bank)} == {"amy", "root"}


def test_nobody_changes_the_own_role_password_or_lock(bank: Stores, lines: Callable[[str], int]) -> None:
    for act in (
        lambda: account_administration.change_role(
            bank, ROOT, "ROOT ", "executive", was="administrator", rm_id="", team="", why="why"
        ),
        lambda: account_administration.lock(bank, ROOT, "root", "why"),
        lambda: account_administration.give_first_password(bank, ROOT, "root", "why"),
    ):
        with pytest.raises(AccessRefused, match="another administrator"):
            act()
    assert lines("user.refused") == 3


def test_the_last_administrator_stays_whoever_asks(bank: Stores) -> None:
    for act in (
        lambda: accounts.disable(bank, "root", by="operator"),
        lambda: accounts.change_role(bank, "root", "executive", by="operator"),
    ):
        with pytest.raises(ChangeRefused, match="last administrator"):
            act()
    accounts.change_role(bank, "amy", "administrator", by="operator")
    account_administration.lock(bank, replace(AMY, role="administrator"), "root", "left the bank")
    assert accounts.listing(bank)[1].disabled_at is not None
    with pytest.raises(ChangeRefused, match="last administrator"):
        accounts.disable(bank, "amy", by="operator")


def test_a_role_that_somebody_else_changed_meanwhile_is_not_overwritten(bank: Stores) -> None:
    accounts.change_role(bank, "amy", "sales", by="operator")
    with pytest.raises(ChangeRefused, match="meanwhile"):
        account_administration.change_role(
            bank, ROOT, "amy", "executive", was="analyst", rm_id="", team="", why="w"
        )
    account_administration.change_role(
        bank, ROOT, "amy", "executive", was="sales", rm_id="", team="", why="w"
    )
    assert accounts.listing(bank)[0].role == "executive"


def test_a_change_needs_a_reason(bank: Stores) -> None:
    with pytest.raises(ChangeRefused, match="Say why"):
        account_administration.lock(bank, ROOT, "amy", "  ")


def test_who_is_locked_is_signed_out_and_comes_in_again_once_unlocked(bank: Stores) -> None:
    token = sessions.start(bank, accounts.authenticate(bank, "amy", PASSWORD, OFFICE))
    assert list(sessions.open_ones(bank)["username"]) == ["amy"]
    account_administration.lock(bank, ROOT, "amy", "lost telephone")
    assert sessions.person(bank, token) is None
    assert sessions.open_ones(bank).empty
    account_administration.unlock(bank, ROOT, "amy", "found it")
    assert accounts.authenticate(bank, "amy", PASSWORD, OFFICE).username == "amy"


def test_wrong_tries_are_shown_of_accounts_alone_and_can_be_forgotten(bank: Stores) -> None:
    for name in ("amy", "typed a password here"):
        for _ in range(6):
            with pytest.raises(guessing.SignInRefused):
                accounts.authenticate(bank, name, "wrong", OFFICE)
    assert set(guessing.waits(bank)) == {"amy"}
    assert guessing.waits(bank)["amy"] > timedelta(0)
    account_administration.forgive_tries(bank, ROOT, "amy", "she called")
    assert guessing.waits(bank) == {}
    assert accounts.authenticate(bank, "amy", PASSWORD, OFFICE).username == "amy"
