"""An initiative: a goal that takes several departments, with a sponsor, one accountable, milestones and blockers."""

from __future__ import annotations

from datetime import date

from warehouse.access.reader import Viewer
from workflow.collaboration import initiative_plans
from workflow.collaboration.record_kind import (
    DEPARTMENTS,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
)

NEEDS = ("Marketing", "IT")
"""Departments without which an initiative about customers and data is short of somebody."""
UPDATE_WITHIN = 14


def _accountable(record: Record, _viewer: Viewer, contents: Contents) -> str:
    return str(contents.get("accountable") or record.contents.get("accountable", ""))


def _in_the_team(_viewer: Viewer, contents: Contents) -> str:
    if contents["accountable"] not in contents["team"]:
        return (
            f"{contents['accountable']} is accountable, so it belongs to the team. Add it. Nothing was saved."
        )
    return ""


def gaps(record: Record) -> list[str]:
    """What an initiative lacks, each as a sentence."""
    contents = record.contents
    missing = [d for d in NEEDS if d not in contents.get("team", [])]
    sentences = [f"No colleague of {d} is in the team." for d in missing]
    if not contents.get("sponsor"):
        sentences.append("It has no sponsor.")
    return sentences


def responsibilities(record: Record) -> dict[str, str]:
    """Department → its part: accountable, responsible, consulted or informed; exactly one is accountable."""
    contents = record.contents
    parts: dict[str, str] = {}
    for word, departments in (
        ("informed", contents.get("informed", [])),
        ("consulted", contents.get("consulted", [])),
        ("responsible", contents.get("team", [])),
        ("accountable", [contents["accountable"]]),
    ):
        parts |= dict.fromkeys(departments, word)
    return {d: parts[d] for d in DEPARTMENTS if d in parts}


def blockers(record: Record) -> list[tuple[str, str, date]]:
    """What blocks it now: the blocker, the department that can clear it, since when; none once it was cleared."""
    standing: list[tuple[str, str, date]] = []
    for entry in record.entries:
        if entry.step == "block":
            what, who = entry.contents["blocker"], entry.contents["needs"]
            standing.append((str(what), str(who), entry.entered_at.date()))
        elif entry.step == "clear":
            standing = [blocker for blocker in standing if blocker[1] != entry.department]
    return standing


KIND = RecordKind(
    name="initiative",
    singular="Initiative",
    plural="Initiatives",
    icon=":material/rocket_launch:",
    url="initiatives",
    purpose="What several departments do together: who answers for it, how far it is, what blocks it, what it is worth.",
    title=RecordField(name="title", label="What is it called?", kind="line", longest=120),
    fields=(
        RecordField(name="goal", label="What should it reach?", longest=500),
        RecordField(
            name="accountable", label="The one department accountable", kind="choice", choices=DEPARTMENTS
        ),
        RecordField(name="team", label="Departments in the team", kind="departments"),
        RecordField(name="consulted", label="Departments consulted", kind="departments", needed=False),
        RecordField(name="informed", label="Departments informed", kind="departments", needed=False),
        RecordField(name="sponsor", label="Sponsor, by name", kind="line", longest=80, needed=False),
        RecordField(
            name="milestones",
            label="Milestones, one in each line",
            kind="lines",
            longest=1_500,
            hint="30 Sep 2026: the app shows the new limit",
        ),
        RecordField(name="cost", label="What may it cost, in HKD?", kind="number", needed=False),
        RecordField(name="ends_on", label="When does it end?", kind="day", future=True),
    ),
    states={"running": "Running", "reached": "Reached", "stopped": "Stopped"},
    closed=frozenset({"reached", "stopped"}),
    steps=(
        RecordStep(
            name="update",
            label="Give an update",
            after=("running",),
            turn="anyone",
            fields=(
                RecordField(name="progress", label="What is done?", longest=500),
                RecordField(name="challenge", label="What is hard?", longest=500, needed=False),
                RecordField(name="next", label="What comes next?", longest=500),
            ),
            due_days=UPDATE_WITHIN,
        ),
        RecordStep(
            name="block",
            label="Report a blocker",
            after=("running",),
            turn="anyone",
            fields=(
                RecordField(name="blocker", label="What blocks it?", longest=500),
                RecordField(
                    name="needs", label="Which department can clear it?", kind="choice", choices=DEPARTMENTS
                ),
            ),
            hands_to=lambda _record, _viewer, contents: str(contents["needs"]),
            due_days=7,
        ),
        RecordStep(
            name="clear",
            label="Clear the blocker",
            after=("running",),
            fields=(RecordField(name="cleared", label="How?", longest=500),),
            hands_to=_accountable,
            due_days=UPDATE_WITHIN,
        ),
        *initiative_plans.STEPS,
        RecordStep(
            name="reach",
            label="It is reached",
            after=("running",),
            leads_to="reached",
            turn="decider",
            fields=(
                RecordField(name="outcome", label="What came of it?", longest=1_000),
                RecordField(name="spent", label="What did it cost, in HKD?", kind="number", needed=False),
            ),
            hands_to=nobody,
        ),
        RecordStep(
            name="stop",
            label="Stop it",
            after=("running",),
            leads_to="stopped",
            turn="decider",
            fields=(RecordField(name="why", label="Why, and what was learned?", longest=1_000),),
            hands_to=nobody,
        ),
    ),
    first_owner=_accountable,
    due_days=UPDATE_WITHIN,
    grows_into=("decision",),
    check=_in_the_team,
)
