"""A folder of exports is recognised and proposed a mapping per table, and loads by it; nothing of anybody's is overwritten."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cli import load_commands
from cli.__main__ import main
from tests.morning import stores_in
from tests.warehouse import exports
from warehouse.access.reader import SYSTEM, Reader
from warehouse.errors import LoadRefused
from warehouse.load.loading import load
from warehouse.mapping import folder_proposal
from warehouse.mapping.folder_proposal import Outcome
from warehouse.schema import BANK
from warehouse.stores.connect import Stores


def _proposed(
    folder: Path, url_from: str | None = None, environment: dict[str, str] | None = None
) -> Outcome:
    with contextlib.chdir(folder), duckdb.connect() as db:
        return folder_proposal.propose(db, {"leads.won_at": ["Deals won"]}, url_from, environment or {})


def _loaded(tmp_path: Path, folder: Path, products: str) -> Stores:
    stores = stores_in(tmp_path / "data")
    stores = replace(stores, settings=replace(stores.settings, timezone="Europe/Berlin", products=products))
    load(stores, folder)
    return stores


def _rows(stores: Stores, table: str, *columns: str) -> list[tuple[str, ...]]:
    t = BANK.tables[f"unified.{table}"]
    frame = Reader(stores, SYSTEM).frame(select(*(t.c[c] for c in columns)).order_by(t.c[columns[0]]))
    return [
        tuple("" if str(v) in ("nan", "NaT", "None") else str(v).removesuffix(" 00:00:00") for v in r)
        for r in frame.astype(object).itertuples(index=False)
    ]


def test_a_crm_a_mail_tool_a_help_desk_and_contracts_become_a_bank(tmp_path):
    folder = exports.write(tmp_path / "crm", exports.CRM)
    outcome = _proposed(folder)
    assert set(outcome.written) == {
        *("customers", "leads", "accounts", "revenues", "campaigns", "touches", "tickets")
    }
    assert outcome.settings == ['products = "Team"', 'currency = "EUR"']
    stores = _loaded(tmp_path, folder, products="Starter, Team")
    assert _rows(stores, "leads", "lead_id", "customer_id", "channel", "won_value", "lost_reason") == [
        ("301", "cus_1", "paid_search", "17020.0", ""),
        ("302", "", "referral", "", "Price"),
        ("303", "", "organic_search", "", ""),
        ("deal-9003", "", "", "", ""),
    ]
    assert _rows(stores, "customers", "customer_id", "full_name", "joined_on", "acquired_by_lead_id") == [
        ("cus_1", "Jörg Kowalski", "2026-04-21", "301")
    ]
    assert [r[1:] for r in _rows(stores, "touches", "touch_id", "lead_id", "customer_id", "kind")] == [
        ("302", "", "click"),
        ("301", "cus_1", "email"),
    ]
    assert _rows(stores, "tickets", "ticket_id", "first_reply_at", "severity") == [
        ("1000", "2026-05-04 11:30:00.000004", "high"),
        ("1001", "", "medium"),
    ]
    assert _rows(stores, "revenues", "month_on", "product", "revenue")[0] == ("2026-04-30", "Team", "149.0")
    stores.app_db.dispose()


def test_a_shop_with_advertising_and_a_workbook_becomes_a_bank(tmp_path):
    folder = exports.write(tmp_path / "shop", exports.SHOP)
    exports.write_workbook(folder / "klantenservice.xlsx")
    outcome = _proposed(folder)
    assert "Not recognised" in outcome.unused["voorraad.csv"]
    stores = _loaded(tmp_path, folder, products="orders")
    assert _rows(stores, "transactions", "transaction_id", "customer_id", "amount", "booked_at") == [
        ("#1001", "sanne@voorbeeld.nl", "68.95", "2026-05-01 08:00:00.000004"),
        ("#1003", "sanne@voorbeeld.nl", "1254.95", "2026-06-02 09:14:02.000004"),
    ]
    assert _rows(stores, "revenues", "month_on", "revenue") == [
        ("2026-05-31", "58.95"),
        ("2026-06-30", "1254.95"),
    ]
    assert _rows(stores, "campaign_days", "day_on", "cost", "impressions", "clicks") == [
        ("2026-05-01", "1034.76", "3627", "64"),
        ("2026-05-02", "36.22", "3671", "10"),
    ]
    assert _rows(stores, "tickets", "ticket_id", "customer_id", "severity") == [
        ("500", "sanne@voorbeeld.nl", "high")
    ]
    origins = Reader(stores, SYSTEM).frame(
        select(BANK.tables["derived.origins"]).where(BANK.tables["derived.origins"].c.table_name == "tickets")
    )
    assert ("klantenservice.xlsx", "ticket id") in set(
        zip(origins["file"], origins["file_column"], strict=True)
    )
    stores.app_db.dispose()


def test_every_column_of_the_contract_stands_in_a_mapping_with_what_it_is_for(tmp_path):
    folder = exports.write(tmp_path / "crm", exports.CRM)
    _proposed(folder)
    mapping = (folder / "leads.sql").read_text()
    for column in BANK.tables["unified.leads"].c:
        assert f'AS "{column.key}",' in mapping
    assert '-- NULL AS "accepted_at",' in mapping
    assert "For Deals won." in mapping


CONTRACTS = "subscription id,Customer ID,Interval,Status,Start (UTC)"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (CONTRACTS, "s1,c1,month,active,2026-04-21 10:00"),
        (f"{CONTRACTS},Amount", "s1,c1,month,active,2026-04-21 10:00,10.50"),
        (f"{CONTRACTS},Amount,Plan", "s1,c1,month,active,2026-04-21 10:00,10.50,"),
    ],
)
def test_contracts_that_name_no_plan_are_accounts_without_a_product_and_no_turnover(tmp_path, header, row):
    folder = exports.write(tmp_path / "contracts", {"contracts.csv": f"{header}\n{row}\n"})
    outcome = _proposed(folder)
    assert set(outcome.written) == {"customers", "accounts"}
    assert outcome.settings == []
    assert '-- NULL AS "product",' in (folder / "accounts.sql").read_text()


def test_a_column_of_refunds_that_is_empty_takes_nothing_off(tmp_path):
    text = "Order ID,Customer ID,Order Date,Total,Refunded Amount\n1,c1,2026-04-21,10.50,\n2,c2,2026-05-21,12.00,\n"
    folder = exports.write(tmp_path / "shop", {"orders.csv": text})
    assert {"transactions", "revenues"} <= set(_proposed(folder).written)
    assert '"Refunded Amount"' not in (folder / "revenues.sql").read_text()


def test_what_somebody_wrote_or_corrected_stays(tmp_path):
    folder = exports.write(tmp_path / "crm", exports.CRM)
    (folder / "tickets.sql").write_text("SELECT 1")
    first = _proposed(folder)
    assert first.kept == ["tickets.sql"]
    corrected = (folder / "leads.sql").read_text().replace("paid_search", "search")
    (folder / "leads.sql").write_text(corrected)
    assert set(_proposed(folder).kept) == {"tickets.sql", "leads.sql"}
    assert (folder / "leads.sql").read_text() == corrected
    assert (folder / "tickets.sql").read_text() == "SELECT 1"


def test_files_with_the_columns_of_a_table_need_no_mapping(tmp_path):
    folder = exports.write(tmp_path / "own", {"leads.csv": "lead_id,created_at\nL1,2026-05-01\n"})
    outcome = _proposed(folder)
    assert outcome.as_it_is == ["leads.csv"]
    assert not outcome.written


def test_a_day_that_can_be_read_in_two_ways_is_to_be_checked(tmp_path):
    tickets = exports.CRM["tickets-zendesk.csv"].replace("2026-05-04 09:00", "04/05/2026 09:00")
    tickets = tickets.replace("2026-06-10 12:00", "10/06/2026 12:00")
    folder = exports.write(tmp_path / "crm", {**exports.CRM, "tickets-zendesk.csv": tickets})
    _proposed(folder)
    assert "CHECK: can also be read as %m/%d/%Y %H:%M" in " ".join(
        (folder / "tickets.sql").read_text().split()
    )


def test_a_database_is_looked_at_by_the_variable_that_holds_its_address(tmp_path):
    folder = exports.write(tmp_path / "crm", {})
    url = f"duckdb:///{tmp_path / 'crm.duckdb'}"
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as db:
        db.execute(
            "CREATE TABLE cases AS SELECT 'K1' AS \"Case Number\", 'Login' AS \"Subject\", 'High' AS \"Priority\", "
            'TIMESTAMP \'2026-05-04 09:00:00\' AS "Date/Time Opened", NULL::TIMESTAMP AS "Date/Time Closed"'
        )
    outcome = _proposed(folder, "CRM_URL", {"CRM_URL": url})
    assert outcome.recognised == ["cases.source.toml (Salesforce cases): 1 rows."]
    assert "crm.duckdb" not in "".join(f.read_text() for f in folder.iterdir())
    stores = stores_in(tmp_path / "data")
    load(stores, folder, environment={"CRM_URL": url})
    assert _rows(stores, "tickets", "ticket_id", "opened_at", "severity") == [
        ("K1", "2026-05-04 09:00:00", "high")
    ]
    stores.app_db.dispose()


def test_columns_that_blanks_keep_apart_are_read_and_a_count_is_no_number_of_a_row(tmp_path):
    rows = "".join(
        f" 0000{c}  1997010{d}  {n}  {n}1.77\n" for c, d, n in ((1, 1, 1), (2, 2, 1), (2, 3, 2), (3, 3, 1))
    )
    folder = exports.write(
        tmp_path / "cd", {"CDNOW.txt": f" customer_id  date number_of_cds  dollar_value\n{rows}"}
    )
    assert set(_proposed(folder).written) == {"customers", "transactions", "revenues"}
    mapping = (folder / "transactions.sql").read_text()
    assert 'row_number() OVER ()::VARCHAR AS "transaction_id"' in mapping
    assert "read_day(s.\"date\", '%Y%m%d')" in mapping


WRONG = {
    "customers.csv": "customer_id,joined_on,segment\n" + "".join(f"C{n},6th Feb,gold\n" for n in range(7)),
    "leads.csv": "lead_id,created_at,customer_id\nL1,2026-05-01,\nL1,2026-05-02,\n",
    "tickets.sql": "SELECT 'T1' AS ticket_id,\n    opened AS opened_at\nFROM (SELECT 1 AS day)",
    "surveys.csv": "survey_id,kind,asked_at\nS1,nps,2026-05-03\n",
    "notes.xlsx": "",
}


@pytest.fixture
def dry_run(tmp_path, monkeypatch):
    """Runs `load --dry-run` on files; gives its exit code and what it printed."""

    def run(files: dict[str, str], *options: str) -> tuple[int, str]:
        folder = exports.write(tmp_path / "files", files)
        monkeypatch.setenv("CONCORD_DATA_DIR", str(tmp_path / "data"))
        done = CliRunner().invoke(main, ["load", "--dry-run", "--as-of", "2026-06-30", *options, str(folder)])
        assert not list((tmp_path / "data").glob("*.duckdb"))
        return done.exit_code, done.output

    return run


def test_a_dry_run_names_everything_that_is_wrong_at_once(dry_run):
    code, output = dry_run(WRONG)
    assert code == 1
    assert (
        "column joined_on: in 7 rows the value is not a date such as 2026-06-30: “6th Feb” (7 rows, first row 1)"
        in output
    )
    assert "column segment: in 7 rows the value is not one of mass, affluent, private" in output
    assert "lead_id “L1” was already given in row 1" in output
    assert "LINE 2:     opened AS opened_at\n" in output
    assert "Not read: notes.xlsx." in output
    assert "\n4 things are wrong:\n" in output
    assert "survey_id" in output, "tables that are right are looked at"


def test_a_dry_run_says_which_pages_and_figures_would_work(dry_run):
    code, output = dry_run(
        {
            "surveys.csv": "survey_id,kind,asked_at,answered_at,score,comment\nS1,nps,2026-05-03,2026-05-04,9,\n"
        }
    )
    assert code == 0
    assert "Given, and empty in every row: surveys.comment." in output
    assert "  Funnel: `leads` was not given." in output
    assert "  Voice of customer: `tickets` was not given." in output
    assert "Net promoter score" not in output.partition("what each column or table would bring")[2]
    assert "Nothing is wrong, and nothing was loaded." in output


def test_a_dry_run_hides_who_somebody_is_and_says_the_whole_command(dry_run):
    files = {
        "customers.csv": "customer_id,full_name,email,joined_on\nC1,Amy Chan,amy@a.example,2026-05-01\nb@b.example,,,2026-05-02\n"
    }
    code, output = dry_run(files)
    assert code == 0
    assert [word for word in ("Amy Chan", "amy@a.example", "b@b.example") if word in output] == []
    assert "--show-rows shows it." in output
    assert "To load it: python -m cli load --as-of 2026-06-30 " in output
    assert load_commands._command(Path("my files"), None, date(2026, 6, 1)) == (
        "python -m cli load --since 2026-06-01 'my files'"
    )


def test_a_dry_run_shows_the_rows_when_it_is_asked_to(dry_run):
    _, output = dry_run(
        {"customers.csv": "customer_id,full_name,joined_on\nC1,Amy Chan,2026-05-01\n"}, "--show-rows"
    )
    assert "Amy Chan" in output
    assert "hidden" not in output


@pytest.mark.parametrize(
    "text",
    [
        "Campaign,Cost,Impr.,Clicks\nBrand,10.50,100,3\n",
        "Deal Title,Deal Created,Deal Value\nA,2026-05-01,100.50\nB,2026-05-02,80.50\n",
    ],
)
def test_a_known_export_without_a_column_it_needs_is_said_not_to_be_used(tmp_path, text):
    folder = exports.write(tmp_path / "one", {"export.csv": text})
    outcome = _proposed(folder)
    assert "export.csv" in outcome.unused
    assert not outcome.written


def test_of_two_files_of_sales_the_mapping_says_which_one_it_reads(tmp_path):
    orders = exports.SHOP[name] if (name := next(n for n in exports.SHOP if "order" in n)) else ""
    folder = exports.write(tmp_path / "shop", {**exports.SHOP, f"more-{name}": orders.replace("#1", "#2")})
    _proposed(folder)
    assert "CHECK: only " in (folder / "revenues.sql").read_text()


def _database(tmp_path: Path, *statements: str) -> dict[str, str]:
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as db:
        for statement in statements:
            db.execute(statement)
    return {"CRM_URL": f"duckdb:///{tmp_path / 'crm.duckdb'}"}


def test_a_database_table_named_like_one_of_ours_gets_a_name_of_its_own_and_no_file_of_anybody_goes(tmp_path):
    environment = _database(
        tmp_path,
        "CREATE TABLE tickets AS SELECT 'K1' AS \"Case Number\", 'Login' AS \"Subject\", 'High' AS \"Priority\", "
        'TIMESTAMP \'2026-05-04 09:00:00\' AS "Date/Time Opened", NULL::TIMESTAMP AS "Date/Time Closed"',
        "CREATE TABLE leads AS SELECT 'L1' AS lead_id, TIMESTAMP '2026-05-04 09:00:00' AS created_at",
        "CREATE TABLE mine AS SELECT 1 AS a",
        'CREATE TABLE "line\nend" AS SELECT 1 AS a',
    )
    folder = exports.write(tmp_path / "crm", {"mine.source.toml": 'url_from = "GONE_URL"\ntable = "mine"\n'})
    outcome = _proposed(folder, "CRM_URL", environment)
    assert outcome.as_it_is == ["leads.source.toml"]
    assert set(outcome.written) == {"tickets"}
    assert (folder / "from_database_tickets.source.toml").exists()
    assert (folder / "mine.source.toml").exists()
    assert "GONE_URL" in outcome.unused["mine"]
    assert "control character" in outcome.unused["line\ufffdend"]


def test_a_declaration_never_names_a_variable_of_concord_s_own(tmp_path):
    for variable in ("APP_DB_URL", "WAREHOUSE_URL", "CONCORD_AUDIT_KEY"):
        with pytest.raises(LoadRefused, match="setting of Concord"):
            _proposed(exports.write(tmp_path / variable, {}), variable, {variable: "sqlite://"})


def test_a_link_out_of_the_folder_is_neither_read_nor_written_through(tmp_path):
    folder = exports.write(tmp_path / "crm", exports.CRM)
    (tmp_path / "outside.sql").write_text("mine")
    (folder / "tickets.sql").symlink_to(tmp_path / "outside.sql")
    with pytest.raises(LoadRefused, match="link to a place outside"):
        _proposed(folder)
    (folder / "tickets.sql").unlink()
    (folder / "tickets.sql").symlink_to(folder / "tickets-zendesk.csv")
    before = (folder / "tickets-zendesk.csv").read_text()
    assert _proposed(folder).kept == ["tickets.sql"]
    assert (folder / "tickets-zendesk.csv").read_text() == before


def test_a_file_name_with_a_line_end_reaches_no_mapping(tmp_path):
    folder = exports.write(tmp_path / "crm", {"tickets\nDROP.csv": exports.CRM["tickets-zendesk.csv"]})
    outcome = _proposed(folder)
    assert outcome.unused == {"tickets\ufffdDROP.csv": "Its name holds a control character. Rename it."}


def test_the_command_looks_at_a_folder_with_an_engine_that_reads_nothing_else(tmp_path, monkeypatch):
    folder = exports.write(tmp_path / "crm", exports.CRM)
    engines = []
    look = folder_proposal.propose

    def looked(db, *more):
        engines.append(dict(db.execute("SELECT name, value FROM duckdb_settings()").fetchall()))
        return look(db, *more)

    monkeypatch.setattr(folder_proposal, "propose", looked)
    done = CliRunner().invoke(main, ["init", str(folder)])
    assert done.exit_code == 0, done.output
    assert "Wrote leads.sql" in done.output
    assert engines[0]["enable_external_access"] == "false"
    assert engines[0]["lock_configuration"] == "true"
    assert engines[0]["allowed_directories"].startswith(f"[{folder}/, ")
