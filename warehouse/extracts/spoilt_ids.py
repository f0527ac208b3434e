"""Numbers of rows that a spreadsheet has changed: “1-1” became a date, “1/3” a fraction, a long number lost its end.

Such a number is not the one the department gave, and often two different ones have become one: it is refused. A shape
that could be a bank's own, such as “2026.1”, is refused only where most numbers of the column look otherwise; and what
`words.toml` names as itself is taken as it is.
"""

from __future__ import annotations

import duckdb
from sqlalchemy import Column, Table

from warehouse.errors import LoadRefused
from warehouse.extracts.bank_words import FILE, BankWords
from warehouse.validation import contract

_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_POWER = r"[+-]?\d([.,]\d+)?[eE]\+\d+|[+-]?\d[.,]\d+[eE]-\d+"
_ALWAYS = (
    (
        rf"\d{{4}}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?|(?i:\d{{1,2}}[- ./]{_MONTH}\.?([- ./]\d{{2,4}})?)",
        "a date",
    ),
    (r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?( ?[AaPp][Mm])?", "a time"),
    (_POWER, "a number of which only the first digits are left"),
    (r"[+-]?0?[.,]\d+|\d+[.,]\d{6,}", "a fraction"),
    (r"\d{16,}\.0+", "a number of which only the first digits are left"),
)
"""Shapes no department gives its rows."""
_AMONG_OTHERS = (
    (rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|(?i:{_MONTH}-\d{{2,4}})", "a date"),
    (r"\d+[.,]\d+", "a fraction"),
)
"""Shapes that are a bank's own where most of the column look so."""
_PLAIN = r"[A-Z]{0,8}[-_]?\d{1,15}"
"""What nearly every number of a row looks like; only the others are looked at closely."""
_LONG = r"\d{16,}"
NEXT = "format the column as text before it is filled, or export it from the system itself, then load again."


def is_id(column: Column) -> bool:
    """Whether a column holds the numbers of rows."""
    return str(column.key).endswith("_id")


def check(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    source: str,
    given: dict[str, str],
    rows: str,
    where: contract.Where,
    words: BankWords,
) -> None:
    """Refuse the first row of `rows` whose number, or the number it refers to, a spreadsheet has changed."""
    for column in table.c:
        kind, name = given.get(str(column.key), ""), f'"{column.key}"'
        if is_id(column) and kind in ("DATE", "BOOLEAN"):
            _refuse_first(db, column, source, rows, where, f"{name} IS NOT NULL", f"a {kind.lower()}")
        if kind != "VARCHAR":
            continue
        if column.key == "phone":
            _refuse_first(db, column, source, rows, where, _like(name, _POWER), _ALWAYS[2][1])
        elif is_id(column):
            _check_texts(db, column, source, rows, where, words)


def _check_texts(
    db: duckdb.DuckDBPyConnection,
    column: Column,
    source: str,
    rows: str,
    where: contract.Where,
    words: BankWords,
) -> None:
    name = f'"{column.key}"'
    real = [w for w, meaning in words.of(column).items() if w == meaning]
    real_ones = ", ".join("'" + w.replace("'", "''") + "'" for w in real) or "''"
    odd = f"{name} IS NOT NULL AND NOT {_like(name, _PLAIN)} AND trim({name}) NOT IN ({real_ones})"
    shapes = (*_ALWAYS, *_AMONG_OTHERS, (_LONG, ""))
    counts = db.execute(
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE {_like(name, shape)})" for shape, _ in shapes)
        + f" FROM {rows} WHERE {odd}"
    ).fetchone() or (0,) * len(shapes)  # fmt: skip
    total = db.execute(f"SELECT count({name}) FROM {rows}").fetchone() or (0,)
    for (shape, what), count in zip(shapes, counts, strict=True):
        own = (shape, what) in _AMONG_OTHERS and count > total[0] - count
        if count and what and not own:
            _refuse_first(db, column, source, rows, where, f"{odd} AND {_like(name, shape)}", what)
    if counts[-1] and _end_lost(db, name, rows):
        _refuse_first(db, column, source, rows, where, f"{odd} AND {_like(name, _LONG)}", _ALWAYS[2][1])


def _end_lost(db: duckdb.DuckDBPyConnection, name: str, rows: str) -> bool:
    """Whether no long number of the column has anything but zeros where a spreadsheet or a float keeps no digits."""
    long = f"FROM {rows} WHERE {_like(name, _LONG)}"
    zeros = (f"regexp_full_match(trim({name}), '\\d{{{digits}}}0+')" for digits in (15, 16, 17))
    full = f"regexp_matches(trim({name}), '^\\d{{11,}}[1-9]')"
    many = f"count(DISTINCT {name}) > 1 OR bool_or({name} LIKE '%000')"  # one number may well end in a zero
    row = db.execute(f"SELECT bool_and({' OR '.join(zeros)}), bool_or({full}), {many} {long}").fetchone()
    return bool(row and all(row))


def _like(name: str, shape: str) -> str:
    return f"regexp_full_match(trim({name}), '{shape}')"


def _refuse_first(
    db: duckdb.DuckDBPyConnection,
    column: Column,
    source: str,
    rows: str,
    where: contract.Where,
    condition: str,
    what: str,
) -> None:
    name = f'"{column.key}"'
    row = db.execute(f"SELECT min(rowid), min_by({name}, rowid) FROM {rows} WHERE {condition}").fetchone()
    if row is None or row[0] is None:
        return
    value = "the value" if column.info["personal"] else f"“{str(row[1])[:60]}”"
    own = "" if column.info["personal"] else f" If it is the real one, name it in {FILE}."
    raise LoadRefused(
        f"Table {column.table.name}, {where(row[0])}, column {column.key}: {value} is {what}: a spreadsheet has changed "
        f"it. In {source}, {NEXT}{own} {contract.NOTHING}"
    )
