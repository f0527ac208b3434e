"""Links become persons: each record belongs to exactly one, and a person has at most one customer number.

Links come strongest first. One that would put two customers into one person, or a record where a colleague said it
does not belong, is refused: the stronger link stands, whatever comes later. So is one that is only worked out and would
put two people of one household into one: people whose names speak against it and who share no phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.identity import household_names

GIVEN = frozenset({"number", "hand"})
"""What a source or a colleague says is not weighed against names."""


@dataclass(frozen=True)
class LinkStep:
    """What links a record to another: `how` is number, hand, email, phone or likely."""

    how: str
    score: float
    reason: str


class Persons:
    """Records 0..n-1 and, after them, one node per customer, joined step by step."""

    def __init__(
        self,
        records: int,
        customers: Sequence[str],
        traits: Sequence[tuple[str | None, str | None]] = (),
    ):
        """`traits` are the name and phone of each record, as far as known, in one way of writing."""
        self.records, self.customers = records, customers
        self._node = {customer: records + i for i, customer in enumerate(customers)}
        self._parent = list(range(records + len(customers)))
        self._members = [1] * len(self._parent)
        self._customer: list[str | None] = [None] * records + list(customers)
        self._apart: dict[int, frozenset[str]] = {}
        self._names = {n: frozenset({name}) for n, (name, _) in enumerate(traits) if name}
        # A phone without a name may be a second member's of the household: it makes no bridge.
        self._phones = {n: frozenset({phone}) for n, (name, phone) in enumerate(traits) if name and phone}
        self._steps: dict[int, list[tuple[int, LinkStep]]] = {}

    def keep_apart(self, record: int, customer: str) -> None:
        """A colleague said that this record is not this customer."""
        self._apart[record] = self._apart.get(record, frozenset()) | {customer}

    def node_of(self, customer: str) -> int | None:
        """The customer's own node; None for a customer nobody mentioned."""
        return self._node.get(customer)

    def group(self, node: int) -> int:
        """A number that two nodes share exactly when they are one person."""
        while self._parent[node] != node:
            self._parent[node] = self._parent[self._parent[node]]
            node = self._parent[node]
        return node

    def same(self, a: int, b: int, step: LinkStep) -> bool:
        """Join two nodes; False if they are one already, or may not be."""
        first, second = self.group(a), self.group(b)
        if first == second or not self._may_join(first, second):
            return False
        if step.how not in GIVEN and self._are_two(first, second):
            return False
        if self._members[first] < self._members[second]:
            first, second = second, first
        self._parent[second] = first
        self._members[first] += self._members[second]
        self._customer[first] = self._customer[first] or self._customer[second]
        apart = self._apart.get(first, frozenset()) | self._apart.get(second, frozenset())
        if apart:
            self._apart[first] = apart
        for trait in (self._names, self._phones):
            both = trait.get(first, frozenset()) | trait.get(second, frozenset())
            if both:
                trait[first] = both
        self._steps.setdefault(a, []).append((b, step))
        self._steps.setdefault(b, []).append((a, step))
        return True

    def _may_join(self, first: int, second: int) -> bool:
        one, other = self._customer[first], self._customer[second]
        if one is not None and other is not None:
            return False
        return one not in self._apart.get(second, ()) and other not in self._apart.get(first, ())

    def _are_two(self, first: int, second: int) -> bool:
        """Whether the names speak against one person and no phone is shared."""
        if not self._phones.get(first, frozenset()).isdisjoint(self._phones.get(second, frozenset())):
            return False
        one, other = (_telling(self._names.get(group, frozenset())) for group in (first, second))
        return bool(one and other) and not any(household_names.agree(a, b) for a in one for b in other)

    def explained(self) -> list[tuple[str | None, int, LinkStep | None]]:
        """For each record: its customer, the first record of its person, and the last step that led to it.

        A step's score is that of the weakest step on the way from the customer, or from the first record.
        """
        explanations: list[tuple[str | None, int, LinkStep | None] | None] = [None] * self.records
        first_of: dict[int, int] = {}
        for record in range(self.records):
            first_of.setdefault(self.group(record), record)
        for group, first in first_of.items():
            customer = self._customer[group]
            start = first if customer is None else self._node[customer]
            if start < self.records:
                explanations[start] = (customer, first, None)
            ways = [(start, -1, 1.0)]
            while ways:
                node, came_from, score = ways.pop()
                for other, step in self._steps.get(node, ()):
                    if other != came_from:
                        weakest = min(score, step.score)
                        if other < self.records:
                            explanations[other] = (customer, first, LinkStep(step.how, weakest, step.reason))
                        ways.append((other, node, weakest))
        return [f if f is not None else (None, n, None) for n, f in enumerate(explanations)]


def _telling(written: frozenset[str]) -> frozenset[str]:
    """The full names, if there are any: a family name alone makes no bridge between two members of the family."""
    return frozenset(name for name in written if household_names.is_full(name)) or written
