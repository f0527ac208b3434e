"""What core banking hands over: Parquet with its own numbers and product codes. Clean, but some
bookings are recorded days after their day.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sample_data import vocabulary as v
from sample_data.block import Block
from sample_data.names import pick
from sample_data.write import Extracts, dates, moments, words

CUSTOMER = "printf('C%08d', {})"
ACCOUNT = "printf('8%010d', {})"


def write_managers(out: Extracts, rng: np.random.Generator, rms: int) -> None:
    """Relationship managers: three teams of equal size."""
    names = pick([f"{e} {f}" for e, f in zip(_FIRST, _LAST, strict=True)], np.arange(rms) % len(_FIRST))
    out.append(
        "core/relationship_managers.parquet",
        {
            "n": np.arange(1, rms + 1),
            "name": names,
            "team": words(v.TEAMS, np.arange(rms) // (rms // 3)),
            "capacity": rng.integers(12, 21, rms),
        },
        "SELECT printf('RM%02d', n) AS rm_no, name, "
        "lower(replace(name, ' ', '.')) || CASE WHEN n > "
        f"{len(_FIRST)} THEN n::VARCHAR ELSE '' END || '@fintrust.example' AS email, team, "
        "capacity AS weekly_capacity FROM cells",
    )


_FIRST = [
    "Alice",
    "Bernard",
    "Christine",
    "David",
    "Esther",
    "Frankie",
    "Hilda",
    "Ivan",
    "Josephine",
    "Keith",
    "Loretta",
    "Martin",
]
_LAST = ["Cheung", "Lam", "Kwok", "Tse", "Leung", "Yip", "Chow", "Ng", "Mok", "Hui", "Tam", "Wong"]


def write(out: Extracts, block: Block) -> None:
    """Customers, accounts, balances, revenues and bookings of a block."""
    people, first = block.people, block.people.first
    n = people.size
    phone = pa.array(block.contact.phone[:n]).cast(pa.string())
    out.append(
        "core/customers.parquet",
        {
            "n": np.arange(first, first + n),
            "name": block.contact.name.slice(0, n),
            "email": block.contact.email.slice(0, n),
            "phone": phone,
            "birth_year": people.birth_year,
            "segment": words(v.SEGMENT_CODES, people.segment),
            "district": words(v.DISTRICTS, people.district),
            "branch": words(v.BRANCHES, people.district),
            "joined": dates(people.joined),
            "left": dates(block.left),
            "rm": people.rm + 1,
            "consent": np.where(people.consent, "Y", "N"),
            "consent_changed": dates(people.consent_changed),
            "contact_by": words(v.PREFERRED, people.preferred),
        },
        f"SELECT {CUSTOMER.format('n')} AS customer_no, name AS full_name, email, '+852 ' || phone "
        "AS phone, birth_year, segment AS segment_code, district, branch, joined AS joined_date, "
        "\"left\" AS left_date, printf('RM%02d', rm) AS rm_no, consent AS marketing_consent, "
        "consent_changed, contact_by FROM cells",
    )
    held = block.accounts
    out.append(
        "core/accounts.parquet",
        {
            "a": held["account"],
            "c": held["customer"] + first,
            "product": words(v.CORE_CODES, held["product"]),
            "opened": dates(held["opened"]),
            "closed": dates(held["closed"]),
        },
        f"SELECT {ACCOUNT.format('a')} AS account_no, {CUSTOMER.format('c')} AS customer_no, "
        "product AS product_code, opened AS opened_date, closed AS closed_date FROM cells",
    )
    rows = block.balances
    out.append(
        "core/balances.parquet",
        {
            "a": rows["account"],
            "c": rows["customer"] + first,
            "month_end": dates(rows["month"]),
            "balance_hkd": rows["balance"],
        },
        f"SELECT {ACCOUNT.format('a')} AS account_no, {CUSTOMER.format('c')} AS customer_no, "
        "month_end, balance_hkd::DECIMAL(18, 2) AS balance_hkd FROM cells",
    )
    rows = block.revenues
    out.append(
        "core/revenues.parquet",
        {
            "c": rows["customer"] + first,
            "product": words(v.CORE_CODES, rows["product"]),
            "month_end": dates(rows["month"]),
            "revenue": rows["revenue"],
            "cost": rows["cost"],
        },
        f"SELECT {CUSTOMER.format('c')} AS customer_no, product AS product_code, month_end, "
        "revenue::DECIMAL(18, 2) AS revenue_hkd, cost::DECIMAL(18, 2) AS cost_hkd FROM cells",
    )


def write_bookings(out: Extracts, block: Block, first_number: int) -> int:
    """Bookings, numbered on from `first_number`; the number of the next one."""
    rows, first = block.transactions, block.people.first
    n = len(rows["at"])
    out.append(
        "core/transactions.parquet",
        {
            "t": np.arange(first_number, first_number + n),
            "a": (rows["customer"] + first) * len(v.PRODUCTS) + rows["product"],
            "c": rows["customer"] + first,
            "booked_at": moments(rows["at"]),
            "code": words(v.BOOKING_CODES, rows["kind"]),
            "amount": rows["amount"],
            "recorded": dates(rows["recorded"]),
        },
        f"SELECT printf('T%010d', t) AS booking_no, {ACCOUNT.format('a')} AS account_no, "
        f"{CUSTOMER.format('c')} AS customer_no, booked_at, code, "
        "amount::DECIMAL(18, 2) AS amount_hkd, recorded AS recorded_on FROM cells",
    )
    return first_number + n
