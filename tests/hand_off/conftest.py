"""Twelve leads worked by hand, and a campaign they came from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.morning import stores_in
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load import loading
from warehouse.stores.connect import Stores
from workflow.qualification.contact_deadlines import write_hand_offs

AS_OF = date(2026, 6, 30)
HEADER = (
    "lead_id,full_name,campaign_id,channel,product,sales_rep,created_at,mql_at,contacted_at,accepted_at,rejected_at,\
rejected_reason,sql_at,opportunity_at,won_at,lost_at"
)
LEADS = """
L01,Ann Au,K1,email,savings,Ada,2026-04-01 10:00,2026-04-01 11:00,2026-04-02 12:00,2026-04-08 12:00,,,2026-04-10 12:00,2026-04-13 12:00,2026-04-20 12:00,
L02,Ben Bo,K1,email,savings,Ada,2026-04-02 09:00,2026-04-02 10:00,2026-04-09 10:00,2026-04-09 11:00,,,2026-04-15 10:00,2026-04-20 10:00,,2026-05-04 10:00
L03,Cat Chu,K1,email,savings,Ada,2026-04-02 09:00,2026-04-02 10:00,2026-04-09 16:00,2026-04-10 11:00,,,2026-04-14 10:00,,,
L04,Dan Do,K1,email,card,Ada,2026-04-02 09:00,2026-04-02 10:00,2026-04-09 16:01,,2026-04-10 09:30,Not eligible,,,,
L05,Eva Eng,K1,,card,Ben,2026-04-03 22:00,2026-04-04 10:00,2026-04-09 12:00,2026-04-10 12:00,,,,,,2026-05-10 12:00
L06,Fay Fu,K2,social,card,Ben,2026-05-04 12:00,2026-05-05 12:00,2026-05-06 12:00,,2026-05-07 12:00,Cannot be reached,,,,
L07,Gil Go,K2,social,card,Ben,2026-05-04 12:00,2026-05-05 12:00,,,,,,,,2026-06-01 12:00
L08,Hal Ho,K2,social,card,Ben,2026-05-05 12:00,2026-05-06 12:00,2026-05-07 12:00,2026-05-08 12:00,,,2026-05-11 12:00,2026-05-12 12:00,2026-05-13 12:00,
L09,Ida Ip,K2,social,card,Ben,2026-06-10 12:00,2026-06-15 12:00,,,,,,,,
L10,Jon Ju,K2,social,card,Ben,2026-06-28 12:00,2026-06-30 17:00,,,,,,,,
L11,Kim Ko,K2,social,card,,2026-06-20 12:00,,,,,,,,,
L12,Leo Li,K2,social,card,,2026-03-31 23:59,2026-04-01 00:00,2026-03-30 10:00,,,,,,,2026-04-02 12:00
"""


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """A bank of these leads as of 30 June 2026, its handoffs timed."""
    folder = tmp_path_factory.mktemp("twelve")
    (folder / "files").mkdir()
    (folder / "files" / "leads.csv").write_text(HEADER + LEADS.rstrip() + "\n", encoding="utf-8")
    (folder / "files" / "campaigns.csv").write_text(
        "campaign_id,name,starts_on,ends_on\nK1,Spring letter,2026-03-01,2026-04-30\nK2,Card drive,2026-03-01,2026-12-31\n",
        encoding="utf-8",
    )
    stores = stores_in(folder / "data")
    loading.load(stores, folder / "files", as_of=AS_OF)
    with loading.next_snapshot(stores) as draft:
        write_hand_offs(draft, Reader(stores, SYSTEM, stores.snapshot()), stores.settings, AS_OF)
    yield stores
    stores.app_db.dispose()
