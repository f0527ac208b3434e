"""What a folder of extracts holds: for each unified table, the mapping, files or database table it comes from.

A name that nearly fits is refused rather than passed over: a table that silently stays empty is the worst answer.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.errors import LoadRefused
from warehouse.extracts import named_tables, raw_files
from warehouse.schema import UNIFIED_TABLES
from warehouse.validation import contract

ENDINGS = (".csv", ".jsonl", ".parquet", ".xlsx")
"""What a file that already has the unified columns may be; each also packed with gzip (`.csv.gz`)."""
DECLARED = ".source.toml"
_OTHERS = (
    ".xls",
    ".xlsb",
    ".xlsm",
    ".ods",
    ".txt",
    ".tsv",
    ".json",
    ".ndjson",
    ".zip",
    ".bz2",
    ".zst",
    ".7z",
    ".xml",
)
"""Endings that look like an extract but are not read."""
_NAMES = tuple(sorted(t.name for t in UNIFIED_TABLES))
_LITERAL = re.compile(r"--[^\n]*|'((?:[^']|'')*)'")
"""A literal, or a comment, in which an apostrophe begins none."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a table comes from: exactly one of a mapping's query, files, or a declared database table."""

    label: str
    query: str = ""
    files: tuple[str, ...] = ()
    declared: str = ""


def ending(name: str) -> str:
    """The ending of a file name that is read, such as `.csv.gz`; empty if it is none."""
    return next((e + z for z in ("", ".gz") for e in ENDINGS if name.lower().endswith(e + z)), "")


def find(folder: Path) -> dict[str, Source]:
    """Table → its source, by table name. Raises LoadRefused for whatever cannot be understood."""
    if not folder.is_dir():
        raise LoadRefused(f"“{folder}” is not a folder. Give the folder that holds the extracts.")
    raw_files.check_links(folder)
    mappings = _mappings(folder)
    mentioned = _mentioned(folder, mappings)
    offered: dict[str, list[Source]] = defaultdict(list)
    daily: dict[str, list[str]] = defaultdict(list)
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "~$")) or entry.suffix.lower() == ".sql":
            continue
        table, rest = _named(entry.name)
        if table is None:
            _check_near_miss(entry, mentioned)
        elif table in mappings:
            continue  # what a mapping reads may be named as it likes
        elif entry.is_dir():
            offered[table].append(_folder_of(entry, rest))
        elif rest == DECLARED:
            offered[table].append(Source(label=entry.name, declared=entry.name))
        elif not ending(entry.name):
            if entry.name not in mentioned:
                raise _unreadable(entry.name)
        elif rest.startswith("-"):
            daily[table].append(entry.name)
        else:
            offered[table].append(Source(label=entry.name, files=(entry.name,)))
    for table, names in daily.items():
        offered[table].append(Source(label=_label(table, names), files=tuple(names)))
    for table, several in offered.items():
        if len(several) > 1:
            both = " and ".join(s.label for s in several)
            raise LoadRefused(
                f"Table {table} has more than one source: {both}. Keep the one that counts, then load again. "
                f"{raw_files.NOTHING}"
            )
    sources = {table: several[0] for table, several in offered.items()}
    sources |= {table: Source(label=f"{table}.sql", query=query) for table, query in mappings.items()}
    if not sources:
        raise LoadRefused(
            f"“{folder}” holds no extract: it needs files such as customers.csv, or customers.sql to say how to "
            "read them. Nothing was loaded."
        )
    return sources


def unread(folder: Path, sources: dict[str, Source]) -> list[str]:
    """Files of the folder that look like extracts and that no table is read from."""
    queries = {table: source.query for table, source in sources.items() if source.query}
    read = _mentioned(folder, queries) | {
        name for source in sources.values() for name in (*source.files, source.declared)
    }
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith((".", "~$")))
    names = [p.relative_to(folder).as_posix() for p in files]
    return [n for n in names if n not in read and (ending(n) or n.lower().endswith((DECLARED, *_OTHERS)))]


def files_named(query: str) -> set[str]:
    """The paths of files that the text of a mapping names, whether they are there or not."""
    return {p for p in _paths(query) if ending(p) or p.lower().endswith(_OTHERS)} | _by_name(query)


def _mappings(folder: Path) -> dict[str, str]:
    mappings = {}
    for file in sorted(folder.glob("*.sql")):
        if file.stem not in _NAMES:
            near = difflib.get_close_matches(file.stem, _NAMES, 1)
            hint = f" Did you mean {near[0]}.sql?" if near else ""
            raise LoadRefused(f"{file.name} names no table of the contract.{hint} Nothing was loaded.")
        if not file.is_file():
            raise _is_folder(file.name)
        try:
            mappings[file.stem] = file.read_text(encoding="utf-8-sig").strip().rstrip(";")
        except UnicodeDecodeError:
            raise LoadRefused(f"{file.name} is not a text file in UTF-8. Nothing was loaded.") from None
        _check_one_select(file.name, mappings[file.stem])
    return mappings


def _check_one_select(source: str, query: str) -> None:
    """A mapping says how to read, and does nothing else: its text is put inside a SELECT of the load."""
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(query)]
    except duckdb.Error as error:
        raise LoadRefused(
            f"{source} cannot be read. {contract.plain(error)}{contract.place_in(error)} {raw_files.NOTHING}"
        ) from None
    if kinds != [duckdb.StatementType.SELECT]:
        raise LoadRefused(f"{source} must be one SELECT and nothing else. {raw_files.NOTHING}")


def _mentioned(folder: Path, mappings: dict[str, str]) -> set[str]:
    """The files that mappings read, by path in the folder; those of text are checked byte by byte beforehand."""
    files: set[str] = set()
    for query in mappings.values():
        files |= _by_name(query)
        for pattern in _paths(query):
            for path in [p for p in folder.glob(pattern) if p.is_file()]:
                file_name = path.relative_to(folder).as_posix()
                if file_name not in files and "encoding" not in query.lower():
                    _check_bytes(path, file_name)
                files.add(file_name)
    return files


def _by_name(query: str) -> set[str]:
    return {named_tables.file_of(name) for name in named_tables.named(query)}


def _paths(query: str) -> list[str]:
    """Its literals that may be paths of files below the folder."""
    paths = (literal.replace("''", "'").removeprefix("./") for literal in _LITERAL.findall(query))
    return [p for p in paths if re.search(r"\.\w+$", p) and not p.startswith(("/", "..")) and "\0" not in p]


def _check_bytes(path: Path, file_name: str) -> None:
    kind = file_name.lower().removesuffix(".gz")
    if kind.endswith((".csv", ".tsv", ".txt", ".asc", ".json", ".jsonl", ".ndjson")):
        raw_files.check_text(path, file_name)
    elif kind.endswith(".parquet") and kind == file_name.lower():
        raw_files.check_parquet(path, file_name)


def _named(name: str) -> tuple[str | None, str]:
    """The table a file or folder is named for, and the rest of its name: `leads-0630.csv` → leads, `-0630.csv`."""
    lower = name.lower()
    for table in _NAMES:
        rest = lower.removeprefix(table)
        if rest != lower and (rest == "" or rest[0] in ".-"):
            return table, rest
    return None, ""


def _folder_of(folder: Path, rest: str) -> Source:
    if rest:
        raise _is_folder(folder.name)
    names = [p.name for p in sorted(folder.iterdir()) if not p.name.startswith((".", "~$"))]
    for name in names:
        if (folder / name).is_dir():
            raise _is_folder(f"{folder.name}/{name}")
        if not ending(name):
            raise _unreadable(f"{folder.name}/{name}")
    if not names:
        raise raw_files.refused(
            f"The folder {folder.name}/",
            "is empty.",
            "Put the table's files there or remove it, then load again.",
        )
    return Source(
        label=f"{folder.name}/ ({len(names)} files)", files=tuple(f"{folder.name}/{n}" for n in names)
    )


def _label(table: str, names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{table}-… ({len(names)} files)"


def _is_folder(name: str) -> LoadRefused:
    return raw_files.refused(
        name, "is a folder where a file is expected.", "Put the file there under that name, then load again."
    )


def _unreadable(name: str) -> LoadRefused:
    kinds = ", ".join(ENDINGS)
    return raw_files.refused(
        name,
        f"has an ending that is not read: a table's file is {kinds}, or one of them with .gz.",
        "Save it as one.",
    )


def _check_near_miss(entry: Path, mentioned: set[str]) -> None:
    """Refuse a data file whose name misses a table's by a little; other files are none of ours."""
    readable = ending(entry.name) or entry.name.lower().endswith((DECLARED, *_OTHERS))
    if not readable or entry.name in mentioned or any(m.startswith(f"{entry.name}/") for m in mentioned):
        return
    stem = entry.name.lower().split(".")[0]
    begins = [t for t in _NAMES if re.match(rf"{t}[^a-z]", stem)]
    near = begins or difflib.get_close_matches(stem, _NAMES, 1, cutoff=0.8)
    if near:
        raise raw_files.refused(
            entry.name,
            f"names no table. Did you mean {near[0]} or {near[0]}-{stem[-6:].strip('_- ()')}?",
            "Rename it, or move it away if it is not meant, then load again.",
        )
