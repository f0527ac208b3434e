"""Days are added to a bank on a server exactly as they are to one in a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import select

from tests import contents as hashed
from tests.morning import stores_in
from tests.server.stores_on_server import let_go, stores_on
from warehouse.access.reader import SYSTEM, Reader
from warehouse.errors import LoadRefused
from warehouse.load.loading import load
from warehouse.schema import findings, leads, quarantine
from warehouse.stores import postgresql, postgresql_copy
from warehouse.stores.connect import Stores

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]
JUNE = date(2026, 6, 1)
CUSTOMERS = 'customer_id,full_name,district,marketing_consent,joined_on\n"C1","Chan, ""Amy""","",true,2026-05-01\nC2,陳大文,,false,2026-05-02\n'
LEADS = "lead_id,customer_id,created_at,expected_value\nL1,C1,2026-06-01 10:00:00.123456,1234.50\nL2,C2,2026-06-02 00:00,\n"
SURVEYS = "survey_id,kind,asked_at,score\nS1,nps,2026-06-01,9\nS2,nps,2026-06-02,11\n"
FIRST = {"customers.csv": CUSTOMERS, "leads.csv": LEADS, "surveys.csv": SURVEYS}
MORE = {
    "leads.csv": LEADS.splitlines()[0] + "\nL2,C1,2026-06-02 00:00,7\nL3,C2,2026-06-03 09:00,0.10\n",
    "surveys.csv": "survey_id,kind,asked_at,score\nS3,nps,2026-06-03,12\n",
}


def write(folder: Path, files: dict[str, str]) -> None:
    """Put text files into a new folder."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def both(tmp_path: Path, database_url: str):
    """The same small bank in files and on a server."""
    files, server = stores_in(tmp_path / "files"), stores_on(database_url, tmp_path / "server")
    write(tmp_path / "first", FIRST)
    write(tmp_path / "more", MORE)
    for stores in (files, server):
        load(stores, tmp_path / "first")
    yield files, server
    files.app_db.dispose()
    let_go(server)


def contents(stores: Stores, place: Path) -> dict[str, str]:
    """A hash per table of the bank on the server."""
    assert isinstance(stores.place, postgresql.Server)
    postgresql_copy.write_file(stores.place._engine(read_only=False), stores.snapshot(), place)
    try:
        return hashed.contents_of(place)
    finally:
        place.unlink()


def in_order(stores: Stores, table) -> list[tuple]:
    frame = Reader(stores, SYSTEM).frame(select(table).order_by(*table.primary_key))
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False)]


def test_added_days_give_the_same_rows_on_a_server_as_in_files_however_often(both, tmp_path):
    files, server = both
    for _ in range(2):
        for stores in both:
            load(stores, tmp_path / "more", since=JUNE)
        assert contents(server, tmp_path / "copy.duckdb") == hashed.contents(files)
    assert [row[0] for row in in_order(server, leads)] == ["L1", "L2", "L3"]
    assert in_order(server, quarantine) == in_order(files, quarantine)
    assert in_order(server, findings) == in_order(files, findings)
    assert not list((tmp_path / "server").glob("load-*")), "what travelled is removed"


def test_a_copy_of_a_bank_keeps_empty_texts_apart_from_what_is_not_known(both, tmp_path):
    _, server = both
    postgresql_copy.write_file(
        server.place._engine(read_only=False), server.snapshot(), tmp_path / "c.duckdb"
    )
    with duckdb.connect(str(tmp_path / "c.duckdb"), read_only=True) as db:
        people = db.execute(
            "SELECT full_name, district, marketing_consent FROM unified.customers ORDER BY 1"
        ).fetchall()
    assert people[0][0] == 'Chan, "Amy"'
    assert people[1] == ("陳大文", None, False)
    served = Reader(server, SYSTEM).frame(select(leads.c.created_at).order_by(leads.c.lead_id))
    with duckdb.connect(str(tmp_path / "c.duckdb"), read_only=True) as db:
        assert db.execute("SELECT created_at FROM unified.leads ORDER BY lead_id").fetchall() == [
            (at.to_pydatetime(),) for at in served["created_at"]
        ]


def test_days_that_do_not_fit_leave_the_bank_on_the_server_and_no_file(both, tmp_path):
    _, server = both
    before, snapshot = in_order(server, leads), server.snapshot()
    write(tmp_path / "bad", {"leads.csv": LEADS.splitlines()[0] + "\nL9,C9,2026-06-09 10:00,\n"})
    with pytest.raises(LoadRefused, match="C9"):
        load(server, tmp_path / "bad", since=JUNE)
    assert (in_order(server, leads), server.snapshot()) == (before, snapshot)
    assert not list((tmp_path / "server").glob("load-*"))
