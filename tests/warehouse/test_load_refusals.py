"""A folder that breaks the contract is refused whole, with table, row, column and reason; the old bank stays."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.morning import stores_in
from tests.warehouse import small_bank
from warehouse.errors import LoadRefused, NothingLoaded
from warehouse.load.loading import load, next_snapshot
from warehouse.stores.connect import Stores

CUSTOMERS = small_bank.FILES["customers.csv"]
OUTSIDE = "a_file_outside.csv"

REFUSALS: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "a word for a date": (
        {"customers_csv": CUSTOMERS.replace("2024-02-06", "6th Feb")},
        ["Table customers, row 2, column joined_on", "“6th Feb”", "is not a date", "customers.csv"],
    ),
    "a day that does not exist": (
        {"customers_csv": CUSTOMERS.replace("2024-02-06", "2024-02-30")},
        ["customers, row 2, column joined_on", "2024-02-30"],
    ),
    "a date in another order": (
        {"customers_csv": CUSTOMERS.replace("2024-02-06", "06/02/2024")},
        ["customers, row 2, column joined_on", "06/02/2024"],
    ),
    "an amount with a comma": (
        {"balances_csv": 'account_id,customer_id,month_on,balance\nA1,C1,2026-05-31,"1,234.50"\n'},
        ["balances, row 1, column balance", "“1,234.50”", "an amount such as 1234.50"],
    ),
    "an amount in words": (
        {"balances_csv": "account_id,customer_id,month_on,balance\nA1,C1,2026-05-31,plenty\n"},
        ["balances, row 1, column balance", "“plenty”"],
    ),
    "neither true nor false": (
        {"customers_csv": CUSTOMERS.replace(",true", ",maybe")},
        ["customers, row 1, column marketing_consent", "“maybe”", "true or false"],
    ),
    "a key that is empty": (
        {"customers_csv": CUSTOMERS.replace("C2,Lee", ",Lee")},
        ["customers, row 2, column customer_id", "is empty"],
    ),
    "a required value that is empty": (
        {"accounts_csv": "account_id,customer_id,product\nA1,,savings\nA2,C2,card\n"},
        ["accounts, row 1, column customer_id", "is empty"],
    ),
    "a required column that is not there": (
        {"accounts_csv": "account_id,product\nA1,savings\nA2,card\n"},
        ["Table accounts", "accounts.csv does not give the column customer_id", "Who holds it."],
    ),
    "a key column that is not there": (
        {"customers_csv": "full_name\nChan Tai Man\n", "balances_csv": None, "accounts_csv": None},
        ["Table customers", "does not give the column customer_id"],
    ),
    "a word that is not allowed": (
        {"customers_csv": CUSTOMERS.replace(",private,", ",platinum,")},
        ["customers, row 2, column segment", "“platinum”", "is not one of mass, affluent, private"],
    ),
    "a key twice": (
        {"customers_csv": CUSTOMERS.replace("C3,", "C1,")},
        ["customers, row 3, column customer_id", "“C1”", "already given in row 1"],
    ),
    "a key of two columns twice": (
        {"balances_csv": small_bank.FILES["balances.csv"] + "A1,C1,2026-05-31,11\n"},
        ["balances, row 3, column account_id and month_on", "“A1”", "2026-05-31", "row 1"],
    ),
    "a reference to nobody": (
        {"accounts_csv": "account_id,customer_id,product\nA1,C1,savings\nA2,C9,card\n"},
        ["accounts, row 2, column customer_id", "“C9” does not exist in customers"],
    ),
    "a column with a typing error": (
        {"customers_csv": CUSTOMERS.replace("joined_on", "joind_on")},
        ["Table customers", "customers.csv gives a column “joind_on”", "Did you mean joined_on?"],
    ),
    "a column in capitals": (
        {"customers_csv": CUSTOMERS.replace("segment", "Segment")},
        ["Table customers", "“Segment”", "Did you mean segment?"],
    ),
    "a column nobody knows": (
        {"customers_csv": CUSTOMERS.replace("joined_on", "zzz")},
        ["Table customers", "“zzz”", "Its columns are: customer_id"],
    ),
    "a mapping for no table": (
        {"custmers_sql": "SELECT 1"},
        ["custmers.sql names no table", "Did you mean customers.sql?"],
    ),
    "a mapping with a mistake in it": (
        {"tickets_sql": "SELEC 1"},
        ["tickets.sql cannot be read", "syntax error"],
    ),
    "a mapping of a column that is not there": (
        {"tickets_sql": "SELECT no_such_column AS ticket_id FROM read_csv('customers.csv')"},
        ["Table tickets: tickets.sql cannot be read", "no_such_column"],
    ),
    "a mapping of a file that is not there": (
        {"tickets_sql": "SELECT * FROM read_csv('no_such_file.csv')"},
        ["Table tickets: tickets.sql cannot be read", "no_such_file.csv"],
    ),
    "a mapping that reads a file of the system": (
        {"tickets_sql": "SELECT line AS ticket_id FROM read_csv('/etc/passwd', columns={'line': 'VARCHAR'})"},
        ["tickets.sql cannot be read"],
    ),
    "a mapping that reads beside the folder": (
        {"tickets_sql": f"SELECT * FROM read_csv('../{OUTSIDE}')"},
        ["tickets.sql cannot be read"],
    ),
    "a mapping that reads beside the folder under its own name": (
        {"tickets_sql": f"SELECT * FROM read_csv('../extracts-2/../{OUTSIDE}')"},
        ["tickets.sql cannot be read"],
    ),
    "a mapping that lists the system": (
        {"tickets_sql": "SELECT file AS ticket_id FROM glob('/etc/*')"},
        ["tickets.sql cannot be read"],
    ),
    "a mapping that reads the network": (
        {"tickets_sql": "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')"},
        ["tickets.sql cannot be read"],
    ),
    "a mapping that attaches": ({"tickets_sql": "ATTACH 'other.duckdb' AS other"}, ["tickets.sql must be one SELECT"]),
    "a mapping that copies": (
        {"tickets_sql": "COPY (SELECT 1) TO 'stolen.csv'"},
        ["tickets.sql must be one SELECT"],
    ),
    "a mapping that installs": ({"tickets_sql": "INSTALL httpfs"}, ["tickets.sql must be one SELECT"]),
    "a mapping that opens the lock": (
        {"tickets_sql": "SET enable_external_access = true"},
        ["tickets.sql must be one SELECT"],
    ),
    "a mapping of two statements": (
        {"tickets_sql": "SELECT 'T1' AS ticket_id; DELETE FROM unified.customers"},
        ["tickets.sql must be one SELECT"],
    ),
    "a mapping that closes the bracket": (
        {"tickets_sql": "SELECT 1) ; DROP TABLE unified.customers; SELECT * FROM (SELECT 1"},
        ["tickets.sql cannot be read"],
    ),
    "a mapping that reads the bank loaded before": (
        {"tickets_sql": "SELECT customer_id AS ticket_id FROM \"before\".unified.customers"},
        ["Let it read the folder’s files alone"],
    ),
    "a mapping that reads what nights worked out": (
        {"tickets_sql": "SELECT customer_id AS ticket_id FROM Derived.customer_scores"},
        ["Let it read the folder’s files alone"],
    ),
    "a mapping that turns the bank loaded before": (
        {"tickets_sql": "SELECT * FROM (PIVOT before.unified.customers ON segment USING count(*))"},
        ["tickets.sql must be one SELECT"],
    ),
    "a mapping that names a table in a text": (
        {"tickets_sql": "SELECT customer_id AS ticket_id FROM query_table/**/('unified.customers')"},
        ["Let it read the folder’s files alone"],
    ),
    "an empty mapping": ({"tickets_sql": ""}, ["tickets.sql must be one SELECT"]),
    "a table given twice": (
        {"customers_jsonl": '{"customer_id": "C1"}\n'},
        ["Table customers has more than one source: customers.csv and customers.jsonl"],
    ),
    "no date at all": (
        {
            "customers_csv": "customer_id\nC1\nC2\n",
            "accounts_csv": None,
            "balances_csv": None,
        },
        ["No table has a dated row"],
    ),
    "a file that is not the format it says": (
        {"tickets_parquet": "ticket_id\nT1\n"},
        ["tickets.parquet is not a whole Parquet file"],
    ),
    "ragged lines": (
        {"customers_csv": CUSTOMERS + "C4,Ho\nC5,a,mass,2024-01-01,R1,true,too,many\n"},
        ["customers.csv has 2 values in line 5"],
    ),
}  # fmt: skip


@pytest.fixture
def served(empty: Stores, tmp_path: Path) -> Stores:
    """A small bank, loaded."""
    load(empty, small_bank.write(tmp_path / "extracts"))
    return empty


@pytest.fixture(scope="module")
def served_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """A small bank that every refusal leaves as it is, and that is loaded anew after each."""
    place = tmp_path_factory.mktemp("served-on")
    stores = stores_in(place / "data")
    load(stores, small_bank.write(place / "extracts"))
    yield stores
    stores.app_db.dispose()


@pytest.mark.parametrize("what", sorted(REFUSALS))
def test_what_breaks_the_contract_is_refused_by_name_and_the_old_bank_stays(
    what: str, served_on: Stores, tmp_path: Path
) -> None:
    changed, sentence = REFUSALS[what]
    served = served_on
    (tmp_path / OUTSIDE).write_text("ticket_id\nT1\n")
    before, files, there = small_bank.fingerprint(served), small_bank.left_in(served), served.snapshot()
    folder = small_bank.write(tmp_path / "extracts-2", **changed)
    given = {f.name for f in folder.iterdir()}
    with pytest.raises(LoadRefused) as refusal:
        load(served, folder)
    for part in [*sentence, "Nothing was loaded"]:
        assert part in str(refusal.value)
    assert served.snapshot() == there
    assert small_bank.fingerprint(served) == before
    assert small_bank.left_in(served) == files
    assert {f.name for f in folder.iterdir()} == given, "a mapping wrote into the folder"
    assert Path.cwd() != folder
    load(served, small_bank.write(tmp_path / "extracts-3"))


def test_an_empty_folder_and_one_that_is_not_there_are_refused(empty: Stores, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(LoadRefused, match="holds no extract"):
        load(empty, tmp_path / "nothing")
    with pytest.raises(LoadRefused, match="is not a folder"):
        load(empty, tmp_path / "no such folder")
    with pytest.raises(NothingLoaded, match="make demo"):
        empty.snapshot()


def test_a_mapping_that_is_not_text_is_refused(empty: Stores, tmp_path: Path) -> None:
    folder = small_bank.write(tmp_path / "extracts")
    (folder / "tickets.sql").write_bytes(b"SELECT '\xa4\xa4' AS ticket_id")
    with pytest.raises(LoadRefused, match="not a text file in UTF-8"):
        load(empty, folder)


def test_a_mapping_may_read_files_below_its_folder(empty: Stores, tmp_path: Path) -> None:
    folder = small_bank.write(
        tmp_path / "extracts", tickets_sql="SELECT * FROM read_csv('service/raw.csv', all_varchar=true)"
    )
    (folder / "service").mkdir()
    (folder / "service" / "raw.csv").write_text("ticket_id,opened_at\nT1,2026-06-29 10:00\n")
    assert load(empty, folder).rows["tickets"] == 1


def test_an_empty_cell_stays_not_known(empty: Stores, tmp_path: Path) -> None:
    load(empty, small_bank.write(tmp_path / "extracts"))
    segments = {row[0]: row[5] for row in small_bank.content(empty)["customers"]}
    assert segments == {"C1": "mass", "C2": "private", "C3": small_bank.NOT_KNOWN}


def test_the_day_is_the_last_that_occurs_and_a_day_in_the_future_is_refused(
    empty: Stores, tmp_path: Path
) -> None:
    folder = small_bank.write(tmp_path / "extracts")
    assert load(empty, folder).as_of == date(2026, 6, 30)
    assert load(empty, folder, as_of=date(2026, 5, 31)).as_of == date(2026, 5, 31)
    later = small_bank.FILES["balances.csv"] + "A1,C1,2031-01-31,1\n"
    with pytest.raises(LoadRefused, match=r"2031-01-31.*is not between 1900 and the day of the load"):
        load(empty, small_bank.write(folder, balances_csv=later))


def test_a_data_folder_may_have_an_apostrophe_and_spaces(tmp_path: Path) -> None:
    stores = stores_in(tmp_path / "O'Brien & Söhne")
    folder = small_bank.write(tmp_path / "it's here")
    load(stores, folder)
    load(stores, folder)
    assert len(small_bank.names(stores)) == 3
    stores.app_db.dispose()


def test_the_same_folder_twice_and_in_another_order_gives_the_same_bank(
    empty: Stores, tmp_path: Path
) -> None:
    folder = small_bank.write(tmp_path / "extracts")
    first_id = load(empty, folder).snapshot
    first = small_bank.content(empty)
    second_id = load(empty, folder).snapshot
    assert first_id != second_id
    assert small_bank.content(empty) == first
    header, *lines = CUSTOMERS.splitlines()
    turned = "\n".join([header, *reversed(lines)]) + "\n"
    load(empty, small_bank.write(folder, customers_csv=turned))
    assert small_bank.content(empty) == first


def test_the_sample_bank_loaded_twice_is_the_same_bank(own_bank: Stores, bank_folder: Path) -> None:
    before = small_bank.fingerprint(own_bank)
    load(own_bank, bank_folder, sample=True)
    assert small_bank.fingerprint(own_bank) == before


def test_only_the_served_snapshot_and_the_one_before_are_kept(empty: Stores, tmp_path: Path) -> None:
    folder = small_bank.write(tmp_path / "extracts")
    ids = [load(empty, folder).snapshot for _ in range(4)]
    kept = {f for f in small_bank.left_in(empty) if f.startswith("bank-")}
    assert kept == {f"bank-{i}.duckdb" for i in ids[-2:]}


def test_a_night_that_fails_leaves_the_bank_and_no_file(served: Stores) -> None:
    before, files = served.snapshot(), small_bank.left_in(served)
    with pytest.raises(ZeroDivisionError), next_snapshot(served):
        raise ZeroDivisionError
    assert served.snapshot() == before
    assert small_bank.left_in(served) == files


def test_a_full_disk_leaves_the_old_bank_and_no_file(served: Stores, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the engine gets the same kind of error from the system."""
    bigger = tmp_path / "bigger"
    rows = "\n".join(f"C{i},{'x' * 200}{i}" for i in range(200_000))
    small_bank.write(
        bigger, customers_csv=f"customer_id,full_name\n{rows}\n", accounts_csv="account_id,customer_id\n"
    )
    before, files, content = served.snapshot(), small_bank.left_in(served), small_bank.content(served)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
        with pytest.raises(LoadRefused, match="Nothing was loaded"):
            load(served, bigger, as_of=date(2026, 6, 30))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert served.snapshot() == before
    assert small_bank.left_in(served) == files
    assert small_bank.content(served) == content
