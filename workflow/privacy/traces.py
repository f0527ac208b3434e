"""Where one person stands: the numbers, names and addresses by which every store knows her, and texts that name her."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Row, Table, Text, and_, false, or_, select

from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import APP_DB
from warehouse.schema import customers, identities, later_rows, leads, person_links, tickets

ERASED = "[erased]"
SHORTEST_NUMBER = 5
"""A shorter customer number occurs in texts by chance: it is looked for in columns that hold numbers, not in texts."""
NOT_SEARCHED = frozenset(
    {
        "audit_log",
        "users",
        "sessions",
        "sign_in_failures",
        "api_tokens",
        "erasures",
        "erased_keys",
        "pinned_figures",
    }
)
"""Tables about colleagues, the log, which is never altered, and figures under a seal, which hold no text of anybody."""


@dataclass(frozen=True, kw_only=True)
class PersonTraces:
    """By what the bank knows a person."""

    customer_id: str
    in_bank: bool
    full_name: str | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    leads: tuple[str, ...]
    tickets: tuple[str, ...]
    records: tuple[tuple[str, str], ...]
    """Source and number of each record of `identities`."""


def of(reader: Reader, customer_id: str) -> PersonTraces:
    """What stands about a customer in the bank; of somebody whom it does not have, the number alone."""
    c, i, links = customers, identities, person_links
    person = reader.rows(select(c.c.full_name, c.c.email, c.c.phone).where(c.c.customer_id == customer_id))
    own_leads = reader.rows(
        select(leads.c.lead_id, leads.c.email, leads.c.phone).where(leads.c.customer_id == customer_id)
    )
    own_tickets = reader.rows(select(tickets.c.ticket_id).where(tickets.c.customer_id == customer_id))
    lead_ids, ticket_ids = _texts(own_leads, "lead_id"), _texts(own_tickets, "ticket_id")
    linked = select(links.c.source, links.c.record_id).where(links.c.customer_id == customer_id)
    behind = or_(i.c.customer_id == customer_id, i.c.lead_id.in_(lead_ids), i.c.ticket_id.in_(ticket_ids))
    keys = {(str(r.source), str(r.record_id)) for r in reader.rows(linked)}
    own_records = select(i.c.source, i.c.record_id, i.c.email, i.c.phone)
    records = reader.rows(own_records.where(or_(behind, _among(i, keys))))
    keys |= {(str(r.source), str(r.record_id)) for r in records}
    everywhere = [*person, *own_leads, *records]
    return PersonTraces(
        customer_id=customer_id,
        in_bank=bool(person or own_leads or own_tickets or records),
        full_name=next(iter(_texts(person, "full_name")), None),
        emails=_texts(everywhere, "email"),
        phones=_texts(everywhere, "phone"),
        leads=lead_ids,
        tickets=ticket_ids,
        records=tuple(sorted(keys)),
    )


def rows_of(table: Table, person: PersonTraces) -> ColumnElement[bool]:
    """Which rows of a table of either store are the person's, by the numbers they carry."""
    c = table.c
    parts: list[ColumnElement[bool]] = []
    if table is later_rows:
        numbers = (person.customer_id, *person.leads, *person.tickets)
        return or_(*(c.content.contains(f'"{number}"', autoescape=True) for number in numbers))
    if "customer_id" in c:
        parts.append(c.customer_id == person.customer_id)
    for column, numbers in (("lead_id", person.leads), ("ticket_id", person.tickets)):
        if column in c and numbers:
            parts.append(c[column].in_(numbers))
    if "same_as_lead_id" in c and person.leads:
        parts.append(c.same_as_lead_id.in_(person.leads))
    if "source" in c and "record_id" in c:
        parts.append(_among(table, person.records))
    return or_(false(), *parts)


def pattern(person: PersonTraces) -> re.Pattern[str]:
    """What of a text names the person: number, name, e-mail address, phone in any way of writing it."""
    numbers = [n for n in (person.customer_id, *person.leads, *person.tickets) if len(n) >= SHORTEST_NUMBER]
    words = [*numbers, *person.emails, *([person.full_name] if person.full_name else [])]
    parts = [rf"(?<!\w){re.escape(word)}(?!\w)" for word in words]
    for phone in person.phones:
        digits = re.sub(r"\D", "", phone.removesuffix(".0"))[-8:]
        if len(digits) == 8:
            spaced = r"[\s-]*".join(digits)
            parts.append(rf"(?<!\d)(?:\+?852[\s-]*)?{spaced}(?!\d)")
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def naming(app_db: Connection, names: re.Pattern[str]) -> Iterator[tuple[Table, Row, dict[str, Any]]]:
    """Every row of the application database that names the person in a text, with the texts as they read without."""
    for table in APP_DB.tables.values():
        columns = [c for c in table.c if isinstance(c.type, Text | JSON) and not c.primary_key]
        if table.name in NOT_SEARCHED or not columns:
            continue
        for row in app_db.execute(select(*table.primary_key, *columns)).all():
            held = row._mapping  # noqa: SLF001  SQLAlchemy's own public name
            new = {c.key: _without(held[c], names) for c in columns}
            changed = {key: value for key, value in new.items() if value != held[table.c[key]]}
            if changed:
                yield table, row, changed


def whose(table: Table, row: Row) -> ColumnElement[bool]:
    """The condition under which a table has this very row."""
    held = row._mapping  # noqa: SLF001  SQLAlchemy's own public name
    return and_(*(c == held[c] for c in table.primary_key))


def _without(value: Any, names: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return names.sub(ERASED, value)
    if isinstance(value, list):
        return [_without(part, names) for part in value]
    if isinstance(value, dict):
        return {key: _without(part, names) for key, part in value.items()}
    return value


def _among(table: Table, keys: Any) -> ColumnElement[bool]:
    c = table.c
    return or_(false(), *(and_(c.source == source, c.record_id == number) for source, number in keys))


def _texts(rows: list[Any], name: str) -> tuple[str, ...]:
    held = (getattr(row, name, None) for row in rows)
    return tuple(sorted({str(value) for value in held if isinstance(value, str) and value}))
