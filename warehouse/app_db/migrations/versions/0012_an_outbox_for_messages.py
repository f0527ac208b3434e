"""An outbox: each due message once, written before it is sent. What was sent or lost until now is taken over."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column, unless the desk was made in one go with them."""
    if sa.inspect(op.get_bind()).has_table("outbox"):
        return
    op.add_column(
        "deliveries",
        sa.Column("letter", sa.Text(), nullable=True, comment="The letter of the outbox that was tried."),
    )
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="weekly or new_alerts."),
        sa.Column(
            "about",
            sa.Text(),
            nullable=False,
            comment="The Monday of the week it is sent in, or the alert. No two messages of one kind to "
            "one destination are about the same.",
        ),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column(
            "expires_at",
            sa.DateTime(),
            nullable=True,
            comment="From this moment on it is not sent any more.",
        ),
        sa.Column(
            "letter",
            sa.Text(),
            nullable=True,
            comment="Messages sent together share it from the first try on; receivers can tell a repeat by it.",
        ),
        sa.Column(
            "sending_since",
            sa.DateTime(),
            nullable=True,
            comment="Set while a run sends it; left over, that run was stopped.",
        ),
        sa.Column("failed_runs", sa.Integer(), nullable=False, comment="Runs that did not deliver it."),
        sa.Column(
            "next_try_at",
            sa.DateTime(),
            nullable=True,
            comment="Not before this moment does a run of “messages deliver” try again.",
        ),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True, comment="When it was given up."),
        sa.Column("ended_why", sa.Text(), nullable=True, comment="Why it was given up, in a sentence."),
        sa.Column(
            "content",
            sa.Text(),
            nullable=True,
            comment="JSON: the counts and customer numbers it was sent with.",
        ),
        sa.ForeignKeyConstraint(["destination_id"], ["destinations.destination_id"]),
        sa.PrimaryKeyConstraint("message_id"),
        sa.UniqueConstraint("destination_id", "what", "about", name="each_due_message_once"),
        comment="Messages that are due, written with the fact they are about; each is sent once or ended with a reason.",
    )
    op.create_index("messages_waiting", "outbox", ["sent_at", "ended_at"])
    _take_over(op.get_bind())


def _take_over(desk: sa.Connection) -> None:
    """Weekly summaries that were sent count for the week they were sent in; alerts nobody was told of are due."""
    meta = sa.MetaData()
    deliveries, destinations, alerts, users, outbox = (
        sa.Table(name, meta, autoload_with=desk)
        for name in ("deliveries", "destinations", "alerts", "users", "outbox")
    )
    rows: dict[tuple[int, str, str], dict[str, object]] = {}
    done = sa.select(deliveries).where(deliveries.c.delivered.is_(True), deliveries.c.what == "weekly")
    for sent in desk.execute(done):
        monday = sent.at.date() - timedelta(days=sent.at.weekday())
        key = (sent.destination_id, "weekly", monday.isoformat())
        rows.setdefault(key, {"written_at": sent.at, "sent_at": sent.at})
    told = {
        (d.destination_id, d.for_day)
        for d in desk.execute(sa.select(deliveries).where(deliveries.c.delivered.is_(True)))
    }
    failed = (
        sa.select(deliveries, users.c.role, users.c.rm_id, users.c.team)
        .join(destinations, destinations.c.destination_id == deliveries.c.destination_id)
        .join(users, users.c.username == destinations.c.username)
        .where(deliveries.c.delivered.is_(False), deliveries.c.what == "new_alerts")
        .where(destinations.c.ended_at.is_(None))
    )
    for lost in desk.execute(failed).all():
        if (lost.destination_id, lost.for_day) in told:
            continue
        lead = lost.role == "team_lead"
        whose = alerts.c.team == lost.team if lead else alerts.c.rm_id == lost.rm_id
        due = sa.select(alerts.c.alert_id).where(
            whose,
            alerts.c.raised_on == lost.for_day,
            alerts.c.arm == "treated",
            alerts.c.status != "closed",
        )
        for alert_id in desk.execute(due).scalars():
            rows[lost.destination_id, "new_alerts", alert_id] = {"written_at": lost.at, "sent_at": None}
    if rows:
        made = [
            {"destination_id": where, "what": what, "about": about, "failed_runs": 0, **more}
            for (where, what, about), more in rows.items()
        ]
        desk.execute(sa.insert(outbox), made)
