"""What two departments must have and would like, written before they talk; then options scored against both lists.

The lists are locked once both sides are ready. After that an essential can only be renegotiated, and a wish is given up
by name; an option that fails an essential is excluded.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    DEPARTMENTS,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    department_of,
    nobody,
)

MEETS, PARTLY, FAILS = "Meets it", "Meets it in part", "Fails it"
_WORTH = {MEETS: 2, PARTLY: 1, FAILS: 0}


@dataclass(frozen=True, kw_only=True)
class SideCondition:
    """Something that a side needs or would like."""

    department: str
    words: str
    is_essential: bool


@dataclass(frozen=True, kw_only=True)
class ScoredOption:
    """An option with what it does to each condition, in the order of `conditions`."""

    name: str
    marks: tuple[str, ...]
    failed: tuple[SideCondition, ...]
    """The essentials it fails: with any, it is excluded."""
    points: dict[str, int]
    """Side → 2 points for each condition it meets, 1 for each it meets in part."""

    @property
    def is_excluded(self) -> bool:
        return bool(self.failed)


def sides(record: Record) -> tuple[str, str]:
    """The two departments that talk."""
    return record.department, str(record.contents["other"])


def missing_lists(record: Record) -> list[str]:
    """The sides that have not written their conditions yet."""
    written = {e.department for e in record.steps_taken("conditions")}
    return [d for d in sides(record) if d not in written]


def conditions(record: Record) -> list[SideCondition]:
    """What stands on both lists now: the latest list of each side, less what was given up, as renegotiated."""
    rows: list[SideCondition] = []
    for side in sides(record):
        mine = [e for e in record.steps_taken("conditions") if e.department == side]
        if not mine:
            continue
        wishes = list(mine[-1].contents.get("desired", []))
        needs = list(mine[-1].contents["essential"])
        for entry in record.entries:
            if entry.department != side:
                continue
            if entry.step == "concede":
                wishes = [w for w in wishes if w != entry.contents["given_up"]]
            elif entry.step == "renegotiate":
                old, new = entry.contents["essential_was"], entry.contents["essential_is"]
                needs = [new if n == old else n for n in needs]
        rows += [SideCondition(department=side, words=n, is_essential=True) for n in needs]
        rows += [SideCondition(department=side, words=w, is_essential=False) for w in wishes]
    return rows


def scored(record: Record) -> list[ScoredOption]:
    """Every option against every condition it was scored on and that still stands."""
    standing = conditions(record)
    latest = {e.contents["option"]: e.contents for e in record.steps_taken("score")}
    options = []
    for name, contents in latest.items():
        by_condition = {c: contents.get(_field(i), "") for i, c in enumerate(_scored_on(record, contents))}
        marks = tuple(str(by_condition.get(c, "")) for c in standing)
        both = list(zip(standing, marks, strict=True))
        options.append(
            ScoredOption(
                name=str(name),
                marks=marks,
                failed=tuple(c for c, mark in both if c.is_essential and mark == FAILS),
                points={
                    side: sum(_WORTH.get(mark, 0) for c, mark in both if c.department == side)
                    for side in sides(record)
                },
            )
        )
    return options


def frontier(options: list[ScoredOption]) -> list[ScoredOption]:
    """The options that are not excluded and that no other betters for one side without loss for the other."""
    kept = [o for o in options if not o.is_excluded]

    def is_bettered(option: ScoredOption) -> bool:
        return any(
            all(other.points[s] >= n for s, n in option.points.items()) and other.points != option.points
            for other in kept
        )

    return [o for o in kept if not is_bettered(o)]


def _scored_on(record: Record, contents: Contents) -> list[SideCondition]:
    """The conditions that stood when an option was scored."""
    entry = next(e for e in record.steps_taken("score") if e.contents is contents)
    before = Record(
        **{**vars(record), "entries": tuple(e for e in record.entries if e.version < entry.version)}
    )
    return conditions(before)


def _field(place: int) -> str:
    return f"mark_{place}"


def _marks(record: Record) -> tuple[RecordField, ...]:
    return tuple(
        RecordField(
            name=_field(place),
            label=f"{c.department} {'needs' if c.is_essential else 'would like'}: {c.words}",
            kind="choice",
            choices=(MEETS, PARTLY, FAILS),
            is_typed=True,
        )
        for place, c in enumerate(conditions(record))
    )


def _both_sides(record: Record) -> tuple[str, str]:
    return sides(record)


def _both_ready(record: Record, _viewer: Viewer) -> str:
    if missing := missing_lists(record):
        return f"{' and '.join(missing)} {'has' if len(missing) == 1 else 'have'} not written what is needed yet."
    return ""


def _of_hers(record: Record, viewer: Viewer, *, essential: bool) -> list[str]:
    mine = department_of(viewer)
    return [c.words for c in conditions(record) if c.department == mine and c.is_essential == essential]


def _a_wish_left(record: Record, viewer: Viewer) -> str:
    return "" if _of_hers(record, viewer, essential=False) else "None of your wishes is left to give up."


def _has_essentials(record: Record, viewer: Viewer) -> str:
    return "" if _of_hers(record, viewer, essential=True) else "Your list has no essential to reword."


def _some_option_left(record: Record, _viewer: Viewer) -> str:
    options = scored(record)
    if not options:
        return "No option is scored yet."
    return "Every option that was scored fails an essential." if all(o.is_excluded for o in options) else ""


def _a_wish_of_hers(record: Record, viewer: Viewer, contents: Contents) -> str:
    if contents["given_up"] in _of_hers(record, viewer, essential=True):
        return "This is an essential: it cannot be given up, only renegotiated. Nothing was saved."
    wishes = _of_hers(record, viewer, essential=False)
    if contents["given_up"] not in wishes:
        return f"Give up one of your wishes, word for word: {'; '.join(wishes)}. Nothing was saved."
    return ""


def _an_essential_of_hers(record: Record, viewer: Viewer, contents: Contents) -> str:
    mine = _of_hers(record, viewer, essential=True)
    if contents["essential_was"] not in mine:
        return f"Write one of your essentials, word for word: {'; '.join(mine)}. Nothing was saved."
    return ""


def _an_option_left(record: Record, _viewer: Viewer, contents: Contents) -> str:
    options = {o.name: o for o in scored(record)}
    option = options.get(str(contents["chosen"]))
    if option is None:
        return f"Choose one of the options that were scored: {'; '.join(options)}. Nothing was saved."
    if option.is_excluded:
        needs = "; ".join(f"{c.department}: {c.words}" for c in option.failed)
        return f"This option fails an essential ({needs}), so it is excluded. Nothing was saved."
    return ""


def _two_sides(viewer: Viewer, contents: Contents) -> str:
    if contents["other"] == department_of(viewer):
        return "The other side is another department. Choose which. Nothing was saved."
    return ""


KIND = RecordKind(
    name="negotiation",
    singular="Negotiation",
    plural="Negotiations",
    icon=":material/balance:",
    url="agreements",
    purpose="What two departments must have and would like, and which option serves both.",
    title=RecordField(name="title", label="What is it about?", kind="line", longest=140),
    fields=(
        RecordField(name="other", label="With which department?", kind="choice", choices=DEPARTMENTS),
        RecordField(name="talks_on", label="When do you talk?", kind="day", future=True),
    ),
    states={
        "lists": "Both write their lists",
        "talks": "Both are ready",
        "agreed": "Agreed",
        "ended": "Ended",
    },
    closed=frozenset({"agreed", "ended"}),
    steps=(
        RecordStep(
            name="conditions",
            label="Write our list",
            after=("lists",),
            turn=_both_sides,
            fields=(
                RecordField(name="essential", label="What we must have, one in each line", kind="lines"),
                RecordField(
                    name="desired", label="What we would like, one in each line", kind="lines", needed=False
                ),
            ),
            hands_to=lambda record, viewer, _contents: next(
                (d for d in missing_lists(record) if d != department_of(viewer)), record.department
            ),
            says="Your list is there. The other side reads it.",
        ),
        RecordStep(
            name="lock",
            label="Lock both lists",
            after=("lists",),
            leads_to="talks",
            turn=_both_sides,
            bar=_both_ready,
            says="Both lists are locked: both are ready.",
        ),
        RecordStep(
            name="concede",
            label="Give up a wish",
            after=("talks",),
            turn=_both_sides,
            fields=(
                RecordField(
                    name="given_up", label="Which of our wishes, word for word?", kind="line", longest=300
                ),
                RecordField(name="in_return", label="In return for what?", kind="line", longest=300),
            ),
            bar=_a_wish_left,
            check=_a_wish_of_hers,
        ),
        RecordStep(
            name="renegotiate",
            label="Reword an essential",
            after=("talks",),
            turn=_both_sides,
            fields=(
                RecordField(
                    name="essential_was", label="Which essential, word for word?", kind="line", longest=300
                ),
                RecordField(name="essential_is", label="What do we need instead?", kind="line", longest=300),
            ),
            bar=_has_essentials,
            check=_an_essential_of_hers,
        ),
        RecordStep(
            name="score",
            label="Score an option",
            after=("talks",),
            turn=_both_sides,
            fields=(RecordField(name="option", label="The option", kind="line", longest=140),),
            asks=_marks,
        ),
        RecordStep(
            name="agree",
            label="Agree on an option",
            after=("talks",),
            leads_to="agreed",
            turn=_both_sides,
            fields=(
                RecordField(name="chosen", label="Which option, word for word?", kind="line", longest=140),
                RecordField(name="agreement", label="What was agreed?", longest=1_000),
            ),
            hands_to=nobody,
            bar=_some_option_left,
            check=_an_option_left,
        ),
        RecordStep(
            name="end",
            label="End it without an agreement",
            after=("lists", "talks"),
            leads_to="ended",
            turn=_both_sides,
            fields=(RecordField(name="why", label="Why?", longest=500),),
            hands_to=nobody,
        ),
    ),
    first_owner=lambda _record, _viewer, contents: str(contents["other"]),
    due_field="talks_on",
    due_word="Talks on",
    grows_into=("decision",),
    check=_two_sides,
)
