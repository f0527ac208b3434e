"""The kinds of records there are, by name; `warehouse.access.record_rights` says who sees, opens and decides each."""

from collections.abc import Mapping

from workflow.collaboration import (
    customer_notes,
    data_requests,
    decision_records,
    discussions,
    disputes,
    feedback,
    initiatives,
    meetings,
    observations,
    retrospectives,
    service_cases,
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
        service_cases.KIND,
        customer_notes.KIND,
    )
}
