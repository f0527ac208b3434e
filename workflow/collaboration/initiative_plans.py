"""Who works on an initiative and what it takes: people-days, the roster with skills, the answers of its sponsor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import as_typed
from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    DEPARTMENTS,
    MANAGEMENT,
    Contents,
    Record,
    RecordField,
    RecordStep,
)

ANSWER_WITHIN = 5
FIGURES = {metric.label: name for name, metric in sorted(CATALOGUE.items(), key=lambda pair: pair[1].label)}
"""Label → the metric's name, for a figure to be linked by what it is called on screen."""


@dataclass(frozen=True, kw_only=True)
class PeopleDays:
    """What a department is needed for and what it can give; None where it has said nothing."""

    department: str
    needed: float
    offered: float | None

    @property
    def short(self) -> float:
        """How many people-days are missing, as far as it has said."""
        return 0.0 if self.offered is None else max(self.needed - self.offered, 0.0)


@dataclass(frozen=True)
class RosterMember:
    """A colleague on an initiative, with the department that named her."""

    name: str
    department: str
    skills: str


def figures(record: Record) -> tuple[str, ...]:
    """The metrics it is linked to, by name, the first linked first."""
    labels = dict.fromkeys(str(e.contents["figure"]) for e in record.steps_taken("link_figure"))
    return tuple(FIGURES[label] for label in labels if label in FIGURES)


def people_days(record: Record) -> tuple[PeopleDays, ...]:
    """Each department that is needed or has offered something, in the order of the departments."""
    needed = dict(_parsed(line) for line in record.contents.get("people_days") or [])
    offered: dict[str, float] = {}
    for entry in record.steps_taken("offer_people"):
        offered[entry.department] = float(entry.contents["offered"])
    return tuple(
        PeopleDays(department=d, needed=needed.get(d, 0.0), offered=offered.get(d))
        for d in DEPARTMENTS
        if d in needed or d in offered
    )


def capacity(records: Iterable[Record]) -> tuple[PeopleDays, ...]:
    """The same over several initiatives: what a department is needed for in all, against what it has offered."""
    each = [days for record in records for days in people_days(record)]
    rows = []
    for department in DEPARTMENTS:
        mine = [days for days in each if days.department == department]
        offers = [days.offered for days in mine if days.offered is not None]
        if mine:
            needed = sum(days.needed for days in mine)
            rows.append(
                PeopleDays(department=department, needed=needed, offered=sum(offers) if offers else None)
            )
    return tuple(rows)


def roster(record: Record) -> tuple[RosterMember, ...]:
    """Who is on it; the latest word about a name counts."""
    members = {
        str(e.contents["member"]): RosterMember(
            str(e.contents["member"]), e.department, str(e.contents["skills"])
        )
        for e in record.steps_taken("join")
    }
    return tuple(members[name] for name in sorted(members))


def with_skill(records: Iterable[Record], typed: str) -> list[tuple[Record, RosterMember]]:
    """The colleagues on initiatives whose skills hold every word that was typed."""
    words = typed.lower().split()
    both = [(record, member) for record in records for member in roster(record)]
    return [(r, m) for r, m in both if words and all(w in m.skills.lower() for w in words)]


def sponsor_in_words(record: Record) -> str:
    """`Answered 2 of 3 questions, after 2 days in the median.`; "" where none was put."""
    put, answers = record.steps_taken("ask_sponsor"), record.steps_taken("sponsor_answers")
    if not put:
        return ""
    waits = [(a.entered_at - q.entered_at).days for q, a in zip(put, answers, strict=False)]
    after = f", after {as_typed(median(waits))} days in the median" if waits else ""
    return f"Answered {len(answers)} of {len(put)} {'question' if len(put) == 1 else 'questions'}{after}."


def _parsed(line: str) -> tuple[str, float]:
    """`Marketing: 20` → both; a department that is none, or no number, gives NaN or another name."""
    department, _, number = line.partition(":")
    try:
        return department.strip(), float(number.strip().replace(",", ""))
    except ValueError:
        return department.strip(), float("nan")


def _days_fit(_record: Record, _viewer: Viewer, contents: Contents) -> str:
    for line in contents["people_days"]:
        department, number = _parsed(line)
        if department not in DEPARTMENTS or not 0 <= number < 100_000:
            return (
                f"Write each line as a department and its people-days, such as “{DEPARTMENTS[0]}: 20”. This one is "
                f"not: “{line}”. Nothing was saved."
            )
    return ""


def _offer_fits(_record: Record, _viewer: Viewer, contents: Contents) -> str:
    if not 0 <= float(contents["offered"]) < 100_000:
        return "People-days are 0 or more. Nothing was saved."
    return ""


def _new_figure(record: Record, _viewer: Viewer, contents: Contents) -> str:
    if FIGURES.get(str(contents["figure"])) in figures(record):
        return "This figure is linked already. Nothing was saved."
    return ""


def _has_sponsor(record: Record, _viewer: Viewer) -> str:
    return "" if record.contents.get("sponsor") else "It has no sponsor to put a question to."


def _question_waits(record: Record, _viewer: Viewer) -> str:
    waits = len(record.steps_taken("ask_sponsor")) > len(record.steps_taken("sponsor_answers"))
    return "" if waits else "Every question to the sponsor is answered."


def _to_sponsor(record: Record, _viewer: Viewer, _contents: Contents) -> str:
    """Whoever must clear a blocker keeps the turn."""
    return MANAGEMENT if record.owner == record.contents["accountable"] else record.owner


def _back_from_sponsor(record: Record, _viewer: Viewer, _contents: Contents) -> str:
    return str(record.contents["accountable"]) if record.owner == MANAGEMENT else record.owner


def _team(record: Record) -> tuple[str, ...]:
    return tuple(record.contents.get("team", []))


STEPS = (
    RecordStep(
        name="link_figure",
        label="Link a figure",
        after=("running",),
        turn=_team,
        fields=(
            RecordField(
                name="figure", label="Which figure should it move?", kind="choice", choices=tuple(FIGURES)
            ),
        ),
        check=_new_figure,
        says="Linked. The page shows it before the initiative began, and now.",
    ),
    RecordStep(
        name="plan_people",
        label="Plan the people-days",
        after=("running",),
        turn=lambda record: (str(record.contents["accountable"]),),
        fields=(
            RecordField(
                name="people_days",
                label="People-days until it ends, one department in each line",
                kind="lines",
                hint=f"{DEPARTMENTS[0]}: 20",
            ),
        ),
        check=_days_fit,
        says="Planned. Each department can say what it can give.",
    ),
    RecordStep(
        name="offer_people",
        label="Say what we can give",
        after=("running",),
        turn=_team,
        fields=(
            RecordField(
                name="offered", label="How many people-days can we give until it ends?", kind="number"
            ),
        ),
        check=_offer_fits,
        says="Recorded beside what is needed.",
    ),
    RecordStep(
        name="join",
        label="Name a colleague",
        after=("running",),
        turn=_team,
        fields=(
            RecordField(name="member", label="Who works on it?", kind="line", longest=80),
            RecordField(
                name="skills", label="With which skills?", kind="line", longest=160, hint="SQL, forecasting"
            ),
        ),
        says="On the roster.",
    ),
    RecordStep(
        name="ask_sponsor",
        label="Ask the sponsor",
        after=("running",),
        turn=_team,
        fields=(RecordField(name="question", label="What must the sponsor decide or clear?", longest=500),),
        hands_to=_to_sponsor,
        due_days=ANSWER_WITHIN,
        bar=_has_sponsor,
        says="It waits for the sponsor.",
    ),
    RecordStep(
        name="sponsor_answers",
        label="Answer for the sponsor",
        after=("running",),
        turn=lambda _record: (MANAGEMENT,),
        follows="ask_sponsor",
        fields=(RecordField(name="answer", label="What does the sponsor say?", longest=500),),
        hands_to=_back_from_sponsor,
        due_days=14,
        bar=_question_waits,
        says="Answered.",
    ),
)
"""What can be recorded about the people and figures of an initiative while it runs."""
