"""Results of lift experiments, entered by hand: what a channel really moved, beside what the models credit it with.

An entry is four counts: how many were treated and held out, and how many of each won. The share of the wins of the
treated that would not have come, and its interval, are worked out from them (`models.experiments.lift`) and kept beside
them. Entries of before have the share alone. Entries are appended; a correction names the one it replaces.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import select

from models.experiments.lift import Counts
from warehouse.access import audit, data_coverage
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import lift_experiments
from warehouse.errors import ChangeRefused
from warehouse.schema import campaigns
from warehouse.stores.connect import Stores

WRITERS = frozenset({"marketing", "analyst"})
LONGEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an experiment counted; `campaign_id` where it was about one campaign of the channel."""

    channel: str
    population: str
    starts_on: date
    ends_on: date
    counts: Counts
    source: str
    campaign_id: str | None = None
    replaces: int | None = None


def enter(stores: Stores, viewer: Viewer, result: Result) -> None:
    """Append a result.

    Raises AccessRefused unless the viewer is of Marketing or an analyst (the attempt is logged), and ChangeRefused when
    something is missing or cannot be: an unknown channel, dates that are not over, more wins than people.
    """
    sentence = "Only Marketing and analysts enter experiments, so nothing was recorded. Give the result to one of them."
    audit.check_role(stores, viewer, WRITERS, "lift.refused", sentence, result.channel)
    reader = Reader(stores, viewer, stores.snapshot())
    _check(result, reader)
    with audit.entry(stores, viewer.username, "lift.entered", result.channel, result.source) as entry:
        if result.replaces is not None:
            replaced = select(lift_experiments.c.replaces).where(
                lift_experiments.c.replaces == result.replaces
            )
            there = select(lift_experiments).where(lift_experiments.c.experiment_id == result.replaces)
            if (
                entry.app_db.execute(there).first() is None
                or entry.app_db.execute(replaced).first() is not None
            ):
                raise ChangeRefused(
                    f"Entry {result.replaces} does not exist or has been corrected already. "
                    "Reload the page and choose it again."
                )
        entry.append(lift_experiments, "entered", **_row(result))


def _row(result: Result) -> dict[str, Any]:
    fields = {k: v for k, v in vars(result).items() if k != "counts"}
    share = result.counts.share_of_wins()
    return fields | asdict(result.counts) | {"estimate": share.value, "low": share.low, "high": share.high}


def _check(result: Result, reader: Reader) -> None:
    for words, name in ((result.population, "who took part"), (result.source, "where it can be read")):
        missing = f"Say {name}: a figure without it cannot be judged later."
        audit.checked_text(words, LONGEST, missing, "That is")
    if result.channel not in channels(reader):
        raise ChangeRefused(
            f"No campaign ran in a channel called “{result.channel}”. Choose one of the list."
        )
    if result.ends_on < result.starts_on:
        raise ChangeRefused("The last day lies before the first. Enter the days of the experiment again.")
    if result.ends_on > data_coverage.loaded_until(reader):
        raise ChangeRefused(
            "The experiment is not over in the data yet. Enter its result after its last day has been loaded."
        )
    if result.campaign_id is not None and result.campaign_id not in campaigns_of(reader, result.channel):
        raise ChangeRefused("That campaign did not run in this channel. Choose one of the list, or none.")
    _check_counts(result.counts)


def _check_counts(counts: Counts) -> None:
    for words, people, won in (
        ("treated", counts.treated, counts.treated_won),
        ("held out", counts.held_out, counts.held_out_won),
    ):
        if people < 1:
            raise ChangeRefused(f"Enter how many people were {words}: at least 1.")
        if not 0 <= won <= people:
            raise ChangeRefused(
                f"Of {people:,} people {words}, {won:,} cannot have won. Check the two numbers and save again."
            )
    if not counts.treated_won:
        raise ChangeRefused(
            "Nobody of the treated won, so there is no win whose credit could be compared. Enter the test once "
            "somebody has."
        )


def campaigns_of(reader: Reader, channel: str) -> dict[str, str]:
    """The campaigns of a channel: number → name."""
    frame = reader.frame(
        select(campaigns.c.campaign_id, campaigns.c.name)
        .where(campaigns.c.channel == channel)
        .order_by(campaigns.c.campaign_id)
    )
    return dict(zip(frame["campaign_id"], frame["name"].fillna(frame["campaign_id"]), strict=True))


def channels(reader: Reader) -> list[str]:
    """The channels campaigns ran in."""
    frame = reader.frame(select(campaigns.c.channel).where(campaigns.c.channel.is_not(None)).distinct())
    return sorted(frame["channel"])


def standing(reader: Reader) -> pd.DataFrame:
    """The results that nobody corrected, the newest first."""
    # Entries of before have no counts: whole numbers there, missing here.
    every = reader.frame(select(lift_experiments).order_by(lift_experiments.c.experiment_id.desc()))
    return every[~every["experiment_id"].isin(every["replaces"].dropna())].reset_index(drop=True)
