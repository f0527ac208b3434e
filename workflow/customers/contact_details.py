"""A customer's phone and e-mail are masked until somebody who may see them says why; each look leaves a line.

Whoever works with the customer does need to call, so the way is short: one click and one reason of a short list.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import select

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import ChangeRefused
from warehouse.schema import customers
from warehouse.stores.connect import Stores

REASONS = {
    "alert": "I am calling about an alert",
    "on_the_line": "The customer is on the line",
    "case": "I am answering a case",
    "meeting": "I am preparing a meeting",
}
DOT = "•"


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How to reach a customer; None for what is not known."""

    phone: str | None
    email: str | None


def reveal(stores: Stores, viewer: Viewer, customer_id: str, reason: str) -> Contact:
    """The customer's phone and e-mail, with a line in the audit log that says who looked and why.

    Raises AccessRefused if the customer is not among the viewer's (the attempt is logged), ChangeRefused without one
    of `REASONS`.
    """
    if reason not in REASONS:
        raise ChangeRefused("Choose why you need the number, and press again.")
    reader = Reader(stores, viewer, stores.snapshot())
    rows = reader.rows(
        select(customers.c.phone, customers.c.email).where(customers.c.customer_id == customer_id)
    )
    if not rows:
        sentence = "This customer is not among yours, so the number is not shown."
        audit.refuse(stores, viewer, "customer.refused", sentence, customer_id, "reveal")
    audit.note(stores, viewer.username, "customer.revealed", customer_id, REASONS[reason])
    return Contact(phone=_text(rows[0].phone), email=_text(rows[0].email))


def masked_phone(phone: object) -> str | None:
    """The last four digits: `•••• 4567`; None if there is no number."""
    digits = "".join(c for c in _text(phone) or "" if c.isdigit())
    return f"{DOT * 4} {digits[-4:]}" if len(digits) > 4 else (DOT * 4 if digits else None)


def masked_email(email: object) -> str | None:
    """The first letter and where it is kept: `a•••@example.com`; None if there is no address."""
    text = _text(email)
    if not text:
        return None
    box, _, provider = text.partition("@")
    return f"{box[:1]}{DOT * 3}@{provider}" if provider else DOT * 4


def dialling(phone: str) -> str:
    """The address that dials a number: `tel:+85291234567`; what is no digit stays out."""
    plus = "+" if phone.strip().startswith("+") else ""
    return f"tel:{plus}{''.join(c for c in phone if c.isascii() and c.isdigit())}"


def writing_to(email: str) -> str:
    """The address that begins an e-mail; a header that hides in the address is part of the name, not a header."""
    return f"mailto:{quote(email, safe='@.+-_')}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
