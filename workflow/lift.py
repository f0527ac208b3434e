"""Results of lift experiments, entered by hand: what a channel really moved, beside what the models credit it with.

The estimate is the share of the population's wins that would not have come without the channel: (wins of those reached
− wins of an equal group kept from it) ÷ wins of those reached. It is appended; a correction names the entry it replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import insert, select

from warehouse import coverage, journal
from warehouse.access import Reader, Viewer
from warehouse.connect import Stores
from warehouse.desk import lift_experiments
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import campaigns

WRITERS = frozenset({"marketing", "analyst"})
LONGEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an experiment found. `estimate`, `low` and `high` are shares of wins: 0.12 is 12 of 100."""

    channel: str
    population: str
    starts_on: date
    ends_on: date
    estimate: float
    low: float
    high: float
    source: str
    replaces: int | None = None


def enter(stores: Stores, viewer: Viewer, result: Result) -> None:
    """Append a result.

    Raises AccessRefused unless the viewer is of Marketing or an analyst (the attempt is logged), and ChangeRefused when
    something is missing or cannot be: an unknown channel, dates that are not over, an estimate outside its interval.
    """
    if viewer.role not in WRITERS:
        journal.note(stores, viewer.username, "lift.refused", result.channel[:64])
        raise AccessRefused(
            "Only Marketing and analysts enter experiments, so nothing was recorded. Give the result to one of them."
        )
    reader = Reader(stores, viewer, stores.snapshot())
    _check(result, reader)
    with journal.entry(stores, viewer.username, "lift.entered", result.channel, result.source) as entry:
        if result.replaces is not None:
            replaced = select(lift_experiments.c.replaces).where(
                lift_experiments.c.replaces == result.replaces
            )
            there = select(lift_experiments).where(lift_experiments.c.experiment_id == result.replaces)
            if entry.desk.execute(there).first() is None or entry.desk.execute(replaced).first() is not None:
                raise ChangeRefused(
                    f"Entry {result.replaces} does not exist or has been corrected already. Reload and look again."
                )
        entry.desk.execute(
            insert(lift_experiments).values(**vars(result), entered_by=viewer.username, entered_at=entry.at)
        )


def _check(result: Result, reader: Reader) -> None:
    for words, name in ((result.population, "who took part"), (result.source, "where it can be read")):
        if not words.strip():
            raise ChangeRefused(f"Say {name}: a figure without it cannot be judged later.")
        if len(words) > LONGEST:
            raise ChangeRefused(
                f"That is {len(words):,} characters; {LONGEST:,} fit. Shorten it and save again."
            )
    if result.channel not in channels(reader):
        raise ChangeRefused(
            f"No campaign ran in a channel called “{result.channel}”. Choose one of the list."
        )
    if result.ends_on < result.starts_on:
        raise ChangeRefused("The last day lies before the first. Enter the days of the experiment again.")
    if result.ends_on > coverage.as_of(reader):
        raise ChangeRefused(
            "The experiment is not over in the data yet. Enter its result after its last day has been loaded."
        )
    if not -1 <= result.low <= result.estimate <= result.high <= 1:
        raise ChangeRefused(
            "The estimate must lie inside its interval, and both between −100 % and 100 % of the wins. Check the three "
            "figures."
        )


def channels(reader: Reader) -> list[str]:
    """The channels campaigns ran in."""
    found = reader.frame(select(campaigns.c.channel).where(campaigns.c.channel.is_not(None)).distinct())
    return sorted(found["channel"])


def standing(reader: Reader) -> pd.DataFrame:
    """The results that nobody corrected, the newest first."""
    every = reader.frame(select(lift_experiments).order_by(lift_experiments.c.experiment_id.desc()))
    return every[~every["experiment_id"].isin(every["replaces"].dropna())].reset_index(drop=True)
