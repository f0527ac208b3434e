"""What a department knows about a customer and the others should: a note with its author and its day."""

from workflow.collaboration.record_kind import RecordField, RecordKind, RecordStep, nobody

KIND = RecordKind(
    name="customer_note",
    singular="Note on a customer",
    plural="Notes on customers",
    icon=":material/sticky_note_2:",
    url="customer-notes",
    purpose="What colleagues know about a customer beside the figures.",
    title=RecordField(
        name="title",
        label="What should colleagues know?",
        kind="line",
        longest=200,
        hint="Prefers to be called after 18:00",
    ),
    fields=(),
    states={"stands": "Stands", "outdated": "No longer true"},
    closed=frozenset({"outdated"}),
    steps=(
        RecordStep(
            name="outdate",
            label="No longer true",
            after=("stands",),
            leads_to="outdated",
            turn="anyone",
            fields=(RecordField(name="why", label="Since when, or why?", kind="line", longest=200),),
            hands_to=nobody,
        ),
    ),
    first_owner=nobody,
    about_customer=True,
)
