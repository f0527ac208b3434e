"""Where one person stands: the numbers, names and addresses by which every store knows her, and texts that name her."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, false, func, not_, or_, select

from warehouse.access.reader import Reader
from warehouse.app_db import app_schema as a
from warehouse.identity import erased_people
from warehouse.identity.match_keys import SHARED_BY
from warehouse.schema import customers, identities, later_rows, leads, person_links, tickets

ERASED = "[erased]"
SHORTEST_NUMBER = 5
"""A shorter customer number occurs in texts by chance: it is looked for in columns that hold numbers, not in texts."""
FREE_TEXTS = {
    a.alert_steps: ("note",),
    a.rule_versions: ("title", "advice", "why"),
    a.outbox: ("content",),
    a.interactions: ("note",),
    a.customer_tasks: ("title",),
    a.book_transfers: ("why", "ended_why"),
    a.goals: ("note", "replaces_why"),
    a.goal_endings: ("why",),
    a.goal_signatures: ("note",),
    a.definitions: ("why",),
    a.definition_signatures: ("note",),
    a.identity_rulings: ("why",),
    a.lift_experiments: ("population", "source"),
    a.campaign_steps: ("note",),
    a.complaint_steps: ("note",),
    a.lead_reviews: ("note",),
    a.annotations: ("said",),
    a.records: ("title",),
    a.record_entries: ("contents", "note"),
    a.record_files: ("name", "shows"),
    a.meeting_packs: ("content",),
    a.outside_benchmarks: ("source", "population"),
    a.planned_tests: ("question",),
    a.saved_reports: ("title",),
    a.dashboards: ("title",),
    a.saved_views: ("title", "address"),
    a.issued_reviews: ("why",),
    a.issued_review_contents: ("content",),
}
"""What of the application database may name a customer in running text. No key, state or colleague's name is among it."""
_CJK = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\U00020000-\\U0003ffff"
"""Letters of scripts that put no blanks between words."""


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
    shared: int = 0
    """E-mail addresses and phones that other people have, too: nobody is known by them."""


def of(reader: Reader, customer_id: str) -> PersonTraces:
    """What stands about a customer in the bank; of somebody whom it does not have, the number alone."""
    c, i, links = customers, identities, person_links
    person = reader.rows(select(c.c.full_name, c.c.email, c.c.phone).where(c.c.customer_id == customer_id))
    own_leads = reader.rows(
        select(leads.c.lead_id, leads.c.email, leads.c.phone).where(leads.c.customer_id == customer_id)
    )
    ticket_ids = _texts(
        reader.rows(select(tickets.c.ticket_id).where(tickets.c.customer_id == customer_id)), "ticket_id"
    )
    linked = select(links.c.source, links.c.record_id).where(links.c.customer_id == customer_id)
    keys = {(str(r.source), str(r.record_id)) for r in reader.rows(linked)}
    own_records = select(i.c.source, i.c.record_id, i.c.email, i.c.phone)

    def behind(lead_ids: tuple[str, ...]) -> list[Any]:
        refers = or_(i.c.customer_id == customer_id, i.c.lead_id.in_(lead_ids), i.c.ticket_id.in_(ticket_ids))
        return reader.rows(own_records.where(or_(refers, _among(i, keys))))

    everywhere = [*person, *own_leads, *behind(_texts(own_leads, "lead_id"))]
    emails, phones, shared = _own_keys(
        reader, customer_id, _texts(everywhere, "email"), _texts(everywhere, "phone")
    )
    own_leads += reader.rows(
        select(leads.c.lead_id, leads.c.email, leads.c.phone).where(
            leads.c.customer_id.is_(None), _has_key(leads, emails, phones)
        )
    )
    lead_ids = _texts(own_leads, "lead_id")
    records = behind(lead_ids)
    keys |= {(str(r.source), str(r.record_id)) for r in records}
    return PersonTraces(
        customer_id=customer_id,
        in_bank=bool(person or own_leads or ticket_ids or records),
        full_name=next(iter(_texts(person, "full_name")), None),
        emails=emails,
        phones=phones,
        leads=lead_ids,
        tickets=ticket_ids,
        records=tuple(sorted(keys)),
        shared=shared,
    )


def rows_of(table: Table, person: PersonTraces) -> ColumnElement[bool]:
    """Which rows of a table of either store are the person's, by the numbers they carry."""
    c = table.c
    parts: list[ColumnElement[bool]] = []
    if table is later_rows:
        numbers = (person.customer_id, *person.leads, *person.tickets)
        by_number = (c.content.contains(f'"{number}"', autoescape=True) for number in numbers)
        nobody_else = not_(c.content.regexp_match('^.*"customer_id": ?"[^"].*$'))
        return or_(*by_number, and_(nobody_else, _set_aside_with_key(person)))
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


def pattern(person: PersonTraces, usernames: Iterable[str] = ()) -> re.Pattern[str]:
    """What of a text names the person: number, name, e-mail address, phone in any way of writing it.

    An address that is the user name of a colleague stays: texts call the colleague by it.
    """
    colleagues = {name.lower() for name in usernames}
    words = [n for n in (person.customer_id, *person.leads, *person.tickets) if len(n) >= SHORTEST_NUMBER]
    words += [email for email in person.emails if email.lower() not in colleagues]
    if person.full_name and _tells(person.full_name):
        words.append(person.full_name)
    parts = [rf"(?<![^\W{_CJK}]){re.escape(word)}(?![^\W{_CJK}])" for word in words]
    for phone in person.phones:
        digits = re.sub(r"\D", "", phone.removesuffix(".0"))[-8:]
        if len(digits) == 8:
            spaced = r"[\s-]*".join(digits)
            parts.append(rf"(?<!\d)(?:\+?852[\s-]*)?{spaced}(?!\d)")
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def usernames(app_db: Connection) -> list[str]:
    """The user names of colleagues."""
    return list(app_db.execute(select(a.users.c.username)).scalars())


def naming(app_db: Connection, names: re.Pattern[str]) -> Iterator[tuple[Table, Row, dict[str, Any]]]:
    """Every row of the application database that names the person in a text, with the texts as they read without."""
    for table, free in FREE_TEXTS.items():
        columns = [table.c[name] for name in free]
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


def _tells(name: str) -> bool:
    """Whether a name in a text means the person: one word of Latin letters, or a few of them, occur by chance."""
    if re.search(f"[{_CJK}]", name):
        return len(re.findall(r"[^\W\d_]", name)) > 1
    return len(name.split()) > 1 and len(re.findall(r"[^\W\d_]", name)) >= SHORTEST_NUMBER


def _own_keys(
    reader: Reader, customer_id: str, emails: tuple[str, ...], phones: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """The addresses and phones, as written, that nobody else has; how many others share, as `match_keys` counts it."""
    own: tuple[list[str], list[str]] = ([], [])
    shared: set[str] = set()
    for at, written in enumerate((emails, phones)):
        for text in written:
            key = erased_people.normal(text, None)[0] if at == 0 else erased_people.normal(None, text)[1]
            if not key:
                continue
            holders = [
                row
                for t in (customers, leads, identities)
                for row in reader.rows(
                    select(t.c.customer_id, t.c.full_name).where(_KEYS[at](t, key)).distinct()
                )
            ]
            others = {*_texts(holders, "customer_id")} - {customer_id}
            names = {" ".join(sorted(name.lower().split())) for name in _texts(holders, "full_name")}
            if others or len(names) > SHARED_BY:
                shared.add(key)
            else:
                own[at].append(text)
    return tuple(own[0]), tuple(own[1]), len(shared)


def _same_email(table: Table, key: str) -> ColumnElement[bool]:
    """Whether an address is, as `match_keys.NORMAL_EMAIL` writes it, the `key`; for every engine."""
    return _squeezed(table.c.email) == key


def _same_phone(table: Table, key: str) -> ColumnElement[bool]:
    """Whether a phone is, as `match_keys.NORMAL_PHONE` writes it, the `key`; for every engine."""
    return table.c.phone.regexp_match("^.*" + "[^0-9]*".join(key) + r"[^0-9]*(\.0+)?$")


_KEYS = (_same_email, _same_phone)


def _has_key(table: Table, emails: tuple[str, ...], phones: tuple[str, ...]) -> ColumnElement[bool]:
    keys = zip(_KEYS, _normal(emails, phones), strict=True)
    return or_(false(), *(same(table, key) for same, normal in keys for key in normal))


def _set_aside_with_key(person: PersonTraces) -> ColumnElement[bool]:
    """Rows set aside whose e-mail address or phone is the person's, however it is written."""
    emails, phones = _normal(person.emails, person.phones)
    content = later_rows.c.content
    parts = [_squeezed(content).contains(f'"email":"{email}"', autoescape=True) for email in emails]
    for phone in phones:
        digits = '[^0-9"]*'.join(phone)
        parts.append(content.regexp_match(rf'^.*"phone": ?"[^"]*{digits}[^0-9"]*(\.0+)?".*$'))
    return or_(false(), *parts)


def _squeezed(column: ColumnElement[str]) -> ColumnElement[str]:
    text: ColumnElement[str] = func.lower(column)
    for blank in " \t\n\r":
        text = func.replace(text, blank, "")
    return text


def _normal(emails: tuple[str, ...], phones: tuple[str, ...]) -> tuple[list[str], list[str]]:
    keys = [erased_people.normal(email, None)[0] for email in emails]
    numbers = [erased_people.normal(None, phone)[1] for phone in phones]
    return [k for k in keys if k], [n for n in numbers if n]


def _among(table: Table, keys: Any) -> ColumnElement[bool]:
    c = table.c
    return or_(false(), *(and_(c.source == source, c.record_id == number) for source, number in keys))


def _texts(rows: list[Any], name: str) -> tuple[str, ...]:
    held = (getattr(row, name, None) for row in rows)
    return tuple(sorted({str(value) for value in held if isinstance(value, str) and value}))
