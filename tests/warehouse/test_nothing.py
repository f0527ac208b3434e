"""Placeholder words and days are read as not known, spellings of one word as one word, and both are said."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.warehouse.malformed import Content, parquet, sheet, write
from warehouse.cleaning import spelling
from warehouse.errors import LoadRefused
from warehouse.load.loading import load
from warehouse.stores.connect import Stores

HEAD = ("lead_id", "channel", "created_at", "won_at")
NOTHINGS = ("NULL", "N/A", "-", "", "nan", "  ", "\\N", "n.a.", "<NA>", "None")
CHANNELS = ("email", "Email", "email ", "ＥＭＡＩＬ", "email\u200b", *NOTHINGS)
ROWS = [(f"L{i}", word, "2026-06-01", "1900-01-01") for i, word in enumerate(CHANNELS)]


def rows(stores: Stores, question: str) -> list[tuple]:
    with stores.bank().connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(question).fetchall()]


def nothing_found(stores: Stores) -> dict[tuple[str, str], int]:
    question = "SELECT table_name, check_name, row_count FROM derived.findings WHERE check_name LIKE '%: %'"
    return {(table, check): n for table, check, n in rows(stores, question)}


def csv(header: tuple, lines: list[tuple]) -> str:
    return "\n".join(",".join(f'"{v}"' for v in line) for line in [header, *lines]) + "\n"


def from_database(folder: Path) -> dict[str, str]:
    with sqlite3.connect(folder.parent / "crm.sqlite") as db:
        db.execute("CREATE TABLE deals (lead_id TEXT, channel TEXT, created_at TEXT, won_at TEXT)")
        db.executemany("INSERT INTO deals VALUES (?, ?, ?, ?)", ROWS)
    return {"leads.source.toml": 'url_from = "CRM_URL"\ntable = "deals"\n'}


def columns(kind: str = "text") -> dict[str, object]:
    ids, words, created, won = zip(*ROWS, strict=True)
    if kind == "text":
        return dict(zip(HEAD, map(list, (ids, words, created, won)), strict=True))
    return {
        "lead_id": list(ids),
        "channel": pa.array(words).dictionary_encode(),
        "created_at": [datetime(2026, 6, 1)] * len(ids),
        "won_at": [datetime(1900, 1, 1)] * len(ids),
    }


MAPPED = "SELECT lead_id, channel, created_at::TIMESTAMP AS created_at, won_at::TIMESTAMP AS won_at FROM read_csv('raw/x.csv', all_varchar = true)"
KINDS: dict[str, Callable[[Path], Mapping[str, Content]]] = {
    "text": lambda _: {"leads.csv": csv(HEAD, ROWS)},
    "Excel": lambda _: {"leads.xlsx": sheet(HEAD, *ROWS)},
    "Parquet of texts": lambda _: {"leads.parquet": parquet(**columns())},
    "Parquet of moments": lambda _: {"leads.parquet": parquet(**columns("typed"))},
    "another database": from_database,
    "a mapping of types": lambda _: {"leads.sql": MAPPED, "raw/x.csv": csv(HEAD, ROWS)},
    "a mapping of texts": lambda _: {"leads.sql": "SELECT * FROM read_csv('raw/x.csv', all_varchar = true)", "raw/x.csv": csv(HEAD, ROWS)},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_brings_them_words_and_days_for_nothing_are_not_known(kind, empty, tmp_path):
    (tmp_path / "f").mkdir()
    write(tmp_path / "f", KINDS[kind](tmp_path / "f"))
    load(empty, tmp_path / "f", environment={"CRM_URL": f"sqlite:///{tmp_path / 'crm.sqlite'}"})
    channels = dict(rows(empty, "SELECT channel, count(*) FROM unified.leads GROUP BY 1"))
    assert channels == {"email": 5, None: len(NOTHINGS)}
    assert rows(empty, "SELECT count(won_at) FROM unified.leads") == [(0,)]
    counts = nothing_found(empty)
    # An empty or blank cell needs no word.
    assert counts["leads", "placeholder word: channel"] == len(NOTHINGS) - 2
    assert counts["leads", "spelt in several ways: channel"] == 4
    assert counts["leads", "placeholder day: won_at"] == len(ROWS)
    keys = rows(empty, "SELECT count(*) FROM derived.quarantine WHERE check_name LIKE '%channel' AND kept")
    assert keys == [(len(NOTHINGS) + 2,)]


@pytest.mark.parametrize(
    ("column", "written", "read"),
    [
        ("left_on", "1900-01-01", None),
        ("left_on", "9999-12-31", None),
        ("left_on", "2099-12-31", None),
        ("left_on", "1753-01-01", None),
        ("left_on", "0001-01-01", None),
        ("left_on", "1899-12-30", None),
        ("left_on", "1899-12-31", None),
        ("left_on", "1901-01-01", None),
        ("left_on", "0000-00-00", None),
        ("left_on", "NULL", None),
        ("left_on", "1970-01-01", None),  # before he joined
        ("joined_on", "1970-01-01", date(1970, 1, 1)),  # may be true, and is said
        ("consent_changed_on", "1970-01-01", None),
        ("birth_year", "N/A", None),
        ("marketing_consent", "#N/A", None),
        ("rm_id", "-", None),
        ("full_name", "NULL", None),
        ("full_name", "Nan", "Nan"),
        ("segment", "Mass", "mass"),
        ("preferred_channel", " APP ", "app"),
        ("email", "n/a", None),
    ],
)
def test_each_kind_of_column_has_its_own_words_for_nothing(column, written, read, empty, tmp_path):
    header = ["customer_id", "joined_on", *([column] if column != "joined_on" else [])]
    values = {"customer_id": "C1", "joined_on": "2020-05-05", column: written}
    text = csv(
        tuple(header),
        [tuple(values[h] for h in header), *([("C2", "2026-06-01", "")] if len(header) > 2 else [])],
    )
    write(tmp_path / "f", {"customers.csv": text})
    load(empty, tmp_path / "f", as_of=date(2026, 6, 30))
    assert rows(empty, f"SELECT {column} FROM unified.customers WHERE customer_id = 'C1'") == [(read,)]
    if read is None or written == "1970-01-01":
        assert len(nothing_found(empty)) == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"leads.csv": "lead_id,created_at\nNULL,2026-06-01\n"}, ("row 1", "lead_id", "“NULL” is a placeholder")),
        ({"balances.csv": "account_id,customer_id,month_on\nA,C,1900-01-01\n"}, ("month_on", "1900-01-01", "must have a value")),
        ({"leads.csv": "lead_id,won_value\nL1,-\n"}, ("won_value", "“-”")),
        ({"leads.csv": "lead_id,score\nL1,nan\n"}, ("score", "“nan”")),
        ({"words.toml": "[leads.chanel]\n"}, ("words.toml", "leads.chanel", "channel")),
        ({"words.toml": "[lead.channel]\n"}, ("words.toml", "lead", "leads")),
        ({"words.toml": "[leads.channel]\nx = 1\n"}, ("words.toml", "leads.channel", "no text")),
        ({"words.toml": "[every_column]\nx = 'y'\n"}, ("words.toml", "every_column")),
        ({"words.toml": "leads"}, ("words.toml", "TOML")),
        ({"word.toml": ""}, ("word.toml", "Did you mean words.toml")),
        ({"words.toml": "[customers.segment]\nx = 'VIP'\n", "customers.csv": "customer_id,segment\nC1,x\n"}, ("segment", "VIP")),
    ],
)  # fmt: skip
def test_what_must_be_given_or_cannot_be_read_is_refused_in_words(files, words, empty, tmp_path):
    write(tmp_path / "f", {"leads.csv": "lead_id,created_at\nL1,2026-06-01\n", **files})
    with pytest.raises(LoadRefused) as refusal:
        load(empty, tmp_path / "f")
    for part in (*words, "Nothing was loaded"):
        assert part in str(refusal.value)


def test_the_banks_own_list_adds_words_and_takes_rules_away(empty, tmp_path):
    words = (
        '[leads.channel]\n"FB/IG" = "social"\n"unknown" = ""\n"None" = "None"\n"Paid_Search" = "Paid_Search"\n'
        '[leads.won_at]\n"2026-01-01" = ""\n[customers.joined_on]\n"1970-01-01" = "1970-01-01"\n'
        '[every_column]\n"k.A." = ""\n'
    )
    channels = ["fb/ig", "Social", "unknown", "Unknown", "None", "paid search", "Paid_Search", "k.A."]
    lines = [(f"L{i}", word, "2026-06-01", "2026-01-01") for i, word in enumerate(channels)]
    customers = "customer_id,joined_on,district\nC1,1970-01-01,k.A.\n"
    write(tmp_path / "f", {"words.toml": words, "leads.csv": csv(HEAD, lines), "customers.csv": customers})
    load(empty, tmp_path / "f")
    read = dict(rows(empty, "SELECT channel, count(*) FROM unified.leads GROUP BY 1"))
    assert read == {"social": 2, None: 3, "None": 1, "Paid_Search": 2}
    assert rows(empty, "SELECT count(won_at) FROM unified.leads") == [(0,)]
    assert rows(empty, "SELECT joined_on, district FROM unified.customers") == [(date(1970, 1, 1), None)]
    assert nothing_found(empty) == {("leads", "spelt in several ways: channel"): 1}, (
        "what the list says needs no finding"
    )


def test_a_new_years_day_that_many_rows_share_is_suspicious_and_kept(empty, tmp_path):
    lines = [(f"C{i}", "2015-01-01" if i < 12 else f"2020-03-{i:02d}") for i in range(30)]
    write(tmp_path / "f", {"customers.csv": csv(("customer_id", "joined_on"), lines)})
    load(empty, tmp_path / "f")
    assert nothing_found(empty) == {("customers", "suspicious day: joined_on"): 12}
    assert rows(empty, "SELECT count(joined_on) FROM unified.customers") == [(30,)]


def test_added_days_take_over_the_banks_spelling_and_its_findings_are_carried_by_key(empty, tmp_path):
    first = [
        ("L1", "Mail", "2026-05-01", ""),
        ("L2", "Mail", "2026-05-02", ""),
        ("L3", "N/A", "2026-05-03", ""),
    ]
    more = [("L3", "mail", "2026-05-03", ""), ("L4", "mail", "2026-06-01", ""), ("L5", "mail", "2026-06-01", ""), ("L6", "-", "2026-06-02", "")]  # fmt: skip
    write(tmp_path / "a", {"leads.csv": csv(HEAD, first)})
    write(tmp_path / "b", {"leads.csv": csv(HEAD, more)})
    load(empty, tmp_path / "a")
    for _ in range(2):
        load(empty, tmp_path / "b", since=date(2026, 6, 1))
        assert rows(empty, "SELECT channel, count(*) FROM unified.leads GROUP BY 1 ORDER BY 2") == [
            (None, 1),
            ("Mail", 5),
        ]
        assert nothing_found(empty) == {
            ("leads", "placeholder word: channel"): 1,
            ("leads", "spelt in several ways: channel"): 3,
        }


def test_two_spellings_in_a_key_stay_where_one_row_would_be_there_twice(empty, tmp_path):
    lines = [("C1", "Pay", "2026-06-01"), ("C1", "pay", "2026-06-01")]
    write(tmp_path / "f", {"product_usage.csv": csv(("customer_id", "feature", "used_on"), lines)})
    load(empty, tmp_path / "f")
    assert rows(empty, "SELECT count(DISTINCT feature) FROM unified.product_usage") == [(2,)]
    assert ("product_usage", "spelt in several ways: feature") in nothing_found(empty)


WORDS = some.text(some.sampled_from(list("aAbBéÉｅ _\u00a0\u200bß")), min_size=1, max_size=5)


@given(some.dictionaries(WORDS, some.integers(1, 50), min_size=1, max_size=12))
def test_spellings_are_one_word_exactly_when_they_read_alike_and_reading_twice_changes_nothing(counts):
    use = spelling.chosen(counts)
    for a in counts:
        for b in counts:
            assert (use[a] == use[b]) == (spelling.word_of(a) == spelling.word_of(b))
    again = {word: sum(n for s, n in counts.items() if use[s] == word) for word in use.values()}
    assert all(spelling.chosen(again)[word] == word for word in again)
