"""A row's number that a spreadsheet turned into a date, a fraction or a rounded number is refused with its place."""

from __future__ import annotations

from datetime import date, datetime, time

import pyarrow as pa
import pytest

from tests.warehouse.malformed import parquet, sheet, write
from warehouse.errors import LoadRefused
from warehouse.load.loading import load

HEAD = ("lead_id", "created_at")
DAY = datetime(2026, 6, 1)


def refused(stores, folder, files) -> str:
    write(folder, files)
    with pytest.raises(LoadRefused) as refusal:
        load(stores, folder)
    assert "Nothing was loaded" in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ("2026-01-05 00:00:00", "a date"),
        ("1-Jan", "a date"),
        ("05-Jan-26", "a date"),
        ("12:30:00", "a time"),
        ("0.333", "a fraction"),
        ("0.0416666667", "a fraction"),
        ("1.23E+11", "first digits"),
        ("1.0E+15", "first digits"),
        ("1e+15", "first digits"),
        ("12345678901234570000", "first digits"),
        ("12345678901234567000.0", "first digits"),
        ("2026-01-05", "a date"),
        ("05/01/2026", "a date"),
        ("1.5", "a fraction"),
    ],
)
def test_a_spoilt_number_in_a_text_file_is_refused_with_row_and_column(spoilt, words, empty, tmp_path):
    lines = f"lead_id,created_at\nL1,2026-06-01\n{spoilt},2026-06-01\nL3,2026-06-01\n"
    sentence = refused(empty, tmp_path / "f", {"leads.csv": lines})
    for part in ("leads", "row 2", "leads.csv", "lead_id", spoilt, words, "as text", "words.toml"):
        assert part in sentence


@pytest.mark.parametrize("spoilt", [DAY, date(2026, 1, 5), time(1, 30), 0.333, 1.5, 1.2345678901234567e19])
def test_a_spoilt_cell_in_excel_is_refused_with_its_row(spoilt, empty, tmp_path):
    sentence = refused(empty, tmp_path / "f", {"leads.xlsx": sheet(HEAD, ("L1", DAY), (spoilt, DAY))})
    assert "leads.xlsx" in sentence
    assert "row 3" in sentence
    assert "as text" in sentence or "Format that column as text" in sentence


def test_a_word_that_excel_made_a_date_is_refused_too(empty, tmp_path):
    sentence = refused(
        empty, tmp_path / "f", {"customers.xlsx": sheet(("customer_id", "branch"), ("C1", DAY))}
    )
    assert "a date in row 2, column branch" in sentence


@pytest.mark.parametrize(
    ("files", "column"),
    [
        ({"touches.csv": "touch_id,lead_id\nT1,1.23E+11\n"}, "lead_id"),
        ({"leads.sql": "SELECT '1.5E+15' AS lead_id"}, "lead_id"),
        ({"leads.sql": "SELECT DATE '2026-01-05' AS lead_id"}, "lead_id"),
        ({"leads.parquet": parquet(lead_id=pa.array([date(2026, 1, 5)]))}, "lead_id"),
        ({"leads.jsonl": '{"lead_id": "L1"}\n{"lead_id": "3.0E+15"}\n'}, "lead_id"),
    ],
)
def test_it_is_refused_in_references_mappings_and_parquet_too(files, column, empty, tmp_path):
    assert f"column {column}" in refused(
        empty, tmp_path / "f", {"staff_surveys.csv": "answer_id,answered_on\nA1,2026-06-01\n", **files}
    )


def test_a_phone_of_which_only_the_first_digits_are_left_is_refused_and_not_repeated(empty, tmp_path):
    sentence = refused(empty, tmp_path / "f", {"leads.csv": "lead_id,phone\nL1,8.52912E+11\n"})
    assert "phone" in sentence
    assert "8.52912" not in sentence


@pytest.mark.parametrize(
    "ids",
    [
        ("2026.1", "2026.2", "2026.3"),
        ("2026-06-01", "2026-06-02"),
        ("1000000000000000", "1000000000000001"),
        ("Jan-26", "Feb-26"),
        ("1E5", "12E4567", "3E-05"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        ("000123", "L-1", "A/7", "x:1"),
    ],
)
def test_a_shape_of_the_banks_own_is_taken_as_it_is(ids, empty, tmp_path):
    write(tmp_path / "f", {"leads.csv": "lead_id,created_at\n" + "".join(f"{i},2026-06-01\n" for i in ids)})
    load(empty, tmp_path / "f")


def test_the_banks_list_may_say_that_a_number_is_the_real_one(empty, tmp_path):
    files = {
        "leads.csv": "lead_id,created_at\n1-Jan,2026-06-01\nL2,2026-06-01\n",
        "words.toml": '[leads.lead_id]\n"1-Jan" = "1-Jan"\n',
    }
    write(tmp_path / "f", files)
    load(empty, tmp_path / "f")
