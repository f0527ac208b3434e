"""On what a customer's value rests, chosen by what was given: on who left, or on what customers buy.

A bank's customer ends the relationship on a day that is recorded (a contractual setting). A shop's customer does not
say that he leaves, so his value rests on his purchases. What remains of revenue after costs is what Finance gave, or what
the settings say, or not known: a cost that was not given is not zero.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from metrics.comparison.words import share
from warehouse.schema import revenues

CONTRACTUAL, NON_CONTRACTUAL = "contractual", "non_contractual"
COST, LEFT, BOUGHT = "revenues.cost_to_serve", "customers.left_on", "transactions.booked_at"
BY_LEAVING = ("revenues", COST, "customers.joined_on", LEFT)
BY_PURCHASES = ("revenues", COST, "transactions", BOUGHT)
ASKED = ("accounts", "customers", LEFT, "revenues", COST, "transactions", BOUGHT)
"""What the choice hangs on."""
WHAT_PURCHASES_SAY = (
    "Customers do not say when they leave, so a value is what customers with such a buying history bring: how often "
    "they buy again (BG/NBD), times what a purchase brings (Gamma-Gamma)."
)
WHAT_LEAVING_SAYS = (
    "A value is the chance to stay, learned from who left, times net revenue in each month ahead."
)


def rests_on_purchases(available: Collection[str]) -> bool:
    """Whether values rest on purchases: nobody's day of leaving and no account was given, but purchases and revenue."""
    return LEFT not in available and "accounts" not in available and {"revenues", BOUGHT} <= set(available)


@dataclass(frozen=True, kw_only=True)
class Earnings:
    """What a row of revenues earned: `amount` in the chosen currency, and a name that says whether costs are off."""

    amount: ColumnElement[Any]
    label: str
    source: str
    """Where the costs come from, as a sentence."""
    costed: bool
    """Whether costs are taken off; False where neither Finance nor the settings say what they are."""


def earnings(available: Collection[str], margin_share: float | None) -> Earnings:
    """Net revenue where its costs were given or the settings say what remains, and revenue where neither does."""
    if COST in available:
        return Earnings(
            amount=revenues.c.revenue - revenues.c.cost_to_serve,
            label="Net revenue",
            source="Net revenue is revenue less cost to serve.",
            costed=True,
        )
    if margin_share is not None:
        return Earnings(
            amount=revenues.c.revenue * margin_share,
            label="Net revenue",
            source=f"Net revenue is taken to be {share(margin_share)} of revenue, as the setting `margin_share` says; "
            f"`{COST}` was not given.",
            costed=True,
        )
    return Earnings(
        amount=revenues.c.revenue,
        label="Revenue",
        source=f"Revenue before all costs: `{COST}` was not given, and the setting `margin_share` is empty.",
        costed=False,
    )
