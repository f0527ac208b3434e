"""A discussion: colleagues talk about one pinned figure, until somebody says what came of it."""

from workflow.collaboration.record_kind import RecordField, RecordKind, RecordStep, nobody

KIND = RecordKind(
    name="discussion",
    singular="Discussion",
    plural="Discussions",
    icon=":material/forum:",
    url="discussions",
    purpose="What colleagues say about a figure, beside the figure as it stood when they said it.",
    title=RecordField(name="title", label="What is it about?", kind="line", longest=120),
    fields=(RecordField(name="said", label="Comment", longest=1_000),),
    states={"open": "Open", "resolved": "Resolved"},
    closed=frozenset({"resolved"}),
    steps=(
        RecordStep(
            name="resolve",
            label="Resolve",
            after=("open",),
            leads_to="resolved",
            turn="anyone",
            fields=(RecordField(name="outcome", label="What came of it?", longest=500),),
            hands_to=nobody,
            says="Resolved; it can still be read and opened again.",
        ),
        RecordStep(
            name="reopen",
            label="Open again",
            after=("resolved",),
            leads_to="open",
            turn="anyone",
            fields=(RecordField(name="why", label="Why?", longest=500),),
            hands_to=nobody,
        ),
    ),
    first_owner=nobody,
    grows_into=("observation", "dispute", "decision"),
    needs_pin=True,
)
