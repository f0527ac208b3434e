"""Signing a goal that several departments share: a proposal until each has signed, as “qualified” is.

Nobody signs for another department, whoever set the goal.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import goal_signatures, goals
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.goals.goal_records import Goal
from workflow.goals.goal_setting import LONGEST_TEXT, check_running, end, has_ended

SIGNS: Mapping[str, tuple[str, ...]] = {
    "marketing": ("Marketing",),
    "sales": ("Sales",),
    "service": ("Service",),
    "team_lead": ("Relationship Management",),
    "analyst": ("Analytics",),
    "executive": ("Finance", "Core banking"),
}
"""Role → the departments it signs for; an executive signs for those that have no account of their own."""


def sign_goal(
    stores: Stores, who: Viewer, goal_id: int, department: str, verdict: str, note: str = ""
) -> None:
    """Record what a department says about a goal it shares: `signed` or `declined`; the last signature sets it in force.

    Raises AccessRefused for a role that does not sign for that department (the attempt is logged). Raises ChangeRefused
    if there is no such goal, it has ended or was declined, the department has spoken, or a refusal has no reason.
    """
    if department not in SIGNS.get(who.role, ()):
        audit.refuse(
            stores,
            who,
            "goal.refused",
            f"Your role does not sign for {department[:60]}, so nothing was recorded. Tell a colleague who does.",
            f"goal {goal_id}, {department}",
        )
    if verdict not in ("signed", "declined"):
        raise ChangeRefused(f"“{verdict}” is not an answer. A goal is signed or declined.")
    if verdict == "declined" and not note.strip():
        raise ChangeRefused(
            "Say what should change, so that the next proposal can be signed. Write it and save again."
        )
    with audit.entry(
        stores, who.username, f"goal.{verdict}", f"{goal_id}, {department}", note.strip()
    ) as change:
        check_running(change.app_db, goal_id)
        goal = change.app_db.execute(select(goals).where(goals.c.goal_id == goal_id)).one()
        if department not in goal.signing:
            raise ChangeRefused(f"Goal {goal_id} does not need the signature of {department}.")
        given = {
            s.department: s.verdict
            for s in change.app_db.execute(
                select(goal_signatures).where(goal_signatures.c.goal_id == goal_id)
            )
        }
        if department in given:
            raise ChangeRefused(f"{department} has already {given[department]} this goal. Reload to see it.")
        if "declined" in given.values():
            raise ChangeRefused("This goal was declined, so it cannot come into force. Set the next one.")
        change.append(
            goal_signatures,
            "signed",
            goal_id=goal_id,
            department=department,
            verdict=verdict,
            note=note.strip()[:LONGEST_TEXT],
        )
        in_force = verdict == "signed" and {*given, department} >= set(goal.signing)
        if in_force and goal.supersedes is not None and not has_ended(change.app_db, goal.supersedes):
            end(change.app_db, goal.supersedes, who, change.at, goal.replaces_why, goal_id)


def may_sign(who: Viewer, goal: Goal) -> tuple[str, ...]:
    """The departments that a viewer can still sign a goal for."""
    if goal.ended_at is not None:
        return ()
    return tuple(d for d in goal.waits_for if d in SIGNS.get(who.role, ()))
