"""The dictionary holds every metric, table and column, and the file in the project is the one the code says."""

from pathlib import Path

from metrics.catalogue import CATALOGUE
from metrics.definitions.dimensions import DIMENSIONS, MEANS, caution
from metrics.definitions.variants import VARIANTS
from reports.exports import dictionary_text
from warehouse import schema
from warehouse.app_db import app_schema


def test_the_dictionary_on_file_is_the_one_of_the_code() -> None:
    file = Path(__file__).parents[2] / "docs" / "dictionary.md"
    assert file.read_text(encoding="utf-8") == dictionary_text.markdown(), "run: python -m cli dictionary"


def test_every_metric_table_and_column_is_in_it() -> None:
    assert set(dictionary_text.figures()) == set(CATALOGUE)
    columns = {(row["table"], row["column"]) for row in dictionary_text.columns()}
    tables = (*schema.UNIFIED_TABLES, *schema.DERIVED_TABLES, *app_schema.APP_DB.sorted_tables)
    assert {(t.name, c.key) for t in tables if t.name not in dictionary_text.SIGN_IN for c in t.c} == columns
    assert all(row["means"] for row in dictionary_text.columns() if row["owner"] != "People, in Concord")


def test_every_filter_says_what_it_means_and_a_segment_of_leads_says_whom_it_leaves_out() -> None:
    assert set(MEANS) == set(DIMENSIONS)
    assert all(meaning in dictionary_text.markdown() for meaning in MEANS.values())
    assert "Only customers have a segment" in caution([schema.leads], ["segment"])
    assert not caution([schema.leads], ["channel"])
    assert not caution([schema.customers], ["segment"])


def test_a_departments_word_finds_the_table_and_says_whose_word_it_is() -> None:
    assert "Sales says “account”" in dictionary_text.said_as("customers")
    assert set(schema.SYNONYMS) <= {t.name for t in schema.UNIFIED_TABLES}


def test_every_variant_is_a_metric() -> None:
    assert {name for meanings in VARIANTS.values() for _, name in meanings} <= set(CATALOGUE)
