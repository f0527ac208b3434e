"""The administrator's pages say what waits to be delivered; nobody else's do."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import insert

from tests.pages.staff import somebody, words
from warehouse.app_db.app_schema import destinations, outbox, users


@pytest.mark.parametrize("url", ["", "data-status"])
def test_an_administrator_reads_what_waits_and_why(open_page, bank, url: str) -> None:
    assert "nobody has a destination" in words(open_page(somebody("administrator"), url))
    at = datetime(2026, 6, 30, 2)
    with bank.app_db.begin() as app_db:
        person = {"username": "amy_w", "full_name": "Amy", "role": "analyst", "password_hash": "x"}
        app_db.execute(insert(users).values(created_at=at, **person))
        where = {"username": "amy_w", "what": "weekly", "variable": "CONCORD_MESSAGES_X", "added_by": "op"}
        number = app_db.execute(insert(destinations).values(added_at=at, **where)).inserted_primary_key[0]
        row = {"destination_id": number, "what": "weekly", "about": "2026-06-29", "failed_runs": 0}
        app_db.execute(insert(outbox).values(written_at=at, **row))
    page_text = words(open_page(somebody("administrator"), url))
    assert "1 message to amy_w waits to be delivered." in page_text
    assert "1 message to amy_w: waiting since 30 Jun 2026, 02:00. It has not been tried yet." in page_text
    assert "amy_w" not in words(open_page(somebody("analyst"), url))
