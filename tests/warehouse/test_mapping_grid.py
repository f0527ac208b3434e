"""A mapping as a grid: what the grid cannot say stays as it is written, and a change rewrites its own lines alone."""

from __future__ import annotations

import contextlib
import difflib
from pathlib import Path

import duckdb
import pytest

from tests.warehouse import exports
from warehouse.mapping import folder_proposal, mapping_grid
from warehouse.mapping.mapping_grid import Choice
from warehouse.mapping.source_tables import SourceTable
from warehouse.sql import reading_pieces


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[SourceTable]]:
    """A folder of a CRM, a mail tool, a shop and advertising with its proposals, and what was read of it."""
    home = tmp_path_factory.mktemp("exports")
    folder = exports.write(home / "both", exports.CRM | exports.SHOP)
    with contextlib.chdir(folder), duckdb.connect() as db:
        outcome = folder_proposal.propose(db, {}, None, {})
    return folder, outcome.tables


def _rewritten(text: str, table: str, tables: list[SourceTable], **choices: Choice) -> list[str]:
    after = mapping_grid.changed(text, table, 0, choices, tables, {})
    lines = difflib.ndiff(text.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_what_the_grid_reads_it_writes_as_it_was(proposed):
    folder, tables = proposed
    cells = 0
    for file in sorted(folder.glob("*.sql")):
        text = file.read_text()
        for at, rows in enumerate(mapping_grid.blocks(text, tables)):
            same = {
                name: Choice(
                    alias=cell.alias,
                    source=cell.source,
                    reading="" if cell.reading == mapping_grid.WORDS else cell.reading,
                    words=cell.words or None,
                )
                for name, cell in rows.cells.items()
                if cell.source
            }
            after = mapping_grid.changed(text, file.stem, at, same, tables, {})
            # A column named without its file's alias gets it.
            assert after.replace('s."', '"') == text.replace('s."', '"'), file.name
            cells += len(same)
    assert cells > 30


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x1d", "\x0c"])
def test_a_word_of_a_file_never_becomes_a_line_of_its_mapping(tmp_path: Path, end: str) -> None:
    word = f'Web{end}    (SELECT min(a) FROM other) AS "lost_reason",{end}--'
    rows = "".join(f"L{n},2026-05-0{n},{word}\n" for n in range(1, 7))
    folder = exports.write(tmp_path / "files", {"leads.csv": f"Lead ID,Created,Lead Source\n{rows}"})
    with contextlib.chdir(folder), duckdb.connect() as db:
        tables = folder_proposal.propose(db, {}, None, {}).tables
    for file in folder.glob("*.sql"):
        text = file.read_text()
        for at, block in enumerate(mapping_grid.blocks(text, tables)):
            for name, cell in block.cells.items():
                same = {name: Choice(alias=cell.alias, source=cell.source)}
                changed = mapping_grid.changed(text, file.stem, at, same if cell.source else {}, tables, {})
                assert not any(line.lstrip().startswith("(SELECT min") for line in changed.split("\n"))


def test_a_change_rewrites_its_own_line_and_no_other(proposed):
    folder, tables = proposed
    text = (folder / "leads.sql").read_text()
    assert mapping_grid.blocks(text, tables)[0].cells["won_at"].by_hand
    lines = _rewritten(
        text,
        "leads",
        tables,
        score=Choice(alias="d", source="Amount", reading=","),
        mql_at=Choice(),
        contacted_at=Choice(alias="c", source="Create Date", reading="%d/%m/%Y"),
    )
    assert [line.strip() for line in lines] == [
        '-     -- NULL AS "score",',
        '+     read_amount(d."Amount", \',\') AS "score",',
        '-     nullif(trim(c."Became a Marketing Qualified Lead Date"), \'\') AS "mql_at",',
        '+     -- NULL AS "mql_at",',
        '-     -- NULL AS "contacted_at",',
        '+     read_day(c."Create Date", \'%d/%m/%Y\') AS "contacted_at",',
    ]


def test_words_are_mapped_and_a_quote_in_one_ends_nothing(proposed):
    folder, tables = proposed
    text = (folder / "tickets.sql").read_text()
    words = {"Urgent": "high", "it's' }) --": "low"}
    lines = _rewritten(text, "tickets", tables, severity=Choice(alias="s", source="Priority", words=words))
    assert len(lines) == 2
    after = mapping_grid.changed(
        text, "tickets", 0, {"severity": Choice(alias="s", source="Priority", words=words)}, tables, {}
    )
    with contextlib.chdir(folder), duckdb.connect() as db:
        reading_pieces.define(db)
        assert db.execute(f"SELECT DISTINCT severity FROM ({after})").fetchall()


def test_rows_from_two_files_stay_one_below_the_other(proposed):
    folder, tables = proposed
    text = (folder / "campaigns.sql").read_text()
    first, second = mapping_grid.blocks(text, tables)
    assert not first.cells.get("owner")
    assert not second.cells.get("owner")
    alias, file = next(iter(second.files.items()))
    choice = {"owner": Choice(alias=alias, source=file.columns[0].name)}
    after = mapping_grid.changed(text, "campaigns", 1, choice, tables, {})
    assert [
        ('NULL::VARCHAR AS "owner"' in part, "any_value(" in part) for part in after.split("UNION ALL")
    ] == [
        (True, True),
        (False, True),
    ]
    with contextlib.chdir(folder), duckdb.connect() as db:
        reading_pieces.define(db)
        assert db.execute(f"SELECT count(owner) FROM ({after})").fetchone() == (1,)


def test_a_mapping_of_another_form_is_left_to_who_wrote_it(proposed):
    _, tables = proposed
    assert mapping_grid.blocks("SELECT 1 AS customer_id", tables) == []
    assert mapping_grid.blocks("SELECT\n    1 AS a,\n  2 AS b\nFROM x\n", tables) == []
