"""What would be lost without a channel: removal effects in a first-order Markov chain of all journeys.

Anderl, Becker, von Wangenheim & Schumann 2016, "Mapping the customer journey", IJRM 33(3). The chance that a journey
ends in a win is solved exactly, with every channel and without each one; nothing is simulated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_NOT_KNOWN = "\0not known"
"""The state of touches whose channel is not known; no channel can be called so."""


def removal_effects(steps: pd.DataFrame) -> pd.DataFrame:
    """The share of wins that would be lost if a channel's touches led nowhere, by channel, largest first.

    `steps` counts touches: columns channel, following (the next touch's channel), is_first, is_last, won (0 or 1 each),
    touches; a channel of None is not known and is one of the channels. Journeys that did not end in a win must be in it,
    or every channel's removal looks the same. The answer has the columns channel, removal_effect (0 to 1) and share: the
    channel's part of all removal effects, adding up to 1. It is empty where no journey was won.
    """
    states = steps["channel"].astype(object).where(steps["channel"].notna(), _NOT_KNOWN)
    channels = sorted(states.unique())
    number = {channel: i for i, channel in enumerate(channels)}
    here = states.map(number).to_numpy(dtype=int)
    count = steps["touches"].to_numpy(dtype=float)
    first, last, won = (steps[c].to_numpy(dtype=bool) for c in ("is_first", "is_last", "won"))
    following = steps["following"].astype(object).where(steps["following"].notna(), _NOT_KNOWN)
    there = following.map(number).fillna(-1).to_numpy(dtype=int)
    size = len(channels)
    start, wins, moves, out = np.zeros(size), np.zeros(size), np.zeros((size, size)), np.zeros(size)
    np.add.at(start, here[first], count[first])
    np.add.at(wins, here[last & won], count[last & won])
    np.add.at(moves, (here[~last], there[~last]), count[~last])
    np.add.at(out, here, count)
    if not wins.sum():
        return pd.DataFrame({"channel": [], "removal_effect": [], "share": []})
    onward, to_win = moves / out[:, None], wins / out
    every = _won(start, onward, to_win)
    effects = np.array([1 - _won(start, onward, to_win, without=i) / every for i in range(size)])
    by_channel = pd.DataFrame(
        {
            "channel": pd.Series([None if c == _NOT_KNOWN else c for c in channels], dtype=object),
            "removal_effect": effects,
            "share": effects / effects.sum(),
        }
    )
    return by_channel.sort_values("removal_effect", ascending=False, ignore_index=True)


def _won(start: np.ndarray, onward: np.ndarray, to_win: np.ndarray, without: int | None = None) -> float:
    """How many journeys end in a win if they walk the chain; steps into the channel `without` lead nowhere."""
    keep = np.arange(len(start)) != without
    chance = np.linalg.solve(np.eye(int(keep.sum())) - onward[np.ix_(keep, keep)], to_win[keep])
    return float(start[keep] @ chance)
