"""Wins credited to the contacts that came before them, by attribution model; `attribution.credit_models` says how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, Text, cast, func, select

from metrics.definitions.measure import Measure, between
from metrics.definitions.scope import Period
from warehouse.access.disclosure_control import PEOPLE
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
        description=f"Contracts won in the period, each credited to its lead's contacts of the 90 calendar days up to "
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


wins_first_touch = _credited("first", "first contact", "the whole win to the earliest", _LOOK_BACK)
wins_last_touch = _credited("last", "last contact", "the whole win to the latest", _LOOK_BACK)
wins_linear = _credited("linear", "every contact", "the same to each", _LOOK_BACK)
wins_position = _credited(
    "position", "position (U)", "40% to the first, 40% to the last, 20% to those between"
)
wins_w = _credited(
    "w",
    "position (W)",
    "30% each to the first, the last before the lead and the last before the opportunity, 10% to the others",
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
    "removal effect (Markov)",
    "to each channel that took part as many wins as the bank would lose without it, shared by its contacts",
)


@dataclass(frozen=True, kw_only=True)
class AttributionModel:
    """An attribution model as a page names it: its metric, its name in plain words and in the field, its question."""

    metric: str
    name: str
    known_as: str
    asks: str


MODELS = (
    AttributionModel(
        metric="wins_first_touch",
        name="First contact",
        known_as="first touch",
        asks="Which channel made people notice us?",
    ),
    AttributionModel(
        metric="wins_last_touch",
        name="Last contact",
        known_as="last touch",
        asks="Which channel was there when they decided?",
    ),
    AttributionModel(
        metric="wins_linear",
        name="All alike",
        known_as="linear",
        asks="Who took part, if every contact counts alike?",
    ),
    AttributionModel(
        metric="wins_position",
        name="First and last",
        known_as="position-based, U",
        asks="Who opened and who closed, with a little for those between?",
    ),
    AttributionModel(
        metric="wins_w",
        name="Hand-overs",
        known_as="position-based, W",
        asks="Who brought the visitor, the lead and the opportunity, our three hand-overs?",
    ),
    AttributionModel(
        metric="wins_decay",
        name="Latest most",
        known_as="time decay",
        asks="Who was there shortly before the decision?",
    ),
    AttributionModel(
        metric="wins_shapley",
        name="Fair share",
        known_as="Shapley value",
        asks="What is each channel's fair part, if all who took part were needed?",
    ),
    AttributionModel(
        metric="wins_markov",
        name="Would be lost",
        known_as="Markov, removal effect",
        asks="Which channels' journeys would come to nothing if the channel were gone and nobody took another way?",
    ),
)
"""The models side by side, in the order a page shows them."""


MODEL_OF = {
    "wins_first_touch": "first",
    "wins_last_touch": "last",
    "wins_linear": "linear",
    "wins_position": "position",
    "wins_w": "w",
    "wins_decay": "decay",
    "wins_shapley": "shapley",
    "wins_markov": "markov",
}
"""Metric → the model's word in `derived.touch_credits`."""


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
            func.sum(t.c.credit).label("credited"),
            people.label(f"credited{PEOPLE}"),
            wins.label("reached"),
            people.label(f"reached{PEOPLE}"),
        )
        .where(*which)
        .group_by(t.c.model)
    )


def outside(shares: Mapping[str, float], low: float, high: float) -> tuple[list[str], list[str]]:
    """The models whose share of the wins lies above, and those whose lies below, what an experiment leaves possible.

    `shares` maps a model's name to its share, 0 to 1; one that is not known (NaN) is in neither list.
    """
    return [n for n, s in shares.items() if s > high], [n for n, s in shares.items() if s < low]
