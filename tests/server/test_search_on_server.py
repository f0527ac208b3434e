"""Customers are found on a server as in a file; names with a slip where its administrator has made `pg_trgm`."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import select

from metrics.customers.customer_search import customers_matching
from tests.pages.staff import somebody
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import customers
from warehouse.stores.connect import Stores

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]


def test_a_name_with_a_slip_is_found_once_the_extension_is_there(served: Stores, served_url: str) -> None:
    service, rm = (
        Reader(served, somebody(r), served.snapshot()) for r in ("service", "relationship_manager")
    )
    long_names = select(customers.c.full_name, customers.c.email, customers.c.phone, customers.c.rm_id).where(
        customers.c.full_name.like("Michelle %"), customers.c.email.is_not(None)
    )
    person = Reader(served, SYSTEM, served.snapshot()).frame(long_names).query("rm_id != 'RM01'").iloc[0]
    family = person["full_name"].split()[1]
    for typed in (f"{family} michelle", person["email"].upper(), person["phone"]):
        assert customers_matching(service, typed).exact
        assert person["full_name"] not in {h.full_name for h in customers_matching(rm, typed).hits}
    slip = f"Michele {family}"
    assert customers_matching(service, slip).total == 0
    with psycopg.connect(served_url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("CREATE EXTENSION pg_trgm")
        try:
            matches = customers_matching(service, slip, limit=200)
            assert not matches.exact
            assert person["full_name"] in {h.full_name for h in matches.hits}
            hers = rm.frame(select(customers.c.full_name))["full_name"]
            assert {h.full_name for h in customers_matching(rm, slip).hits} <= set(hers)
        finally:
            server.execute("DROP EXTENSION pg_trgm")
    assert customers_matching(service, slip).total == 0
