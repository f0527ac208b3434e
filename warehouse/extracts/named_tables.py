"""Sheets and tables of other databases that a mapping reads by name, as if they were tables here.

    FROM "contacts.xlsx"                 the one sheet that has anything
    FROM "contacts.xlsx#Leads"           the sheet Leads
    FROM "crm_contacts.source.toml"      the table or select declared in that file

Every cell arrives as the text that stands there, as in a file that needs no mapping.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.extracts import cell_texts, other_database, raw_files, workbooks

_QUOTED = re.compile(r"""--[^\n]*|'(?:[^']|'')*'|"((?:[^"]|"")+)\"""")
"""A quoted name; comments and literals are passed over whole."""
_NAME = re.compile(r".+\.(?:xlsx|source\.toml)(?:#.+)?", re.IGNORECASE)


def named(query: str) -> list[str]:
    """Names of sheets and declared tables in a mapping, each once."""
    quoted = (name.replace('""', '"') for name in _QUOTED.findall(query))
    return list(dict.fromkeys(name for name in quoted if _NAME.fullmatch(name)))


def file_of(name: str) -> str:
    """The file a name stands for: of `contacts.xlsx#Leads` the workbook."""
    return name.partition("#")[0]


def make(db: duckdb.DuckDBPyConnection, query: str, environment: Mapping[str, str]) -> None:
    """Put what a mapping names into temporary tables of these names. Raises LoadRefused with the file's name."""
    there = {
        row[0] for row in db.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    }
    for name in named(query):
        if name in there:
            continue
        file, _, sheet = name.partition("#")
        into = '"' + name.replace('"', '""') + '"'
        path = Path(file)
        if not path.is_file() or path.is_absolute() or ".." in path.parts:
            raise raw_files.refused(
                file, "is named by a mapping and is not in the folder.", "Correct the name, then load again."
            )
        if file.lower().endswith(".toml"):
            other_database.read(db, path, environment, into)
        else:
            header, rows = workbooks.read(path, file, sheet=sheet)
            cell_texts.fill(db, header, rows, into)
