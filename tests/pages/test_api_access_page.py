"""API access: a token is shown once, to who made it; its owner or an administrator ends it."""

from sqlalchemy import insert

from sign_in import api_tokens
from tests.pages.staff import somebody, words
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import users
from warehouse.stores.connect import Stores

ANALYST, ADMINISTRATOR = somebody("analyst"), somebody("administrator")


def _account(bank: Stores, viewer: Viewer) -> None:
    row = {"username": viewer.username, "full_name": viewer.full_name, "role": viewer.role}
    with bank.app_db.begin() as app_db:
        made = {"password_hash": "none", "created_at": bank.now(), "must_change_password": False}
        app_db.execute(insert(users).values(**row, **made))


def test_a_token_is_shown_once_and_ended_by_its_owner_or_an_administrator(open_page, bank: Stores) -> None:
    _account(bank, ANALYST)
    page = open_page(ANALYST, "api-access")
    assert page.title[0].value == "No tokens may ask for figures in your name"
    next(b for b in page.text_input if b.label == "What it is for").input("the [weekly](x) sheet")
    next(b for b in page.button if b.label == "Make the token").click().run()
    assert page.title[0].value == "1 token may ask for figures in your name"
    token = next(c.value for c in page.code if c.value.startswith("concord_"))
    holder = api_tokens.holder(bank, token)
    assert holder is not None
    assert holder.person.username == ANALYST.username
    next(b for b in page.button if b.label == "I have copied it").click().run()
    assert not [c for c in page.code if c.value.startswith("concord_")]

    other = open_page(somebody("sales"), "api-access")
    assert other.title[0].value.startswith("No tokens")

    boss = open_page(ADMINISTRATOR, "api-access")
    assert boss.title[0].value == "1 token may ask for figures in a colleague’s name"
    assert ANALYST.username in boss.dataframe[0].value.to_csv()
    assert token not in words(boss) + boss.dataframe[0].value.to_csv()
    assert "\\[weekly\\]" in words(boss), "what was typed is no link"
    assert not [b for b in boss.button if b.label == "Make the token"]
    next(b for b in boss.button if b.label == "Revoke").click().run()
    assert boss.title[0].value.startswith("No tokens")
    assert api_tokens.holder(bank, token) is None
