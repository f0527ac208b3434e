"""A rule as people put it together: conditions of a closed set with a threshold each, in groups joined once.

What stands in the application database is never run: it names an attribute and a number, and the condition is made of
the warehouse's own columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from metrics.comparison.condition import Attribute, Condition, NestedConditions
from warehouse.errors import ChangeRefused
from warehouse.schema import customer_profiles as profile
from warehouse.schema import customer_scores as score
from warehouse.settings import Settings
from workflow.rules.rule_definitions import HIGH_CHURN_PROBABILITY, AlertRule

LONGEST = 200
"""Characters of a title, an advice or a reason."""


_MONEY = (100_000.0, 200_000.0, 500_000.0, 1_000_000.0, 2_000_000.0, 5_000_000.0)
ATTRIBUTES: Mapping[str, Attribute] = {
    "probability": Attribute(
        label="Chance of leaving within 90 days",
        operators=("at_least",),
        choices=(0.05, 0.10, 0.15, 0.20, 0.30, 0.40),
        unit="share",
    ),
    "open_complaints_90d": Attribute(
        label="Complaints of the last 90 days not settled", operators=("at_least",), choices=(1, 2, 3)
    ),
    "complaints_365d": Attribute(label="Complaints in a year", operators=("at_least",), choices=(1, 2, 3, 5)),
    "total_balance": Attribute(
        label="Deposits and investments", operators=("at_least",), choices=_MONEY, unit="HKD"
    ),
    "savings_balance": Attribute(label="Savings", operators=("at_least",), choices=_MONEY, unit="HKD"),
    "balance_change_90d": Attribute(
        label="Change of the balance in three months",
        operators=("at_most",),
        choices=(-0.10, -0.25, -0.50, -0.75),
        unit="share",
    ),
    "days_since_customer_made_transaction": Attribute(
        label="Days since the customer last moved money",
        operators=("at_least",),
        choices=(60, 90, 120, 180, 270, 365),
        unit="days",
    ),
    "days_since_spoken": Attribute(
        label="Days since somebody last spoke with the customer",
        operators=("at_least",),
        choices=(30, 60, 90, 120, 180, 365),
        unit="days",
    ),
    "app_sessions_30d": Attribute(
        label="App visits in 30 days", operators=("at_most",), choices=(0, 1, 2, 5)
    ),
    "last_nps": Attribute(
        label="Latest answer to “would you recommend us”, 0 to 10", operators=("at_most",), choices=(2, 4, 6)
    ),
    "last_csat": Attribute(
        label="Latest answer to “were you satisfied”, 1 to 5", operators=("at_most",), choices=(1, 2, 3)
    ),
}
"""Column of the profile, or the score → what a rule may ask about it."""


MOST_DUE_DAYS = 90
MOST_GROUPS = 3


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """A rule as people set it: groups of attribute → threshold.

    With `any_group` one group is enough, of which all must hold: `(A and B) or C`; a single group is `A and B`. Without,
    one of each group must hold: `(A or B) and C`.
    """

    code: str
    title: str
    advice: str
    groups: tuple[Mapping[str, float], ...]
    any_group: bool = True
    within_capacity: bool = True
    due_days: int | None = None
    """Within how many days the customer is called; None for the bank's usual time."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """What it asks about, each once."""
        return tuple(dict.fromkeys(name for group in self.groups for name in group))

    def in_words(self) -> str:
        """The conditions as a text, such as `Savings at least HKD 500,000 or App visits in 30 days at most 2`."""
        return self.nested().in_words(ATTRIBUTES)

    def nested(self) -> NestedConditions:
        """The thresholds as conditions. Raises KeyError for what is no attribute."""
        return NestedConditions(
            groups=tuple(
                tuple(_condition(*threshold) for threshold in group.items()) for group in self.groups
            ),
            any_group=self.any_group,
        )


def _condition(name: str, value: float) -> Condition:
    return Condition(attribute=name, operator=ATTRIBUTES[name].operators[0], values=(value,))


def built_in(settings: Settings) -> tuple[RuleDraft, ...]:
    """The rules every bank begins with, in the same form as those that people set, with the bank's own thresholds."""
    return (
        RuleDraft(
            code="complaint_and_dormant_savings",
            title="Service complaint and large dormant savings",
            advice="Call within two days. Settle the complaint before anything else; ask what would help.",
            groups=(
                {
                    "open_complaints_90d": 1,
                    "savings_balance": settings.large_savings,
                    "days_since_customer_made_transaction": settings.dormant_after_days,
                },
            ),
            within_capacity=False,
            due_days=2,
        ),
        RuleDraft(
            code="high_churn_risk",
            title="High risk of leaving",
            advice="Call this week. Ask what has changed before offering anything; the reasons say where to start.",
            groups=({"probability": HIGH_CHURN_PROBABILITY},),
        ),
    )


def rules(settings: Settings) -> tuple[AlertRule, ...]:
    """The rules every bank begins with, as the warehouse runs them."""
    return tuple(as_rule(draft) for draft in built_in(settings))


def as_rule(draft: RuleDraft) -> AlertRule:
    """The rule the warehouse runs. A score moves a little every night, so an alert stays until it is half of it."""
    columns = {**profile.c, "probability": score.c.probability}
    because, conditions = draft.attributes, draft.nested()
    scored = "probability" in because
    if scored and "total_balance" not in because:
        because = (*because, "total_balance")
    halves = tuple({n: v / 2 if n == "probability" else v for n, v in g.items()} for g in draft.groups)
    return AlertRule(
        code=draft.code,
        title=draft.title,
        when=conditions.expression(columns),
        conditions=conditions,
        still=replace(draft, groups=halves).nested().expression(columns) if scored else None,
        because=because,
        advice=draft.advice,
        needs_model=scored,
        within_capacity=draft.within_capacity,
        due_days=draft.due_days,
    )


def code_of(title: str, taken: Iterable[str]) -> str:
    """A code for a new rule, made of its title; never one that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40] or "rule"
    code, number, others = stem, 2, frozenset(taken)
    while code in others:
        code, number = f"{stem}_{number}", number + 1
    return code


def check_groups(groups: tuple[Mapping[str, float], ...]) -> None:
    """Raise ChangeRefused with what keeps the conditions from being those of a rule."""
    if not any(groups):
        raise ChangeRefused("Choose at least one condition, or the rule would flag everybody.")
    if len(groups) > MOST_GROUPS:
        raise ChangeRefused(
            f"A rule has at most {MOST_GROUPS} groups of conditions. Use fewer, and save again."
        )
    for number, group in enumerate(groups, 1):
        if not group:
            raise ChangeRefused(f"Group {number} has no condition. Choose one, or use fewer groups.")
        if group in groups[: number - 1]:
            raise ChangeRefused(f"Group {number} repeats another. Change it, or use fewer groups.")
        for name, value in group.items():
            if name not in ATTRIBUTES:
                raise ChangeRefused(f"“{name[:60]}” is nothing a rule can ask about.")
            _condition(name, value).check(ATTRIBUTES)


def checked(draft: RuleDraft) -> RuleDraft:
    """The draft if it can be a rule. Raises ChangeRefused with what is missing."""
    check_groups(draft.groups)
    if draft.due_days is not None and not 1 <= draft.due_days <= MOST_DUE_DAYS:
        raise ChangeRefused(f"Say within how many days to call, from 1 to {MOST_DUE_DAYS}, and save again.")
    title, advice = draft.title.strip(), draft.advice.strip()
    for what, words in (("a title", title), ("advice for the RM", advice)):
        if not words or len(words) > LONGEST:
            raise ChangeRefused(f"Give the rule {what} of 1 to {LONGEST} characters, and save again.")
    if not re.fullmatch(r"[a-z0-9_]{1,48}", draft.code):
        raise ChangeRefused("The rule has no usable code. Give it a title with letters, and save again.")
    return replace(draft, title=title, advice=advice)
