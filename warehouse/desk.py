"""The desk: the tables people write. Transactional, apart from the bank's tables, never joined with them.

Who, when and why of every write stands in `audit_log`; rows that record what happened are only ever appended.
The keys of the bank that a desk row needs (customer, RM, team) are copied into it when it is written.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

DESK = MetaData()

users = Table(
    "users",
    DESK,
    Column("username", Text, primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("email", Text),
    Column("role", Text, nullable=False),
    Column("rm_id", Text, comment="For a relationship manager: her own number in the bank's tables."),
    Column("team", Text, comment="For a team lead: the team whose customers she sees."),
    Column("password_hash", Text, nullable=False, comment="bcrypt.", info={"secret": True}),
    Column("disabled_at", DateTime),
    Column("created_at", DateTime, nullable=False),
    Column("must_change_password", Boolean, nullable=False, default=False),
    comment="People who may sign in.",
)

sessions = Table(
    "sessions",
    DESK,
    Column("token_hash", Text, primary_key=True, comment="SHA-256 of the cookie's random token."),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("ended_at", DateTime, comment="Signed out, expired or revoked."),
    Column("ended_why", Text),
    Index("sessions_of_user", "username"),
    comment="Who is signed in. A row is ended, never deleted.",
)

sign_in_failures = Table(
    "sign_in_failures",
    DESK,
    Column("failure_id", Integer, primary_key=True),
    Column("username", Text, nullable=False, comment="As typed, cut to 64 characters."),
    Column("address", Text, nullable=False),
    Column("failed_at", DateTime, nullable=False),
    Index("failures_by_user", "username", "failed_at"),
    Index("failures_by_address", "address", "failed_at"),
    comment="Wrong sign-ins: the growing delay by user and by address is computed from these.",
)

alerts = Table(
    "alerts",
    DESK,
    Column("alert_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("rule", Text, nullable=False, comment="The rule's code."),
    Column("rm_id", Text, comment="The owner: the customer's RM when it was raised."),
    Column("team", Text),
    Column("segment", Text),
    Column("raised_on", Date, nullable=False, comment="The as-of day it was raised for."),
    Column("due_on", Date, nullable=False),
    Column("arm", Text, nullable=False, comment="treated, or held_out: kept back to measure the effect."),
    Column("stratum", Text, comment="Segment, risk band and team within which the arm was drawn."),
    Column("held_out_share", Float, comment="The share that was to be held out when the arm was drawn."),
    Column("probability", Float, comment="The churn model's probability when raised, if it was scored."),
    Column("value_at_stake", Float, comment="HKD at risk when raised: the balance with us."),
    Column("reasons", Text, nullable=False, comment="JSON: the facts that raised it, as of raised_on."),
    Column("status", Text, nullable=False, comment="open, working or closed."),
    Column("closed_at", DateTime),
    Column("outcome", Text, comment="Why it was closed."),
    Column(
        "version", Integer, nullable=False, default=1, comment="Counts changes; two writers collide on it."
    ),
    Index(
        "one_open_alert_per_customer_and_rule",
        "customer_id",
        "rule",
        unique=True,
        sqlite_where=text("status <> 'closed'"),
        postgresql_where=text("status <> 'closed'"),
    ),
    Index("alerts_of_rm", "rm_id", "status"),
    comment="One open alert per customer and rule; closed ones stay.",
)

alert_steps = Table(
    "alert_steps",
    DESK,
    Column("step_id", Integer, primary_key=True),
    Column("alert_id", Text, ForeignKey("alerts.alert_id"), nullable=False),
    Column("customer_id", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("rm_id", Text),
    Column("team", Text),
    Column("step", Text, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", DateTime, nullable=False),
    Index("steps_of_alert", "alert_id"),
    comment="What was done about an alert; appended, never changed.",
)

goals = Table(
    "goals",
    DESK,
    Column("goal_id", Integer, primary_key=True),
    Column("metric", Text, nullable=False, comment="A metric of the catalogue."),
    Column("target", Float, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("owner", Text, nullable=False),
    Column("set_at", DateTime, nullable=False),
    UniqueConstraint("metric", "starts_on", "ends_on"),
    comment="A shared target for a metric over a period.",
)

identity_rulings = Table(
    "identity_rulings",
    DESK,
    Column("ruling_id", Integer, primary_key=True),
    Column("verdict", Text, nullable=False, comment="join or split."),
    Column("source", Text, nullable=False, comment="The department or tool that keeps the record."),
    Column("record_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False, comment="Whom the record is, or is not."),
    Column("why", Text, nullable=False),
    Column("ruled_by", Text, nullable=False),
    Column("ruled_at", DateTime, nullable=False),
    Index("rulings_of_record", "source", "record_id"),
    comment="What a colleague decided about whose record it is; appended, the latest about a pair counts.",
)

audit_log = Table(
    "audit_log",
    DESK,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("happened_at", DateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("chain", Text, nullable=False, comment="SHA-256 over this line and the line before."),
    comment="Every write, and every refused look: appended, chained, so a removed line is found.",
)
