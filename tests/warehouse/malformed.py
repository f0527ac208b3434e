"""A small good folder, and what people, programs and networks do to it: one case per line, with what must come out.

`says` are words the refusal must hold; a case without them must be accepted, and then `gives` is a question and its
one right answer.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

CUSTOMERS = "customer_id,full_name,birth_year,segment,joined_on,marketing_consent\nC1,陳大文,1980,mass,2024-01-05,true\n"
LEADS = (
    "lead_id,customer_id,channel,created_at,score,won_at,won_value\n"
    "L1,C1,social,2026-06-28 10:00,50,2026-06-29 09:30,1234.50\n"
    "L2,,,2026-06-29 11:15:30,7.5,,\n"
)
DAYS = "campaign_id,day_on,cost,impressions\nK1,2026-06-29,10.00,100\n"
FOLDER = {"customers.csv": CUSTOMERS, "leads.csv": LEADS, "campaign_days.csv": DAYS}

Content = str | bytes | None
Deed = Callable[[Path], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is done to the good folder, and what must come of it."""

    name: str
    files: dict[str, Content] = field(default_factory=dict)
    deed: Deed = lambda _: None
    says: tuple[str, ...] = ()
    gives: tuple[str, object] | None = None


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """Write the files; None takes one away."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)


def leads(old: str, new: str) -> dict[str, Content]:
    """The good leads with one thing changed."""
    assert old in LEADS
    return {"leads.csv": LEADS.replace(old, new)}


def days(old: str, new: str) -> dict[str, Content]:
    """The good campaign days with one thing changed."""
    assert old in DAYS
    return {"campaign_days.csv": DAYS.replace(old, new)}


def customers(old: str, new: str) -> dict[str, Content]:
    """The good customers with one thing changed."""
    assert old in CUSTOMERS
    return {"customers.csv": CUSTOMERS.replace(old, new)}


def instead(name: str, content: Content) -> dict[str, Content]:
    """Another kind of file in place of leads.csv."""
    return {"leads.csv": None, name: content}


def sheet(*rows: tuple, more: tuple[tuple, ...] = ()) -> bytes:
    """A workbook with these rows, and perhaps a second sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if more:
        second = book.create_sheet("More")
        for row in more:
            second.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(**columns: object) -> bytes:
    """A Parquet file."""
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def stuffed_workbook() -> bytes:
    """A workbook that unpacks to fifty megabytes of nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    return out.getvalue()


def folder_without_a_file(folder: Path) -> None:
    """A folder of days in place of the file, with no day in it."""
    (folder / "leads.csv").unlink()
    (folder / "leads").mkdir()


def in_circle(folder: Path) -> None:
    """Two links that name each other."""
    (folder / "leads.csv").unlink()
    (folder / "leads.csv").symlink_to("other.csv")
    (folder / "other.csv").symlink_to("leads.csv")


def out_of_it(folder: Path) -> None:
    """A link to a file beside the folder."""
    (folder / "leads.csv").rename(folder.parent / "elsewhere.csv")
    (folder / "leads.csv").symlink_to(folder.parent / "elsewhere.csv")


def a_folder_of_that_name(folder: Path) -> None:
    """A directory where a file belongs."""
    (folder / "leads.csv").unlink()
    (folder / "leads.csv").mkdir()


def not_readable(folder: Path) -> None:
    """A pipe, which would block for ever."""
    (folder / "leads.csv").unlink()
    os.mkfifo(folder / "leads.csv")


ANSWER = "SELECT won_value FROM unified.leads WHERE lead_id = 'L1'"
CREATED = "SELECT created_at FROM unified.leads WHERE lead_id = 'L1'"
COUNT = "SELECT count(*) FROM unified.leads"
HEAD = ("lead_id", "customer_id", "created_at", "won_value")
ROW = ("L1", "C1", datetime(2026, 6, 28, 10), 1234.5)
GOOD = (ANSWER, 1234.5)
TEN = (CREATED, datetime(2026, 6, 28, 10))
DECLARED = 'url_from = "CRM_URL"\n'

CASES = (
    # What is accepted, and comes out right.
    Case(name="as it should be", gives=GOOD),
    Case(name="byte-order mark", files={"leads.csv": "\ufeff" + LEADS}, gives=GOOD),
    Case(name="semicolons", files={"leads.csv": LEADS.replace(",", ";")}, gives=GOOD),
    Case(name="tabs", files={"leads.csv": LEADS.replace(",", "\t")}, gives=GOOD),
    Case(name="Windows line ends", files={"leads.csv": LEADS.replace("\n", "\r\n")}, gives=GOOD),
    Case(name="no line end at the end", files={"leads.csv": LEADS.rstrip("\n")}, gives=(COUNT, 2)),
    Case(
        name="columns in another order",
        files={"leads.csv": "won_value,created_at,lead_id\n1234.50,2026-06-28 10:00,L1\n"},
        gives=GOOD,
    ),
    Case(
        name="a separator at the end of every line", files={"leads.csv": LEADS.replace("\n", ",\n")}, gives=GOOD
    ),
    Case(name="a separator inside quotes", files=leads("social", '"so,cial, and"'), gives=GOOD),
    Case(name="a line break inside quotes", files=leads("social", '"soc\nial"'), gives=(COUNT, 2)),
    Case(name="gzip", files=instead("leads.csv.gz", gzip.compress(LEADS.encode())), gives=GOOD),
    Case(
        name="JSON lines in gzip",
        files=instead("leads.jsonl.gz", gzip.compress(b'{"lead_id": "L1", "won_value": "1234.50"}\n')),
        gives=GOOD,
    ),
    Case(name="capitals in the ending", files=instead("Leads.CSV", LEADS), gives=GOOD),
    Case(
        name="daily files",
        files={"leads.csv": None, "leads-0628.csv": LEADS, "leads-0629.csv": LEADS.replace("L1", "L3").replace("L2", "L4")},
        gives=(COUNT, 4),
    ),
    Case(name="a folder of daily files", files=instead("leads/2026-06-28.csv", LEADS), gives=GOOD),
    Case(
        name="JSON lines",
        files=instead("leads.jsonl", '{"lead_id": "L1", "created_at": "2026-06-28 10:00", "won_value": 1234.50}\n'),
        gives=GOOD,
    ),
    Case(name="Excel", files=instead("leads.xlsx", sheet(HEAD, ROW)), gives=GOOD),
    Case(name="Excel: a date is a date", files=instead("leads.xlsx", sheet(HEAD, ROW)), gives=TEN),
    Case(
        name="Parquet",
        files=instead("leads.parquet", parquet(lead_id=["L1"], created_at=[datetime(2026, 6, 28, 10)], won_value=[1234.5])),
        gives=GOOD,
    ),
    Case(
        name="Parquet: moments in UTC",
        files=instead(
            "leads.parquet",
            parquet(lead_id=["L1"], created_at=pa.array([datetime(2026, 6, 27, 20)], pa.timestamp("us", "UTC"))),
        ),
        gives=(CREATED, datetime(2026, 6, 28, 4)),
    ),
    Case(
        name="all moments with Z",
        files={"leads.csv": "lead_id,created_at\nL1,2026-06-28T16:30:00Z\nL2,2026-06-28T15:59:59Z\n"},
        gives=(CREATED, datetime(2026, 6, 29, 0, 30)),
    ),
    Case(
        name="moments of two zones",
        files={"leads.csv": "lead_id,created_at\nL1,2026-06-28T16:30:00-04:00\nL2,2026-06-28T16:30:00+0800\n"},
        gives=(CREATED, datetime(2026, 6, 29, 4, 30)),
    ),
    Case(
        name="whole numbers written with .0",
        files=days(",100\n", ",100.0\n"),
        gives=("SELECT impressions FROM unified.campaign_days", 100),
    ),
    Case(
        name="a text that looks like a formula stays text",
        files=leads("social", "=1+1"),
        gives=("SELECT channel FROM unified.leads WHERE lead_id = 'L1'", "=1+1"),
    ),
    Case(
        name="an empty cell is not known",
        gives=("SELECT count(*) FROM unified.leads WHERE channel IS NULL", 1),
    ),
    # Encoding and bytes.
    Case(name="UTF-16", files={"leads.csv": LEADS.encode("utf-16")}, says=("leads.csv", "UTF-16", "Export")),
    Case(name="UTF-16 without mark", files={"leads.csv": LEADS.encode("utf-16-le")}, says=("leads.csv", "UTF-16")),
    Case(name="Big5", files={"customers.csv": CUSTOMERS.encode("big5")}, says=("customers.csv", "line 2", "Big5", "UTF-8")),
    Case(name="Latin-1", files={"leads.csv": LEADS.replace("social", "café").encode("latin-1")}, says=("leads.csv", "UTF-8")),
    Case(name="one bad byte far in", files={"leads.csv": LEADS.encode() * 30_000 + b"\xff\n"}, says=("leads.csv", "line 90001")),
    Case(name="NUL byte", files=leads("social", "so\0cial"), says=("leads.csv", "NUL byte in line 2")),
    Case(name="cut inside a character", files={"customers.csv": CUSTOMERS.encode() + "C2,陳".encode()[:-1]}, says=("customers.csv", "cut off")),
    Case(name="Excel named CSV", files={"leads.csv": sheet(HEAD, ROW)}, says=("leads.csv", "Excel")),
    Case(name="gzip named CSV", files={"leads.csv": gzip.compress(LEADS.encode())}, says=("leads.csv", "gzip")),
    Case(name="CSV named gzip", files=instead("leads.csv.gz", LEADS), says=("leads.csv.gz", "whole gzip")),
    Case(name="gzip cut off", files=instead("leads.csv.gz", gzip.compress(LEADS.encode() * 9)[:-9]), says=("leads.csv.gz", "cut off")),
    Case(
        name="gzip bomb",
        files=instead("leads.csv.gz", gzip.compress(LEADS.encode() * 400_000)),
        says=("leads.csv.gz", "200 times"),
    ),
    Case(name="zip bomb in Excel", files=instead("leads.xlsx", stuffed_workbook()), says=("leads.xlsx", "200 times")),
    # Files and folders.
    Case(name="empty file", files={"leads.csv": ""}, says=("leads.csv", "is empty")),
    Case(name="only a byte-order mark", files={"leads.csv": "\ufeff"}, says=("leads.csv", "is empty")),
    Case(name="header only", files={"leads.csv": LEADS.splitlines()[0] + "\n"}, says=("leads.csv", "no row")),
    Case(name="a folder where a file belongs", deed=a_folder_of_that_name, says=("leads.csv", "is a folder")),
    Case(name="a pipe where a file belongs", deed=not_readable, says=("leads.csv", "not a plain file")),
    Case(name="links in a circle", deed=in_circle, says=("leads.csv", "circle")),
    Case(name="a link out of the folder", deed=out_of_it, says=("leads.csv", "outside the folder")),
    Case(name="two sources of one table", files={"leads.jsonl": "{}"}, says=("leads.csv and leads.jsonl", "Keep the one")),
    Case(name="old Excel", files=instead("leads.xls", b"\xd0\xcf\x11\xe0"), says=("leads.xls", ".xlsx")),
    Case(name="a table's name misspelt", files=instead("lead.csv", LEADS), says=("lead.csv", "Did you mean leads")),
    Case(name="a browser's second copy", files={"leads (1).csv": LEADS}, says=("leads (1).csv", "Rename")),
    Case(name="an empty folder of days", deed=folder_without_a_file, says=("leads/", "empty")),
    Case(name="a star in a file name", files=instead("leads-*.csv", LEADS), says=("leads-*.csv", "Rename")),
    # Headers and rows.
    Case(name="a column renamed", files=leads("won_value", "won_valeu"), says=("leads.csv", "won_valeu", "Did you mean won_value")),
    Case(name="a column twice", files=leads("score", "channel"), says=("leads.csv", "channel", "twice")),
    Case(name="a column twice in other letters", files=leads("score", "Channel"), says=("leads.csv", "Channel", "twice")),
    Case(name="a column without name", files=leads("score", ""), says=("leads.csv", "column 5")),
    Case(name="no header", files={"leads.csv": LEADS.split("\n", 1)[1]}, says=("leads.csv", "column")),
    Case(name="the key is missing", files={"leads.csv": "created_at\n2026-06-28\n"}, says=("leads.csv", "lead_id")),
    Case(name="a row too short", files=leads("L2,,,2026", "L2,,2026"), says=("leads.csv", "line 3", "6 values")),
    Case(name="a row too long", files=leads("L2,,,", "L2,,,,,"), says=("leads.csv", "line 3", "9 values")),
    Case(name="a quote that does not end", files=leads("L2,", '"L2,'), says=("leads.csv", "quote")),
    Case(name="a quote inside quotes", files=leads("social", '"so"cial"'), says=("leads.csv", "quote")),
    Case(name="mixed line ends", files=leads(",1234.50\n", ",1234.50\r\n"), says=("leads.csv", "line end")),
    Case(name="the key twice", files=leads("L2,", "L1,"), says=("leads", "row 2", "lead_id", "row 1")),
    Case(name="the key empty", files=leads("L2,", ","), says=("leads", "row 2", "lead_id")),
    Case(name="a reference to nobody", files=leads("C1", "C9"), says=("leads", "customer_id", "C9", "customers")),
    Case(
        name="a column lost on one day",
        files={"leads.csv": None, "leads-1.csv": LEADS, "leads-2.csv": "lead_id,created_at\nL9,2026-06-29\n"},
        says=("leads-1.csv", "leads-2.csv", "same columns"),
    ),
    Case(
        name="a bad value on the second day is named by its file",
        files={"leads.csv": None, "leads-1.csv": LEADS, "leads-2.csv": LEADS.replace("L1", "L3").replace("L2", "L4").replace("7.5", "x")},
        says=("row 2 of leads-2.csv", "score"),
    ),
    # Numbers.
    Case(name="twenty million digits", files=leads("1234.50", "9" * 20_000_000), says=("leads.csv", "line 2", "1,000,000")),
    Case(name="a thousand digits", files=leads("1234.50", "9" * 1_000), says=("leads", "won_value")),
    Case(name="a currency sign", files=leads("1234.50", "$1234.50"), says=("leads", "won_value", "$1234.50")),
    Case(name="a currency's name", files=leads("1234.50", "HKD 1234.50"), says=("leads", "won_value")),
    Case(name="a thousands separator", files=leads("1234.50", '"1,234.50"'), says=("leads", "won_value", "1,234.50")),
    Case(name="a decimal comma", files=leads("1234.50", '"1234,50"'), says=("leads", "won_value", "1234,50")),
    Case(name="a thousands point", files=leads("1234.50", "1.234"), says=("leads", "won_value", "1.234")),
    Case(name="an underscore", files=leads("1234.50", "1_234"), says=("leads", "won_value")),
    Case(name="an exponent in an amount", files=leads("1234.50", "1e3"), says=("leads", "won_value")),
    Case(name="brackets for minus", files=leads("1234.50", "(1234.50)"), says=("leads", "won_value")),
    Case(name="full-width digits", files=leads("1234.50", "１２３４"), says=("leads", "won_value")),
    Case(name="NaN", files=leads("7.5", "NaN"), says=("leads", "score", "NaN")),
    Case(name="infinity", files=leads("7.5", "inf"), says=("leads", "score")),
    Case(name="beyond every number", files=leads("7.5", "1e999"), says=("leads", "score")),
    Case(name="NaN in Parquet", files=instead("leads.parquet", parquet(lead_id=["L1"], score=[float("nan")])), says=("leads", "score")),
    Case(name="half an impression", files=days(",100\n", ",100.5\n"), says=("campaign_days", "impressions", "100.5")),
    Case(name="a count below 0", files=days(",100\n", ",-100\n"), says=("campaign_days", "impressions", "-100", "below 0")),
    Case(name="more than the column holds", files=days(",100\n", ",99999999999\n"), says=("campaign_days", "impressions")),
    Case(name="hexadecimal", files=days(",100\n", ",0x64\n"), says=("campaign_days", "impressions")),
    Case(
        name="a number of customers as decimals",
        files=instead("leads.parquet", parquet(lead_id=[1.0, 2.0])),
        says=("leads", "lead_id", "DOUBLE"),
    ),
    # Dates.
    Case(name="day and month swapped", files=days("2026-06-29", "29/06/2026"), says=("campaign_days", "day_on", "29/06/2026")),
    Case(name="mixed date formats", files=days("10.00,100\n", "10.00,100\nK1,06/30/2026,1,1\n"), says=("campaign_days", "row 2", "day_on")),
    Case(name="a year of two digits", files=days("2026-06-29", "26-06-29"), says=("campaign_days", "day_on")),
    Case(name="the thirtieth of February", files=days("2026-06-29", "2026-02-30"), says=("campaign_days", "day_on")),
    Case(name="Excel's day number", files=days("2026-06-29", "46202"), says=("campaign_days", "day_on")),
    Case(name="infinity as a day", files=days("2026-06-29", "infinity"), says=("campaign_days", "day_on")),
    Case(name="1899", files=days("2026-06-29", "1899-12-31"), says=("campaign_days", "day_on", "1900")),
    Case(name="after the day of the load", files=days("2026-06-29", "2026-07-02"), says=("campaign_days", "day_on", "1 Jul 2026")),
    Case(name="the year 20226", files=leads("2026-06-29 11", "20226-06-29 11"), says=("leads", "created_at")),
    Case(name="Z mixed with local", files=leads("11:15:30", "11:15:30Z"), says=("leads", "created_at", "zone")),
    Case(name="an offset mixed with local", files=leads("11:15:30", "11:15:30+08:00"), says=("leads", "created_at", "zone")),
    Case(name="a zone's name", files=leads("11:15:30", "11:15:30 HKT"), says=("leads", "created_at")),
    Case(name="twenty-five o'clock", files=leads("11:15:30", "25:15:30"), says=("leads", "created_at")),
    # Texts and words.
    Case(name="a text without end", files=leads("social", "x" * 200_000), says=("leads", "channel", "100,000")),
    Case(name="a word not allowed", files=customers("mass", "VIP"), says=("customers", "segment", "VIP")),
    Case(name="neither yes nor no", files=customers("true", "maybe"), says=("customers", "marketing_consent", "maybe")),
    # JSON lines.
    Case(name="a JSON array", files=instead("leads.jsonl", '[{"lead_id": "L1"}]\n'), says=("leads.jsonl", "object")),
    Case(name="cut off inside the last amount", files=leads("1234.50", "1234.5") | {"control.toml": "[leads]\nrows = 2\nwon_value = 1234.56\n"}, says=("leads.csv", "1,234.50", "control.toml states 1,234.56")),
    Case(name="a row lost at the end", files={"control.toml": "[leads]\nrows = 3\n"}, says=("leads.csv", "2 rows", "states 3")),
    Case(name="control totals that agree", files={"control.toml": "[leads]\nrows = 2\nwon_value = 1234.5\n[customers]\nrows = 1\n"}, gives=("SELECT count(*) FROM unified.leads", 2)),
    Case(name="control totals of no table", files={"control.toml": "[lead]\nrows = 2\n"}, says=("control.toml", "lead")),
    Case(name="control totals of what was not delivered", files={"control.toml": "[tickets]\nrows = 2\n"}, says=("control.toml", "tickets")),
    Case(name="control totals of words", files={"control.toml": "[leads]\nchannel = 2\n"}, says=("leads.channel", "no column of counts or amounts")),
    Case(name="a control total that is no number", files={"control.toml": "[leads]\nrows = \"many\"\n"}, says=("control.toml", "many")),
    Case(name="control totals that are not TOML", files={"control.toml": "[leads\nrows"}, says=("control.toml", "cannot be read")),
    Case(name="control totals in a folder of that name", files={"control.toml/x": "1"}, says=("control.toml", "cannot be read")),
    Case(name="JSON cut off", files=instead("leads.jsonl", '{"lead_id": "L1"}\n{"lead_id": "L'), says=("leads.jsonl", "line")),
    Case(name="JSON with a name twice", files=instead("leads.jsonl", '{"lead_id": "L1", "lead_id": "L2"}\n'), says=("leads.jsonl", "twice")),
    Case(name="JSON nested", files=instead("leads.jsonl", '{"lead_id": {"no": 1}}\n'), says=("leads.jsonl", "lead_id", "more than one")),
    Case(name="JSON renamed", files=instead("leads.jsonl", '{"lead_id": "L1"}\n{"leadid": "L2"}\n'), says=("leads.jsonl", "leadid")),
    Case(name="JSON with NaN", files=instead("leads.jsonl", '{"lead_id": "L1", "score": NaN}\n'), says=("leads", "jsonl")),
    # Parquet and Excel.
    Case(
        name="Parquet in gzip",
        files=instead("leads.parquet.gz", gzip.compress(parquet(lead_id=["L1"]))),
        says=("leads.parquet.gz", "Unpack"),
    ),
    Case(name="Parquet cut off", files=instead("leads.parquet", parquet(lead_id=["L1"])[:-20]), says=("leads.parquet", "cut off")),
    Case(name="Parquet damaged", files=instead("leads.parquet", b"PAR1" + b"\x07" * 90 + b"PAR1"), says=("leads.parquet", "Parquet")),
    Case(name="Parquet nested", files=instead("leads.parquet", parquet(lead_id=[["L1"]])), says=("leads", "lead_id")),
    Case(name="Excel: a formula", files=instead("leads.xlsx", sheet(HEAD, (*ROW[:3], "=1000+234.5"))), says=("leads.xlsx", "formula in row 2")),
    Case(name="Excel: an error value", files=instead("leads.xlsx", sheet(HEAD, (*ROW[:3], "#N/A"))), says=("leads.xlsx", "#N/A")),
    Case(name="Excel: two sheets", files=instead("leads.xlsx", sheet(HEAD, ROW, more=(HEAD, ROW))), says=("leads.xlsx", "2 sheets")),
    Case(name="Excel: a number too long", files=instead("leads.xlsx", sheet(HEAD, (12345678901234567, *ROW[1:]))), says=("leads.xlsx", "fifteen")),
    Case(name="Excel: a value beside the table", files=instead("leads.xlsx", sheet(HEAD, (*ROW, "note"))), says=("leads.xlsx", "row 2")),
    Case(name="Excel: nothing in it", files=instead("leads.xlsx", sheet(())), says=("leads.xlsx", "empty")),
    Case(name="Excel: not one", files=instead("leads.xlsx", LEADS), says=("leads.xlsx", "not an Excel workbook")),
    Case(name="Excel: text dates in another order", files=instead("leads.xlsx", sheet(HEAD, ("L1", None, "28/06/2026", 1))), says=("leads", "created_at")),
    # Another database.
    Case(name="a variable not set", files=instead("leads.source.toml", DECLARED + 'table = "leads"'), says=("leads.source.toml", "CRM_URL", "not set")),
    Case(
        name="a password in the file",
        files=instead("leads.source.toml", 'url = "postgresql://u:secret@h/d"'),
        says=("leads.source.toml", "environment variable"),
    ),
    Case(name="not TOML", files=instead("leads.source.toml", "url_from = "), says=("leads.source.toml", "TOML")),
    Case(name="neither table nor select", files=instead("leads.source.toml", DECLARED), says=("leads.source.toml", "table or select")),
    # Mappings.
    Case(name="a mapping that is no SELECT", files={"leads.sql": "DROP TABLE unified.customers"}, says=("leads.sql",)),
    Case(name="a mapping that reads elsewhere", files={"leads.sql": "SELECT * FROM read_csv('/etc/passwd')"}, says=("leads.sql",)),
    Case(name="a mapping over Latin-1", files={"leads.sql": "SELECT lead_id FROM read_csv('raw.csv')", "raw.csv": "lead_id\né\n".encode("latin-1")}, says=("raw.csv", "UTF-8")),
    Case(name="a mapping over half of a value", files={"leads.sql": "SELECT 'L1' AS lead_id, 2.5 AS customer_id"}, says=("leads.sql", "customer_id")),
    Case(name="a mapping of no table", files={"leeds.sql": "SELECT 1"}, says=("leeds.sql", "Did you mean leads.sql")),
)  # fmt: skip
