"""What a folder of exports holds, table by table: how each is read, and what stands in its columns.

Here the engine's sniffing is welcome: nothing is loaded by it. What it sees is written into a mapping, which a person
reads.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from warehouse.errors import LoadRefused
from warehouse.extracts import cell_texts, other_database, workbooks
from warehouse.extracts.sources import DECLARED
from warehouse.schema import UNIFIED_TABLES
from warehouse.validation import contract

_TEXTS = (".csv", ".tsv", ".txt", ".asc")
_PACKED = (".gz",)
_LINES = (".jsonl", ".ndjson")
DAYS = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
)
_DAYS_IN_WORDS = (
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%y",
    "%Y%m%d",
    "%y%m%d",
)
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
_ISO = r"\d{4}-\d\d-\d\d"
_ISO_MOMENT = _ISO + r"[ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?( ?(Z|z|[+-]\d\d(:?\d\d)?))?"
YES = ("true", "yes", "y", "t", "1", "ja", "j", "oui", "si", "wahr", "subscribed", "opted-in")
NO = ("false", "no", "n", "f", "0", "nein", "non", "falsch", "nee", "unsubscribed", "opted-out")
PLAIN = 5
"""So many of them the load reads as they are."""
_FLAGS = frozenset({*YES, *NO})
TOTAL = r"(?i)^((grand )?(totals?|gesamt(summe|betrag)?|summe|totaal)\b|--)"
_SAMPLE = 2_000
_FEW = 60
"""A column of at most so many different texts holds words."""


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """A column as it stands in a file.

    `shape` is empty, day, moment, whole, amount, email, flag, word or text. `formats` are how its days are written, none
    where they are as the load reads them. `mark` is the decimal mark. `unsure` says in what it can be read in two ways.
    """

    name: str
    shape: str
    filled: int
    distinct: int
    formats: tuple[str, ...] = ()
    mark: str = "."
    words: tuple[str, ...] = ()
    unsure: str = ""
    totals: bool = False
    """Whether some rows hold a total instead of a value."""

    @property
    def sql(self) -> str:
        """Its name in a statement."""
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A file, a sheet or a table of another database: how a mapping reads it, and its columns.

    `relation` is where its rows stand while it is looked at. `contract` names the unified table it already is.
    """

    label: str
    reads: str
    relation: str
    rows: int
    columns: tuple[SourceColumn, ...]
    contract: str = ""

    def column(self, name: str) -> SourceColumn | None:
        """Its column of that plain name."""
        return next((c for c in self.columns if plain_name(c.name) == name), None)


def plain_name(name: str) -> str:
    """A column's name without case, accents, punctuation and what stands in brackets: `Created (UTC)` → `created`."""
    text = name.replace("(Do Not Modify)", "")
    text = re.sub(r"\((utc|[A-Za-z]{3}|\d+-\d+|optional|required)\)", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def tables_in(db: duckdb.DuckDBPyConnection, folder: Path, unread: dict[str, str]) -> Iterator[SourceTable]:
    """Every table of the folder that can be read; `unread` gets the others, file → reason.

    The working directory is the folder.
    """
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        kind = name.lower().removesuffix(".gz")
        if (
            path.name.startswith((".", "~$"))
            or kind.endswith((".sql", ".toml", ".md"))
            or name.endswith("README")
        ):
            continue
        if not name.isprintable():
            unread[_printable(name)] = "Its name holds a control character. Rename it."
            continue
        try:
            yield from _of_file(db, path, name, kind)
        except duckdb.InterruptException:
            raise  # a limit, not the file
        except LoadRefused as refusal:
            unread[name] = str(refusal).removesuffix(contract.NOTHING).strip()
        except duckdb.Error as error:
            unread[name] = contract.plain(error)


def _of_file(db: duckdb.DuckDBPyConnection, path: Path, name: str, kind: str) -> Iterator[SourceTable]:
    if kind.endswith(_TEXTS):
        reads, query = _csv(db, path, name)
        yield _looked_at(db, name, reads, query)
    elif kind.endswith(_LINES) or kind.endswith(".json"):
        described = db.execute(
            f"DESCRIBE SELECT * FROM read_json({_text(name)}, maximum_depth = 1)"
        ).fetchall()
        columns = ", ".join(f"{_identifier(row[0])}: 'VARCHAR'" for row in described)
        layout = "newline_delimited" if kind.endswith(_LINES) else "auto"
        reads = f"read_json({_text(name)}, format = '{layout}', columns = {{{columns}}})"
        yield _looked_at(db, name, reads, f"SELECT * FROM {reads}")
    elif kind.endswith(".parquet"):
        reads = f"(SELECT COLUMNS(*)::VARCHAR FROM read_parquet({_text(name)}))"
        yield _looked_at(db, name, reads, f"SELECT * FROM {reads}")
    elif kind.endswith(".xlsx"):
        for sheet in workbooks.sheets(path, name):
            label = f"{name}#{sheet}"
            if not sheet.isprintable():
                raise LoadRefused(
                    f"The name of its sheet “{_printable(sheet)}” holds a control character. Rename it."
                )
            header, rows = workbooks.read(path, name, sheet=sheet)
            cell_texts.fill(db, header, rows, "incoming_sheet")
            yield _looked_at(db, label, _identifier(label), "SELECT * FROM incoming_sheet")


def of_database(
    db: duckdb.DuckDBPyConnection,
    folder: Path,
    variable: str,
    environment: Mapping[str, str],
    unread: dict[str, str],
) -> Iterator[SourceTable]:
    """Every table of the database whose address `variable` holds; each is declared in a file of the folder.

    `unread` gets those that cannot be read, table → reason. A file that somebody put there stays.
    """
    for table in other_database.tables(variable, environment):
        if not table.isprintable():
            unread[_printable(table)] = (
                "Its name holds a control character. Rename it, or declare it by hand."
            )
            continue
        stem = re.sub(r"[^A-Za-z0-9]+", "_", table)
        own = folder / f"{stem}{DECLARED}"
        named = any(t.name == stem.lower() for t in UNIFIED_TABLES)
        # Under the name of a table of ours it would be read as that table, and stand in the way of its mapping.
        file = folder / f"from_database_{stem}{DECLARED}" if named and not _lies_there(own) else own
        ours = not _lies_there(file)
        if ours:
            with file.open("x", encoding="utf-8") as new:
                new.write(f'url_from = "{variable}"\ntable = {json.dumps(table, ensure_ascii=False)}\n')
        try:
            other_database.read(db, file, environment, "incoming_rows")
        except LoadRefused as refusal:
            unread[table] = str(refusal).removesuffix(contract.NOTHING).strip()
            if ours:
                file.unlink()
            continue
        if ours and file != own:
            names = [str(r[0]) for r in db.execute("DESCRIBE incoming_rows").fetchall()]
            if _contract_of(own.name, names):
                file = file.rename(own)
        yield _looked_at(db, file.name, _identifier(file.name), "SELECT * FROM incoming_rows")


def _lies_there(file: Path) -> bool:
    """Whether something has that name, be it a link that leads nowhere."""
    return file.exists() or file.is_symlink()


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


def _csv(db: duckdb.DuckDBPyConnection, path: Path, name: str) -> tuple[str, str]:
    """How a text file is read: its encoding, separator and the lines above its header, all written out."""
    encoding = ""
    if not name.lower().endswith(_PACKED):
        with path.open("rb") as file:
            begin = file.read(4_000_000)
        if begin.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = ", encoding = 'utf-16'"
        else:
            try:
                begin.decode("utf-8", errors="strict" if len(begin) < 4_000_000 else "ignore")
            except UnicodeDecodeError:
                encoding = ", encoding = 'latin-1'"
    dialect = db.execute(
        f"SELECT Delimiter, SkipRows, HasHeader FROM sniff_csv({_text(name)}, all_varchar = true, "
        f"sample_size = 100000{encoding})"
    ).fetchone()
    if spaced := _spaced(path, name):
        return spaced, f"SELECT * FROM {spaced}"
    separator, skip, header = dialect or (",", 0, True)
    reads = (
        f"read_csv({_text(name)}, delim = {_text(separator)}, quote = '\"', escape = '\"', header = true, "
        f"skip = {skip}, all_varchar = true, nullstr = ''{encoding})"
    )
    if not header:
        # Texts alone tell no header from a row: the first line is one unless it holds a number.
        first = db.execute(
            f"SELECT * FROM {reads.replace('header = true', 'header = false')} LIMIT 1"
        ).fetchone()
        if first and any(v and re.fullmatch(r"[-\d.,]+", str(v)) for v in first):
            reads = reads.replace("header = true", "header = false")
    return reads, f"SELECT * FROM {reads}"


def _spaced(path: Path, name: str) -> str:
    """How a text file is read whose columns stand apart by blanks alone; "" for every other."""
    if name.lower().endswith((".csv", ".gz")):
        return ""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        first = file.readline().strip()
    if re.search(r"[,;\t|\"]", first) or not re.search(r"\S {2,}\S", first):
        return ""
    parts = ", ".join(
        f"regexp_split_to_array(trim(line), '\\s+')[{at}] AS {_identifier(column)}"
        for at, column in enumerate(first.split(), 1)
    )
    lines = f"read_csv({_text(name)}, columns = {{line: 'VARCHAR'}}, delim = '\t', quote = '', header = true)"
    return f"(SELECT {parts} FROM {lines})"


def _looked_at(db: duckdb.DuckDBPyConnection, label: str, reads: str, query: str) -> SourceTable:
    row = db.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'source_%'").fetchone()
    relation = f"source_{int(row[0]) if row else 0}"
    db.execute(f"CREATE TEMP TABLE {relation} AS {query}")
    if reads == _identifier(label):
        # By this name a mapping finds it in a load.
        db.execute(f"CREATE TEMP VIEW {reads} AS SELECT * FROM {relation}")
    names = [r[0] for r in db.execute(f"DESCRIBE {relation}").fetchall()]
    for name in names:
        if not name.isprintable():
            raise LoadRefused(
                f"The name of its column “{_printable(name)}” holds a line break or another control character. Rename it."
            )
    count = db.execute(f"SELECT count(*) FROM {relation}").fetchone()
    columns = tuple(_column(db, relation, name) for name in names)
    return SourceTable(
        label=label,
        reads=reads,
        relation=relation,
        rows=int(count[0]) if count else 0,
        columns=columns,
        contract=_contract_of(label, names),
    )


def _contract_of(label: str, names: list[str]) -> str:
    """The unified table that a file of this name and these columns is already; "" for none."""
    stem = label.lower().split("/")[0].split(".")[0].split("-")[0]
    table = next((t for t in UNIFIED_TABLES if t.name == stem), None)
    if table is None or not set(names) <= {*table.c.keys(), contract.DELETED}:
        return ""
    return stem if all(c.nullable or c.key in names for c in table.c) else ""


def _column(db: duckdb.DuckDBPyConnection, relation: str, name: str) -> SourceColumn:
    quoted = _identifier(name)
    row = db.execute(
        f"SELECT count({quoted}), count(DISTINCT {quoted}) FROM {relation} WHERE trim({quoted}) <> ''"
    ).fetchone()
    filled, distinct = (int(row[0]), int(row[1])) if row else (0, 0)
    texts = [
        str(r[0]).strip()
        for r in db.execute(
            f"SELECT {quoted}, count(*) FROM {relation} WHERE trim({quoted}) <> '' GROUP BY 1 "
            f"ORDER BY 2 DESC, 1 LIMIT {_SAMPLE}"
        ).fetchall()
    ]
    totals = [t for t in texts if re.match(TOTAL, t)]
    values = [t for t in texts if t not in totals] if len(totals) <= 3 else texts
    made = partial(SourceColumn, name=name, filled=filled, distinct=distinct, totals=0 < len(totals) <= 3)
    words = tuple(values) if distinct <= _FEW else ()
    if not values:
        return made(shape="empty")
    if all(re.fullmatch(_ISO, v) for v in values):
        return made(shape="day")
    if _mostly(values, rf"{_ISO}|{_ISO_MOMENT}"):
        return made(shape="moment")
    if _mostly(values, r"[^@\s]+@[^@\s]+\.[^@\s]+"):
        return made(shape="email")
    if {v.lower() for v in values} <= _FLAGS and distinct <= 3:
        return made(shape="flag", words=words)
    if dated := _dated(db, values):
        return made(shape=dated[0], formats=dated[1], unsure=dated[2])
    if number := _number(values):
        return made(shape=number[0], mark=number[1], unsure=number[2], words=words)
    return made(shape="word" if words and distinct * 2 <= max(filled, 3) else "text", words=words)


def _mostly(values: list[str], pattern: str) -> bool:
    return sum(bool(re.fullmatch(pattern, v)) for v in values) >= 0.97 * len(values)


def _dated(db: duckdb.DuckDBPyConnection, values: list[str]) -> tuple[str, tuple[str, ...], str] | None:
    """Whether texts are days or moments, in which formats, and what else they could mean."""
    if not _mostly(values, r".*\d.*") or max(map(len, values)) > 40:
        return None
    digits_only = all(v.isdigit() for v in values)
    if digits_only and not all(len(v) in (6, 8) for v in values):
        return None
    days = [f for f in (*DAYS, *_DAYS_IN_WORDS) if ("%Y%m%d" in f or "%y%m%d" in f) == digits_only]
    clocks = ("",) if digits_only else ("", *(f" {c}" for c in _CLOCKS), *(f", {c}" for c in _CLOCKS))
    formats = [f"{day}{clock}" for day in days for clock in clocks]
    tried = ", ".join(f"count(try_strptime(v, {_text(f)}))" for f in formats)
    span = ", ".join(f"coalesce(year(min(try_strptime(v, {_text(f)}))) > 1900, false)" for f in formats)
    row = db.execute(f"SELECT {tried}, {span} FROM (SELECT unnest(?) AS v)", [values]).fetchone() or ()
    fit = [
        f
        for f, n, sane in zip(formats, row[: len(formats)], row[len(formats) :], strict=True)
        if sane and n >= 0.97 * len(values)
    ]
    if not fit:
        return None
    best = fit[0]
    if "%Y" not in best and (four := [f for f in fit if "%Y" in f]):
        best = four[0]
    other = [
        f
        for f in fit
        if f != best and ("%d" in f[:2]) != ("%d" in best[:2]) and ("%Y" in f) == ("%Y" in best)
    ]
    unsure = f"can also be read as {other[0]}" if other and not digits_only else ""
    timed = any(c in best for c in ("%H", "%I"))
    return ("moment" if timed else "day"), (best,), unsure


def _number(values: list[str]) -> tuple[str, str, str] | None:
    """Whether texts are numbers, whole or with a fraction, their decimal mark, and what else they could mean."""
    bare = [re.sub(r"^[A-Z]{3} |[\s\u00a0\u202f'’]|[€$£¥]|EUR|USD|HKD|CHF|GBP", "", v) for v in values]
    bare = [re.sub(r"^\((.*)\)$", r"-\1", v) for v in bare]
    if all(re.fullmatch(r"[+-]?\d+", v) for v in bare):
        return "whole", ".", ""
    point = all(re.fullmatch(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?", v) and v for v in bare)
    comma = all(re.fullmatch(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)?(,\d*)?", v) and v for v in bare)
    if not point and not comma:
        return None
    unsure = "a mark before three digits may be of thousands or of decimals" if point and comma else ""
    mark = "." if point else ","
    whole = all(re.fullmatch(r"[+-]?\d{1,3}([,.]\d{3})*", v) for v in bare)
    return ("whole" if whole else "amount"), mark, unsure


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
