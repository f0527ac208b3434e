"""Use of Concord by department: who signed in, what was written, what came of it. Departments, never persons.

Few roles may read accounts, and none of them row by row: the counting is done as the system, and only counts leave this
module. A department with fewer accounts than the smallest cell stands with the other smaller ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import select

from metrics.definitions.measure import between
from metrics.definitions.scope import Period
from warehouse.access.reader import SYSTEM, Reader, may_see
from warehouse.app_db.app_schema import alert_steps, alerts, record_entries, sessions, users
from warehouse.disclosure.minimum_cell_size import is_few
from workflow.collaboration.department_groups import grouped
from workflow.collaboration.record_kind import DEPARTMENT_OF, DEPARTMENTS
from workflow.collaboration.record_kinds import KINDS


@dataclass(frozen=True, kw_only=True)
class DepartmentUse:
    """Of one department, or of the smaller ones together; NaN is about too few people, or not for the viewer's role."""

    department: str
    accounts: float
    came: float
    written: int
    """Entries in records and steps about alerts."""
    closed: int
    """Records that one of its steps closed."""
    accepted: float
    """Customers of whom a step says that they accepted."""


def use_by_department(reader: Reader, period: Period) -> list[DepartmentUse] | None:
    """One line for each department that is large enough, the smaller ones last; None where accounts are not for the role.

    Where one line's sign-ins would be about too few, none is shown, so that nothing can be worked out by subtraction.
    """
    if may_see(reader.viewer, users) is None:
        return None
    counts = _counted(Reader(reader.stores, SYSTEM), period)
    smallest = reader.smallest_cell
    sizes = {d: counts[d].accounts for d in DEPARTMENTS if counts[d].accounts or counts[d].written}
    lines = [_line(name, [counts[d] for d in members]) for name, members in grouped(sizes, smallest)]
    few = any(is_few(n, smallest) for u in lines for n in (u.accounts, u.came, u.accounts - u.came))
    few_accounts = any(is_few(u.accounts, smallest) for u in lines)
    hides = may_see(reader.viewer, alerts) is None or any(is_few(u.accepted, smallest) for u in lines)
    return [
        DepartmentUse(
            department=u.department,
            accounts=math.nan if few_accounts else u.accounts,
            came=math.nan if few else u.came,
            written=u.written,
            closed=u.closed,
            accepted=math.nan if hides else u.accepted,
        )
        for u in lines
    ]


def _line(name: str, members: Sequence[DepartmentUse]) -> DepartmentUse:
    return DepartmentUse(
        department=name,
        accounts=sum(u.accounts for u in members),
        came=sum(u.came for u in members),
        written=sum(u.written for u in members),
        closed=sum(u.closed for u in members),
        accepted=sum(u.accepted for u in members),
    )


def _counted(system: Reader, period: Period) -> dict[str, DepartmentUse]:
    """Every department as it is; it does not leave this module."""
    u, steps, e = users, alert_steps, record_entries
    people = system.frame(select(u.c.username, u.c.role, u.c.disabled_at))
    of = {str(n): DEPARTMENT_OF.get(r, "") for n, r in zip(people["username"], people["role"], strict=True)}
    open_accounts = set(people.loc[people["disabled_at"].isna(), "username"])
    came = system.frame(select(sessions.c.username).where(between(sessions.c.started_at, period)))
    done = system.frame(
        select(steps.c.taken_by, steps.c.step, steps.c.customer_id)
        .where(between(steps.c.taken_at, period))
        .where(steps.c.step_id.not_in(select(steps.c.corrects).where(steps.c.corrects.is_not(None))))
    )
    entries = system.frame(
        select(e.c.department, e.c.kind, e.c.state, e.c.step).where(between(e.c.entered_at, period))
    )
    by = done["taken_by"].map(of)
    return {
        d: DepartmentUse(
            department=d,
            accounts=sum(of[name] == d for name in open_accounts),
            came=sum(of.get(name) == d for name in open_accounts & set(came["username"])),
            written=int((by == d).sum() + (entries["department"] == d).sum()),
            closed=_closed(entries[entries["department"] == d]),
            accepted=float(done.loc[(by == d) & (done["step"] == "accepted"), "customer_id"].nunique()),
        )
        for d in DEPARTMENTS
    }


def _closed(entries: pd.DataFrame) -> int:
    """The steps that ended a record; a comment on one that is closed ends nothing."""

    def ends(row: Any) -> bool:
        kind = KINDS.get(row.kind)
        step = kind.step(row.step) if kind else None
        return kind is not None and step is not None and bool(step.leads_to) and row.state in kind.closed

    return sum(ends(row) for row in entries.itertuples())
