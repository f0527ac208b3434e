"""The moves of leads as the figures read them: each counts in the month it happened, whatever came after it."""

from collections.abc import Collection

from sqlalchemy import ColumnElement

from warehouse.schema import lead_moves as m
from warehouse.sql.dialects import add_days

EACH_TIME = "A lead that came back counts each time, in the month it happened."
ONE_DATE = (
    "One date per stage is known of each lead, because the bank gave no history of stages: of a lead that was rejected "
    "or lost twice, only one of the two."
)
"""The limit of every figure of moves where only the columns of `leads` serve."""


def to(*stages: str) -> ColumnElement[bool]:
    """Whether a move leads to one of these stages."""
    return m.c.stage == stages[0] if len(stages) == 1 else m.c.stage.in_(stages)


def by_then(first: ColumnElement) -> ColumnElement[bool]:
    """Whether a moment had come by the end of the move's day: what comes later changes no move of before."""
    return first < add_days(m.c.entered_at, 1)


def limit(tables: Collection[str]) -> str:
    """What must be said beside figures of moves; "" where the bank gave a history."""
    return "" if "lead_stages" in tables else ONE_DATE
