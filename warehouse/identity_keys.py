"""Exact keys: which records carry the same e-mail address or phone number, once both are written alike.

Runs in a database of its own, `records` being every record with a number `n`. A key that points to two customers, or
that many different people share, is no key: such records are left to likeness.
"""

from __future__ import annotations

import duckdb
import pandas as pd

SHARED_BY = 5
"""A key under which more names than this were written is a switchboard, a branch or a placeholder."""
ALIKE = 0.8
"""Two names this alike (Jaro-Winkler, words sorted) may share a phone and be one person; below, it is a family phone."""

NORMAL_EMAIL = "nullif(regexp_replace(lower(trim({0})), '\\s+', '', 'g'), '')"
NORMAL_PHONE = (
    "CASE WHEN length(regexp_replace({0}, '[^0-9]', '', 'g')) >= 8 "
    "THEN right(regexp_replace({0}, '[^0-9]', '', 'g'), 8) END"
)
"""Hong Kong numbers have eight digits; +852, blanks and hyphens before or between them are a matter of taste."""
NORMAL_NAME = "nullif(trim(regexp_replace(lower({0}), '[^\\p{{L}}]+', ' ', 'g')), '')"


def prepare(db: duckdb.DuckDBPyConnection, identities: object) -> None:
    """Make `records` of the identities: numbered in a fixed order, each field in one way of writing."""
    db.register("incoming", identities)
    db.execute(
        f"""
        CREATE TABLE written AS
        SELECT row_number() OVER (ORDER BY source, record_id) - 1 AS n, source, record_id, customer_id,
            {NORMAL_NAME.format("full_name")} AS name, {NORMAL_EMAIL.format("email")} AS email,
            {NORMAL_PHONE.format("phone")} AS phone, birth_year
        FROM incoming
        """
    )
    db.execute(
        """
        CREATE TABLE records AS
        SELECT *, array_to_string(list_sort(string_split(name, ' ')), ' ') AS name_sorted,
            regexp_matches(name, '[a-z]') AS latin,
            split_part(email, '@', 1) AS box, split_part(email, '@', 2) AS provider,
            nullif(regexp_extract(split_part(email, '@', 1), '[0-9]{3,}'), '') AS digits
        FROM written ORDER BY n
        """
    )
    db.unregister("incoming")


def agreeing(db: duckdb.DuckDBPyConnection, key: str) -> pd.DataFrame:
    """Pairs (a, b) with an equal `key`: each record with one of them, a customer's own record if there is one."""
    # An address is a person's; a phone may be a family's, so there the names must not speak against it.
    names_agree = (
        "true"
        if key == "email"
        else "r.name IS NULL OR h.name IS NULL OR r.latin <> h.latin "
        f"OR jaro_winkler_similarity(r.name_sorted, h.name_sorted) >= {ALIKE}"
    )
    return db.execute(
        f"""
        WITH usable AS (
            SELECT {key}, coalesce(min(n) FILTER (WHERE customer_id IS NOT NULL), min(n)) AS hub FROM records
            WHERE {key} IS NOT NULL GROUP BY {key}
            HAVING count(*) > 1 AND count(DISTINCT customer_id) <= 1 AND count(DISTINCT name_sorted) <= {SHARED_BY}
        )
        SELECT u.hub AS a, r.n AS b FROM records r JOIN usable u USING ({key}) JOIN records h ON h.n = u.hub
        WHERE r.n <> u.hub AND ({names_agree}) ORDER BY a, b
        """
    ).df()
