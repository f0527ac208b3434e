"""Who is who: every department's record becomes a person, and the unified tables learn which customer that is.

Exact keys first (the customer number a source keeps, what colleagues decided, e-mail, phone), then match probability.
Every record keeps one row with its reason, also when nobody knows who it is. A number a source gave is never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd
from sqlalchemy import Engine, select

from warehouse.app_db.app_schema import identity_rulings
from warehouse.identity import match_keys, match_probability
from warehouse.identity.clusters import LinkStep, Persons

KEYS = {"email": "The same e-mail address.", "phone": "The same phone number."}

BEHIND = {"leads": "lead_id", "tickets": "ticket_id"}
"""The unified tables whose rows stand on a record, and the column of `identities` that says which."""


@dataclass(frozen=True)
class Ruling:
    """What a colleague decided about whose record it is."""

    verdict: str
    source: str
    record_id: str
    customer_id: str


def standing(app_db: Engine) -> list[Ruling]:
    """The latest ruling about each pair of record and customer, the newest last."""
    with app_db.connect() as connection:
        rows = connection.execution_options(reading=True).execute(
            select(identity_rulings).order_by(identity_rulings.c.ruling_id)
        )
        latest: dict[tuple[str, str, str], Ruling] = {}
        for row in rows:
            key = (row.source, row.record_id, row.customer_id)
            latest.pop(key, None)
            latest[key] = Ruling(row.verdict, *key)
    return list(latest.values())


def link(db: duckdb.DuckDBPyConnection, rulings: Sequence[Ruling]) -> None:
    """Work out `person_links` from `identities` in the snapshot being loaded, and what follows from it."""
    given = db.sql("SELECT * FROM unified.identities ORDER BY source, record_id").to_arrow_table()
    if not given.num_rows:
        return
    # A database of its own: the one being loaded may no longer change its settings, and stays free of half results.
    with duckdb.connect() as work:
        match_keys.prepare(work, given)
        links = links_of(work, rulings)
    db.register("incoming", links)
    names = ", ".join(links.columns)
    db.execute(f"INSERT INTO derived.person_links ({names}) SELECT {names} FROM incoming")
    db.unregister("incoming")
    _undo_splits(db, rulings)
    _fill_in(db)
    _count(db)
    _find_doubles(db)


def links_of(
    work: duckdb.DuckDBPyConnection,
    rulings: Sequence[Ruling],
    threshold: float | None = match_probability.THRESHOLD,
) -> pd.DataFrame:
    """One row per record of `records`: source, record_id, person_id, customer_id, how, score, reason.

    Without a threshold only exact keys and rulings link.
    """
    records = work.execute("SELECT n, source, record_id, customer_id FROM records ORDER BY n").df()
    traits = work.execute("SELECT name, phone FROM records ORDER BY n").fetchall()
    named = {r.customer_id for r in rulings} | set(records["customer_id"].dropna())
    persons = Persons(len(records), sorted(named), traits)
    keys = zip(records["source"], records["record_id"], strict=True)
    at: dict[tuple[str, str], int] = {key: n for n, key in enumerate(keys)}
    heard = [(at[r.source, r.record_id], r) for r in rulings if (r.source, r.record_id) in at]
    for n, ruling in heard:
        if ruling.verdict == "split":
            persons.keep_apart(n, ruling.customer_id)
    for n, customer in enumerate(records["customer_id"].where(records["customer_id"].notna(), "")):
        _join(persons, n, customer, LinkStep("number", 1.0, "The source keeps the customer number."))
    # The newest of two contradicting rulings counts, so it comes first.
    for n, ruling in reversed(heard):
        if ruling.verdict == "join":
            _join(persons, n, ruling.customer_id, LinkStep("hand", 1.0, "A colleague decided so."))
    for key, reason in KEYS.items():
        step = LinkStep(key, 1.0, reason)
        for a, b in match_keys.agreeing(work, key):
            persons.same(a, b, step)
    if threshold is not None:
        groups = pd.DataFrame({"n": range(len(records)), "grp": map(persons.group, range(len(records)))})
        likely = match_probability.likely_pairs(work, groups, threshold)
        for a, b, chance, reason in likely.itertuples(index=False):
            persons.same(
                int(a), int(b), LinkStep("likely", float(chance), f"Very likely one person: {reason}.")
            )
    return _as_links(records, persons)


def _join(persons: Persons, n: int, customer: str, step: LinkStep) -> None:
    node = persons.node_of(customer)
    if node is not None:
        persons.same(n, node, step)


def _as_links(records: pd.DataFrame, persons: Persons) -> pd.DataFrame:
    labels = [f"P-{s} {r}" for s, r in zip(records["source"], records["record_id"], strict=True)]
    rows = []
    explained = persons.explained()
    company = pd.Series([first for _, first, _ in explained]).value_counts()
    alone = LinkStep("none", 0.0, "No other record agrees with this one.")
    newcomer = LinkStep("first", 1.0, "The first record of a person who is no customer we know.")
    for customer, first, joined_by in explained:
        step = joined_by or (newcomer if company[first] > 1 else alone)
        rows.append((customer or labels[first], customer, step.how, step.score, step.reason))
    links = pd.DataFrame(rows, columns=["person_id", "customer_id", "how", "score", "reason"])
    return pd.concat([records[["source", "record_id"]], links.astype({"customer_id": "str"})], axis=1)


def _undo_splits(db: duckdb.DuckDBPyConnection, rulings: Sequence[Ruling]) -> None:
    """What a mapping worked out by e-mail or phone is undone where a colleague split it; a source's own number is not.

    A lead or case behind which any split record stands is not that customer's, whatever its other records say.
    """
    db.execute("CREATE TEMP TABLE splits (source VARCHAR, record_id VARCHAR, customer_id VARCHAR)")
    for r in rulings:
        if r.verdict == "split":
            db.execute("INSERT INTO splits VALUES (?, ?, ?)", [r.source, r.record_id, r.customer_id])
    for table, key in BEHIND.items():
        db.execute(
            f"""
            CREATE TEMP TABLE not_{table} AS
            SELECT DISTINCT i.{key}, s.customer_id FROM unified.identities i JOIN splits s USING (source, record_id)
            WHERE i.{key} IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM unified.identities own
                WHERE own.{key} = i.{key} AND own.customer_id = s.customer_id)
            """
        )
        for holder in (table, "touches") if table == "leads" else (table,):
            db.execute(
                f"UPDATE unified.{holder} t SET customer_id = NULL FROM not_{table} s "
                f"WHERE t.{key} = s.{key} AND t.customer_id = s.customer_id"
            )


def _fill_in(db: duckdb.DuckDBPyConnection) -> None:
    """Leads and cases without a customer get the one their surest record belongs to; touches get their lead's."""
    for table, key in BEHIND.items():
        db.execute(
            f"""
            WITH surest AS (
                SELECT i.{key}, l.customer_id,
                    row_number() OVER (PARTITION BY i.{key} ORDER BY (l.how = 'hand') DESC, l.score DESC, i.source,
                        i.record_id) AS place
                FROM unified.identities i JOIN derived.person_links l USING (source, record_id)
                JOIN unified.customers c ON c.customer_id = l.customer_id
                ANTI JOIN not_{table} s ON s.{key} = i.{key} AND s.customer_id = l.customer_id
                WHERE i.{key} IS NOT NULL
            )
            UPDATE unified.{table} t SET customer_id = s.customer_id FROM surest s
            WHERE t.{key} = s.{key} AND s.place = 1 AND t.customer_id IS NULL
            """
        )
    db.execute(
        "UPDATE unified.touches t SET customer_id = l.customer_id FROM unified.leads l "
        "WHERE t.lead_id = l.lead_id AND t.customer_id IS NULL AND l.customer_id IS NOT NULL"
    )


def _count(db: duckdb.DuckDBPyConnection) -> None:
    by = ", ".join(
        f"count(*) FILTER (WHERE customer_id IS NOT NULL AND how = '{how}')"
        for how in ("number", "email", "phone", "likely", "hand")
    )
    db.execute(
        f"""
        INSERT INTO derived.match_rates
        SELECT source, count(*), {by}, count(*) FILTER (WHERE customer_id IS NULL AND how <> 'none'),
            count(*) FILTER (WHERE how = 'none')
        FROM derived.person_links GROUP BY source ORDER BY source
        """
    )


def _find_doubles(db: duckdb.DuckDBPyConnection) -> None:
    """Two leads of one person about one product, from two sources, a month apart at most: reported, both kept."""
    db.execute(
        """
        WITH of_person AS (
            SELECT d.lead_id, d.product, d.created_at, l.person_id, l.customer_id, min(l.score) AS score,
                list_sort(list(DISTINCT i.source)) AS sources
            FROM unified.leads d JOIN unified.identities i USING (lead_id)
            JOIN derived.person_links l USING (source, record_id)
            GROUP BY ALL
        )
        INSERT INTO derived.lead_doubles
        SELECT a.lead_id, b.lead_id, a.customer_id, a.product,
            date_diff('day', a.created_at::DATE, b.created_at::DATE), min(least(a.score, b.score))
        FROM of_person a JOIN of_person b ON a.person_id = b.person_id AND a.product = b.product
            AND NOT list_has_any(a.sources, b.sources) AND (a.created_at, a.lead_id) < (b.created_at, b.lead_id)
            AND b.created_at <= a.created_at + INTERVAL 30 DAY
        GROUP BY ALL
        """
    )
