"""Placeholders: the words and days that programs write where a value is not known.

A *certain* one is read as not known. A day that could be a real one, such as 1 January 1970 as the day somebody joined,
is only *suspicious*: it is kept and said. The bank's own list (`words.toml`) adds to both and takes away.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Literal

from sqlalchemy import Column

Kind = Literal["word", "reference", "text", "day", "number", "flag"]
"""What a column holds: a word of a vocabulary, another row's key, any other text, a day or moment, a number, a yes."""

_MARKS = ("(null)", "<null>", "[null]", "{null}", "\\n", "n/a", "#n/a", "(n/a)", "n.a.", "<na>", "#null!")
_LETTERS = ("null", "nan", "nat", "none", "nil", "undefined")
_DASHES = ("-", "--", "---", "–", "—")
_MISSING_DAYS = ("0000-00-00", "0000-00-00 00:00", "0000-00-00 00:00:00", "0000-00-00t00:00:00", "1900-01-00")

_ANY_CASE: dict[Kind, frozenset[str]] = {
    "word": frozenset((*_MARKS, *_LETTERS, *_DASHES, "na")),
    # A dash in a row of numbers is how a ledger writes zero, and NaN is a sum that went wrong: neither is "not known".
    "number": frozenset((*_MARKS, "null", "none", "nil", "na")),
    "flag": frozenset((*_MARKS, "null", "none", "nil", "na", "nan")),
    "day": frozenset((*_MARKS, *_LETTERS, *_DASHES, *_MISSING_DAYS, "na")),
    # “NA” may be somebody's initials; as a number of a row it is left alone.
    "reference": frozenset((*_MARKS, *_LETTERS, *_DASHES)),
    "text": frozenset((*_MARKS, *_DASHES)),
}
_AS_WRITTEN = ("NULL", "null", "NaN", "nan", "NaT", "None", "undefined")
"""In names and free text only as programs write them: there are people called Nan."""


def words_for_nothing(kind: Kind) -> tuple[frozenset[str], tuple[str, ...]]:
    """Words in small letters that match in any case, and words that match only exactly as written."""
    return _ANY_CASE[kind], _AS_WRITTEN if kind == "text" else ()


def is_nothing(kind: Kind, word: str) -> bool:
    """Whether a word, without blanks around it, is a placeholder in a column of this kind."""
    any_case, as_written = words_for_nothing(kind)
    return (
        unicodedata.normalize("NFKC", word).lower() in any_case
        or word.lower() in any_case
        or word in as_written
    )


_YEARS_WITHOUT_END = (2099, 2100, 2199, 2200, 2299, 2999, 3000, 9000, 9999)
CERTAIN_DAYS = frozenset(
    {
        *(date(y, m, d) for y in _YEARS_WITHOUT_END for m, d in ((12, 31), (1, 1))),
        date(9999, 12, 30),
        # The first and last days that databases and languages can write, and what Excel shows for an empty cell.
        *(date(1, 1, 1), date(1, 1, 2), date(1601, 1, 1), date(1677, 9, 21), date(1753, 1, 1), date(1752, 12, 31)),
        *(date(1899, 12, 29), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1)),
        *(date(1901, 1, 1), date(1904, 1, 1), date(2079, 6, 6), date(2262, 4, 11)),
    }
)  # fmt: skip
"""Days no bank means, in any column."""
EPOCH = frozenset({date(1969, 12, 31), date(1970, 1, 1)})
"""Where the clocks of most machines begin: nothing for an event, suspicious for a relation that may be that old."""
RELATIONS = {"joined_on": "", "left_on": "joined_on", "opened_on": "", "closed_on": "opened_on"}
"""Days of a relation, which may lie decades back, and the day on which that relation began."""


def days_for_nothing(column: Column) -> frozenset[date]:
    """The placeholder days of this column."""
    return CERTAIN_DAYS if column.key in RELATIONS else CERTAIN_DAYS | EPOCH
