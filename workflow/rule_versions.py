"""Rules that people set: conditions of a closed set with a threshold each, in versions, with who and why.

What stands on the desk is never run: it names an attribute and a number, and the condition is made of the warehouse's
own columns. The latest version of a rule counts; a bank that set none has the rules of `workflow.rules`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd
from sqlalchemy import and_, insert, select

from warehouse import journal
from warehouse.access import Reader, Viewer
from warehouse.connect import Stores
from warehouse.desk import alerts, rule_versions
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customer_profiles as profile
from warehouse.schema import customer_scores as score
from warehouse.settings import Settings
from workflow.overdue import close_in
from workflow.rules import HIGH_CHURN_PROBABILITY, Rule, rules

LONGEST = 200
"""Characters of a title, an advice or a reason."""


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """What a rule may ask about: in words, which way it warns, and the thresholds to choose from."""

    label: str
    warns: Literal["at least", "at most"]
    choices: tuple[float, ...]
    unit: Literal["HKD", "days", "share", "number"] = "number"

    def threshold(self, value: float) -> str:
        """A threshold in words, such as `HKD 500,000` or `-25 %`."""
        if self.unit == "share":
            return f"{100 * value:+.0f} %".replace("-", "−") if value < 0 else f"{100 * value:.0f} %"
        if self.unit == "HKD":
            return f"HKD {value:,.0f}"
        return f"{value:,.0f} days" if self.unit == "days" else f"{value:,.0f}"


_MONEY = (100_000.0, 200_000.0, 500_000.0, 1_000_000.0, 2_000_000.0, 5_000_000.0)
ATTRIBUTES: Mapping[str, Attribute] = {
    "probability": Attribute(
        label="Chance of leaving within 90 days",
        warns="at least",
        choices=(0.05, 0.10, 0.15, 0.20, 0.30, 0.40),
        unit="share",
    ),
    "open_complaints_90d": Attribute(
        label="Complaints of the last 90 days not settled", warns="at least", choices=(1, 2, 3)
    ),
    "complaints_365d": Attribute(label="Complaints in a year", warns="at least", choices=(1, 2, 3, 5)),
    "total_balance": Attribute(
        label="Deposits and investments", warns="at least", choices=_MONEY, unit="HKD"
    ),
    "savings_balance": Attribute(label="Savings", warns="at least", choices=_MONEY, unit="HKD"),
    "balance_change_90d": Attribute(
        label="Change of the balance in three months",
        warns="at most",
        choices=(-0.10, -0.25, -0.50, -0.75),
        unit="share",
    ),
    "days_since_customer_made_transaction": Attribute(
        label="Days since the customer last moved money",
        warns="at least",
        choices=(60, 90, 120, 180, 270, 365),
        unit="days",
    ),
    "app_sessions_30d": Attribute(label="App visits in 30 days", warns="at most", choices=(0, 1, 2, 5)),
    "last_nps": Attribute(
        label="Latest answer to “would you recommend us”, 0 to 10", warns="at most", choices=(2, 4, 6)
    ),
    "last_csat": Attribute(
        label="Latest answer to “were you satisfied”, 1 to 5", warns="at most", choices=(1, 2, 3)
    ),
}
"""Column of the profile, or the score → what a rule may ask about it."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A rule as people set it: attribute → threshold, all of which must hold."""

    code: str
    title: str
    advice: str
    conditions: Mapping[str, float]
    within_capacity: bool = True

    def in_words(self) -> str:
        """The conditions as a text, such as `Savings at least HKD 500,000`."""
        return "; ".join(
            f"{ATTRIBUTES[name].label} {ATTRIBUTES[name].warns} {ATTRIBUTES[name].threshold(value)}"
            for name, value in self.conditions.items()
        )


def built_in(settings: Settings) -> tuple[Draft, ...]:
    """The rules every bank begins with, in the same form as those that people set."""
    conditions: dict[str, dict[str, float]] = {
        "complaint_and_dormant_savings": {
            "open_complaints_90d": 1,
            "savings_balance": settings.large_savings,
            "days_since_customer_made_transaction": settings.dormant_after_days,
        },
        "high_churn_risk": {"probability": HIGH_CHURN_PROBABILITY},
    }
    return tuple(
        Draft(
            code=rule.code,
            title=rule.title,
            advice=rule.advice,
            conditions=conditions[rule.code],
            within_capacity=rule.within_capacity,
        )
        for rule in rules(settings)
    )


def as_rule(draft: Draft) -> Rule:
    """The rule the warehouse runs. A score moves a little every night, so an alert stays until it is half of it."""

    def condition(share_of_score: float) -> Any:
        parts = []
        for name, value in draft.conditions.items():
            if name == "probability":
                parts.append(score.c.probability >= value * share_of_score)
            elif ATTRIBUTES[name].warns == "at least":
                parts.append(profile.c[name] >= value)
            else:
                parts.append(profile.c[name] <= value)
        return and_(*parts)

    scored = "probability" in draft.conditions
    because = tuple(draft.conditions)
    if scored and "total_balance" not in because:
        because = (*because, "total_balance")
    return Rule(
        code=draft.code,
        title=draft.title,
        when=condition(1.0),
        still=condition(0.5) if scored else None,
        because=because,
        advice=draft.advice,
        needs_model=scored,
        within_capacity=draft.within_capacity,
    )


def drafts_in_force(reader: Reader) -> tuple[Draft, ...]:
    """The rules that raise alerts now, as people set them."""
    latest = {row.code: row for row in _versions(reader) if row.state != "proposed"}
    found = [_draft(row) for row in latest.values() if row.state == "live"]
    begun = [draft for draft in built_in(reader.stores.settings) if draft.code not in latest]
    return (*begun, *found)


def rules_in_force(reader: Reader) -> tuple[Rule, ...]:
    """The rules that raise alerts now, as the warehouse runs them."""
    settled = {draft.code: draft for draft in built_in(reader.stores.settings)}
    own = {rule.code: rule for rule in rules(reader.stores.settings)}
    return tuple(own[d.code] if settled.get(d.code) == d else as_rule(d) for d in drafts_in_force(reader))


def known_rules(reader: Reader) -> dict[str, Draft]:
    """Every rule there is or ever was, by code: what an alert of it is called."""
    found = {draft.code: draft for draft in built_in(reader.stores.settings)}
    return found | {row.code: _draft(row) for row in _versions(reader) if row.state != "proposed"}


def proposals(reader: Reader) -> list[tuple[Draft, str, str]]:
    """Rules a team lead proposed and nobody answered yet: the draft, who, and why."""
    waiting: dict[str, Any] = {}
    for row in _versions(reader):
        waiting.pop(row.code, None)
        if row.state == "proposed":
            waiting[row.code] = row
    return [(_draft(row), row.made_by, row.why) for row in waiting.values()]


def history(reader: Reader) -> pd.DataFrame:
    """Every version, the latest first: title, words, state, would_flag, why, made_by, made_at."""
    rows = [
        {
            "title": row.title,
            "words": _draft(row).in_words(),
            "state": row.state,
            "would_flag": row.would_flag,
            "why": row.why,
            "made_by": row.made_by,
            "made_at": row.made_at,
        }
        for row in reversed(_versions(reader))
    ]
    columns = ["title", "words", "state", "would_flag", "why", "made_by", "made_at"]
    return pd.DataFrame(rows, columns=columns)


def code_of(title: str, taken: Iterable[str]) -> str:
    """A code for a new rule, made of its title; never one that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40] or "rule"
    code, number, others = stem, 2, frozenset(taken)
    while code in others:
        code, number = f"{stem}_{number}", number + 1
    return code


def propose(stores: Stores, viewer: Viewer, draft: Draft, why: str) -> None:
    """A team lead suggests a rule for the whole bank; an analyst puts it live. Raises as `put_live` does."""
    _check_role(stores, viewer, ("team_lead", "analyst"), draft.code)
    _append(stores, viewer, _checked(draft), "proposed", why, None)


def put_live(stores: Stores, viewer: Viewer, draft: Draft, why: str, *, seen: int, flagged_now: int) -> None:
    """Let a rule raise alerts from the next night on. `seen` is the count the viewer was shown.

    Raises AccessRefused unless the viewer is an analyst (the attempt is logged), and ChangeRefused if something is
    missing or not of the closed set, or the count is no longer the one that was shown.
    """
    _check_role(stores, viewer, ("analyst",), draft.code)
    draft = _checked(draft)
    if seen != flagged_now:
        raise ChangeRefused(
            f"The rule would flag {flagged_now:,} customers by now, not {seen:,}. Look at the preview again first."
        )
    _append(stores, viewer, draft, "live", why, flagged_now)


def retire(stores: Stores, viewer: Viewer, code: str, why: str) -> int:
    """Remove a rule: its open alerts are closed with that as the reason, and stay on record. Gives how many.

    Raises AccessRefused unless the viewer is an analyst (the attempt is logged), and ChangeRefused if the rule is not
    in force or the reason is missing.
    """
    _check_role(stores, viewer, ("analyst",), code)
    in_force = {d.code: d for d in drafts_in_force(Reader(stores, viewer))}
    if code not in in_force:
        raise ChangeRefused("This rule is not in force any more, so there is nothing to remove.")
    return _append(stores, viewer, in_force[code], "retired", why, None)


def _append(stores: Stores, viewer: Viewer, draft: Draft, state: str, why: str, flagged: int | None) -> int:
    why = why.strip()
    if not why or len(why) > LONGEST:
        raise ChangeRefused(
            f"Say why in 1 to {LONGEST} characters; colleagues read it later. Then save again."
        )
    with journal.entry(stores, viewer.username, f"rule.{state}", draft.code, why) as entry:
        entry.desk.execute(
            insert(rule_versions).values(
                code=draft.code,
                title=draft.title,
                advice=draft.advice,
                conditions=json.dumps(dict(draft.conditions)),
                within_capacity=draft.within_capacity,
                state=state,
                would_flag=flagged,
                why=why,
                made_by=viewer.username,
                made_at=entry.at,
            )
        )
        return close_in(entry, alerts.c.rule == draft.code) if state == "retired" else 0


def _check_role(stores: Stores, viewer: Viewer, roles: tuple[str, ...], code: str) -> None:
    if viewer.role not in roles:
        journal.note(stores, viewer.username, "rule.refused", code[:64])
        raise AccessRefused(
            "Rules that raise alerts for the whole bank are set by analysts; team leads may propose one. "
            "Nothing was changed."
        )


def _checked(draft: Draft) -> Draft:
    """The draft if it can be a rule. Raises ChangeRefused with what is missing."""
    if not draft.conditions:
        raise ChangeRefused("Choose at least one condition, or the rule would flag everybody.")
    for name in draft.conditions:
        if name not in ATTRIBUTES:
            raise ChangeRefused(f"“{name[:60]}” is nothing a rule can ask about.")
    title, advice = draft.title.strip(), draft.advice.strip()
    for what, words in (("a title", title), ("an advice for the RM", advice)):
        if not words or len(words) > LONGEST:
            raise ChangeRefused(f"Give the rule {what} of 1 to {LONGEST} characters, and save again.")
    if not re.fullmatch(r"[a-z0-9_]{1,48}", draft.code):
        raise ChangeRefused("The rule has no usable code. Give it a title with letters, and save again.")
    return replace(draft, title=title, advice=advice)


def _versions(reader: Reader) -> list[Any]:
    return reader.rows(select(rule_versions).order_by(rule_versions.c.version_id))


def _draft(row: Any) -> Draft:
    conditions = {str(k): float(v) for k, v in json.loads(row.conditions).items()}
    return Draft(
        code=row.code,
        title=row.title,
        advice=row.advice,
        conditions=conditions,
        within_capacity=bool(row.within_capacity),
    )
