"""Who works an alert: taking one from the pool, and moving one within a team. Each has one worker at any time.

In the pool are alerts of customers without an RM, and those a team lead put back. Of two who take one at once, the
application database lets one win.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import false, select, update

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import alerts, customer_tasks, users
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import relationship_managers
from warehouse.stores.connect import Stores
from workflow.alerts.alert_steps import LONGEST_NOTE, all_opened
from workflow.records.alert_history import append_line, snooze_ended


def claim(stores: Stores, viewer: Viewer, alert_id: str) -> None:
    """Take an alert from the pool: from now on it is in the viewer's queue, and she sees its customer.

    Raises AccessRefused if the viewer may not (the attempt is logged), and ChangeRefused if a colleague was faster.
    """
    try:
        with audit.entry(stores, viewer.username, "alert.claim", alert_id) as entry:
            query = select(alerts).where(alerts.c.alert_id == alert_id)
            alert = entry.app_db.execute(query).mappings().first()
            if (
                viewer.role != "relationship_manager"
                or not viewer.rm_id
                or alert is None
                or alert["arm"] != "treated"
                or (alert["team"] is not None and alert["team"] != viewer.team)
            ):
                raise AccessRefused(
                    "This alert is not in your team's pool, so nothing was changed. Customer health lists the pool."
                )
            # The condition decides, not what was read above: two may have read the same.
            taken = entry.app_db.execute(
                update(alerts)
                .where(alerts.c.alert_id == alert_id, alerts.c.rm_id.is_(None), alerts.c.status != "closed")
                .values(
                    rm_id=viewer.rm_id, team=viewer.team, snoozed_until=None, version=alerts.c.version + 1
                )
            )
            if taken.rowcount != 1:
                raise ChangeRefused(_faster(alert["status"]))
            mine = dict(alert) | {"rm_id": viewer.rm_id, "team": viewer.team}
            append_line(entry, mine, "claimed", snooze_ended(dict(alert)), viewer.username)
    except AccessRefused:
        audit.note(stores, viewer.username, "alert.refused", alert_id[:64], "claim")
        raise


def _faster(status: str) -> str:
    if status == "closed":
        return "This alert was closed in the meantime, so there is nothing to take."
    return "A colleague took this alert a moment before you. Choose another one from the pool."


def reassign(
    stores: Stores, viewer: Viewer, alert_id: str, to_rm: str | None, why: str, seen_version: int
) -> int:
    """Move an alert to another RM of the lead's team, or with None back to the team's pool; gives its new version.

    The customer stays with their own RM; the one who works the alert sees the customer until it is closed. Raises
    AccessRefused unless the viewer leads the alert's team (the attempt is logged). Raises ChangeRefused if the RM is
    not of the team or has the alert already, the reason is missing, or somebody changed the alert first.
    """
    reassign_all(stores, viewer, {alert_id: seen_version}, to_rm, why)
    return seen_version + 1


def reassign_all(
    stores: Stores, viewer: Viewer, seen: Mapping[str, int], to_rm: str | None, why: str
) -> None:
    """Move several alerts (alert id → the version seen) in one transaction: all of them or none.

    Raises as `reassign` does. Whoever moves all reasons of a customer leaves one colleague to call her.
    """
    missing = "Say in a few words why the alert moves; both colleagues read it. Then save again."
    why = audit.checked_text(why, LONGEST_NOTE, missing, "The note has")
    if not seen:
        raise ChangeRefused("Choose at least one customer, and move them again.")
    with all_opened(stores, viewer, seen, "alert.reassign", f"{to_rm or 'pool'}: {why}"[:400]) as several:
        if viewer.role != "team_lead":
            raise AccessRefused("Only a team lead moves alerts, so nothing was changed. Ask yours to do it.")
        team = members(Reader(stores, viewer, stores.snapshot()))
        if to_rm is not None and to_rm not in set(team["rm_id"]):
            raise ChangeRefused("This RM is not in your team, so the alert stays where it is.")
        moving = [alert for alert in several if alert.alert["rm_id"] != to_rm]
        if not moving:
            raise ChangeRefused("The alert is there already, so nothing was changed.")
        where = dict(zip(team["rm_id"], team["name"], strict=True)).get(to_rm or "", "the pool")
        for alert in moving:
            # A snooze was the promise of the one who had it; whoever gets it finds it awake.
            alert.change(seen[alert.alert["alert_id"]], rm_id=to_rm, snoozed_until=None)
            # The line belongs to the one who works it now, so that she finds it in her history.
            append_line(
                alert.entry,
                dict(alert.alert) | {"rm_id": to_rm},
                "reassigned",
                f"To {where}: {why} {snooze_ended(dict(alert.alert))}".strip(),
                viewer.username,
            )


def members(reader: Reader) -> pd.DataFrame:
    """The RMs of the viewer's team: rm_id, name, weekly_capacity."""
    t = relationship_managers
    return reader.frame(
        select(t.c.rm_id, t.c.name, t.c.weekly_capacity)
        .where(t.c.team == reader.viewer.team)
        .order_by(t.c.name)
    )


def team_of(reader: Reader, rm_id: str) -> str | None:
    """The team an RM belongs to, if the bank says so."""
    t = relationship_managers
    teams = reader.frame(select(t.c.team).where(t.c.rm_id == rm_id))["team"]
    return None if teams.empty or pd.isna(teams.iloc[0]) else str(teams.iloc[0])


def covered(stores: Stores, viewer: Viewer) -> tuple[str, ...]:
    """Customers of somebody else whose open alert or task the viewer has, or a lead's team: she must see whom she calls.

    Asked of the application database itself: what comes out decides what the viewer's reader may show.
    """
    own = [alerts.c.arm == "treated", alerts.c.status != "closed", alerts.c.rm_id.is_not(None)]
    if viewer.role == "relationship_manager" and viewer.rm_id:
        own += [
            alerts.c.rm_id == viewer.rm_id,
            alerts.c.customer_rm_id.is_distinct_from(viewer.rm_id),
        ]
    elif viewer.role == "team_lead" and viewer.team:
        own += [alerts.c.team == viewer.team, alerts.c.customer_rm_id.is_(None)]
    else:
        return ()
    query = select(alerts.c.customer_id).where(*own)
    t = customer_tasks
    whose = t.c.rm_id == viewer.rm_id if viewer.rm_id else false()
    given = select(t.c.customer_id).where(
        whose, t.c.customer_rm_id.is_distinct_from(viewer.rm_id), t.c.done_at.is_(None)
    )
    both = query.union(given).order_by("customer_id")
    with stores.read_app_db() as app_db:
        return tuple(app_db.execute(both).scalars())


def viewer_of(stores: Stores, username: str) -> Viewer | None:
    """The person behind an account as she would be at the screen now; None if she may no longer sign in."""
    with stores.read_app_db() as app_db:
        row = app_db.execute(select(users).where(users.c.username == username)).mappings().first()
    if row is None or row["disabled_at"] is not None:
        return None
    person = Viewer(row["username"], row["full_name"], row["role"], row["rm_id"], row["team"])
    return at_work(stores, person)


def at_work(stores: Stores, person: Viewer, team: str | None = None) -> Viewer:
    """`person` with her team, if she is an RM, and with the customers she covers. `team` spares the question."""
    if person.role not in ("relationship_manager", "team_lead"):
        return person
    if person.role == "relationship_manager" and person.rm_id and not person.team:
        if team is None:
            team = team_of(Reader(stores, person, stores.snapshot()), person.rm_id)
    else:
        team = person.team
    return Viewer(person.username, person.full_name, person.role, person.rm_id, team, covered(stores, person))
