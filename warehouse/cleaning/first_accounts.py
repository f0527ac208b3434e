"""A day of joining that core banking does not know is that of the customer's first account: so the contract defines it.

It is worked out anew with every load, only where the source gives days of joining at all and every account of the
customer has its day. Whom nothing dates stays without a day; `metrics.customers.relationships` says how he counts.
"""

from __future__ import annotations

from collections.abc import Container

import duckdb

from warehouse.schema import customers
from warehouse.validation.quality import note

DATED = "joined with the first account"
"""The check under which customers are counted whose day of joining comes from their accounts."""
_SAYS = "joined_on is not given for these customers; it is read as the day their first account was opened."


def date_customers(db: duckdb.DuckDBPyConnection, given: Container[str], *, bank_before: bool) -> None:
    """Fill in `customers.joined_on` where their accounts tell it, and note for whom. `given` are the columns given."""
    if bank_before:
        db.execute(
            "UPDATE unified.customers SET joined_on = NULL WHERE customer_id IN (SELECT row_key FROM "
            f"before.derived.quarantine WHERE check_name = '{DATED}') AND customer_id NOT IN "
            "(SELECT row_key FROM delivered WHERE table_name = 'customers')"
        )
    if "joined_on" not in given:
        return
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE first_accounts AS
        SELECT c.customer_id, min(a.opened_on) AS opened_on
        FROM unified.customers c JOIN unified.accounts a USING (customer_id)
        WHERE c.joined_on IS NULL
        GROUP BY c.customer_id, c.left_on
        HAVING count(*) = count(a.opened_on) AND (c.left_on IS NULL OR c.left_on >= min(a.opened_on))
        """
    )
    ((count,),) = db.execute("SELECT count(*) FROM first_accounts").fetchall()
    if not count:
        return
    owner = customers.info["owner"]
    note(db, DATED, customers.name, owner, _SAYS, count, kept=True)
    db.execute(
        "INSERT INTO derived.quarantine SELECT ?, ?, customer_id, ?, ?, true FROM first_accounts",
        [DATED, customers.name, _SAYS, owner],
    )
    db.execute(
        "UPDATE unified.customers c SET joined_on = f.opened_on FROM first_accounts f WHERE c.customer_id = f.customer_id"
    )
