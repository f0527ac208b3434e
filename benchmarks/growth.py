"""What the same click costs as the bank grows: every table about people multiplied in SQL, the same pages opened.

    python -m benchmarks.growth DATA [TIMES …]

DATA is a data folder with a bank after a night; it is copied. Of 40,000 customers 1, 10 and 100 times are 40 thousand,
400 thousand and 4 million. Relationship managers are multiplied with their customers, so a queue stays as long as it is.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table, func, select

from benchmarks.one_window import Window, sign_in
from benchmarks.pages import Cost, Server, login, measured, served
from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import measures_of
from metrics.query import rollups
from warehouse import schema
from warehouse.load import loading
from warehouse.settings import Settings
from warehouse.stores import connect

OPENED = {
    "analyst": ("", "funnel", "channel-value", "voice", "lead-hand-off"),
    "relationship_manager": ("", "customer-health", "customer"),
}
SHARED = frozenset({"campaign_id", "experiment_id", "feature_id"})
"""Keys that do not grow with the customers."""


def own_keys(table: Table) -> list[str]:
    """The columns that say whose row it is or which one: in a copy they say another."""
    return [str(c.key) for c in table.c if c.key.endswith("_id") and c.key not in SHARED]


def multiplied(data: Path, times: int) -> None:
    """Make the bank of a data folder so many times as large, in a new snapshot."""
    stores = connect.open_stores(Settings(data_dir=data), datetime.now)
    about_people = [
        t
        for t in schema.BANK.tables.values()
        if t is not schema.rollups
        and (t is schema.relationship_managers or {"customer_id", "lead_id", "account_id"} & {*t.c.keys()})
    ]
    with loading.next_snapshot(stores) as draft:
        for table in about_people:
            names, keys = [str(c.key) for c in table.c], own_keys(table)
            copied = ", ".join(f"\"{n}\" || '-' || k" if n in keys else f'"{n}"' for n in names)
            listed = ", ".join(f'"{n}"' for n in names)
            draft.connection.exec_driver_sql(
                f"INSERT INTO {table.fullname} ({listed}) "
                f"SELECT {copied} FROM {table.fullname}, range(1, {times}) AS copies(k)"
            )
        rollups.write(draft, [m for metric in CATALOGUE.values() for m in measures_of(metric)])
    stores.app_db.dispose()


def a_customer_of(data: Path, rm_id: str) -> str:
    """One of the customers an RM looks after."""
    c = schema.customers.c
    with connect.open_stores(Settings(data_dir=data), datetime.now).bank().connect() as bank:
        return str(bank.execute(select(func.min(c.customer_id)).where(c.rm_id == rm_id)).scalar_one())


def opened(server: Server, customer: str) -> list[Cost]:
    """The pages that must not grow, as who works with them."""
    costs = []
    for role, pages in OPENED.items():
        window = Window(server.address, sign_in(server.address, login(role), server.passwords[role]))
        for page in pages:
            query = f"cid={customer}" if page == "customer" else ""
            costs.append(measured(server, window, page, role, query=query))
        window.close()
    return costs


def main(arguments: Sequence[str]) -> None:
    """Measure each size and set it against the first."""
    data, *sizes = arguments
    tables: dict[int, list[Cost]] = {}
    for times in map(int, sizes or ("1", "10", "100")):
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "data"
            shutil.copytree(data, copy)
            if times > 1:
                multiplied(copy, times)
            with served(copy, tuple(OPENED)) as server:
                tables[times] = opened(server, a_customer_of(copy, "RM01"))
    first = next(iter(tables.values()))
    head = " | ".join(f"× {times}: first · filter · rerun" for times in tables)
    print(f"| page | role | {head} |\n|---|---|{'---|' * len(tables)}")
    for at, cost in enumerate(first):
        cells = (
            f"{c.first:,.0f} · {'-' if c.new_filter is None else f'{c.new_filter:,.0f}'} · {c.rerun:,.0f}"
            for c in (costs[at] for costs in tables.values())
        )
        print(f"| {cost.page or 'today'} | {cost.role} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
