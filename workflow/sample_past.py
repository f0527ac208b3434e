"""The nine weeks before the sample bank's first morning: alerts of real nights, and what its RMs did about them.

Each night asks the bank as of its own day, through the same rules as any night; each step is recorded on its day through
the same door as anybody's. Who does what is drawn from the alert's number, so that a bank is the same each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from metrics.customers.profile import profile
from models.churn import churn_prediction
from models.churn.churn_prediction import ChurnModel
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alerts
from warehouse.load import loading
from warehouse.schema import customer_profiles, customer_scores, relationship_managers
from warehouse.stores.connect import Stores
from workflow.alerts import assignment
from workflow.alerts.alert_steps import SNOOZED, TO_SERVICE, record_step
from workflow.alerts.raising import tonight
from workflow.alerts.still_valid import why_ended
from workflow.customers import offers
from workflow.records.escalation import escalate
from workflow.rules.rule_definitions import flagged_customers, lacking
from workflow.rules.rule_versions import rules_in_force
from workflow.scoring.training import usable_model

Progress = Callable[[str], None]
NIGHTS_BACK = (65, 37, 30, 23, 16, 8)
"""Days before the sample's last day. The first finds most, as any first night, and is nearly worked off by then; an alert
of the second that is still open is overdue, of the third due that day, of the last new."""
WORKED = (
    # (up to this share of the alerts, after so many days, step, note)
    (0.16, 3, "declined", "Content with what she has."),
    (0.24, 4, "accepted", "Took the deposit offer."),
    (0.29, 2, "wrong_alert", "The money went to an account of the spouse here."),
    (0.34, 3, TO_SERVICE, "Please settle the complaint first."),
    (0.44, 4, SNOOZED, "Travels until next month."),
    (0.60, 4, "contacted", "Thinks it over."),
    (0.72, 2, "acknowledged", ""),
)
"""What becomes of an alert in its first week; the others wait."""
PROMISED = 0.36
"""Of a rule that promises a call within days, nearly all alerts come to an end in them."""
DONE_LATER = 0.5
"""Of those still open after two weeks, the share that is closed from one week to the next."""
TO_POOL = 0.04
LATER_BY, SNOOZE_FOR = 12, 28
"""Days after which an open alert is looked at again, and for which one is snoozed."""


def write_sample_past(stores: Stores, progress: Progress) -> None:
    """Raise and work the alerts of the nights before the last day loaded. To be called once, before the first night."""
    reader = Reader(stores, SYSTEM, stores.snapshot())
    as_of, available = data_coverage.as_of(reader), data_coverage.available_columns(reader)
    model, _ = usable_model(reader, stores.settings, as_of, available, progress)
    if model is None:
        return
    progress("Raising the alerts of nine weeks")
    days = [as_of - timedelta(days=back) for back in NIGHTS_BACK]
    with loading.next_snapshot(stores) as draft:
        for day in days:
            described = reader.frame(profile(day, available))
            draft.write(customer_profiles, described, replacing=customer_profiles.c.as_of == day)
            draft.write(
                customer_scores, _scores(model, described, day), replacing=customer_scores.c.as_of == day
            )
    night = Reader(stores, SYSTEM, draft.snapshot)
    for day, following in zip(days, [*days[1:], as_of], strict=True):
        _night(stores, night, day)
        _work(stores, night, day, following, as_of)


def _scores(model: ChurnModel, described: Any, day: date) -> Any:
    return churn_prediction.score(model, described).assign(
        model=model.card.model, as_of=day, model_version=model.card.version
    )


def _night(stores: Stores, night: Reader, day: date) -> None:
    present = frozenset(
        night.frame(select(customer_profiles.c.customer_id).where(customer_profiles.c.as_of == day))[
            "customer_id"
        ]
    )
    then = _on(stores, day + timedelta(days=1), 2)
    for rule in rules_in_force(night):
        if lacking(rule, data_coverage.of(night)):
            continue
        why = partial(why_ended, night, rule, day, present)
        tonight(then, rule, night.frame(flagged_customers(rule, day)), day, present, why)
    escalate(then, day)


def _work(stores: Stores, night: Reader, day: date, following: date, as_of: date) -> None:
    """What RMs and team leads do between one night and the next: about the alerts of this night, and older ones."""
    t = relationship_managers
    managers = {m.rm_id: m for m in night.rows(select(t.c.rm_id, t.c.name, t.c.team))}
    promised = {rule.code for rule in rules_in_force(night) if rule.due_days}
    for alert in _open(stores):
        manager = managers.get(alert["rm_id"])
        if manager is None:
            continue
        rm = Viewer(str(manager.name), str(manager.name), "relationship_manager", manager.rm_id, manager.team)
        lot, age = _lot(alert["alert_id"], "first"), (day - alert["raised_on"]).days
        if age == 0 and lot > 1 - TO_POOL and manager.team:
            lead = Viewer("lead", "Team lead", "team_lead", team=manager.team)
            then = _on(stores, min(day + timedelta(days=2), as_of), 11)
            assignment.reassign(then, lead, alert["alert_id"], None, "On leave this month.", alert["version"])
        elif age == 0:
            _first_week(stores, rm, alert, lot * PROMISED if alert["rule"] in promised else lot, as_of)
        elif age >= LATER_BY and _lot(alert["alert_id"], f"{day}") < DONE_LATER:
            then = _on(stores, min(day + timedelta(days=3), following), 15)
            step = "accepted" if _lot(alert["alert_id"], "yes") < 0.25 else "declined"
            record_step(then, rm, alert["alert_id"], step, "Second call.", alert["version"], today=day)


def _first_week(stores: Stores, rm: Viewer, alert: Mapping[str, Any], lot: float, as_of: date) -> None:
    raised = alert["raised_on"]
    for share, after, step, note in WORKED:
        if lot < share:
            on = min(raised + timedelta(days=after), as_of)
            until = on + timedelta(days=SNOOZE_FOR) if step == SNOOZED else None
            if step in ("accepted", "declined") and _offer(_on(stores, on, 9), rm, alert, on):
                alert = {**alert, "version": alert["version"] + 1}
            record_step(
                _on(stores, on, 10),
                rm,
                alert["alert_id"],
                step,
                note,
                alert["version"],
                until=until,
                today=on,
            )
            return


def _offer(then: Stores, rm: Viewer, alert: Mapping[str, Any], on: date) -> bool:
    """Make the customer the offer that fits, where one does; give whether one was made."""
    step = offers.next_step(Reader(then, rm, then.snapshot()), alert["customer_id"], on, alerted=True)
    if step.offer is None:
        return False
    offers.offer_for_all(then, rm, {alert["alert_id"]: alert["version"]}, step.offer.code, "", on)
    return True


def _open(stores: Stores) -> list[dict[str, Any]]:
    statement = select(alerts).where(alerts.c.arm == "treated", alerts.c.status != "closed")
    with stores.read_app_db() as app_db:
        rows = app_db.execute(statement.order_by(alerts.c.alert_id)).mappings()
        return [dict(row) for row in rows]


def _lot(alert_id: str, what: str) -> float:
    """A number from 0 to 1 that is always the same for an alert and a question."""
    digest = hashlib.sha256(f"{alert_id} {what}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _on(stores: Stores, day: date, hour: int) -> Stores:
    at = datetime.combine(day, time(hour, 30))
    return replace(stores, now=lambda: at)
