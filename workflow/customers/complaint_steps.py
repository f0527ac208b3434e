"""What Service does about complaints that wait: they are taken, given away, answered, handed to the RM, or that undone.

The bank's own tables learn of an answer with a later load. Lines are appended, and one step about several complaints is
recorded for all of them or for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from metrics.customers import complaints
from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.data_coverage import as_of
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import complaint_steps as lines
from warehouse.errors import ChangeRefused
from warehouse.schema import plain
from warehouse.stores.connect import Stores
from workflow.collaboration import record_checks, record_store
from workflow.collaboration.mentions import Colleague, colleagues
from workflow.collaboration.record_kind import CustomerKeys
from workflow.collaboration.record_kinds import KINDS
from workflow.records.edit_conflicts import changed_meanwhile

TAKEN, GIVEN, ANSWERED, TO_RM, TAKEN_BACK = "taken", "given", "answered", "to_rm", "taken_back"
STEPS = {
    TAKEN: "I take it",
    ANSWERED: "The customer has an answer",
    GIVEN: "Give it to a colleague",
    TO_RM: "Hand it to the relationship manager",
}
"""Every step with the words that choose it."""
NEEDS_WORDS = {
    ANSWERED: "Say in the note what the customer was told, and record it again.",
    TO_RM: "Say in the note what the relationship manager should do, and record it again.",
}
LONGEST_NOTE = 1_000
_ONLY_SERVICE = "Only Service works on complaints, so nothing was recorded."


def colleagues_in_service(stores: Stores) -> tuple[Colleague, ...]:
    """Who a complaint can be given to."""
    return tuple(c for c in colleagues(stores) if c.role == "service")


def record_for_all(
    stores: Stores, viewer: Viewer, seen: Mapping[str, int], step: str, note: str = "", to: str | None = None
) -> None:
    """Append a step to several complaints (number → the version seen); `to` is the sign-in name of a colleague.

    Raises AccessRefused unless the viewer is of Service (the attempt is logged). Raises ChangeRefused where a complaint
    is settled or changed meanwhile, or where a note, a colleague or a customer's RM is missing: nothing is written then.
    """
    audit.check_role(
        stores, viewer, ("service",), "complaint.refused", _ONLY_SERVICE, " ".join(seen), step[:16]
    )
    if step not in STEPS:
        raise ChangeRefused("Choose what you do with it, and record it again.")
    if not seen:
        raise ChangeRefused("Tick at least one complaint, and record it again.")
    note = _checked_note(step, note)
    owner = _owner(stores, viewer, step, to)
    waiting = _waiting(stores, viewer)
    cases = {t: _case(stores, viewer, waiting, t) for t in seen} if step == TO_RM else {}
    with audit.entry(stores, viewer.username, f"complaint.{step}", " ".join(seen), note[:200]) as entry:
        for ticket_id, version in seen.items():
            if ticket_id not in waiting:
                raise ChangeRefused(
                    f"Case {ticket_id[:40]} is no open complaint by now. Nothing was recorded."
                )
            last = _last(entry, ticket_id)
            _check_unchanged(entry, viewer, last, version)
            entry.append(
                lines,
                "taken",
                ticket_id=ticket_id,
                version=version + 1,
                step=step,
                owner=owner if owner is not None else str(last.owner if last else "") or viewer.username,
                note=note,
            )
            if step == TO_RM:
                keys, title = cases[ticket_id]
                contents = {"details": note}
                record_store.open_within(entry, viewer, "service_case", title, contents, customer=keys)


def undo(stores: Stores, viewer: Viewer, seen: Mapping[str, int]) -> None:
    """Undo the viewer's own latest step about each of several complaints by a further line.

    A case that the step opened with the RM is taken back too, unless it is answered. Raises as `record_for_all` does.
    """
    audit.check_role(stores, viewer, ("service",), "complaint.refused", _ONLY_SERVICE, " ".join(seen), "undo")
    waiting = _waiting(stores, viewer)
    with audit.entry(stores, viewer.username, "complaint.taken_back", " ".join(seen)) as entry:
        for ticket_id, version in seen.items():
            _check_unchanged(entry, viewer, _last(entry, ticket_id), version)
            taken = entry.app_db.execute(
                select(lines).where(lines.c.ticket_id == ticket_id).order_by(lines.c.version)
            ).mappings()
            stand = standing([dict(row) for row in taken])
            if not stand or stand[-1]["taken_by"] != viewer.username:
                raise ChangeRefused(
                    f"You have no step on case {ticket_id[:40]} to undo. Nothing was changed."
                )
            last = stand.pop()
            entry.append(
                lines,
                "taken",
                ticket_id=ticket_id,
                version=version + 1,
                step=TAKEN_BACK,
                owner=stand[-1]["owner"] if stand else "",
                note="",
                corrects=last["step_id"],
            )
            customer = waiting.get(ticket_id, {}).get("customer_id")
            if last["step"] == TO_RM and customer is not None:
                record_store.withdraw_within(entry, viewer, customer, last["taken_at"], "Undone by Service.")


def standing(taken: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of all lines about one complaint in their order, the steps that were not undone."""
    gone = {line["corrects"] for line in taken}
    return [line for line in taken if line["step"] != TAKEN_BACK and line["step_id"] not in gone]


def _checked_note(step: str, note: str) -> str:
    if step in NEEDS_WORDS or note.strip():
        return audit.checked_text(note, LONGEST_NOTE, NEEDS_WORDS.get(step, ""), "The note has")
    return ""


def _owner(stores: Stores, viewer: Viewer, step: str, to: str | None) -> str | None:
    """Whose the complaints are after a step; None where they stay whose they are."""
    if step == GIVEN:
        if to not in {c.username for c in colleagues_in_service(stores)}:
            raise ChangeRefused("Choose the colleague who gets it, and record it again.")
        return to
    return viewer.username if step == TAKEN else None


def _waiting(stores: Stores, viewer: Viewer) -> dict[str, dict[str, Any]]:
    reader = Reader(stores, viewer, stores.snapshot())
    frame = reader.frame(complaints.open_complaints(as_of(reader)))
    frame = frame.astype(object).where(frame.notna(), None)
    return {str(row["ticket_id"]): {str(k): v for k, v in row.items()} for row in frame.to_dict("records")}


def _case(
    stores: Stores, viewer: Viewer, waiting: Mapping[str, Mapping[str, Any]], ticket_id: str
) -> tuple[CustomerKeys, str]:
    """The keys and the title of the case that goes to the customer's RM."""
    complaint = waiting.get(ticket_id, {})
    keys = None
    if complaint.get("customer_id"):
        keys = record_checks.keys_of(stores, viewer, KINDS["service_case"], complaint["customer_id"])
    if keys is None or keys.customer_rm_id is None:
        raise ChangeRefused(
            f"Case {ticket_id[:40]} has no relationship manager to hand it to. Leave it out. Nothing was recorded."
        )
    category = complaint.get("category")
    about = plain(category) if category else "no category given"
    return keys, f"Complaint, case {ticket_id}: {about}"[:140]


def _last(entry: AuditEntry, ticket_id: str) -> Any:
    latest = select(lines).where(lines.c.ticket_id == ticket_id).order_by(lines.c.version.desc()).limit(1)
    return entry.app_db.execute(latest).first()


def _check_unchanged(entry: AuditEntry, viewer: Viewer, last: Any, seen_version: int) -> None:
    if (last.version if last else 0) != seen_version:
        if last is None:
            raise ChangeRefused(
                "What was done about this complaint is not what your page shows. Reload it. Nothing was recorded."
            )
        did = STEPS.get(last.step, "undid a step")
        raise ChangeRefused(
            changed_meanwhile(
                entry.app_db, viewer, last.taken_by, last.taken_at, did, f"on case {last.ticket_id}"
            )
        )
