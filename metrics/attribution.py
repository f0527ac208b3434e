"""Wins credited to the contacts that came before them, by attribution model."""

from metrics.measure import Measure
from warehouse.schema import touch_credits as t


def _credited(model: str, words: str) -> Measure:
    return Measure(
        label=f"Wins by {words}",
        means=f"Contracts won in the period, credited to {words} before the win.",
        owner="Analytics",
        fact=t,
        total="sum",
        of=t.c.credit,
        dated=t.c.won_at,
        where=t.c.model == model,
        example=f"""
            touch_credits
            model   | touch_id | lead_id | won_at     | credit
            {model} | 1        | 1       | 2026-04-01 | 0.5
            {model} | 2        | 1       | 2026-04-01 | 0.5
            other   | 1        | 1       | 2026-04-01 | 1

            April to June 2026 = 1
        """,
    )


wins_first_touch = _credited("first", "first contact")
wins_last_touch = _credited("last", "last contact")
wins_linear = _credited("linear", "every contact alike")
