"""Leads that were rejected or lost and came back, and every move of a lead as the CRM's log has it.

The CRM's record of a lead keeps its last state: whoever reopens a lead clears its rejection or loss. Only the log still
has both. All this is drawn from luck of its own, so that whatever else happens in the bank is the same with and without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_data.funnel import STAGES
from sample_data.window import DAY, END_OF_TIME, NEVER, Columns, Flags, Ints, join, office_time, take

MOVES = (*STAGES, "reopened")

COMES_BACK, CLOSED_TOO_EARLY = 0.10, 0.14
"""Chance that a lead nobody accepted is taken up again if it has the time; that a win was given up in a long silence."""
QUIET_DECISION, QUIET_OFFER = 4, 28
"""Days of silence in which a lead that is won later may have been rejected, or lost."""


@dataclass(frozen=True, kw_only=True)
class History:
    """Of each lead of a block: what the CRM's record says of it, and what its reopening cleared from there."""

    record: Columns
    """Moment per stage, `rejected_reason`, `lost_reason`."""
    cleared: Columns
    """Moments `rejected`, `lost` and `reopened`, with the same two reasons."""

    @property
    def reopened(self) -> Flags:
        moved: Flags = self.cleared["reopened"] != NEVER
        return moved


def draw(rng: np.random.Generator, leads: Columns, left: Ints, spared: int) -> History:
    """Reopen some leads of a block; `spared` is a lead that stays as it is, or -1."""
    n = len(leads["created"])
    reasons = ("rejected_reason", "lost_reason")
    history = History(
        record={name: leads[name].copy() for name in (*STAGES, *reasons)},
        cleared={
            **{moment: np.full(n, NEVER) for moment in ("rejected", "lost", "reopened")},
            **{reason: np.full(n, -1) for reason in reasons},
        },
    )
    _take_up_again(rng, leads, left, history)
    _close_in_silence(rng, leads, history, np.arange(n) != spared)
    return history


def _take_up_again(rng: np.random.Generator, leads: Columns, left: Ints, history: History) -> None:
    """Leads never accepted that come back weeks or months later; Sales then decides anew on most."""
    n, record, cleared = len(leads["created"]), history.record, history.cleared
    closed = np.maximum(leads["rejected"], leads["lost"])
    whose, existing = leads["customer"], leads["existing"]
    # Whoever became a customer by another lead asked for that one.
    who = (
        (closed != NEVER) & (leads["accepted"] == NEVER) & (leads["mql"] != NEVER) & (existing | (whose < 0))
    )
    gone = np.where(whose >= 0, left[whose], NEVER)
    limit = np.where(gone == NEVER, END_OF_TIME, gone * DAY)

    def later(days: float, than: Ints) -> Ints:
        wait = (rng.exponential(days, n) * DAY).astype(np.int64)
        return np.maximum(office_time(rng, than + wait), than + 900)

    back = later(70, closed + 20 * DAY)
    who &= (rng.random(n) < COMES_BACK) & (back < limit)
    call = later(0.5, back)
    decision = later(1.5, call)
    decided = rng.random(n) < 0.9  # the others wait still
    taken = decided & (rng.random(n) < 0.8)
    qualified = taken & (rng.random(n) < 0.6)
    offered = qualified & (rng.random(n) < 0.6)
    sql = later(5, decision)
    opportunity = later(8, sql)
    given_up = later(22, np.where(offered, opportunity, np.where(qualified, sql, decision)) + 5 * DAY)
    for name in ("rejected", "lost"):
        was = who & (leads[name] != NEVER)
        cleared[name][was] = leads[name][was]
        cleared[f"{name}_reason"][was] = leads[f"{name}_reason"][was]
    cleared["reopened"][who] = back[who]
    second = {
        "contacted": np.where((leads["contacted"] == NEVER) & decided, call, leads["contacted"]),
        "accepted": np.where(taken, decision, NEVER),
        "rejected": np.where(decided & ~taken, decision, NEVER),
        "sql": np.where(qualified, sql, NEVER),
        "opportunity": np.where(offered, opportunity, NEVER),
        "lost": np.where(taken & (rng.random(n) < 0.7), given_up, NEVER),
    }
    for stage, at in second.items():
        record[stage][who] = np.where(at < limit, at, NEVER)[who]
    for name in ("rejected", "lost"):
        reason = np.where(record[name] == NEVER, -1, rng.integers(0, 5, n))
        record[f"{name}_reason"][who] = reason[who]


def _close_in_silence(rng: np.random.Generator, leads: Columns, history: History, may: Flags) -> None:
    """Wins that had been rejected or given up while nothing was heard; the record of a win shows nothing of it."""
    n, cleared = len(leads["created"]), history.cleared
    may = may & (leads["won"] != NEVER)
    for name, first, last, days in (
        ("rejected", "contacted", "accepted", QUIET_DECISION),
        ("lost", "opportunity", "won", QUIET_OFFER),
    ):
        begins = leads[first] // DAY
        gap = leads[last] // DAY - begins
        who = may & (gap >= days) & ~history.reopened & (rng.random(n) < CLOSED_TOO_EARLY)
        shut = np.maximum((gap * rng.uniform(0.15, 0.45, n)).astype(np.int64), 1)
        back = np.clip((gap * rng.uniform(0.55, 0.95, n)).astype(np.int64), shut + 1, gap - 1)
        cleared[name][who] = office_time(rng, (begins + shut) * DAY)[who]
        cleared["reopened"][who] = office_time(rng, (begins + back) * DAY)[who]
        cleared[f"{name}_reason"][who] = rng.integers(0, 5, n)[who]


def moves(history: History, which: Ints) -> Columns:
    """The moves of some leads in their order: `lead`, `stage` (in MOVES), `at`, and both reasons or -1."""
    parts = []
    for source, stages in ((history.record, STAGES), (history.cleared, ("rejected", "lost", "reopened"))):
        for stage in stages:
            lead = which[source[stage][which] != NEVER]
            part = {"lead": lead, "stage": np.full(len(lead), MOVES.index(stage)), "at": source[stage][lead]}
            for closing in ("rejected", "lost"):
                reason = source[f"{closing}_reason"][lead]
                part[f"{closing}_reason"] = reason if stage == closing else np.full(len(lead), -1)
            parts.append(part)
    rows = join(*parts)
    return take(rows, np.lexsort((rows["stage"], rows["at"], rows["lead"])))
