"""Exact keys: which records carry the same e-mail address or phone number, once both are written alike.

Runs in a database of its own, `records` being every record with a number `n`. A key that points to two customers, or
that many different people share, is no key: such records are left to the match probability.
"""

from __future__ import annotations

from itertools import groupby

import duckdb

from warehouse.identity import household_names

SHARED_BY = 5
"""A key under which more names than this were written is a switchboard, a branch or a placeholder."""

NORMAL_EMAIL = "nullif(regexp_replace(lower(trim({0})), '\\s+', '', 'g'), '')"
_DIGITS = "regexp_replace(regexp_replace({0}, '\\.0+$', ''), '[^0-9]', '', 'g')"
NORMAL_PHONE = f"CASE WHEN length({_DIGITS}) >= 8 THEN right({_DIGITS}, 8) END"
"""Hong Kong numbers have eight digits; +852, blanks and hyphens before or between them are a matter of taste, and so is
the “.0” of a program that takes them for numbers."""
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


def agreeing(db: duckdb.DuckDBPyConnection, key: str) -> list[tuple[int, int]]:
    """Pairs (a, b) with an equal `key` that nothing speaks against: each record with one of them, a customer's own first.

    A family may share an address or a phone. So the names must not speak against one person, unless the other key is
    equal, too. A record that could be two people of those who share the key, such as one without a name, is nobody's.
    """
    other = "phone" if key == "email" else "email"
    shared = db.execute(
        f"""
        WITH usable AS (
            SELECT {key} FROM records WHERE {key} IS NOT NULL GROUP BY {key}
            HAVING count(*) > 1 AND count(DISTINCT customer_id) <= 1 AND count(DISTINCT name_sorted) <= {SHARED_BY}
        )
        SELECT {key}, n, name, {other}, birth_year FROM records JOIN usable USING ({key})
        ORDER BY {key}, customer_id IS NULL, n
        """
    ).fetchall()
    return sorted(
        pair
        for _, rows in groupby(shared, key=lambda row: row[0])
        for pair in _pairs([row[1:] for row in rows])
    )


Written = tuple[int, str | None, str | None, int | None]
"""A record's number, its name, its other key and its year of birth."""


def _pairs(rows: list[Written]) -> list[tuple[int, int]]:
    """Who belongs to whom among records of one key; those with a full name come first, for they tell people apart."""
    heads: list[Written] = []
    pairs = []
    for row in sorted(rows, key=lambda r: not (r[1] and household_names.is_full(r[1]))):
        fitting = [head for head in heads if _fit(head, row)]
        if len(fitting) > 1:
            sure = [head for head in fitting if row[2] is not None and head[2] == row[2]]
            # Spellings of one name fit each other; of two people's names the record could be either's.
            alike = all(_fit(fitting[0], head) for head in fitting[1:])
            fitting = sure[:1] or (fitting[:1] if alike else [])
            if not fitting:
                continue
        if fitting:
            pairs.append((fitting[0][0], row[0]))
        else:
            heads.append(row)
    return pairs


def _fit(one: Written, other: Written) -> bool:
    if one[3] is not None and other[3] is not None and abs(one[3] - other[3]) > 1:
        return household_names.agree(one[1], other[1])
    return household_names.agree(one[1], other[1]) or (one[2] is not None and one[2] == other[2])
