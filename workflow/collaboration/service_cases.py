"""A case that a relationship manager hands to Service about a customer, and Service's answer, which comes back to her.

It is not a ticket of the service desk's own tool: those come with the load. It says who owes whom an answer by when.
"""

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    RELATIONSHIP,
    SERVICE,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
)

ANSWER_WITHIN, LOOK_WITHIN = 3, 5
"""Days that Service has, and days in which its answer is looked at."""
FROM_ALERT = "Handed over from an alert"


def _other_side(_record: Record, viewer: Viewer, _contents: Contents) -> str:
    return RELATIONSHIP if viewer.role == "service" else SERVICE


KIND = RecordKind(
    name="service_case",
    singular="Case with Service",
    plural="Cases with Service",
    icon=":material/support_agent:",
    url="service-cases",
    purpose="What relationship managers have handed to Service about a customer, and what Service answered.",
    title=RecordField(name="title", label="What does the customer need?", kind="line", longest=140),
    fields=(
        RecordField(name="details", label="What should the other side know?", longest=1_000, needed=False),
    ),
    states={"asked": "Waits for an answer", "answered": "Answered", "settled": "Settled"},
    closed=frozenset({"settled"}),
    steps=(
        RecordStep(
            name="answer",
            label="Answer",
            after=("asked",),
            leads_to="answered",
            fields=(RecordField(name="answer", label="What was done, and what can the customer be told?"),),
            hands_to=_other_side,
            due_days=LOOK_WITHIN,
            says="Answered. It is back with who asked.",
        ),
        RecordStep(
            name="ask_again",
            label="Ask again",
            after=("answered",),
            leads_to="asked",
            fields=(RecordField(name="missing", label="What is still open?", longest=500),),
            hands_to=_other_side,
            due_days=ANSWER_WITHIN,
        ),
        RecordStep(
            name="withdraw",
            label="Take it back",
            after=("asked",),
            leads_to="settled",
            turn="opener",
            fields=(RecordField(name="why", label="Why is it no longer needed?", kind="line", longest=200),),
            hands_to=nobody,
        ),
        RecordStep(
            name="settle",
            label="Settled",
            after=("answered",),
            leads_to="settled",
            fields=(RecordField(name="outcome", label="How did it end for the customer?", longest=500),),
            hands_to=nobody,
        ),
    ),
    first_owner=_other_side,
    due_days=ANSWER_WITHIN,
    about_customer=True,
)
