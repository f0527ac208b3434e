"""What Service has done about the sample bank's complaints, through the same door as anybody's."""

from __future__ import annotations

from datetime import date

from metrics.customers import complaints
from warehouse.access.reader import Reader
from warehouse.stores.connect import Stores
from workflow.collaboration.record_kind import SERVICE
from workflow.collaboration.sample_history import PEOPLE, SampleHistory
from workflow.customers import complaint_steps


def write_sample_complaints(stores: Stores, as_of: date) -> None:
    """What Service has done about complaints that wait: some are taken, some answered, one is with the RM."""
    h = SampleHistory(stores, as_of)
    reader = Reader(h.stores, PEOPLE[SERVICE], h.stores.snapshot())
    waiting = reader.frame(complaints.open_complaints(h.as_of))
    cases = [str(t) for t in waiting["ticket_id"]]
    lately = cases[-10:-1:2]
    if not lately:
        return
    service = PEOPLE[SERVICE]
    complaint_steps.record_for_all(h.on(2), service, dict.fromkeys(lately, 0), complaint_steps.TAKEN)
    answer = "The fee is paid back with the next statement; the branch has apologised."
    complaint_steps.record_for_all(h.on(1), service, {lately[0]: 1}, complaint_steps.ANSWERED, answer)
    of_an_rm = [str(t) for t in waiting.loc[waiting["rm_id"].notna(), "ticket_id"] if str(t) in lately[1:]]
    for case in of_an_rm[:1]:
        why = "Asks for the relationship manager. Please call before Friday."
        complaint_steps.record_for_all(h.on(1), service, {case: 1}, complaint_steps.TO_RM, why)
