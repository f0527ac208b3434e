"""Who is held out: randomly assigned within strata, before anybody has been shown anything, and the same on every run.

Within a rule, customers of one segment, risk band and team form a stratum. In the order they come, every ten of a
stratum form a block in which the planned share is held out (stratified permuted blocks; Matts and Lachin, Controlled
Clinical Trials 9, 1988, 327-344), so the arms are alike in each stratum from the first weeks on. Which places of a
block those are is a hash of rule, stratum and block: nobody chooses, and a night that is run again draws the same.

A customer keeps the arm of the first draw, whichever rule drew: all rules share the outcome that is measured, whether
the customer leaves, so whoever one rule holds out no other rule has called.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

TREATED, HELD_OUT = "treated", "held_out"
BLOCK = 10
"""Places in a block: with the usual tenth, one of them is held out."""
BANDS = ((0.10, "low risk"), (0.25, "medium risk"))
"""Upper bounds of the risk bands; above them the risk is high."""


def stratum(row: Mapping[Any, Any]) -> str:
    """The stratum of a customer: segment, risk band and RM team, as one text."""
    return " | ".join((row["segment"] or "no segment", band(row["probability"]), row["team"] or "no team"))


def band(probability: float | None) -> str:
    """The risk band of a probability of leaving (0 to 1), or that there was none."""
    if probability is None or math.isnan(probability):
        return "not scored"
    return next((name for bound, name in BANDS if probability < bound), "high risk")


def place_is_held_out(rule: str, stratum: str, place: int, share: float) -> bool:
    """Whether the `place`-th customer (from 0) of a stratum is held out, when `share` of them shall be.

    Up to any whole block the number held out differs from `share` × customers by less than one.
    """
    block = place // BLOCK
    start = _hash(rule, stratum)
    # A share that gives no whole number per block is carried on to the next blocks.
    count = math.floor((block + 1) * BLOCK * share + start) - math.floor(block * BLOCK * share + start)
    first = sorted(range(BLOCK), key=lambda p: _hash(rule, stratum, str(block), str(p)))[:count]
    return place % BLOCK in first


class Draw:
    """The random assignment of one rule: knows who was assigned before, and assigns the next."""

    def __init__(
        self,
        rule: str,
        share: float,
        earlier: Iterable[Mapping[str, Any]],
        elsewhere: Iterable[Mapping[str, Any]] = (),
    ):
        """`earlier` are the rule's alerts so far, with customer_id, raised_on, arm and stratum; `elsewhere` those of
        the other rules."""
        self._rule, self._share = rule, share
        self._elsewhere = first_arms(elsewhere)
        self._arms: dict[str, str] = {}
        self._drawn: Counter[str] = Counter()
        for alert in sorted(earlier, key=lambda a: a["raised_on"]):
            # Alerts raised before there were strata keep their arm and take no place.
            if alert["customer_id"] not in self._arms and alert["stratum"] is not None:
                self._drawn[alert["stratum"]] += 1
            self._arms.setdefault(alert["customer_id"], alert["arm"])

    def arm(self, customer_id: str, stratum: str) -> str:
        """The customer's arm: the one of the first draw by any rule, else the next place of the stratum."""
        if self.drawn_elsewhere(customer_id):
            return self._elsewhere[customer_id]
        if customer_id not in self._arms:
            place = self._drawn[stratum]
            held_out = place_is_held_out(self._rule, stratum, place, self._share)
            self._arms[customer_id] = HELD_OUT if held_out else TREATED
            self._drawn[stratum] += 1
        return self._arms[customer_id]

    def drawn_elsewhere(self, customer_id: str) -> bool:
        """Whether another rule drew the customer's arm, so that here she takes no place of a stratum."""
        return customer_id in self._elsewhere and customer_id not in self._arms


def first_arms(alerts: Iterable[Mapping[Any, Any]]) -> dict[str, str]:
    """Customer → the arm of the first alert, whichever rule raised it; of two on one day, held out counts."""
    in_order = sorted(alerts, key=lambda a: (a["raised_on"], a["arm"] != HELD_OUT))
    arms: dict[str, str] = {}
    for alert in in_order:
        arms.setdefault(alert["customer_id"], alert["arm"])
    return arms


def _hash(*words: str) -> float:
    """A number from 0 to below 1 that depends on the words alone."""
    drawn = hashlib.sha256("|".join(("hold-out", *words)).encode()).digest()[:8]
    return (int.from_bytes(drawn) >> 11) / 2**53
