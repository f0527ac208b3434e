"""The bank's own list, `words.toml` beside the extracts: what its words and days mean, column by column.

    [leads.channel]
    "FB/IG" = "social"              # another name of a word
    "unknown" = ""                  # a placeholder
    "None" = "None"                 # a word of its own, though it looks like nothing

    [customers.joined_on]
    "1970-01-01" = ""

    [every_column]
    "k.A." = ""

    [vocabulary]
    product = ["Starter", "Team"]   # the words a column may hold, instead of those the settings name

What the list says is done without a finding: the bank has decided it.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Column

from warehouse.errors import LoadRefused
from warehouse.extracts.raw_files import NOTHING
from warehouse.schema import UNIFIED_TABLES

FILE = "words.toml"
EVERYWHERE, VOCABULARY = "every_column", "vocabulary"
OWN_WORDS = ("product", "segment")
"""Columns whose words a company may name itself."""
_OURS = (FILE, "control.toml")


@dataclass(frozen=True, kw_only=True)
class BankWords:
    """Written word → what it means: another word, nothing (empty), or itself."""

    of_column: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    everywhere: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column → the words it may hold, where the settings name them."""

    def of(self, column: Column) -> dict[str, str]:
        """What the bank says about the words of this column."""
        return {**self.everywhere, **self.of_column.get((column.table.name, str(column.key)), {})}


def read(folder: Path, vocabulary: Mapping[str, tuple[str, ...]]) -> BankWords:
    """The list in `folder`; an empty one without it. Raises LoadRefused if it cannot be understood."""
    _check_near_miss(folder)
    file = folder / FILE
    if not file.exists():
        return BankWords(vocabulary=vocabulary)
    try:
        stated = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise _wrong("cannot be read as TOML in UTF-8") from None
    vocabulary = {**vocabulary, **_vocabulary(stated.pop(VOCABULARY, {}))}
    everywhere = _checked(EVERYWHERE, stated.pop(EVERYWHERE, {}))
    if any(everywhere.values()):
        raise _wrong(f"gives a word another meaning in [{EVERYWHERE}], which only lists placeholders")
    columns = {t.name: {str(c.key) for c in t.c} for t in UNIFIED_TABLES}
    of_column = {}
    for table, by_column in stated.items():
        if table not in columns or not isinstance(by_column, dict):
            raise _wrong(f"names “{table}”, which is no table of the contract{_near(table, columns)}")
        for column, words in by_column.items():
            if column not in columns[table]:
                raise _wrong(
                    f"names {table}.{column}, which the table does not have{_near(column, columns[table])}"
                )
            of_column[table, column] = _checked(f"{table}.{column}", words)
    return BankWords(of_column=of_column, everywhere=everywhere, vocabulary=vocabulary)


def _checked(where: str, words: object) -> dict[str, str]:
    if not isinstance(words, dict):
        raise _wrong(f"gives [{where}] no list of words: each line is “word” = “what it means”")
    for written, meaning in words.items():
        if not isinstance(meaning, str):
            raise _wrong(f"gives “{written}” of {where} a meaning that is no text in quotes")
    return {written.strip(): meaning.strip() for written, meaning in words.items()}


def _vocabulary(stated: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(stated, dict):
        raise _wrong(f"gives [{VOCABULARY}] no columns: each line is column = [“word”, “word”]")
    for column, words in stated.items():
        if column not in OWN_WORDS:
            raise _wrong(f"names “{column}” in [{VOCABULARY}], which only lists {' and '.join(OWN_WORDS)}")
        if not isinstance(words, list) or not all(isinstance(w, str) and w.strip() for w in words):
            raise _wrong(f"gives “{column}” in [{VOCABULARY}] no list of words in quotes")
    return {column: tuple(w.strip() for w in words) for column, words in stated.items()}


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    return f" (did you mean {near[0]}?)" if near else ""


def _check_near_miss(folder: Path) -> None:
    """A list under a name that nearly fits would be passed over without a word."""
    for entry in sorted(folder.glob("*.toml")):
        if entry.name in _OURS or entry.name.endswith(".source.toml"):
            continue
        near = difflib.get_close_matches(entry.name.lower(), _OURS, 1, cutoff=0.75)
        if near:
            raise LoadRefused(
                f"{entry.name} is not read. Did you mean {near[0]}? Rename it, then load again. {NOTHING}"
            )


def _wrong(why: str) -> LoadRefused:
    return LoadRefused(f"{FILE} {why}. Correct or remove it, then load again. {NOTHING}")
