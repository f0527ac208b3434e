"""What a kind of record is: its fields, its states, and the steps between them with whose turn each is.

Adding a kind is one definition here (in a module of its own, in `record_kinds.KINDS`) and a line in
`warehouse.access.record_rights`. Everything else, from the form to the thread, the due day and the inbox, works alike
for all kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from metrics.comparison.currency import in_currency
from warehouse.access.reader import Viewer
from workflow.records import acknowledgements

Contents = Mapping[str, Any]
"""Field → what was filled in: a text, a number, an ISO day, or a list of texts."""

ANALYTICS, MANAGEMENT, SERVICE, IT = "Analytics", "Management", "Service", "IT"
MARKETING, SALES, RELATIONSHIP = "Marketing", "Sales", "Relationship managers"
DEPARTMENT_OF: Mapping[str, str] = {**acknowledgements.DEPARTMENTS, "administrator": IT}
"""Role → the department that a colleague of this role belongs to."""
DEPARTMENTS = tuple(dict.fromkeys(DEPARTMENT_OF.values()))
NOBODY = ""
"""The owner of a record that waits for nobody."""


def department_of(viewer: Viewer) -> str:
    """The department a viewer writes for."""
    return DEPARTMENT_OF.get(viewer.role, "")


@dataclass(frozen=True, kw_only=True)
class RecordField:
    """One thing to fill in."""

    name: str
    label: str
    kind: Literal["line", "paragraph", "day", "choice", "departments", "number", "lines"] = "paragraph"
    """`lines` is a text of which every line is an item of its own."""
    choices: tuple[str, ...] = ()
    longest: int = 1_000
    needed: bool = True
    hint: str = ""
    default: Any = None
    future: bool = False
    """Of a day: whether it lies after the day it is written."""
    is_typed: bool = False
    """Whether its label repeats what somebody typed."""

    @property
    def words(self) -> str:
        """The label in the currency of the settings; what somebody typed stays as it is."""
        return self.label if self.is_typed else in_currency(self.label)

    @property
    def heading(self) -> str:
        """The label as it stands before what was filled in."""
        return self.words.partition(", one in each line")[0].partition(": one column in each")[0].rstrip("?")


@dataclass(frozen=True, kw_only=True)
class RecordEntry:
    """One thing that happened to a record."""

    entry_id: int
    version: int
    step: str
    state: str
    owner: str
    due_on: date | None
    contents: Contents
    note: str
    department: str
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, kw_only=True)
class CustomerKeys:
    """The customer a record is about, and whose she is: copied when it is written."""

    customer_id: str
    rm_id: str | None
    customer_rm_id: str | None
    team: str | None


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record as it stands, with everything that happened to it, the oldest first."""

    record_id: int
    kind: str
    title: str
    department: str
    pin_id: int | None
    came_from: int | None
    customer: CustomerKeys | None
    opened_by: str
    opened_at: datetime
    entries: tuple[RecordEntry, ...]

    @property
    def last(self) -> RecordEntry:
        return self.entries[-1]

    @property
    def state(self) -> str:
        return self.last.state

    @property
    def owner(self) -> str:
        """The department whose turn it is, or NOBODY."""
        return self.last.owner

    @property
    def due_on(self) -> date | None:
        return self.last.due_on

    @property
    def version(self) -> int:
        return self.last.version

    @property
    def contents(self) -> dict[str, Any]:
        """Every field as it was filled in last."""
        return {name: value for entry in self.entries for name, value in entry.contents.items()}

    def steps_taken(self, step: str) -> tuple[RecordEntry, ...]:
        """The entries of one step, the oldest first."""
        return tuple(entry for entry in self.entries if entry.step == step)

    def last_step(self, step: str) -> RecordEntry:
        """The last entry of a step that was taken."""
        return self.steps_taken(step)[-1]

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed while somebody's turn was due."""
        return bool(self.owner) and self.due_on is not None and self.due_on < today


Check = Callable[[Record, Viewer, Contents], str]
"""Why a step cannot be taken with what was filled in, as a sentence; "" if it can."""
Bar = Callable[[Record, Viewer], str]
"""Why a step cannot be taken now, whatever is filled in, as a sentence; "" if it can."""
Owner = Callable[[Record, Viewer, Contents], str]


def nothing_against(_record: Record, _viewer: Viewer, _contents: Contents) -> str:
    """No further condition."""
    return ""


def no_bar(_record: Record, _viewer: Viewer) -> str:
    """Nothing stands in its way."""
    return ""


def stays(record: Record, _viewer: Viewer, _contents: Contents) -> str:
    """Whoever's turn it was, it stays."""
    return record.owner


def nobody(_record: Record, _viewer: Viewer, _contents: Contents) -> str:
    """Nobody's turn: it is settled."""
    return NOBODY


def no_more_fields(_record: Record) -> tuple[RecordField, ...]:
    """Nothing to fill in beside the fields of the step."""
    return ()


def who_opened(record: Record, _viewer: Viewer, _contents: Contents) -> str:
    """The department that opened it."""
    return record.department


Departments = Callable[[Record], Collection[str]]
"""Some departments, by what a record holds: its two sides, who leads its discussion."""
Turn = Literal["owner", "opener", "anyone", "decider"] | Departments
"""Whose step it is: the department whose turn it is, the one that opened it, everybody who sees it, the roles that
decide its kind, or certain departments, whoever's turn it is."""


@dataclass(frozen=True, kw_only=True)
class RecordStep:
    """A way from one state to another."""

    name: str
    label: str
    after: tuple[str, ...]
    """The states in which it can be taken."""
    leads_to: str = ""
    """The state after it; "" where the state stays."""
    turn: Turn = "owner"
    fields: tuple[RecordField, ...] = ()
    hands_to: Owner = stays
    due_days: int | None = None
    """Days until what follows is due; None keeps the day, where the state stays, and ends it otherwise."""
    due_field: str = ""
    """Instead, the field that holds the day."""
    follows: str = ""
    """A step that must have been taken before."""
    not_before: str = ""
    """The field whose day must have come before the step can be taken."""
    waits_until_due: bool = False
    """Whether the day the record is due must have come, instead."""
    asks: Callable[[Record], tuple[RecordField, ...]] = no_more_fields
    """What is filled in beside `fields`, by what the record holds."""
    bar: Bar = no_bar
    """What keeps it from being offered."""
    check: Check = nothing_against
    says: str = "Recorded."
    tells_opener: bool = False
    """Whether who opened the record finds the step in the inbox, though it is nobody's turn of hers."""
    worked_out: bool = False
    """Whether its fields are worked out rather than typed, so that it has a button of its own and no form."""

    def fields_for(self, record: Record) -> tuple[RecordField, ...]:
        """What is filled in when it is taken of a record."""
        return (*self.fields, *self.asks(record))


@dataclass(frozen=True, kw_only=True)
class RecordKind:
    """A kind of record: how it is called, what opens it, and how it moves."""

    name: str
    singular: str
    plural: str
    icon: str
    url: str
    purpose: str
    """Its page's one job, as a sentence."""
    title: RecordField
    fields: tuple[RecordField, ...]
    states: Mapping[str, str]
    """State → how it is called on screen; the first is where a record begins."""
    closed: frozenset[str]
    steps: tuple[RecordStep, ...]
    first_owner: Owner
    due_days: int | None = None
    due_field: str = ""
    due_word: str = "Due"
    """What stands before the day in a list; of what takes place that day, something else."""
    grows_into: tuple[str, ...] = ()
    """The kinds of records that can grow out of one."""
    needs_pin: bool = False
    about_customer: bool = False
    """Whether each is about a customer; then only who sees the customer reads it."""
    check: Callable[[Viewer, Contents], str] = field(default=lambda _viewer, _contents: "")
    """Why a record cannot be opened with these contents, as a sentence; "" if it can."""

    @property
    def first_state(self) -> str:
        return next(iter(self.states))

    def step(self, name: str) -> RecordStep | None:
        """The step of a name."""
        return next((s for s in self.steps if s.name == name), None)

    def fields_of(self, step: str, record: Record) -> tuple[RecordField, ...]:
        """What is filled in at a step of a record."""
        chosen = self.step(step)
        return chosen.fields_for(record) if chosen else self.fields
