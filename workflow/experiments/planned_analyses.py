"""On which days an experiment is read: planned in the application database beforehand, and never in between.

Who looks often enough sees an effect that is not there: four unplanned looks give a false alarm in 12 of 100 cases. So
each look has its bound (`models.experiments.sequential_analysis.bounds`), and a day that was not planned is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select

from metrics.comparison.words import day as in_words
from models.experiments.sequential_analysis import bounds
from warehouse.access import audit
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import experiment_looks
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores

OF_A_RULE = "rule:"
"""Begins the name of a rule's own experiment: its treated alerts against its held-out ones."""
AFTER_DAYS = (90, 180, 270, 360)
"""When a customer drawn on the first day has been watched for as long; equal steps, as the bounds want it."""
RULE_AFTER_DAYS = tuple(days + 90 for days in AFTER_DAYS)
"""A rule draws every night and watches each customer for 90 days, so its information begins 90 days later."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One planned look. `bound` is how many standard errors an effect must have on that day."""

    number: int
    of: int
    on: date
    after_the_fact: bool
    bound: float


def plan_of(reader: Reader, experiment: str) -> tuple[Look, ...]:
    """The planned looks of an experiment, first to last; empty if none was planned."""
    return _looks(reader.frame(select(experiment_looks).where(experiment_looks.c.experiment == experiment)))


def planned_experiments(reader: Reader) -> list[str]:
    """The experiments whose looks are planned."""
    return list(reader.frame(select(experiment_looks.c.experiment).distinct())["experiment"])


def _looks(rows: pd.DataFrame) -> tuple[Look, ...]:
    if rows.empty:
        return ()
    rows = rows.sort_values("look")
    return tuple(
        Look(
            number=int(row["look"]),
            of=len(rows),
            on=pd.Timestamp(row["look_on"]).date(),
            after_the_fact=bool(row["after_the_fact"]),
            bound=bound,
        )
        for (_, row), bound in zip(rows.iterrows(), bounds(len(rows)), strict=True)
    )


def look_on(plan: Sequence[Look], experiment: str, day: date) -> Look:
    """The planned look of a day. Raises ChangeRefused for a day that was not planned."""
    for look in plan:
        if look.on == day:
            return look
    later = [look.on for look in plan if look.on > day]
    following = (
        f"The next planned analysis is on {in_words(later[0])}."
        if later
        else "No further analysis is planned."
    )
    raise ChangeRefused(
        f"{experiment} is not read on {in_words(day)}, because that analysis was not planned: repeated checks "
        f"would show effects that are not there. {following}"
    )


def plan_first(stores: Stores, started: Mapping[str, date], as_of: date, who: str) -> None:
    """Plan the looks of experiments that have no plan yet; `started` gives each one's first draw.

    If the day of the first look has passed already, nobody can promise not to have looked: then there is one look, on
    `as_of`, marked as post hoc.
    """
    with stores.read_app_db() as connection:
        new = sorted(set(started) - _planned(connection))
    for experiment in new:
        steps = RULE_AFTER_DAYS if experiment.startswith(OF_A_RULE) else AFTER_DAYS
        days = [started[experiment] + timedelta(days=d) for d in steps]
        late = days[0] <= as_of
        with suppress(ChangeRefused):  # somebody planned it a moment ago
            _write(stores, who, experiment, [as_of] if late else days, late=late)


def _planned(connection: Connection) -> set[str]:
    return set(connection.execute(select(experiment_looks.c.experiment)).scalars())


def _write(stores: Stores, who: str, experiment: str, days: Sequence[date], *, late: bool) -> None:
    why = ", ".join(day.isoformat() for day in days)
    with audit.entry(stores, who, "experiment.plan", experiment, why) as entry:
        # Looked up again inside the entry: two nights may plan at once.
        if experiment in _planned(entry.app_db):
            raise ChangeRefused(
                f"{experiment} already has its planned analyses. They stay, whatever the figures show."
            )
        rows: list[dict[str, Any]] = [
            {
                "experiment": experiment,
                "look": number,
                "look_on": day,
                "after_the_fact": late,
                "planned_by": who,
                "planned_at": entry.at,
            }
            for number, day in enumerate(days, start=1)
        ]
        entry.app_db.execute(insert(experiment_looks), rows)
