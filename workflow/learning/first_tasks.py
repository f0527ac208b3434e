"""Five first tasks for a newcomer of each role. Each ends in a real result, and the audit log says when it is there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import audit_log
from warehouse.stores.connect import Stores
from workflow.collaboration.record_kinds import KINDS
from workflow.learning.lesson_results import PASSED

_EVERYBODY = frozenset(ROLES)
_READERS = _EVERYBODY - {"administrator"}
_RELATIONSHIP = frozenset({"relationship_manager", "team_lead"})
_COMMENTS = tuple(f"{kind}.comment" for kind in KINDS)
_ON_REQUESTS = tuple(f"data_request.{s}" for s in ("comment", *(s.name for s in KINDS["data_request"].steps)))
_AGREED = ("goal.signed", "goal.declined", "goal.set")


PUT_AWAY = "first_tasks.put_away"
"""What the audit log calls it when somebody does not want to see them on her first page any more."""


@dataclass(frozen=True, kw_only=True)
class FirstTask:
    """One thing to do, where to do it, and the action in the audit log that shows it was done."""

    name: str
    title: str
    why: str
    roles: frozenset[str]
    url: str
    actions: tuple[str, ...]
    lesson: str = ""
    """The lesson that has to be passed, where that is the task."""


TASKS = (
    FirstTask(
        name="figure",
        title="Read a figure of your own",
        why="The first lesson asks you for one, and checks it.",
        roles=_READERS,
        url="learn",
        actions=(PASSED,),
        lesson="read-a-figure",
    ),
    FirstTask(
        name="definition",
        title="Look up what a figure means",
        why="The Dictionary has the sentence and the owner; the lesson asks for one.",
        roles=_EVERYBODY,
        url="learn",
        actions=(PASSED,),
        lesson="one-meaning",
    ),
    FirstTask(
        name="comment",
        title="Talk about a figure",
        why="Press Discuss below any figure, or comment on what a colleague wrote.",
        roles=_READERS,
        url="discussions",
        actions=("discussion.open", *_COMMENTS),
    ),
    FirstTask(
        name="report",
        title="Save a report",
        why="The question you ask each week, ready for Monday.",
        roles=_READERS,
        url="reports",
        actions=("report.save",),
    ),
    FirstTask(
        name="queue",
        title="Record what you did about an alert",
        why="Open your queue, call the first customer, and note how it went.",
        roles=_RELATIONSHIP,
        url="customer-health",
        actions=("alert.step",),
    ),
    FirstTask(
        name="observation",
        title="Tell another department what you see",
        why="What customers say at your desk is news elsewhere.",
        roles=frozenset({"service", "marketing"}),
        url="observations",
        actions=("observation.open",),
    ),
    FirstTask(
        name="lead",
        title="Accept or reject a lead",
        why="The reason you give goes back to Marketing.",
        roles=frozenset({"sales"}),
        url="lead-hand-off",
        actions=("lead.accepted", "lead.rejected"),
    ),
    FirstTask(
        name="accept",
        title="Accept a definition for your department",
        why="Analytics knows first what a figure really counts.",
        roles=frozenset({"analyst"}),
        url="dictionary",
        actions=("acknowledgement.give",),
    ),
    FirstTask(
        name="goal",
        title="Sign a shared goal, or set one",
        why="A goal is shared once those who work for it have signed.",
        roles=frozenset({"executive"}),
        url="goals",
        actions=_AGREED,
    ),
    FirstTask(
        name="periods",
        title="Compare what is alike",
        why="You will be asked why two numbers differ; mostly their days do.",
        roles=frozenset({"administrator"}),
        url="learn",
        actions=(PASSED,),
        lesson="fair-periods",
    ),
    FirstTask(
        name="noise",
        title="Tell a difference from chance",
        why="Not every number that moves is a fault in the data.",
        roles=frozenset({"administrator"}),
        url="learn",
        actions=(PASSED,),
        lesson="noise",
    ),
    FirstTask(
        name="link",
        title="Learn whose rights a link carries",
        why="Colleagues will ask you why a link shows them less.",
        roles=frozenset({"administrator"}),
        url="learn",
        actions=(PASSED,),
        lesson="keep-a-report",
    ),
    FirstTask(
        name="request",
        title="Answer a request for data",
        why="The tables that a figure needs are often yours to load.",
        roles=frozenset({"administrator"}),
        url="data-requests",
        actions=_ON_REQUESTS,
    ),
)


def tasks_of(role: str) -> tuple[FirstTask, ...]:
    """The five tasks of a role, in the order to do them."""
    return tuple(task for task in TASKS if role in task.roles)


def tasks_done(stores: Stores, viewer: Viewer) -> frozenset[str]:
    """The names of the viewer's tasks that are done, by what she herself wrote."""
    tasks, log = tasks_of(viewer.role), audit_log.c
    actions = {action for task in tasks for action in task.actions}
    statement = select(log.action, log.subject).where(
        log.who == viewer.username, log.action.in_(sorted(actions))
    )
    lines = {(row.action, row.subject) for row in Reader(stores, SYSTEM).rows(statement.distinct())}
    return frozenset(
        task.name
        for task in tasks
        if any(
            action in task.actions and (not task.lesson or subject == task.lesson)
            for action, subject in lines
        )
    )


def put_away(stores: Stores, viewer: Viewer) -> None:
    """Keep that the viewer does not want her first tasks on Today any more; on Learn they stay."""
    audit.note(stores, viewer.username, PUT_AWAY)


def is_put_away(stores: Stores, viewer: Viewer) -> bool:
    """Whether she has put them away."""
    mine = (audit_log.c.who == viewer.username, audit_log.c.action == PUT_AWAY)
    return bool(Reader(stores, SYSTEM).rows(select(audit_log.c.line).where(*mine).limit(1)))
