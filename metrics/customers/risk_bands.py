"""How the chance of leaving is spread over the customers, in five bands."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, case, func, select

from warehouse import schema

RISK_BANDS = (
    "Fewer than 2 in 100",
    "2 to 10 in 100",
    "10 to 20 in 100",
    "20 to 40 in 100",
    "40 in 100 and more",
)
"""The bands of `risk_bands`, in words, by number."""
_UP_TO = (0.02, 0.10, 0.20, 0.40)


def risk_bands(as_of: date) -> Select:
    """How many customers lie in each band of the night's chance of leaving: band (number), customers."""
    t = schema.customer_scores
    band = case(*((t.c.probability < top, n) for n, top in enumerate(_UP_TO)), else_=len(_UP_TO))
    numbered = (
        select(band.label("band")).where(
            t.c.model == "churn_90d", t.c.as_of == as_of, t.c.probability.is_not(None)
        )
    ).subquery()
    return (
        select(numbered.c.band, func.count().label("customers"))
        .group_by(numbered.c.band)
        .order_by(numbered.c.band)
    )
