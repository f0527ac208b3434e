"""Which files of a folder belong together: who its customers are, and how rows of other files find them.

It is seen in the values: a reference is one if what it holds stands in the other's key, and a person without a number is
found by e-mail address.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from warehouse.mapping import source_sql as sql
from warehouse.mapping.recognition import Recognised
from warehouse.mapping.source_sql import ProposedColumn

_INSIDE = 0.5
"""So large a share of a reference's values must stand in the key it refers to."""


class FolderLinks:
    """The recognised tables of a folder, and what leads from one to another."""

    def __init__(self, db: duckdb.DuckDBPyConnection, recognised: Sequence[Recognised]):
        self.db = db
        self.by_kind: dict[str, list[Recognised]] = {}
        for one in sorted(recognised, key=lambda r: -r.table.rows):
            self.by_kind.setdefault(one.kind, []).append(one)
        self.customers_of = self.choose_customers()
        self.used: set[str] = set()

    def choose_customers(self) -> tuple[Recognised | None, Recognised | None]:
        """The list of customers, and what they bought: each may be missing."""
        bought = next(
            (
                r
                for k in ("subscriptions", "orders", "payments")
                for r in self.of_kind(k)
                if r.has_any("customer_ref", "email")
            ),
            None,
        )
        lists = sorted(self.of_kind("customers"), key=lambda r: (not r.has("email"), r.export is None))
        listed = lists[0] if lists else None
        if listed and bought and not self.customer_key(listed, bought):
            # Two lists of different people: who pays is the customer.
            return None, bought
        return listed, bought

    def customer_key(self, listed: Recognised, other: Recognised) -> str:
        """By what rows of `other` name customers of `listed`: customer_ref, email, or nothing."""
        if listed.has("id") and self.inside(other, "customer_ref", listed, "id"):
            return "customer_ref"
        return "email" if self.inside(other, "email", listed, "email") else ""

    def customer_query(self) -> str:
        """Every customer's number and e-mail address: by this other files find them."""
        listed, bought = self.customers_of
        if listed:
            key = self.key(listed, "id") if listed.has("id") else sql.email(listed)
            email = sql.email(listed) if listed.has("email") else "NULL::VARCHAR"
            return f"SELECT {key} AS customer_key, {email} AS key_email FROM {listed.table.reads} AS s"
        if bought:
            key, email = (
                self.bought_key(bought),
                sql.email(bought) if bought.has("email") else "NULL::VARCHAR",
            )
            return (
                f"SELECT DISTINCT {key} AS customer_key, {email} AS key_email FROM {bought.table.reads} AS s "
                f"WHERE {key} IS NOT NULL"
            )
        return ""

    def bought_key(self, bought: Recognised) -> str:
        """What names the customer of a purchase."""
        return self.key(bought, "customer_ref") if bought.has("customer_ref") else sql.email(bought)

    def customer(
        self, one: Recognised, named: dict[str, str], alias: str = "s"
    ) -> tuple[ProposedColumn, str] | None:
        """The customer a row of `one` is about, and the join that finds her."""
        listed, bought = self.customers_of
        query = self.customer_query()
        if not query:
            return None
        other = listed or bought
        assert other is not None
        key = "id" if listed else "customer_ref"
        if one is bought and not listed:
            return ProposedColumn(
                sql=self.bought_key(one), origin=sql.origin_of(one, "customer_ref", "email")
            ), ""
        if one.has("customer_ref") and other.has(key) and self.inside(one, "customer_ref", other, key):
            return ProposedColumn(
                sql=self.key(one, "customer_ref"), origin=sql.origin_of(one, "customer_ref")
            ), ""
        if one.has("email") and other.has("email"):
            named["customer_by_email"] = (
                f"SELECT key_email, min(customer_key) AS customer_key FROM ({query}) GROUP BY 1"
            )
            join = f"LEFT JOIN customer_by_email ON {sql.email(one, alias)} = customer_by_email.key_email"
            return ProposedColumn(
                sql="customer_by_email.customer_key", origin=sql.origin_of(one, "email")
            ), join
        return None

    def lead(self, one: Recognised, named: dict[str, str]) -> tuple[ProposedColumn, str] | None:
        """The lead a row of `one` is about, and the join that finds it."""
        contacts = self.largest("contacts")
        if not contacts or not contacts.has("email") or not one.has("email"):
            return None
        named["lead_by_email"] = (
            f"SELECT {sql.email(contacts, 'c')} AS lead_email, min({self.lead_id(contacts)}) AS lead_key "
            f"FROM {contacts.table.reads} AS c{self.deal_join(contacts)} GROUP BY 1"
        )
        join = f"LEFT JOIN lead_by_email ON {sql.email(one)} = lead_by_email.lead_email"
        return ProposedColumn(sql="lead_by_email.lead_key", origin=sql.origin_of(one, "email")), join

    def deal_join(self, contacts: Recognised) -> str:
        """The join from a contact (`c`) to its first deal (`d`), empty where deals do not name contacts."""
        deals = self.largest("deals")
        if not deals or not deals.has("id"):
            return ""
        if (
            deals.has("contact_ref")
            and contacts.has("id")
            and self.inside(deals, "contact_ref", contacts, "id")
        ):
            order = sql.moment_sql(deals, "created") if deals.has("created") else self.key(deals, "id")
            first = (
                f"(SELECT *, row_number() OVER (PARTITION BY {self.key(deals, 'contact_ref')} ORDER BY {order}) AS turn "
                f"FROM {deals.table.reads} AS s)"
            )
            own, its = self.key(contacts, "id", "c"), self.key(deals, "contact_ref", "d")
            return f"\nFULL JOIN {first} AS d ON {own} = {its} AND d.turn = 1"
        if contacts.has("deal_ref") and self.inside(contacts, "deal_ref", deals, "id"):
            its, own = self.key(contacts, "deal_ref", "c"), self.key(deals, "id", "d")
            return f"\nFULL JOIN {deals.table.reads} AS d ON {its} = {own}"
        return ""

    def lead_id(self, contacts: Recognised) -> str:
        """The number of the lead a contact is, by which a deal's lead goes on."""
        own = self.key(contacts, "id", "c") if contacts.has("id") else sql.email(contacts, "c")
        deals = self.largest("deals")
        if deals is None or not self.deal_join(contacts):
            return own
        # A contact keeps its number when a deal begins: what people noted about the lead hangs on it.
        return f"coalesce({own}, 'deal-' || {self.key(deals, 'id', 'd')})"

    def of_kind(self, kind: str) -> list[Recognised]:
        """The tables of a kind, the largest first."""
        return self.by_kind.get(kind, [])

    def largest(self, kind: str) -> Recognised | None:
        """The largest table of a kind."""
        return next(iter(self.of_kind(kind)), None)

    def key(self, one: Recognised, name: str, alias: str = "s") -> str:
        """A field as a key: its text."""
        return sql.trimmed(one, name, alias)

    def words(self, one: Recognised, name: str) -> list[str]:
        """The different texts of a field, the commonest first."""
        column = one.fields[name].column
        rows = self.db.execute(
            f"SELECT trim({column.sql}) AS w, count(*) FROM {one.table.relation} AS s WHERE trim({column.sql}) <> '' "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 60"
        ).fetchall()
        return [str(r[0]) for r in rows]

    def inside(self, one: Recognised, name: str, other: Recognised, key: str) -> bool:
        """Whether most of what a column holds stands in another table's column."""
        if not one.has(name) or not other.has(key):
            return False
        here = f"lower(trim({one.fields[name].column.sql}))"
        there = f"lower(trim({other.fields[key].column.sql}))"
        row = self.db.execute(
            f"SELECT avg(({here} IN (SELECT {there} FROM {other.table.relation} AS s WHERE {there} IS NOT NULL))::INT) "
            f"FROM (SELECT * FROM {one.table.relation} AS s WHERE {here} <> '' LIMIT 20000)"
        ).fetchone()
        return bool(row and row[0] is not None and row[0] >= _INSIDE)
