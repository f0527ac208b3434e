"""The audit log to look through: by whom, what, when and any word, the latest first; and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy import Select, func, or_, select

from warehouse.access import audit, audit_heads
from warehouse.access.audit_heads import Head
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import Problem
from warehouse.sql.moment_sql import instant
from warehouse.sql.moments import instant_of
from warehouse.stores.connect import AUDIT_KEY, Stores

PER_PAGE = 50
CHECKED = "audit.checked"
_NOT_YOURS = "The audit log is checked by administrators. Ask one of them."


@dataclass(frozen=True, kw_only=True)
class AuditSearch:
    """What is looked for: empty and None look for everything."""

    who: str = ""
    subject_area: str = ""
    """The word before the dot of an action, such as `user`."""
    words: str = ""
    first: date | None = None
    last: date | None = None


def lines(reader: Reader, search: AuditSearch, page: int) -> tuple[pd.DataFrame, bool]:
    """A page of lines, the latest first, and whether there are older ones."""
    query = _narrowed(search).order_by(audit_log.c.line.desc())
    rows = reader.frame(query.limit(PER_PAGE + 1).offset(PER_PAGE * page))
    return rows.head(PER_PAGE), len(rows) > PER_PAGE


def people(reader: Reader) -> list[str]:
    """Everybody who has a line."""
    who = audit_log.c.who
    return [str(name) for name in reader.frame(select(who).distinct().order_by(who))["who"]]


def areas(reader: Reader) -> list[str]:
    """The words before the dot of the actions that occur."""
    action = audit_log.c.action
    occurring = reader.frame(select(action).distinct())["action"]
    return sorted({str(name).split(".", maxsplit=1)[0] for name in occurring})


def extent(reader: Reader) -> tuple[int, pd.DataFrame]:
    """How many lines there are, and the line of the last check, if it was ever checked."""
    t = audit_log.c
    count = int(reader.frame(select(func.count(t.line).label("lines")))["lines"].iloc[0])
    last = select(t.happened_at, t.who, t.subject, t.why).where(t.action == CHECKED)
    return count, reader.frame(last.order_by(t.line.desc()).limit(1))


def check(stores: Stores, viewer: Viewer) -> str:
    """Follow the chain through every line; what came of it is a line of its own, and the sentence given."""
    audit.check_role(stores, viewer, ("administrator",), "audit.refused", _NOT_YOURS)
    return check_as(stores, viewer.username)


def check_as(stores: Stores, by: str, also: Iterable[Head] = ()) -> str:
    """The same for the command line, with heads from elsewhere; whether the log is whole stands in the sentence."""
    last, sentence = state_of(stores, also)
    audit.note(stores, by, CHECKED, f"up to line {last}", sentence)
    return sentence


def state_of(stores: Stores, also: Iterable[Head] = ()) -> tuple[int, str]:
    """The last line, and whether the log is whole, without a line of its own."""
    heads = [*audit_heads.in_file(stores.settings.data_dir / audit_heads.FILE), *also]
    heads += _sent(stores.settings.audit_heads)
    with stores.read_app_db() as app_db:
        end = audit_heads.last(app_db)
        missing = audit_heads.first_missing(app_db, heads)
    last, broken = end.line if end else 0, audit.broken_line(stores)
    if broken is not None:
        return last, broken_at(broken)
    return last, WHOLE if missing is None else cut_at(missing, last)


def send_head(stores: Stores) -> str:
    """Write how far the log goes to the place that the setting names; a sentence where that failed."""
    if not stores.settings.audit_heads:
        return ""
    with stores.read_app_db() as app_db:
        head = audit_heads.last(app_db)
    try:
        if head is not None:
            audit_heads.send(head, stores.settings.audit_heads)
    except Problem as problem:
        return str(problem)
    return ""


def _sent(place: str) -> list[Head]:
    """The heads in the file of the setting, as far as this account may read it; a system log is given by hand."""
    if not place or place.startswith(audit_heads.SYSLOG):
        return []
    with suppress(OSError):
        return audit_heads.in_file(Path(place).expanduser())
    return []


WHOLE = "The audit log is whole."


def broken_at(line: int) -> str:
    """What to do when the chain breaks at a line."""
    key = (
        f" If every line reads so, the key is another than the one it was written with: put “{AUDIT_KEY}” back "
        "from the backup."
    )
    return (
        f"The audit log is broken at line {line}: that line was altered, or lines before it removed. Compare it "
        f"with the latest backup, and find out who could write to the application database.{key if line == 1 else ''}"
    )


def cut_at(head: Head, last: int) -> str:
    """What to do when a head kept elsewhere is not in the log: its end was removed, or all of it written anew."""
    ends = f"it ends at line {last:,}" if last < head.line else "another line stands there now"
    return (
        f"The audit log was cut: on {head.at[:10]} at {head.at[11:16]} it had a line {head.line:,}, and {ends}. "
        "Compare it with the latest backup, and find out who could write to the application database. After a backup "
        "was put back the lines written since are missing in this way, too."
    )


def _narrowed(search: AuditSearch) -> Select:
    t = audit_log.c
    query = select(t.line, t.happened_at, t.who, t.action, t.subject, t.why)
    if search.who:
        query = query.where(t.who == search.who)
    if search.subject_area:
        query = query.where(t.action.startswith(f"{search.subject_area}.", autoescape=True))
    if search.words:
        texts = (t.who, t.action, t.subject, t.why)
        query = query.where(or_(*(text.icontains(search.words, autoescape=True) for text in texts)))
    if search.first:
        query = query.where(instant(t.happened_at) >= instant_of(datetime.combine(search.first, time())))
    if search.last:
        after = datetime.combine(search.last + timedelta(days=1), time())
        query = query.where(instant(t.happened_at) < instant_of(after))
    return query
