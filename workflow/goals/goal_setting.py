"""Setting a goal and giving one up: who may, what is refused, and what is kept of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import as_typed
from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import goal_endings, goal_paths, goal_signatures, goals
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.goals.goal_records import GoalDraft, as_text, departments, part_in_words, parts_of

MAY_SET = frozenset({"marketing", "sales", "executive", "analyst", "system"})
LONGEST_TEXT = 2000
OWNERS = tuple(
    dict.fromkeys(
        (
            *("Marketing and Sales", "Marketing", "Sales", "Service", "Finance", "Relationship Management"),
            *(metric.owner for metric in CATALOGUE.values()),
        )
    )
)
"""Who can own a goal: the departments, two of them together, and every owner of a figure."""


def set_goal(
    stores: Stores, who: Viewer, draft: GoalDraft, *, supersedes: int | None = None, why: str = ""
) -> int:
    """Set a goal and give its number. Of several departments it is a proposal until each of them has signed.

    The goal it takes the place of ends when it comes into force. Raises AccessRefused for a role that sets none (the
    attempt is logged). Raises ChangeRefused if there is no such metric, owner or goal, or the same figure, part and
    span already has one that is not ended.
    """
    _check_role(stores, who, draft.metric)
    if draft.metric not in CATALOGUE:
        raise ChangeRefused(f"There is no metric called “{draft.metric}”. The dictionary lists them all.")
    if draft.owner not in OWNERS:
        raise ChangeRefused(
            f"“{draft.owner[:60]}” owns no goals. A goal is owned by one of these: {', '.join(OWNERS)}."
        )
    label, part = CATALOGUE[draft.metric].label, as_text(draft.filters)
    sharing = departments(draft)
    signing = sharing if len(sharing) > 1 else ()
    if supersedes is not None:
        why = _reason(why)
    summary = f"{as_typed(draft.target)} for {draft.span.in_words()}, {part_in_words(draft.filters)}"
    with audit.entry(stores, who.username, "goal.set", draft.metric, f"{summary} {why}".strip()) as change:
        there = change.app_db.execute(
            select(goals.c.goal_id, goals.c.revision, goal_endings.c.ended_at, goal_signatures.c.department)
            .outerjoin(goal_endings, goal_endings.c.goal_id == goals.c.goal_id)
            .outerjoin(
                goal_signatures,
                and_(goal_signatures.c.goal_id == goals.c.goal_id, goal_signatures.c.verdict == "declined"),
            )
            .where(
                goals.c.metric == draft.metric,
                goals.c.filters == part,
                goals.c.starts_on == draft.span.start,
                goals.c.ends_on == draft.span.end,
            )
        ).all()
        if any(g.ended_at is None and g.department is None and g.goal_id != supersedes for g in there):
            raise ChangeRefused(
                f"{label} already has a target for {draft.span.in_words()}, {part_in_words(draft.filters)}. Replace "
                "that goal, with a reason, if it should be another."
            )
        number = int(change.app_db.execute(select(func.max(goals.c.goal_id))).scalar() or 0) + 1
        change.append(
            goals,
            "set",
            goal_id=number,
            metric=draft.metric,
            target=draft.target,
            starts_on=draft.span.start,
            ends_on=draft.span.end,
            owner=draft.owner,
            filters=part,
            revision=max((g.revision for g in there), default=0) + 1,
            baseline=draft.baseline,
            linked_to=draft.linked_to,
            note=draft.note.strip()[:LONGEST_TEXT],
            signing=signing,
            supersedes=supersedes,
            replaces_why=why[:LONGEST_TEXT],
        )
        for target, month in zip(draft.path, parts_of(draft), strict=bool(draft.path)):
            change.append(goal_paths, goal_id=number, starts_on=month.start, ends_on=month.end, target=target)
        if supersedes is not None:
            check_running(change.app_db, supersedes)
            if not signing:
                end(change.app_db, supersedes, who, change.at, why, number)
    return number


def end_goal(stores: Stores, who: Viewer, goal_id: int, why: str) -> None:
    """Give a goal up, with the reason. Raises like `set_goal`, and if it has ended already."""
    _check_role(stores, who, f"goal {goal_id}")
    with audit.entry(stores, who.username, "goal.end", str(goal_id), why.strip()) as change:
        end(change.app_db, goal_id, who, change.at, why, None)


def end(
    app_db: Connection, goal_id: int, who: Viewer, at: datetime, why: str, superseded_by: int | None
) -> None:
    """End a goal inside an open entry of the audit log; `superseded_by` is the goal that takes its place."""
    why = _reason(why)
    check_running(app_db, goal_id)
    app_db.execute(
        insert(goal_endings).values(
            goal_id=goal_id,
            ended_at=at,
            ended_by=who.username,
            why=why[:LONGEST_TEXT],
            superseded_by=superseded_by,
        )
    )


def _reason(why: str) -> str:
    if not why.strip():
        raise ChangeRefused("Say why the goal ends early: the others who share it will ask.")
    return why.strip()


def check_running(app_db: Connection, goal_id: int) -> None:
    """Raise ChangeRefused if there is no such goal or it has ended."""
    if app_db.execute(select(goals.c.goal_id).where(goals.c.goal_id == goal_id)).first() is None:
        raise ChangeRefused(f"There is no goal {goal_id}.")
    if has_ended(app_db, goal_id):
        raise ChangeRefused("This goal has already ended. Reload to see who ended it and why.")


def has_ended(app_db: Connection, goal_id: int) -> bool:
    """Whether a goal was given up or replaced."""
    return app_db.execute(select(goal_endings).where(goal_endings.c.goal_id == goal_id)).first() is not None


def _check_role(stores: Stores, who: Viewer, subject: str) -> None:
    sentence = (
        "Your role reads goals and does not set them, so nothing was recorded. Marketing, Sales, the executives and the "
        "analysts do."
    )
    audit.check_role(stores, who, MAY_SET, "goal.refused", sentence, subject)
