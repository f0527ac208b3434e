"""Finding customers: by number, name, phone or e-mail as somebody types it, and the names that belong to numbers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select, true

from metrics.customers.relationships import left_for_good
from warehouse.access.reader import Reader
from warehouse.access.typed_rows import rows_of
from warehouse.schema import customers
from warehouse.sql.name_similarity import closeness, is_close


def named(customer_ids: list[str]) -> Select:
    """Names and segments of some customers, for a list of alerts."""
    return select(
        customers.c.customer_id, customers.c.full_name, customers.c.segment, customers.c.preferred_channel
    ).where(customers.c.customer_id.in_(customer_ids))


@dataclass(frozen=True, kw_only=True)
class CustomerHit:
    """A row of `search` and `search_alike`; `matches` is how many customers fit, of whom the first are given."""

    customer_id: str
    full_name: str | None
    segment: str | None
    left_on: date | None
    matches: int


def name_or_number(full_name: str | None, customer_id: str | None) -> str:
    """A customer's name, or the number where the viewer may not see names."""
    return f"Customer {customer_id}" if full_name is None else full_name


MOST_WORDS = 8
"""Of what somebody typed, the words that are looked for; no name has more."""
SHORTEST_ALIKE = 3
"""Letters that a word needs for others to be like it."""


@dataclass(frozen=True, kw_only=True)
class CustomerMatches:
    """The first customers that fit, how many fit in all, and whether they are spelled as somebody typed it."""

    hits: tuple[CustomerHit, ...]
    total: int
    exact: bool


def customers_matching(reader: Reader, words: str, limit: int = 20) -> CustomerMatches:
    """The reader's own customers that fit; where none is spelled so, those whose names are like it."""
    hits = rows_of(reader.frame(search(words, limit)), CustomerHit)
    exact = bool(hits)
    if not exact and reader.forgives_typos:
        hits = rows_of(reader.frame(search_alike(words, limit)), CustomerHit)
    return CustomerMatches(hits=tuple(hits), total=hits[0].matches if hits else 0, exact=exact)


def search(words: str, limit: int = 20) -> Select:
    """Customers whose number or name contains every word, in any order, or whose phone or e-mail address it is.

    A phone may be typed in any way, with or without +852, and in part; an e-mail address is typed in full.
    """
    typed = words_of(words)
    fits = [and_(true(), *(_contains(word) for word in typed))] if typed else []
    digits = phone_digits(words)
    if digits:
        bare: ColumnElement[str] = customers.c.phone
        for sign in _PHONE_SIGNS:
            bare = func.replace(bare, sign, "")
        fits.append(bare.like(f"%{digits}%"))
    if "@" in words:
        fits.append(func.lower(customers.c.email) == words.strip().lower())
    whole = case((func.lower(customers.c.full_name) == " ".join(typed), 0), else_=1)
    return _hits(limit).where(or_(false(), *fits)).order_by(whole, customers.c.customer_id)


def search_alike(words: str, limit: int = 20) -> Select:
    """Customers whose name has a word like each one typed, the most alike first: for what `search` does not give."""
    typed, name = words_of(words), customers.c.full_name
    alike = (
        or_(_contains(word), is_close(name, word)) if len(word) >= SHORTEST_ALIKE else _contains(word)
        for word in typed
    )
    best = sum((closeness(name, word) for word in typed), start=literal(0.0))
    return (
        _hits(limit)
        .where(and_(true() if typed else false(), *alike))
        .order_by(best.desc(), customers.c.customer_id)
    )


def words_of(typed: str) -> tuple[str, ...]:
    """The words somebody typed, in small letters."""
    return tuple(unicodedata.normalize("NFKC", typed).lower().split())[:MOST_WORDS]


def _hits(limit: int) -> Select:
    columns = (customers.c.customer_id, customers.c.full_name, customers.c.segment)
    matches = func.count().over().label("matches")
    return select(*columns, left_for_good().label("left_on"), matches).limit(limit)


def _contains(word: str) -> ColumnElement[bool]:
    # The bank's own wildcard signs are searched as they are typed.
    like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(*(c.ilike(like, escape="\\") for c in (customers.c.customer_id, customers.c.full_name)))


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
