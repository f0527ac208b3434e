"""The versions of the rules that people set, with who and why: reading them, proposing, putting live, retiring.

The latest version of a rule counts; a bank that set none has those of `workflow.rules.rule_drafts.built_in`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import func, select

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import alerts, rule_versions
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.records.edit_conflicts import changed_meanwhile, unseen
from workflow.records.escalation import close_in
from workflow.rules.rule_definitions import AlertRule
from workflow.rules.rule_drafts import LONGEST, RuleDraft, as_rule, built_in, checked


def drafts_in_force(reader: Reader) -> tuple[RuleDraft, ...]:
    """The rules that raise alerts now, as people set them."""
    latest = {row.code: row for row in _versions(reader) if row.state != "proposed"}
    live = [_draft(row) for row in latest.values() if row.state == "live"]
    begun = [draft for draft in built_in(reader.stores.settings) if draft.code not in latest]
    return (*begun, *live)


def rules_in_force(reader: Reader) -> tuple[AlertRule, ...]:
    """The rules that raise alerts now, as the warehouse runs them."""
    return tuple(as_rule(draft) for draft in drafts_in_force(reader))


def known_rules(reader: Reader) -> dict[str, RuleDraft]:
    """Every rule there is or ever was, by code: what an alert of it is called."""
    by_code = {draft.code: draft for draft in built_in(reader.stores.settings)}
    return by_code | {row.code: _draft(row) for row in _versions(reader) if row.state != "proposed"}


def proposals(reader: Reader) -> list[tuple[RuleDraft, str, str]]:
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


def latest(reader: Reader, code: str) -> int:
    """The latest version of a rule, proposals too: what a form about it was drawn with. 0 if nobody changed it yet."""
    t = rule_versions
    newest = reader.rows(select(func.max(t.c.version_id).label("newest")).where(t.c.code == code))
    return int(newest[0].newest or 0)


def propose(
    stores: Stores, viewer: Viewer, draft: RuleDraft, why: str, *, seen_version: int | None = None
) -> None:
    """A team lead suggests a rule for the whole bank; an analyst puts it live. Raises as `put_live` does."""
    _check_role(stores, viewer, ("team_lead", "analyst"), draft.code)
    _append(stores, viewer, checked(draft), "proposed", why, None, seen_version)


def put_live(
    stores: Stores,
    viewer: Viewer,
    draft: RuleDraft,
    why: str,
    *,
    seen: int,
    flagged_now: int,
    seen_version: int | None = None,
) -> None:
    """Let a rule raise alerts from the next nightly run on. `seen` is the count the viewer was shown.

    `seen_version` is the rule's `latest` version she had on screen; None where no screen was. Raises AccessRefused
    unless the viewer is an analyst (the attempt is logged). Raises ChangeRefused if something is missing or not of the
    closed set, the count is no longer the one that was shown, or somebody changed the rule since.
    """
    _check_role(stores, viewer, ("analyst",), draft.code)
    draft = checked(draft)
    if seen != flagged_now:
        raise ChangeRefused(
            f"The rule would now flag {flagged_now:,} customers, not {seen:,}. "
            "Look at the preview again, then put it live."
        )
    _append(stores, viewer, draft, "live", why, flagged_now, seen_version)


def retire(stores: Stores, viewer: Viewer, code: str, why: str, *, seen_version: int | None = None) -> int:
    """Remove a rule: its open alerts are closed with that as the reason, and stay on record. Gives how many.

    Raises AccessRefused unless the viewer is an analyst (the attempt is logged), and ChangeRefused if the rule is not
    in force or the reason is missing.
    """
    _check_role(stores, viewer, ("analyst",), code)
    in_force = {d.code: d for d in drafts_in_force(Reader(stores, viewer))}
    if code not in in_force:
        raise ChangeRefused("This rule is not in force any more, so there is nothing to remove.")
    return _append(stores, viewer, in_force[code], "retired", why, None, seen_version)


def _append(
    stores: Stores,
    viewer: Viewer,
    draft: RuleDraft,
    state: str,
    why: str,
    flagged: int | None,
    seen_version: int | None,
) -> int:
    missing = f"Say why in 1 to {LONGEST} characters; colleagues read it later. Then save again."
    why = audit.checked_text(why, LONGEST, missing)
    t = rule_versions
    with audit.entry(stores, viewer.username, f"rule.{state}", draft.code, why) as entry:
        if last := unseen(entry.app_db, t, seen_version, t.c.code == draft.code):
            words = f"{last.state}: {_draft(last).in_words()}"
            raise ChangeRefused(
                changed_meanwhile(entry.app_db, viewer, last.made_by, last.made_at, words, "on this rule")
            )
        entry.append(
            t,
            "made",
            code=draft.code,
            title=draft.title,
            advice=draft.advice,
            conditions={"any_group": draft.any_group, "groups": [dict(group) for group in draft.groups]},
            within_capacity=draft.within_capacity,
            due_days=draft.due_days,
            state=state,
            would_flag=flagged,
            why=why,
        )
        return close_in(entry, alerts.c.rule == draft.code) if state == "retired" else 0


def _check_role(stores: Stores, viewer: Viewer, roles: tuple[str, ...], code: str) -> None:
    sentence = (
        "Rules that raise alerts for the whole bank are set by analysts; team leads may propose one. "
        "Nothing was changed."
    )
    audit.check_role(stores, viewer, roles, "rule.refused", sentence, code)


def _versions(reader: Reader) -> list[Any]:
    return reader.rows(select(rule_versions).order_by(rule_versions.c.version_id))


def _draft(row: Any) -> RuleDraft:
    groups = tuple({str(k): float(v) for k, v in group.items()} for group in row.conditions["groups"])
    return RuleDraft(
        code=row.code,
        title=row.title,
        advice=row.advice,
        groups=groups,
        any_group=bool(row.conditions["any_group"]),
        within_capacity=bool(row.within_capacity),
        due_days=None if pd.isna(row.due_days) else int(row.due_days),
    )
