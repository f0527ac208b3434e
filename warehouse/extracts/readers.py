"""Reading one file, or one table of another database, whose columns are already those of a unified table.

Every cell arrives as the text that stands in the file; what it means is decided in one place, `values`. Only Parquet
brings types of its own. Nothing is sniffed: a header decides the separator, and every row must follow it.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from pathlib import Path

import duckdb
from sqlalchemy import Table

from warehouse.extracts import raw_files, workbooks
from warehouse.extracts.cell_texts import check_header, fill
from warehouse.extracts.raw_files import refused
from warehouse.extracts.sources import ending

SEPARATORS = ",;\t|"


def read(
    db: duckdb.DuckDBPyConnection, path: Path, file_name: str, table: Table, into: str
) -> dict[str, str]:
    """Put the rows of the file into a new temporary table `into`; its columns and the engine's types of them."""
    if any(letter in file_name for letter in "*?[]'\""):
        raise refused(
            file_name,
            "has a letter in its name that stands for several files.",
            "Rename it, then load again.",
        )
    kind = ending(file_name).removesuffix(".gz")
    if not path.is_file():
        raise refused(file_name, "is not a plain file.", "Put a file there, then load again.")
    if path.stat().st_size == 0:
        raise refused(file_name, "is empty.", "Export it again, or remove it if the bank has no such data.")
    if kind == ".csv":
        _csv(db, path, file_name, {str(c.key) for c in table.c}, into)
    elif kind == ".jsonl":
        _json_lines(db, path, file_name, into)
    elif kind == ".parquet":
        _parquet(db, path, file_name, into)
    else:
        header, rows = workbooks.read(path, file_name, table)
        fill(db, header, rows, into)
    return {row[0]: row[1] for row in db.execute(f"DESCRIBE {into}").fetchall()}


def _csv(db: duckdb.DuckDBPyConnection, path: Path, file_name: str, expected: set[str], into: str) -> None:
    text = raw_files.check_text(path, file_name, count=SEPARATORS)
    header, separator, unnamed = _csv_header(path, file_name, expected)
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in header)
    packed = "gzip" if file_name.lower().endswith(".gz") else "none"
    try:
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM read_csv({_quoted(file_name)}, "
            f"columns = {{{columns}}}, delim = {_quoted(separator)}, "
            f"quote = '\"', escape = '\"', header = true, auto_detect = false, "
            f"strict_mode = true, null_padding = false, nullstr = '', compression = '{packed}')"
        )
    except duckdb.Error as error:
        raise refused(
            file_name, _csv_complaint(str(error)), "Correct it or export it again, then load again."
        ) from None
    _check_separators(db, path, file_name, text.counts[separator], separator, len(header), unnamed, into)


def _check_separators(
    db: duckdb.DuckDBPyConnection,
    path: Path,
    file_name: str,
    separators: int,
    separator: str,
    columns: int,
    unnamed: int,
    into: str,
) -> None:
    """Refuse surplus empty values: the engine drops them, though they mean that the values before them have moved.

    Every separator of the file must stand between two columns or inside a value.
    """
    inside = " + ".join(
        f"coalesce(sum(len({name}) - len(replace({name}, {_quoted(separator)}, ''))), 0)"
        for name in (f'"{r[0]}"' for r in db.execute(f"DESCRIBE {into}").fetchall())
    )
    rows = db.execute(f"SELECT count(*), {inside} FROM {into}").fetchone() or (0, 0)
    if separators == (rows[0] + 1) * (columns - 1 + unnamed) + rows[1]:
        return
    opened = gzip.open if file_name.lower().endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        for row in (lines := csv.reader(file, delimiter=separator)):
            if row and len(row) != columns + unnamed:
                raise refused(
                    file_name,
                    f"has {len(row)} values in line {lines.line_num}, but {columns} columns.",
                    "Correct it or export it again, then load again.",
                )


def _csv_complaint(error: str) -> str:
    """The engine's complaint in our words; it would print the row itself, with whatever personal it holds."""
    line = re.search(r"on Line: (\d+)", error)
    where = f" in line {line[1]}" if line else ""
    columns = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", error)
    if columns:
        return f"has {columns[2]} values{where}, but {columns[1]} columns."
    if "unterminated quote" in error:
        return f"opens a quote{where} that does not end, or has a quote inside a quoted text that is not doubled."
    if "Maximum line size" in error or "buffer" in error:
        return f"has a line that is far too long{where}: look for a quote that does not end."
    return f"does not keep the rules of CSV{where}: look for single quotes and for mixed line ends."


def _csv_header(path: Path, file_name: str, expected: set[str]) -> tuple[list[str], str, int]:
    """The names in the first line, the separator under which most are expected, and unnamed columns at the end."""
    opened = gzip.open if file_name.lower().endswith(".gz") else open
    with opened(path, "rb") as file:
        first = file.read(raw_files.LONGEST_LINE)
    text = first.decode("utf-8-sig", errors="ignore")
    best: tuple[int, list[str], str] = (-1, [], ",")
    for separator in SEPARATORS:
        try:
            header = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
        except csv.Error:
            continue
        names = [name.strip() for name in header]
        if (fit := len(expected & set(names))) > best[0]:
            best = (fit, names, separator)
    header = list(best[1])
    while header and not header[-1]:
        header.pop()
    if not header:
        raise refused(
            file_name, "has no header in its first line.", "Put the columns' names there, then load again."
        )
    check_header(file_name, header)
    return header, best[2], len(best[1]) - len(header)


def is_empty_json(path: Path, file_name: str) -> bool:
    """Whether a file of JSON lines holds nothing but white space."""
    if not ending(file_name).startswith(".jsonl") or not path.is_file():
        return False
    try:
        with gzip.open(path) if file_name.lower().endswith(".gz") else path.open("rb") as file:
            return not file.read(1024).removeprefix(codecs.BOM_UTF8).strip()
    except (OSError, EOFError, zlib.error):
        return False  # said where it is read


def _json_lines(db: duckdb.DuckDBPyConnection, path: Path, file_name: str, into: str) -> None:
    raw_files.check_text(path, file_name)
    packed = "gzip" if file_name.lower().endswith(".gz") else "none"
    rows = f"read_json_objects({_quoted(file_name)}, format = 'newline_delimited', compression = '{packed}')"
    try:
        db.execute(f"CREATE OR REPLACE TEMP TABLE objects AS SELECT json FROM {rows}")
    except duckdb.Error as error:
        line = re.search(r"in line (\d+)", str(error))
        where = f" in line {line[1]}" if line else ""
        raise refused(
            file_name,
            f"is not one JSON object per line{where}.",
            "Correct it or export it again, then load again.",
        ) from None
    other = db.execute("SELECT min(rowid) FROM objects WHERE json_type(json) <> 'OBJECT'").fetchone()
    if other and other[0] is not None:
        raise refused(
            file_name,
            f"has something other than an object in row {other[0] + 1}.",
            "Write one object per line.",
        )
    keys = [row[0] for row in db.execute("SELECT DISTINCT unnest(json_keys(json)) FROM objects").fetchall()]
    twice = db.execute(
        "SELECT min(rowid) FROM objects WHERE len(json_keys(json)) <> len(list_distinct(json_keys(json)))"
    ).fetchone()
    if twice and twice[0] is not None:
        raise refused(
            file_name,
            f"gives a name twice in row {twice[0] + 1}.",
            "Keep the one that counts, then load again.",
        )
    if not keys:
        raise refused(file_name, "has no row with a value.", "Export it again, then load again.")
    check_header(file_name, sorted(keys))
    for key in keys:
        if re.search(r"[\"'\\$*\[\].]", key):
            raise refused(
                file_name, f"gives a name “{key[:60]}”, which no column has.", "Rename it, then load again."
            )
        at = f'$."{key}"'
        nested = db.execute(
            f"SELECT min(rowid) FROM objects WHERE json_type(json, '{at}') IN ('OBJECT', 'ARRAY')"
        ).fetchone()
        if nested and nested[0] is not None:
            raise refused(
                file_name,
                f"has more than one value under “{key}” in row {nested[0] + 1}.",
                "Give one text or number, or write a mapping, then load again.",
            )
    values = ", ".join(f"nullif(json ->> '$.\"{key}\"', '') AS \"{key}\"" for key in sorted(keys))
    db.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT {values} FROM objects ORDER BY rowid")
    db.execute("DROP TABLE objects")


def _parquet(db: duckdb.DuckDBPyConnection, path: Path, file_name: str, into: str) -> None:
    if file_name.lower().endswith(".gz"):
        raise refused(
            file_name, "is Parquet inside gzip; Parquet is packed already.", "Unpack it, then load again."
        )
    raw_files.check_parquet(path, file_name)
    try:
        rows = db.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({_quoted(file_name)})").fetchone()
        if rows and rows[0] > 1_000_000 and rows[0] > 100 * path.stat().st_size:
            raise refused(
                file_name, "claims far more rows than it has bytes.", "Ask its owner for the real file."
            )
        db.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM read_parquet({_quoted(file_name)})")
    except duckdb.Error:
        raise refused(
            file_name,
            "cannot be read as Parquet: it is damaged or locked.",
            "Deliver it again, then load again.",
        ) from None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
