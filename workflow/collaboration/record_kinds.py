"""The kinds of records there are, by name; `warehouse.access.record_rights` says who sees, opens and decides each."""

from collections.abc import Mapping

from workflow.collaboration import (
    capability_needs,
    charters,
    customer_notes,
    data_requests,
    decision_records,
    discussions,
    disputes,
    events,
    feedback,
    ideas,
    initiatives,
    leader_questions,
    meetings,
    negotiations,
    observations,
    retrospectives,
    service_cases,
    strategies,
    thanks,
    tool_register,
)
from workflow.collaboration.record_kind import RecordKind

KINDS: Mapping[str, RecordKind] = {
    kind.name: kind
    for kind in (
        discussions.KIND,
        observations.KIND,
        disputes.KIND,
        decision_records.KIND,
        data_requests.KIND,
        meetings.KIND,
        initiatives.KIND,
        retrospectives.KIND,
        feedback.KIND,
        ideas.KIND,
        leader_questions.KIND,
        thanks.KIND,
        charters.KIND,
        negotiations.KIND,
        tool_register.KIND,
        capability_needs.KIND,
        strategies.KIND,
        events.KIND,
        service_cases.KIND,
        customer_notes.KIND,
    )
}
