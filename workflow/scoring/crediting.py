"""The night's step that credits the touches of every win, by every attribution model, inside the warehouse.

Only the transition counts of all journeys leave it, and the removal effects solved from them go back.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import func, select, true

from metrics.attribution import credit_models, journeys
from models.attribution import removal_effect
from warehouse.access.reader import Reader
from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.schema import removal_effects, touch_credits
from warehouse.stores.snapshots import SnapshotWriter
from workflow.records import run_notes

NEEDS = ("leads", "leads.won_at")


def write_credits(draft: SnapshotWriter, reader: Reader, as_of: date) -> int:
    """Credit every win up to `as_of` anew, since a late touch may change an old win; how many rows that made."""
    chosen = reader.stores.settings
    steps = reader.frame(journeys.steps(as_of, look_back=chosen.look_back_days))
    if reader.frame(journeys.without_a_time(as_of))["touches"].iloc[0]:
        other = reader.frame(journeys.steps(as_of, look_back=chosen.look_back_days, backwards=True))
        steps = pd.concat([steps, other], ignore_index=True)
    effects = removal_effect.removal_effects(steps)
    removal = {
        None if pd.isna(channel) else channel: effect
        for channel, effect in zip(effects["channel"], effects["removal_effect"], strict=True)
    }
    wins = reader.frame(journeys.wins_by_channel(as_of, look_back=chosen.look_back_days))
    draft.write(removal_effects, _visible(effects, wins, chosen.smallest_cell), replacing=true())
    rows = credit_models.credits(
        as_of, look_back=chosen.look_back_days, half_life=chosen.half_life_days, removal=removal
    )
    draft.write(touch_credits, rows, replacing=true())
    return int(draft.connection.execute(select(func.count()).select_from(touch_credits)).scalar_one())


def why_no_credits(reader: Reader) -> str:
    """Why no win could be credited to a touch."""
    days = reader.stores.settings.look_back_days
    return run_notes.lacking(reader, NEEDS) or (
        f"No win so far has a touch in the {days} days before it, so there is nothing to credit."
    )


def _visible(effects: pd.DataFrame, wins: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """The effects in order, blank where fewer than `smallest` wins stand behind one: everybody may read this table."""
    # A bank without a win gives columns without a kind.
    kinds = {"channel": object}
    table = effects.astype(kinds).merge(wins.astype(kinds), on="channel", how="left").drop(columns="share")
    table.insert(0, "place", range(1, len(table) + 1))
    enough = is_enough(table["wins"], smallest)
    table[["wins", "removal_effect"]] = table[["wins", "removal_effect"]].where(enough)
    return table


def removal(reader: Reader) -> pd.DataFrame:
    """The removal effects of the last night, the largest first."""
    return reader.frame(select(removal_effects).order_by(removal_effects.c.place))
