"""Everything held on one customer, in one file for that person: every table of both stores, and who looked.

Texts about other things that name the person are counted and not copied: they are about others, too.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Hashable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Select, Table, select

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db import app_schema as a
from warehouse.errors import ChangeRefused, Problem
from warehouse.schema import BANK, WRITTEN_BY_THE_LOAD, customer_returns, later_rows, lead_moves, person_links
from warehouse.stores import snapshot_files
from warehouse.stores.connect import Stores
from workflow.privacy import traces
from workflow.privacy.erasure import REFUSED
from workflow.privacy.traces import PersonTraces

EXPORTED = "privacy.exported"
RIGHTS = (
    "This file answers a request for access under Article 15 of the GDPR and section 18 of Hong Kong's Personal Data "
    "(Privacy) Ordinance: everything that Concord holds on one customer."
)
LOOKED = ("customer.revealed", "customer.refused", EXPORTED)
_NOT_YOURS = "Only who runs Concord's machine takes out what is held on a customer, on the command line."
_OF_THE_LOAD = frozenset(WRITTEN_BY_THE_LOAD) - {customer_returns, later_rows, lead_moves, person_links}
"""Tables about a load as a whole; what they hold of a person stands in the tables it came from."""


def export(stores: Stores, viewer: Viewer, customer_id: str, folder: Path) -> Path:
    """Write the file, which only Concord's account can read; gives its place. The audit log notes it.

    Raises AccessRefused, on record, for every account; ChangeRefused for nobody we know, Problem for a file that exists.
    """
    audit.check_role(stores, viewer, ("system",), REFUSED, _NOT_YOURS, "", "export")
    reader = Reader(stores, viewer, stores.snapshot())
    person = traces.of(reader, customer_id)
    tables = held(reader, person)
    if not tables:
        raise ChangeRefused("No store knows a customer of this number. Nothing was written.")
    at = stores.now()
    with stores.read_app_db() as app_db:
        names = traces.pattern(person, traces.usernames(app_db))
        elsewhere: dict[str, int] = {}
        for table, row, _ in traces.naming(app_db, names):
            if (
                app_db.execute(
                    select(table).where(traces.whose(table, row), _of_person(table, person))
                ).first()
                is None
            ):
                elsewhere[table.name] = elsewhere.get(table.name, 0) + 1
    contents = {
        "about": RIGHTS,
        "customer": customer_id,
        "written_at": at.isoformat(timespec="seconds"),
        "tables": tables,
        "who looked": _looked(reader, customer_id),
        "named in texts about other things": elsewhere,
    }
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"held-on-one-customer-{at:%Y%m%d-%H%M%S}.json"
    if file.exists():
        raise Problem(f"{file.name} is there already. Nothing was written.")
    file.touch(mode=0o600)
    file.write_text(json.dumps(contents, indent=1, ensure_ascii=False, default=_plain), encoding="utf-8")
    snapshot_files.to_disk(file)
    audit.note(stores, viewer.username, EXPORTED, customer_id, f"{sum(len(t['rows']) for t in tables)} rows")
    return file


def held(reader: Reader, person: PersonTraces) -> list[dict[str, Any]]:
    """Table by table what it is, what its columns mean, and the person's rows; tables without a row are left out."""
    parts = []
    for table in (*BANK.tables.values(), *a.APP_DB.tables.values()):
        if table in _OF_THE_LOAD:
            continue
        columns = [c for c in table.c if not c.info.get("secret")]
        statement: Select = select(*columns).where(_of_person(table, person)).order_by(*table.primary_key)
        frame = reader.frame(statement).astype(object)
        rows = frame.where(frame.notna(), None).to_dict("records")
        if rows:
            parts.append(
                {
                    "table": table.name,
                    "is": table.comment,
                    "columns": {c.key: c.comment or "" for c in columns},
                    "rows": rows,
                }
            )
    return parts


def _of_person(table: Table, person: PersonTraces) -> Any:
    if (
        "record_id" in table.c
        and table is not a.records
        and "customer_id" not in table.c
        and "source" not in table.c
    ):
        own = select(a.records.c.record_id).where(a.records.c.customer_id == person.customer_id)
        return table.c.record_id.in_(own)
    return traces.rows_of(table, person)


def _looked(reader: Reader, customer_id: str) -> list[dict[Hashable, Any]]:
    """When somebody saw phone and e-mail, or asked in vain, by role: colleagues are not named to customers."""
    t, u = a.audit_log.c, a.users.c
    query = (
        select(t.happened_at, u.role, t.action, t.why)
        .outerjoin(a.users, u.username == t.who)
        .where(t.subject == customer_id, t.action.in_(LOOKED))
        .order_by(t.line)
    )
    return reader.frame(query).astype(object).to_dict("records")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if pd.isna(value):
        return None
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
