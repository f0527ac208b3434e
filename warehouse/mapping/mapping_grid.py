"""A mapping as a grid: for each column of a table which column of a file it is read from, and how.

The text of the mapping stays the truth. A line that the grid cannot say is kept as it is written, and a change in the
grid rewrites the lines of the columns it changes and no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Column, Table

from warehouse.mapping import mapping_texts, source_sql
from warehouse.mapping.proposal import Proposal, ProposedRows, columns_of
from warehouse.mapping.source_sql import ProposedColumn
from warehouse.mapping.source_tables import NO, PLAIN, YES, SourceColumn, SourceTable, plain_name
from warehouse.schema import BANK, UNIFIED
from warehouse.validation import contract

AS_IT_IS, WORDS = "text", "words"
"""How a column is read that is neither a day nor a number: as its text, or through a map of words."""
_LINE = re.compile(r'^    (?P<sql>(?!--)\S.*) AS "(?P<name>\w+)",?$')
_NOT_GIVEN = re.compile(r'^    -- NULL AS "(?P<name>\w+)",?$')
_NOTHING = "NULL::VARCHAR"
_REFERENCE = r'(?:(?P<alias>\w+)\.)?"(?P<column>(?:[^"]|"")+)"'
_LITERAL = r"'((?:[^']|'')*)'"
_PIECES = (
    (rf"read_day\({_REFERENCE}, {_LITERAL}\)", "{0}"),
    (rf"read_moment\({_REFERENCE}, {_LITERAL}\)", "{0}"),
    (rf"read_(?:amount|count)\({_REFERENCE}, {_LITERAL}\)", "{0}"),
    (rf"read_word\({_REFERENCE}, MAP \{{(.*?)\}}\)", WORDS),
    (rf"ltrim\(nullif\(trim\({_REFERENCE}\), ''\), ''''\)()", AS_IT_IS),
    (rf"nullif\(lower\(trim\({_REFERENCE}\)\), ''\)()", AS_IT_IS),
    (rf"nullif\(trim\({_REFERENCE}\), ''\)()", AS_IT_IS),
)
_READY = tuple((re.compile(pattern), reading) for pattern, reading in _PIECES)
_PAIR = re.compile(rf"{_LITERAL}: {_LITERAL}")
_AROUND = re.compile(r"^(any_value|min|max|sum)\((TRY_CAST\()?$|^\($|^$")
"""What may stand before a ready piece for the grid still to say it."""


@dataclass(frozen=True, kw_only=True)
class GridCell:
    """One column of one SELECT: the file's column it is read from and how, or SQL that somebody wrote.

    All is empty where the column is not given. `reading` is a format of days, a decimal mark, `text` or `words`.
    """

    alias: str = ""
    source: str = ""
    reading: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    sql: str = ""
    around: tuple[str, str] = ("", "")

    @property
    def by_hand(self) -> bool:
        """Whether the grid cannot say it."""
        return bool(self.sql) and not self.source

    @property
    def always(self) -> str:
        """The one word that stands in every row; empty where it is read from the file."""
        match = re.fullmatch(_LITERAL, self.sql) if self.by_hand else None
        return _plain(match[1]) if match else ""


@dataclass(frozen=True, kw_only=True)
class MappedRows:
    """One SELECT of a mapping: its cells by column of the contract, and the files it reads by their alias."""

    cells: Mapping[str, GridCell]
    files: Mapping[str, SourceTable]
    grouped: bool


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the grid asks for of a column: nothing, or a file's column and how it is read (empty: as it looks)."""

    alias: str = ""
    source: str = ""
    reading: str = ""
    words: Mapping[str, str] | None = None


def blocks(text: str, tables: Sequence[SourceTable]) -> list[MappedRows]:
    """The SELECTs of a mapping that the grid can show; none where its text has another form than a proposal's."""
    lines = _lines(text)
    parts = _parts(lines)
    if parts is None:
        return []
    return [_block(lines, begin, end, tables) for begin, end in parts]


def _lines(text: str) -> list[str]:
    """The lines as the engine sees them: `splitlines` would also end one at letters that the engine reads on through."""
    return text.removesuffix("\n").split("\n")


def changed(
    text: str,
    table: str,
    at: int,
    choices: Mapping[str, Choice],
    tables: Sequence[SourceTable],
    vocabulary: Mapping[str, tuple[str, ...]],
) -> str:
    """The mapping with some columns of its SELECT number `at` chosen anew; every other line stays as it is."""
    lines, those = _lines(text), blocks(text, tables)
    before = [dict(block.cells) for block in those]
    for name, choice in choices.items():
        column = BANK.tables[f"{UNIFIED}.{table}"].c[name]
        before[at][name] = _cell_of(column, choice, those[at], vocabulary)
    given = [n for n in columns_of(table) if any(_is_given(b.get(n)) for b in before)]
    for number in range(len(those)):
        for name in choices:
            begin, end = (_parts(lines) or [])[number]
            cell = before[number].get(name)
            _put(lines, begin, end, name, cell, given=name in given, first=number == 0, table=table)
    return "\n".join(lines) + "\n"


def begun(table: str, source: SourceTable, needed_for: Mapping[str, Sequence[str]]) -> str:
    """A mapping for a table from a file that was not recognised, with the columns whose names are the contract's."""
    target = BANK.tables[f"{UNIFIED}.{table}"]
    columns = {}
    for column in target.c:
        one = source.column(plain_name(str(column.key)))
        if one is not None:
            sql = _core(column, f"s.{one.sql}", one, "", None, {})
            columns[str(column.key)] = ProposedColumn(sql=sql, origin=f"“{one.name}”")
    rows = ProposedRows(label=source.label, source=f"{source.reads} AS s", columns=columns)
    return mapping_texts.text_of(Proposal(table=table, rows=[rows]), needed_for)


def origin(text: str, name: str) -> str:
    """What a mapping's comment says a column was guessed from; "" where it says nothing."""
    lines = _lines(text)
    at = next((n for n, line in enumerate(lines) if (m := _LINE.match(line)) and m["name"] == name), 0)
    comment: list[str] = []
    while at and lines[at - 1].lstrip().startswith("--") and not _NOT_GIVEN.match(lines[at - 1]):
        at -= 1
        comment.insert(0, lines[at].strip().removeprefix("--").strip())
    return " ".join(comment).partition("Guessed from ")[2]


def words_for(column: Column, vocabulary: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The words that a column of the contract may hold; empty where any word will do."""
    if contract.type_of(column) == "BOOLEAN":
        return ("true", "false")
    return contract.allowed(column, vocabulary)


def readings_of(column: Column) -> str:
    """What kind of reading a column of the contract offers: `day`, `number`, `words` or `text`."""
    kind = contract.type_of(column)
    if kind in ("DATE", "TIMESTAMP"):
        return "day"
    if kind == "VARCHAR":
        return "words" if column.info["allowed"] or column.key == "channel" else "text"
    return "words" if kind == "BOOLEAN" else "number"


def _is_given(cell: GridCell | None) -> bool:
    return cell is not None and bool(cell.source or cell.sql)


def _parts(lines: Sequence[str]) -> list[tuple[int, int]] | None:
    """From and to of the lines of each SELECT's columns; None for a text that is not laid out as a proposal is."""
    parts, begin = [], 0
    for at, line in enumerate(lines):
        if line == "SELECT":
            begin = at + 1
        elif begin and line.startswith("FROM "):
            parts.append((begin, at))
            begin = 0
        elif begin and not (_LINE.match(line) or line.lstrip().startswith("--")):
            return None
    return parts or None


def _block(lines: Sequence[str], begin: int, end: int, tables: Sequence[SourceTable]) -> MappedRows:
    below = []
    for line in lines[end:]:
        if line in ("SELECT", "UNION ALL"):
            break
        below.append(line)
    source = "\n".join(below)
    files = {}
    for table in tables:
        for match in re.finditer(rf"{re.escape(table.reads)} AS (\w+)(?:\) AS (\w+))?", source):
            files[match[2] or match[1]] = table
    cells = {}
    for line in lines[begin:end]:
        if column := _LINE.match(line):
            cells[column["name"]] = _cell(column["sql"], files)
    return MappedRows(cells=cells, files=files, grouped="\nGROUP BY " in source)


def _cell(sql: str, files: Mapping[str, SourceTable]) -> GridCell:
    if sql == _NOTHING:
        return GridCell()
    for pattern, reading in _READY:
        match = pattern.search(sql)
        if match is None:
            continue
        alias = match["alias"] or next(iter(files), "")
        name = match["column"].replace('""', '"')
        around = sql[: match.start()], sql[match.end() :]
        # A second column, or a condition around the piece, is more than the grid says.
        alone = '"' not in re.sub(_LITERAL, "", "".join(around))
        if not alone or not _AROUND.match(around[0]) or alias not in files:
            return GridCell(sql=sql)
        if not any(c.name == name for c in files[alias].columns):
            return GridCell(sql=sql)
        inside = match.groups()[-1] or ""
        words = {_plain(a): _plain(b) for a, b in _PAIR.findall(inside)} if reading == WORDS else {}
        return GridCell(
            alias=alias,
            source=name,
            reading=reading.format(_plain(inside)),
            words=words,
            sql=sql,
            around=around,
        )
    return GridCell(sql=sql)


def _cell_of(
    column: Column, choice: Choice, block: MappedRows, vocabulary: Mapping[str, tuple[str, ...]]
) -> GridCell:
    if not choice.source:
        return GridCell()
    file = block.files[choice.alias]
    source = next(c for c in file.columns if c.name == choice.source)
    before = block.cells.get(str(column.key), GridCell())
    core = _core(column, f"{choice.alias}.{source.sql}", source, choice.reading, choice.words, vocabulary)
    around = before.around if before.source else ("any_value(", ")") if block.grouped else ("", "")
    if around[1].endswith("[:10]"):
        core = core.removeprefix("(").removesuffix(")[:10]") if core.endswith(")[:10]") else core
    if around[0] == "(" and core.startswith("("):
        around = ("", "")  # the piece cuts a moment down by itself
    return replace(
        GridCell(alias=choice.alias, source=choice.source, words=choice.words or {}),
        sql=around[0] + core + around[1],
    )


def _core(
    column: Column,
    reference: str,
    source: SourceColumn,
    reading: str,
    words: Mapping[str, str] | None,
    vocabulary: Mapping[str, tuple[str, ...]],
) -> str:
    """The ready piece that reads a file's column as one of the contract."""
    trimmed, kind, name = f"nullif(trim({reference}), '')", contract.type_of(column), str(column.key)
    if kind in ("DATE", "TIMESTAMP"):
        form = reading if "%" in reading else "" if reading else next(iter(source.formats), "")
        timed = any(c in form for c in ("%H", "%I")) if form else source.shape == "moment"
        piece = (
            f"read_{'moment' if timed else 'day'}({reference}, {source_sql.quoted(form)})"
            if form
            else trimmed
        )
        return f"({piece})[:10]" if timed and kind == "DATE" else piece
    if kind in ("BIGINT", "INTEGER", "DOUBLE") or kind.startswith("DECIMAL"):
        mark = reading if reading in (".", ",") else source.mark
        if source.shape in ("day", "moment"):
            form = next(iter(source.formats), "")
            day = f"read_moment({reference}, {source_sql.quoted(form)})" if form else trimmed
            return f"({day})[:4]"
        return f"read_{'count' if kind in ('BIGINT', 'INTEGER') else 'amount'}({reference}, {source_sql.quoted(mark)})"
    pairs = (
        words if words is not None else {} if reading == AS_IT_IS else meanings(column, source, vocabulary)
    )
    if pairs:
        listed = ", ".join(f"{source_sql.quoted(w)}: {source_sql.quoted(m)}" for w, m in pairs.items())
        return f"read_word({reference}, MAP {{{listed}}})"
    if name == "email":
        return f"nullif(lower(trim({reference})), '')"
    return f"ltrim({trimmed}, '''')" if name == "phone" else trimmed


def meanings(
    column: Column, source: SourceColumn, vocabulary: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Word in the file → what it plainly means in a column of the contract, as far as that can be seen."""
    if contract.type_of(column) == "BOOLEAN":
        pairs = {w: "true" for w in source.words if w.lower() in YES[PLAIN:]}
        return pairs | {w: "false" for w in source.words if w.lower() in NO[PLAIN:]}
    if column.key == "channel":
        return {w: m for w in source.words if (m := source_sql.CHANNELS.get(w.lower().strip()))}
    by_name = {plain_name(word): word for word in contract.allowed(column, vocabulary)}
    return {w: m for w in source.words if (m := by_name.get(plain_name(w))) and m != w}


def _put(
    lines: list[str],
    begin: int,
    end: int,
    name: str,
    cell: GridCell | None,
    *,
    given: bool,
    first: bool,
    table: str,
) -> None:
    """Write one column's line; where no SELECT gives the column, it stands in the first as a comment."""
    new = f'    {cell.sql if cell and cell.sql else _NOTHING} AS "{name}",'
    at = next((n for n in range(begin, end) if (m := _LINE.match(lines[n])) and m["name"] == name), None)
    if not given:
        if first and at is not None:
            lines[at] = f'    -- NULL AS "{name}",'
        elif at is not None:
            del lines[at]
        return
    if at is not None:
        lines[at] = new
        return
    comment = next(
        (n for n in range(begin, end) if (m := _NOT_GIVEN.match(lines[n])) and m["name"] == name), None
    )
    if comment is not None:
        lines[comment] = new
        return
    lines.insert(_after(lines, begin, end, name, BANK.tables[f"{UNIFIED}.{table}"]), new)


def _after(lines: Sequence[str], begin: int, end: int, name: str, target: Table) -> int:
    """Where a column's line belongs: behind those that the contract has before it."""
    order = list(target.c.keys())
    place = begin
    for at in range(begin, end):
        match = _LINE.match(lines[at])
        if match and match["name"] in order and order.index(match["name"]) < order.index(name):
            place = at + 1
    return place


def _plain(literal: str) -> str:
    return literal.replace("''", "'")
