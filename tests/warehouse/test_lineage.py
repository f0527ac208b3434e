"""A column followed to its file: what is claimed is in the file, and what cannot be followed is not claimed."""

import contextlib

import duckdb
import pandas as pd
import pytest
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import measures_of
from metrics.query.query import columns_of
from warehouse.access.data_coverage import origins_of
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts
from warehouse.load import lineage
from warehouse.load.lineage import Origin, origins
from warehouse.schema import origins as table


@pytest.fixture(scope="module")
def columns_read(loaded) -> pd.DataFrame:
    return Reader(loaded, SYSTEM).frame(select(table))


def test_every_file_column_that_is_named_exists_in_that_file(columns_read, bank_folder):
    readers = {
        "csv": "read_csv('{}', all_varchar=true)",
        "parquet": "read_parquet('{}')",
        "jsonl": "read_json('{}')",
    }
    with contextlib.chdir(bank_folder):
        for file, named in columns_read[columns_read["file_column"] != ""].groupby("file"):
            reader = readers[file.rpartition(".")[2]].format(file)
            described = duckdb.sql(f"DESCRIBE SELECT * FROM {reader}")
            assert described is not None
            there = {row[0].lower() for row in described.fetchall()}
            assert set(named["file_column"].str.lower()) <= there


def test_a_leads_day_comes_from_the_day_marketing_noted_and_the_crms_history(loaded):
    rows = Reader(loaded, SYSTEM).frame(origins_of([("leads", "created_at")]))
    assert ("marketing/leads.csv", "submitted") in set(zip(rows["file"], rows["file_column"], strict=True))
    assert "crm/leads.jsonl" in set(rows["file"])


def test_every_figure_of_the_sample_leads_to_a_file_unless_it_is_made_of_what_people_record(loaded):
    reader = Reader(loaded, SYSTEM)
    for name in CATALOGUE:
        columns = columns_of(name)
        recorded = all(measure.fact is alerts for measure in measures_of(CATALOGUE[name]))
        assert recorded == (not columns), name
        if columns:
            assert len(reader.frame(origins_of(columns)))


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ("SELECT a AS x FROM read_csv('f.csv')", [Origin("f.csv", "a")]),
        ("SELECT upper(a) || b AS x FROM read_csv('f.csv')", [Origin("f.csv", "a"), Origin("f.csv", "b")]),
        ("SELECT * FROM (SELECT a AS x FROM read_parquet('f.parquet'))", [Origin("f.parquet", "a")]),
        ("SELECT 'web' AS x FROM read_csv('f.csv')", [Origin("f.csv")]),
        ("SELECT row_number() OVER () AS x FROM read_csv('f.csv')", [Origin("f.csv")]),
        ("SELECT a AS x FROM read_csv('f.csv') UNION ALL BY NAME SELECT b AS x FROM read_csv('g.csv')",
         [Origin("f.csv"), Origin("g.csv")]),
        ("SELECT a AS x FROM read_csv('f.csv') UNION ALL SELECT b FROM read_csv('g.csv')",
         [Origin("f.csv", "a"), Origin("g.csv", "b")]),
    ],
)  # fmt: skip
def test_a_mapping_is_followed_as_far_as_it_can_be(mapping, expected):
    assert list(origins(mapping, ["x"])["x"]) == expected


def test_sql_that_cannot_be_read_claims_nothing():
    assert lineage.origins("SELECT FROM WHERE", ["x"]) == {}
