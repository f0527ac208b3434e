"""How a value becomes the contract's type: which texts are read at all, and which values no bank can mean.

The engine is generous: it reads “3.7” as 4, “1_000” as 1000 and drops the zone of “10:00Z” without a word. Here a text
is read only if it can mean one thing; everything else is refused and named.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column

from warehouse.schema import PLANNED
from warehouse.sql.moments import Clock
from warehouse.validation import moment_marks

_ZONE = r"(Z|z|[+-]\d\d(:?\d\d)?)"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?"
_PATTERNS = {
    "DATE": r"\d{4}-\d\d-\d\d([ T]00:00(:00(\.0+)?)?)?",
    "TIMESTAMP": rf"\d{{4}}-\d\d-\d\d([ T]{_CLOCK} ?{_ZONE}?)?",
    "INTEGER": r"[+-]?\d{1,18}(\.0*)?",
    "DECIMAL(18,2)": r"[+-]?(\d+\.?\d{0,2}|\.\d{1,2})0*",
    "DOUBLE": r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?",
    "BOOLEAN": r"(?i)true|false|t|f|yes|no|y|n|1|0|1\.0|0\.0",
}
ZONED = rf"\d{{4}}-\d\d-\d\d[ T]{_CLOCK} ?{_ZONE}"
"""A moment that says its own zone: it is turned into the bank's time; one without is the bank's time already."""

_TRUE = "('true', 't', 'yes', 'y', '1', '1.0')"
LONGEST_TEXT = 100_000
EARLIEST = date(1900, 1, 1)
COUNTS = frozenset({"impressions", "clicks", "visits", "sessions", "minutes", "weekly_capacity"})
"""What is counted: it cannot be below 0."""
_FURTHEST = date(2200, 1, 1)
_MOST = 10**14


def fits(given: str, kind: str) -> bool:
    """Whether a column of the engine's type `given` may be turned into `kind`, row by row, without guessing."""
    if given in (kind, "VARCHAR", '"NULL"', "NULL"):
        return True
    whole = given.rstrip("0123456789") in (
        "INTEGER",
        "BIGINT",
        "SMALLINT",
        "TINYINT",
        "HUGEINT",
    ) or given in (
        "UBIGINT",
        "UINTEGER",
        "USMALLINT",
        "UTINYINT",
    )
    moment = given.startswith("TIMESTAMP")
    number = whole or given.startswith("DECIMAL") or given in ("DOUBLE", "FLOAT")
    return {
        "VARCHAR": whole or given in ("UUID", "BOOLEAN", "DATE") or given.startswith("ENUM"),
        "DATE": moment,
        "TIMESTAMP": moment or given == "DATE",
        "INTEGER": number,
        "DECIMAL(18,2)": number,
        "DOUBLE": number,
        "BOOLEAN": whole,
    }[kind]


def broken(name: str, given: str, kind: str) -> str:
    """SQL: whether the value of column `name` cannot be read as `kind`."""
    if given == "VARCHAR" and kind in _PATTERNS:
        pattern = _PATTERNS[kind]
        not_read = "" if kind == "BOOLEAN" else f" OR TRY_CAST({_trimmed(name, kind)} AS {kind}) IS NULL"
        return f"{name} IS NOT NULL AND (NOT regexp_full_match(trim({name}), '{pattern}'){not_read})"
    if kind == "BOOLEAN":
        return f"{name} IS NOT NULL AND {name} NOT IN (0, 1)"
    if (kind == "INTEGER" and given in ("DOUBLE", "FLOAT")) or (
        given.startswith("DECIMAL") and kind == "INTEGER"
    ):
        return f"{name} IS NOT NULL AND (TRY_CAST({name} AS {kind}) IS NULL OR {name} <> round({name}))"
    return f"{name} IS NOT NULL AND TRY_CAST({name} AS {kind}) IS NULL"


def cast(name: str, given: str, kind: str, clock: Clock) -> str:
    """SQL: the value of column `name` as `kind`; the session's time zone is the bank's."""
    if kind == "TIMESTAMP" and given == "DATE":
        return moment_marks.from_day(name)
    if kind == "TIMESTAMP" and given == "TIMESTAMP WITH TIME ZONE":
        return moment_marks.from_instant(name, clock)
    if given == "VARCHAR" and kind == "BOOLEAN":
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE lower(trim({name})) IN {_TRUE} END"
    if given == "VARCHAR" and kind == "TIMESTAMP":
        return moment_marks.from_text(name, says_its_zone(f"trim({name})"), clock)
    if given == "VARCHAR" and kind in _PATTERNS:
        return f"CAST({_trimmed(name, kind)} AS {kind})"
    if kind == "DATE" and given == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(CAST({name} AS TIMESTAMP) AS DATE)"
    return f"CAST({name} AS {kind})"


def says_its_zone(text: str) -> str:
    """SQL: whether a text is a moment with its zone."""
    return f"regexp_full_match({text}, '{ZONED}')"


def _trimmed(name: str, kind: str) -> str:
    """Whole numbers are written “3.0” by programs that know only one kind of number."""
    return f"regexp_replace(trim({name}), '\\.0*$', '')" if kind == "INTEGER" else f"trim({name})"


def range_of(column: Column, kind: str, until: date) -> tuple[str, str, str] | None:
    """SQL over a whole table that is true if a value is out of range, SQL of such a row, and the reason in words."""
    name = f'"{column.key}"'
    if kind in ("DATE", "TIMESTAMP"):
        last = _FURTHEST if column.key in PLANNED else until
        day = f"DATE '{EARLIEST}'"
        condition = f"({name} < {day} OR CAST({name} AS DATE) > DATE '{last}')"
        reason = f"is not between {EARLIEST:%Y} and the day of the load ({last:%d %b %Y})"
        return f"(min({name}) < {day} OR CAST(max({name}) AS DATE) > DATE '{last}')", condition, reason
    if kind == "DOUBLE":
        condition = f"(NOT isfinite({name}) OR abs({name}) > {_MOST})"
        extremes = f"(NOT isfinite(max({name})) OR NOT isfinite(min({name})) OR max(abs({name})) > {_MOST})"
        if column.key in COUNTS:
            return (
                f"({extremes} OR min({name}) < 0)",
                f"({condition} OR {name} < 0)",
                "is not a number of 0 or more",
            )
        return extremes, condition, "is not a plausible number"
    if kind == "INTEGER" and column.key in COUNTS:
        return f"min({name}) < 0", f"{name} < 0", "is below 0, which no count can be"
    if kind == "DECIMAL(18,2)":
        return (
            f"max(abs({name})) > {_MOST}",
            f"abs({name}) > {_MOST}",
            "is not a plausible amount",
        )
    if kind == "VARCHAR":
        return (
            f"max(strlen({name})) > {LONGEST_TEXT}",
            f"strlen({name}) > {LONGEST_TEXT}",
            f"is a text of more than {LONGEST_TEXT:,} characters",
        )
    return None
