"""A request for data: what for, which columns, and one owner for each stage from extraction to delivery.

No purpose, no request. Who provides restates the purpose, who asked confirms it before anything is delivered, and what
is delivered is held against the columns. A change of what is asked is accepted anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    ANALYTICS,
    DEPARTMENTS,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
    who_opened,
)

STAGES = {
    "extract": "Extracting",
    "prepare": "Preparing",
    "analyse": "Analysing",
    "deliver": "Delivering",
}
"""Stage of the work → what it is called on screen; each has one owner before the work begins."""
ANSWER_WITHIN = 5
ENDED = "ended"


def is_confirmed(record: Record) -> bool:
    """Whether who asked has confirmed what the provider understood, since it was accepted last."""
    since = [e.step for e in record.entries if e.step in ("accept", "confirm")]
    return since[-1:] == ["confirm"]


def shared_too_long(records: Iterable[Record], today: date) -> list[Record]:
    """The requests whose data were to be shared until a day that has passed, and nobody has recorded that it ended."""
    return [
        r
        for r in records
        if r.state == "done"
        and (until := r.contents.get("shared_until"))
        and date.fromisoformat(until) < today
    ]


def _asked_of(record: Record) -> str:
    return str(record.contents["to"])


def _restated(record: Record) -> tuple[RecordField, ...]:
    """What the provider understood, to be read before it is confirmed."""
    return (
        RecordField(
            name="also",
            label=f"“{record.contents.get('understood', '')}” – what should be added?",
            longest=300,
            needed=False,
            is_typed=True,
        ),
    )


def _as_it_stands(record: Record) -> tuple[RecordField, ...]:
    """The fields of what is asked, filled in with what stands there."""
    fields = {field.name: field for field in KIND.fields}
    changed = []
    for name in ("purpose", "period", "columns", "must_have"):
        value = record.contents.get(name)
        default = "\n".join(value) if isinstance(value, list) else value
        changed.append(replace(fields[name], default=default))
    return (*changed, RecordField(name="reason", label="Why does it change?", longest=300))


def _no_column_twice(_viewer: Viewer, contents: Contents) -> str:
    if len(contents["columns"]) != len({c.lower() for c in contents["columns"]}):
        return "Two of the columns have one name. Give each its own. Nothing was saved."
    return ""


def _columns_apart(_record: Record, viewer: Viewer, contents: Contents) -> str:
    return _no_column_twice(viewer, contents)


def _as_sketched(record: Record, _viewer: Viewer, contents: Contents) -> str:
    """Whether what is delivered has every column that was sketched."""
    sketched = {c.lower() for c in record.contents.get("columns", [])}
    missing = sorted(sketched - {c.lower() for c in contents["delivered_columns"]})
    if missing and not contents.get("why_missing"):
        return (
            f"The request sketched {', '.join(missing)}, and the delivery does not have it. Add it, or say why it is "
            "missing. Nothing was saved."
        )
    return ""


KIND = RecordKind(
    name="data_request",
    singular="Data request",
    plural="Data requests",
    icon=":material/move_to_inbox:",
    url="data-requests",
    purpose="Data one department needs of another: for which decision, with which columns, who does which part by when.",
    title=RecordField(name="title", label="Which data do you need?", kind="line", longest=140),
    fields=(
        RecordField(
            name="to",
            label="Which department has it?",
            kind="choice",
            choices=DEPARTMENTS,
            default=ANALYTICS,
        ),
        RecordField(
            name="purpose",
            label="What for? Which decision does it feed?",
            longest=600,
            hint="Without a purpose nobody can tell whether the data serve it.",
        ),
        RecordField(name="period", label="Of which period, how finely?", kind="line", longest=120),
        RecordField(
            name="columns",
            label="The table you expect: one column in each line",
            kind="lines",
            longest=1_500,
        ),
        RecordField(name="must_have", label="What must it have?", kind="lines", longest=1_000),
        RecordField(
            name="nice_to_have",
            label="What would be good to have?",
            kind="lines",
            longest=1_000,
            needed=False,
        ),
        RecordField(name="needed_by", label="By when?", kind="day", future=True),
    ),
    states={
        "asked": "Asked",
        "accepted": "Accepted, in work",
        "delivered": "Delivered, to be checked",
        "done": "Received",
        ENDED: "Sharing ended",
        "declined": "Declined or taken back",
    },
    closed=frozenset({"done", ENDED, "declined"}),
    steps=(
        RecordStep(
            name="accept",
            label="Accept it",
            after=("asked",),
            leads_to="accepted",
            fields=(
                RecordField(name="understood", label="What do you understand it is for?", longest=600),
                *(
                    RecordField(
                        name=f"owner_{stage}",
                        label=f"{words}: who owns it?",
                        kind="choice",
                        choices=DEPARTMENTS,
                    )
                    for stage, words in STAGES.items()
                ),
                RecordField(name="promised_by", label="Promised by", kind="day", future=True),
            ),
            due_field="promised_by",
            tells_opener=True,
            says="Accepted. Every stage has an owner; who asked confirms what it is for.",
        ),
        RecordStep(
            name="confirm",
            label="Confirm what it is for",
            after=("accepted",),
            turn="opener",
            asks=_restated,
            bar=lambda record, _viewer: "It is confirmed already." if is_confirmed(record) else "",
            says="Confirmed. The work can be delivered.",
        ),
        RecordStep(
            name="change",
            label="Change what is asked",
            after=("asked", "accepted"),
            leads_to="asked",
            turn="opener",
            asks=_as_it_stands,
            hands_to=lambda record, _viewer, _contents: _asked_of(record),
            due_days=ANSWER_WITHIN,
            check=_columns_apart,
            says="Changed. It is accepted anew.",
        ),
        RecordStep(
            name="concede",
            label="Drop something good to have",
            after=("asked", "accepted"),
            turn="opener",
            fields=(
                RecordField(name="dropped", label="Which of them?", kind="line", longest=200),
                RecordField(name="in_return", label="What do you get for it?", longest=300),
            ),
            bar=lambda record, _viewer: "" if _nice_left(record) else "Nothing good to have is left to drop.",
            check=lambda record, _viewer, contents: _among_nice_to_have(record, contents),
            says="The concession is on record.",
        ),
        RecordStep(
            name="deliver",
            label="Deliver it",
            after=("accepted",),
            leads_to="delivered",
            fields=(
                RecordField(name="where", label="Where is it?", kind="line", longest=300),
                RecordField(
                    name="delivered_columns",
                    label="Its columns, one in each line",
                    kind="lines",
                    longest=1_500,
                ),
                RecordField(name="why_missing", label="If one is missing: why?", longest=500, needed=False),
                RecordField(
                    name="shared_until",
                    label="Until when is it shared?",
                    kind="day",
                    needed=False,
                    future=True,
                ),
            ),
            bar=lambda record, _viewer: (
                ""
                if is_confirmed(record)
                else f"{record.department} confirms what it is for before it is delivered."
            ),
            hands_to=who_opened,
            due_days=ANSWER_WITHIN,
            check=_as_sketched,
        ),
        RecordStep(
            name="receive",
            label="It serves its purpose",
            after=("delivered",),
            leads_to="done",
            fields=(RecordField(name="used_for", label="What did you decide with it?", longest=500),),
            hands_to=nobody,
        ),
        RecordStep(
            name="return",
            label="Send it back",
            after=("delivered",),
            leads_to="accepted",
            fields=(RecordField(name="why", label="What is missing or wrong?", longest=500),),
            hands_to=lambda record, _viewer, _contents: _provider(record),
            due_days=ANSWER_WITHIN,
        ),
        RecordStep(
            name="withdraw",
            label="Take it back",
            after=("asked", "accepted"),
            leads_to="declined",
            turn="opener",
            fields=(RecordField(name="why", label="Why is it no longer needed?", longest=300),),
            hands_to=nobody,
        ),
        RecordStep(
            name="decline",
            label="Decline it",
            after=("asked",),
            leads_to="declined",
            fields=(RecordField(name="why", label="Why?", longest=500),),
            hands_to=nobody,
            tells_opener=True,
        ),
        RecordStep(
            name="end",
            label="Sharing has ended",
            after=("done",),
            leads_to=ENDED,
            turn=lambda record: {record.department, _provider(record)},
            fields=(RecordField(name="copies", label="What became of the copies?", longest=300),),
            hands_to=nobody,
        ),
    ),
    first_owner=lambda _record, _viewer, contents: str(contents["to"]),
    due_days=ANSWER_WITHIN,
    check=_no_column_twice,
)


def _nice_left(record: Record) -> list[str]:
    dropped = {str(e.contents["dropped"]) for e in record.steps_taken("concede")}
    return [item for item in record.contents.get("nice_to_have") or [] if item not in dropped]


def _among_nice_to_have(record: Record, contents: Contents) -> str:
    left = _nice_left(record)
    if contents["dropped"] in record.contents.get("must_have", []):
        return "That is a must. It can be talked about in a comment, but not dropped. Nothing was saved."
    if contents["dropped"] not in left:
        return f"It can be one of: {'; '.join(left)}. Nothing was saved."
    return ""


def _provider(record: Record) -> str:
    accepted = record.steps_taken("accept")
    return accepted[-1].department if accepted else _asked_of(record)
