"""Finding customers: by number, name or phone as somebody types it, and the names that belong to numbers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select

from metrics.customers.relationships import left_for_good
from warehouse.schema import customers


def named(customer_ids: list[str]) -> Select:
    """Names and segments of some customers, for a list of alerts."""
    return select(
        customers.c.customer_id, customers.c.full_name, customers.c.segment, customers.c.preferred_channel
    ).where(customers.c.customer_id.in_(customer_ids))


@dataclass(frozen=True, kw_only=True)
class CustomerHit:
    """A row of `search`."""

    customer_id: str
    full_name: str | None
    segment: str | None
    left_on: date | None


def name_or_number(full_name: str | None, customer_id: str | None) -> str:
    """A customer's name, or the number where the viewer may not see names."""
    return f"Customer {customer_id}" if full_name is None else full_name


def search(words: str, limit: int = 20) -> Select:
    """Customers whose number, name or phone contains `words`; a phone may be typed in any way, with or without +852."""
    # The bank's own wildcard signs are searched as they are typed.
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    fits = [column.ilike(like, escape="\\") for column in (customers.c.customer_id, customers.c.full_name)]
    digits = phone_digits(words)
    if digits:
        bare: ColumnElement[str] = customers.c.phone
        for sign in _PHONE_SIGNS:
            bare = func.replace(bare, sign, "")
        fits.append(bare.like(f"%{digits}%"))
    return (
        select(
            customers.c.customer_id,
            customers.c.full_name,
            customers.c.segment,
            left_for_good().label("left_on"),
        )
        .where(or_(*fits))
        .order_by(customers.c.customer_id)
        .limit(limit)
    )


_PHONE_SIGNS = (" ", "-", "(", ")", "+", ".", "/")


def phone_digits(words: str) -> str:
    """The digits of a phone as somebody types it, without the country code; empty if it is no phone.

    At least four digits: fewer would fit half the bank.
    """
    typed = unicodedata.normalize("NFKC", words)
    for dash in "‐‑‒–—−":
        typed = typed.replace(dash, "-")
    if any(c not in "0123456789" and c not in _PHONE_SIGNS for c in typed.strip()):
        return ""
    digits = "".join(c for c in typed if c.isdigit())
    if typed.strip().startswith("+") or len(digits) > 8:
        digits = digits.removeprefix("00").removeprefix("852")
    return digits if len(digits) >= 4 else ""
