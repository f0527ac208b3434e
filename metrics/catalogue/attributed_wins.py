"""Wins credited to the contacts that came before them, by attribution model; `attribution.credit_models` says how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, Text, cast, func, select

from metrics.definitions.measure import Measure, between
from metrics.definitions.scope import Period
from warehouse.disclosure.people_behind import counted
from warehouse.schema import touch_credits as t

_EACH_WIN = (
    "29 Nov 2026: each win of a lead, credited to its contacts since the win before it; until then a lead won twice had "
    "one."
)
_LOOK_BACK = (
    "1, 22 Nov 2026: first definition, every contact before the win.",
    "2, 25 Nov 2026: only contacts within the look-back before the win, 90 days unless set otherwise.",
    f"3, {_EACH_WIN}",
)
_NEW = ("1, 25 Nov 2026: first definition.", f"2, {_EACH_WIN}")


def _credited(model: str, words: str, how: str, history: tuple[str, ...] = _NEW) -> Measure:
    return Measure(
        label=f"Wins by {words}",
        description=f"Deals won in the period, each credited to its lead's contacts of the 90 calendar days up to "
        f"it, unless the bank set another span: {how}. A lead won twice has two wins, each credited to the "
        "contacts since the one before. A win without such a contact is credited to no known channel.",
        owner="Analytics",
        fact=t,
        total="sum",
        expression=t.c.credit,
        time_column=t.c.won_at,
        where=t.c.model == model,
        history=history,
        example=f"""
            touch_credits
            model   | touch_id | lead_id | move | won_at     | credit
            {model} | 1        | 1       | 1    | 2026-04-01 | 0.5
            {model} | 2        | 1       | 1    | 2026-04-01 | 0.5
            other   | 1        | 1       | 1    | 2026-04-01 | 1

            April to June 2026 = 1
        """,
    )


wins_first_touch = _credited("first", "first touch", "the whole win to the earliest", _LOOK_BACK)
wins_last_touch = _credited("last", "last touch", "the whole win to the latest", _LOOK_BACK)
wins_linear = _credited("linear", "linear model", "the same to each", _LOOK_BACK)
wins_position = _credited(
    "position", "position-based (U-shaped)", "40% to the first, 40% to the last, 20% to those between"
)
wins_w = _credited(
    "w",
    "W-shaped model",
    "30% each to the first, the last before the lead and the last before the opportunity, 10% to the others",
)
wins_full_path = _credited(
    "full_path",
    "full-path model",
    "22.5% each to the first, the last before the lead, the last before the opportunity and the last of all, 10% to the "
    "others",
    ("1, 1 Dec 2026: first definition.",),
)
wins_decay = _credited(
    "decay",
    "time decay",
    "half as much for each half-life (7 days unless set otherwise) that it came before the last",
)
wins_shapley = _credited(
    "shapley", "Shapley value", "the same to each channel that took part, shared by its contacts"
)
wins_markov = _credited(
    "markov",
    "Markov (removal effect)",
    "to each channel that took part as many wins as the bank would lose without it, shared by its contacts",
)


@dataclass(frozen=True, kw_only=True)
class AttributionModel:
    """An attribution model as a page names it: its metric and name, its rule, the question it answers."""

    metric: str
    name: str
    rule: str
    asks: str


MODELS = (
    AttributionModel(
        metric="wins_first_touch",
        name="First touch",
        rule="All credit to the first contact.",
        asks="Which channel creates awareness?",
    ),
    AttributionModel(
        metric="wins_last_touch",
        name="Last touch",
        rule="All credit to the last contact.",
        asks="Which channel closes?",
    ),
    AttributionModel(
        metric="wins_linear",
        name="Linear",
        rule="Equal credit to every contact.",
        asks="Which channels take part?",
    ),
    AttributionModel(
        metric="wins_position",
        name="Position-based (U-shaped)",
        rule="40% to the first contact, 40% to the last, 20% shared by those between.",
        asks="Which channels open and which close?",
    ),
    AttributionModel(
        metric="wins_w",
        name="W-shaped",
        rule="30% each to the first contact, lead creation and opportunity creation, 10% to the rest.",
        asks="Which channels bring the visitor, the lead and the opportunity?",
    ),
    AttributionModel(
        metric="wins_full_path",
        name="Full path",
        rule="22.5% each to the first contact, lead creation, opportunity creation and the last, 10% to the rest.",
        asks="Which channels carry the whole way, the close included?",
    ),
    AttributionModel(
        metric="wins_decay",
        name="Time decay",
        rule="More credit the closer a contact is to the win.",
        asks="Which channels act shortly before the decision?",
    ),
    AttributionModel(
        metric="wins_shapley",
        name="Shapley value",
        rule="Equal credit to each channel that took part, shared by its contacts.",
        asks="What is each channel's fair share?",
    ),
    AttributionModel(
        metric="wins_markov",
        name="Markov (removal effect)",
        rule="Credit in proportion to the wins lost without the channel.",
        asks="How many wins depend on the channel?",
    ),
)
"""The models side by side, in the order a page shows them."""


MODEL_OF = {
    "wins_first_touch": "first",
    "wins_last_touch": "last",
    "wins_linear": "linear",
    "wins_position": "position",
    "wins_w": "w",
    "wins_full_path": "full_path",
    "wins_decay": "decay",
    "wins_shapley": "shapley",
    "wins_markov": "markov",
}
"""Metric → the model's word in `derived.touch_credits`."""


def without_contact() -> Measure:
    """Wins that no contact led to. In no catalogue: beside the wins of no known channel it would tell how few had one."""
    return Measure(
        label="Wins without a contact",
        description="Deals won in the period without a contact within the look-back.",
        owner="Analytics",
        fact=t,
        total="sum",
        expression=t.c.credit,
        time_column=t.c.won_at,
        where=(t.c.model == "first") & (t.c.touch_id == "none"),
    )


def of_those_reached(period: Period, channel: str, campaign_id: str | None = None) -> Select:
    """A row per `model`: the wins it `credited` to a channel, or a campaign, and the wins it took part in (`reached`).

    Only wins with a contact of it count, so that the share credited is one of the same people an experiment treats.
    """
    which = [t.c.channel == channel, between(t.c.won_at, period), t.c.credit.is_not(None)]
    if campaign_id is not None:
        which.append(t.c.campaign_id == campaign_id)
    people = func.count(t.c.lead_id.distinct())
    # A lead won twice is two wins: its credits add up to two.
    wins = func.count((t.c.lead_id + "/" + cast(func.coalesce(t.c.move, 0), Text)).distinct())
    return (
        select(
            t.c.model,
            *counted("credited", func.sum(t.c.credit), people),
            *counted("reached", wins, people),
        )
        .where(*which)
        .group_by(t.c.model)
    )


def outside(shares: Mapping[str, float], low: float, high: float) -> tuple[list[str], list[str]]:
    """The models whose share of the wins lies above, and those whose lies below, what an experiment leaves possible.

    `shares` maps a model's name to its share, 0 to 1; one that is not known (NaN) is in neither list.
    """
    return [n for n, s in shares.items() if s > high], [n for n, s in shares.items() if s < low]
