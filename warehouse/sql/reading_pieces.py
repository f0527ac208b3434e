"""What a mapping may call to read texts written in another way: local dates, amounts with a comma, other words.

What cannot be read stays as it was written, so that the load names it instead of losing it.
"""

from __future__ import annotations

import duckdb

_DIGITS = "regexp_replace(x, '[^0-9,.()+-]', '', 'g')"
_SIGNED = f"CASE WHEN {_DIGITS} LIKE '(%)' THEN '-' || {_DIGITS}[2:-2] ELSE {_DIGITS} END"
_PLAIN = f"CASE mark WHEN ',' THEN replace(replace({_SIGNED}, '.', ''), ',', '.') ELSE replace({_SIGNED}, ',', '') END"
_MACROS = (
    "read_day(x, f) AS coalesce(strftime(try_strptime(trim(x), f), '%Y-%m-%d'), nullif(trim(x), ''))",
    "read_moment(x, f) AS coalesce(strftime(try_strptime(trim(x), f), '%Y-%m-%d %H:%M:%S'), nullif(trim(x), ''))",
    f"read_amount(x, mark) AS coalesce(TRY_CAST(TRY_CAST({_PLAIN} AS DECIMAL(38, 9)) AS DECIMAL(18, 2))::VARCHAR, "
    "nullif(trim(x), ''))",
    f"read_count(x, mark) AS coalesce(TRY_CAST({_PLAIN} AS DECIMAL(38, 0))::VARCHAR, nullif(trim(x), ''))",
    "read_word(x, words) AS nullif(coalesce(words[trim(x)], trim(x)), '')",
)
NAMES = frozenset(macro.partition("(")[0] for macro in _MACROS)
"""What they are called."""


def define(db: duckdb.DuckDBPyConnection) -> None:
    """Let mappings of this connection call read_day, read_moment, read_amount, read_count and read_word."""
    for macro in _MACROS:
        db.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
