"""What changed about the data since the last meeting: loads that failed or are late, definitions that say otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from metrics.definitions.cache_key import Once
from metrics.qualification.qualification_versions import Version, versions
from metrics.query.freshness import Freshness, freshness
from reports.review.review_context import rows_of
from reports.review.review_document import Answer, Table
from warehouse.access import data_coverage
from warehouse.access.reader import Reader, frame_of
from warehouse.schema import UNIFIED_TABLES, plain

LOADS, DEFINITIONS = "Which loads failed or are late?", "Which definitions changed?"
MOST_CHANGES, NAMED = 10, 3
"""Changes that a pack lists, and figures it names of those that changed alike."""
_LINE = re.compile(r"(\d+), (\d{1,2} \w{3} \d{4}): (.+)", re.DOTALL)
_OWNERS = {t.name: str(t.info.get("owner", "")) for t in UNIFIED_TABLES}


def loads(reader: Reader, once: Once) -> Answer:
    """Late sources, months that are awaited, checks that found something; and what was looked at."""
    status = once(frame_of, data_coverage.status())
    failed = once(data_coverage.visible_failed_checks)
    fresh = _freshness(reader, status)
    late = [
        (
            plain(row.table_name),
            _OWNERS.get(row.table_name, ""),
            f"late: its latest day is {day(row.latest_on)}",
        )
        for row in rows_of(status)
        if fresh is not None and row.table_name in fresh.late
    ]
    awaited = [
        (plain(table), _OWNERS.get(table, ""), f"{end:%B %Y} is not delivered")
        for table, end in (fresh.awaited if fresh is not None else ())
    ]
    checks = [(plain(row.table_name), row.department, row.says) for row in rows_of(failed)]
    given = int((status["row_count"] > 0).sum())
    loaded_at = pd.to_datetime(status["loaded_at"]).max()
    looked = (
        f"Looked at: {given} tables of the load of {day(loaded_at.date())} at {loaded_at:%H:%M}, how late each is by its "
        f"usual rhythm, and every check of the load. The data reach {day(data_coverage.loaded_until(reader))}."
    )
    rows = (*late, *awaited, *checks)
    return Answer(
        key="loads",
        question=LOADS,
        title=_loads_title(len(late) + len(awaited), len(checks)),
        sentences=(looked,),
        table=Table(columns=("Table", "Owner", "What"), rows=rows, title="Late or failed") if rows else None,
    )


def _freshness(reader: Reader, status: pd.DataFrame) -> Freshness | None:
    covered = data_coverage.of(reader)
    if covered is None:
        return None
    late = status.loc[status["overdue"].fillna(value=False).astype(bool), "table_name"]
    return freshness(covered, tuple(late), reader.stores.now().date())


def _loads_title(late: int, failed: int) -> str:
    sources = (
        "no source is late" if not late else "1 source is late" if late == 1 else f"{late} sources are late"
    )
    checks = (
        "every check of the load passed"
        if not failed
        else "1 check of the load found something"
        if failed == 1
        else f"{failed} checks of the load found something"
    )
    return f"{sources[:1].upper()}{sources[1:]}; {checks}"


def definitions(reader: Reader, since: date) -> Answer:
    """New versions of figures and of “qualified” since a day; what changed alike is one line."""
    today = reader.stores.now().date()
    lines = [(label, *line) for label, line in _history() if since <= line[1] <= today]
    alike: dict[tuple[date, int, str], list[str]] = {}
    for label, number, on, text in lines:
        if number > 1:
            alike.setdefault((on, number, text), []).append(label)
    rows = [
        (_several(labels), f"version {number}, {day(on)}", text)
        for (on, number, text), labels in sorted(alike.items(), key=lambda item: item[0][0], reverse=True)
    ]
    rows = [*_qualified(reader, since, today), *rows]
    count = sum(map(len, alike.values())) + len(_qualified(reader, since, today))
    first = sum(number == 1 for _, number, _, _ in lines)
    new = (
        f" {first} {'figure was' if first == 1 else 'figures were'} defined for the first time."
        if first
        else ""
    )
    more = ""
    if len(rows) > MOST_CHANGES:
        more = f" {len(rows) - MOST_CHANGES} further changes stand in the Dictionary."
    looked = (
        f"Looked at: the {len(CATALOGUE)} definitions of the dictionary and every version of “qualified”, since "
        f"{day(since)}.{new}{more}"
    )
    return Answer(
        key="definitions",
        question=DEFINITIONS,
        title=f"{count} definition{'' if count == 1 else 's'} changed since {day(since)}"
        if rows
        else f"No definition changed since {day(since)}",
        sentences=(looked,),
        table=Table(
            columns=("Figure", "Version", "What changed"),
            rows=tuple(rows[:MOST_CHANGES]),
            title="Definitions that changed",
        )
        if rows
        else None,
    )


def _several(labels: list[str]) -> str:
    """`Deals won; Win rate`; of more than three the first three and how many more."""
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return f"{'; '.join(labels[:NAMED])}{more}"


def _history() -> Iterator[tuple[str, tuple[int, date, str]]]:
    """Each line of each figure's history: its label; version, day and what changed."""
    for metric in CATALOGUE.values():
        for line in metric.history:
            if parts := _LINE.fullmatch(line):
                number, on, text = parts.groups()
                yield metric.label, (int(number), datetime.strptime(on, "%d %b %Y").date(), text)


def _qualified(reader: Reader, since: date, today: date) -> list[tuple[str, str, str]]:
    """The versions of “qualified” that were proposed, signed or came in force since."""
    return [
        ("“Qualified”", f"version {v.number}, {day(on)}", f"{v.state()}: {v.rule.in_words()}. {v.why}")
        for v in versions(reader)
        if (on := _moved_on(v, today)) is not None and on >= since
    ]


def _moved_on(version: Version, today: date) -> date | None:
    """The day on which something last happened to a version, up to today."""
    days = [s.signed_at.date() for s in version.signatures]
    if version.proposed_at is not None:
        days.append(version.proposed_at.date())
    if version.in_force_from is not None:
        days.append(version.in_force_from)
    return max((d for d in days if d <= today), default=None)


def since_last(last: date | None, today: date, every: timedelta) -> date:
    """The day after the last meeting of the series; without one, as long ago as one is due."""
    return last + timedelta(days=1) if last is not None else today - every
