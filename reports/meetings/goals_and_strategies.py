"""Where the goals in force stand, and which strategies wait for the review that was agreed."""

from __future__ import annotations

from datetime import date

from metrics.comparison.goal_status import BAD, GOOD
from metrics.comparison.words import day
from metrics.definitions.cache_key import Once
from reports.review.goal_texts import against, name_of, off_plan, table
from reports.review.review_document import Answer, Table
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from workflow.collaboration import record_reading
from workflow.goals.goal_records import current, every_goal, proposed
from workflow.kept import progress_now

GOALS, STRATEGIES = "Where do the goals stand?", "Which strategies are due for their review?"
MOST_EXPLAINED = 5
"""Goals off plan in words; the table has them all."""


def goals(reader: Reader, available: AvailableColumns, once: Once) -> Answer:
    """Those in force with their state, those off plan in words, and the proposals that wait for a department."""
    as_of, every = data_coverage.as_of(reader), every_goal(reader)
    running = sorted(current(every, as_of), key=lambda g: (bool(g.filters), g.goal_id))
    standing = progress_now(once, reader, running, as_of, available) if running else []
    waiting = [f"{name_of(g)} {g.agreement()}" for g in proposed(every)]
    looked = f"Looked at: the goals in force on {day(as_of)}, and those that were proposed."
    proposals = f"Proposed, not in force: {'; '.join(waiting)}." if waiting else ""
    if not standing:
        return Answer(
            key="goals",
            question=GOALS,
            title="No goal is in force",
            sentences=tuple(filter(None, (looked, proposals))),
        )
    bad = [g for g in standing if g.state() in BAD]
    unknown = [g for g in standing if g.state() not in BAD | GOOD]
    explained = [f"{name_of(g.goal)}: {against(g)}." for g in bad[:MOST_EXPLAINED]]
    if unknown:
        names = "; ".join(f"{name_of(g.goal)} ({g.state_in_words()})" for g in unknown)
        explained.append(f"Neither on nor off plan: {names}.")
    title = off_plan(standing)
    return Answer(
        key="goals",
        question=GOALS,
        title=f"{title[:1].upper()}{title[1:]}",
        sentences=tuple(filter(None, (looked, *explained, proposals))),
        table=table(standing),
        metrics=tuple(dict.fromkeys(g.goal.metric for g in standing)),
    )


def strategies(reader: Reader, today: date) -> Answer:
    """Those in force whose review day has come, the longest due first."""
    in_force = [s for s in record_reading.records_of(reader, "strategy") if s.state == "in_force"]
    due = sorted(
        (s for s in in_force if s.due_on is not None and s.due_on <= today), key=lambda s: s.due_on or today
    )
    looked = f"Looked at: {len(in_force)} {'strategy' if len(in_force) == 1 else 'strategies'} in force."
    if not due:
        return Answer(
            key="strategies",
            question=STRATEGIES,
            title="No strategy is due for its review",
            sentences=(looked,),
        )
    rows = tuple((s.title, s.department, str(s.contents["goal"]), day(s.due_on)) for s in due)
    return Answer(
        key="strategies",
        question=STRATEGIES,
        title=f"{len(due)} {'strategy is' if len(due) == 1 else 'strategies are'} due for review",
        sentences=(looked,),
        table=Table(
            columns=("Strategy", "Department", "Goal", "Due"), rows=rows, title="Strategies due for review"
        ),
    )
