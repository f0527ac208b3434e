"""The desk as it was when steps began: accounts, sessions, alerts, targets and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False, comment="The rule's code."),
        sa.Column(
            "rm_id", sa.Text(), nullable=True, comment="The owner: the customer's RM when it was raised."
        ),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("raised_on", sa.Date(), nullable=False, comment="The as-of day it was raised for."),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "arm", sa.Text(), nullable=False, comment="treated, or held_out: kept back to measure the effect."
        ),
        sa.Column(
            "probability",
            sa.Float(),
            nullable=True,
            comment="The churn model's probability when raised, if it was scored.",
        ),
        sa.Column(
            "value_at_stake",
            sa.Float(),
            nullable=True,
            comment="HKD at risk when raised: the balance with us.",
        ),
        sa.Column(
            "reasons", sa.Text(), nullable=False, comment="JSON: the facts that raised it, as of raised_on."
        ),
        sa.Column("status", sa.Text(), nullable=False, comment="open, working or closed."),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True, comment="Why it was closed."),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="Counts changes; two writers collide on it."
        ),
        sa.PrimaryKeyConstraint("alert_id"),
        comment="One open alert per customer and rule; closed ones stay.",
    )
    op.create_index("alerts_of_rm", "alerts", ["rm_id", "status"], unique=False)
    op.create_index(
        "one_open_alert_per_customer_and_rule",
        "alerts",
        ["customer_id", "rule"],
        unique=True,
        sqlite_where=sa.text("status <> 'closed'"),
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_table(
        "audit_log",
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False, comment="SHA-256 over this line and the line before."),
        sa.PrimaryKeyConstraint("line"),
        comment="Every write, and every refused look: appended, chained, so a removed line is found.",
    )
    op.create_table(
        "goals",
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False, comment="A metric of the catalogue."),
        sa.Column("target", sa.Float(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("goal_id"),
        sa.UniqueConstraint("metric", "starts_on", "ends_on"),
        comment="A shared target for a metric over a period.",
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("failure_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False, comment="As typed, cut to 64 characters."),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("failure_id"),
        comment="Wrong sign-ins: the growing delay by user and by address is computed from these.",
    )
    op.create_index("failures_by_address", "sign_in_failures", ["address", "failed_at"], unique=False)
    op.create_index("failures_by_user", "sign_in_failures", ["username", "failed_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "rm_id",
            sa.Text(),
            nullable=True,
            comment="For a relationship manager: her own number in the bank's tables.",
        ),
        sa.Column(
            "team", sa.Text(), nullable=True, comment="For a team lead: the team whose customers she sees."
        ),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="bcrypt."),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("username"),
        comment="People who may sign in.",
    )
    op.create_table(
        "alert_steps",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column(
            "customer_id", sa.Text(), nullable=False, comment="Copied, so that the row rule can narrow it."
        ),
        sa.Column("rm_id", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["alerts.alert_id"],
        ),
        sa.PrimaryKeyConstraint("step_id"),
        comment="What was done about an alert; appended, never changed.",
    )
    op.create_index("steps_of_alert", "alert_steps", ["alert_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the cookie's random token."),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True, comment="Signed out, expired or revoked."),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["username"],
            ["users.username"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
        comment="Who is signed in. A row is ended, never deleted.",
    )
    op.create_index("sessions_of_user", "sessions", ["username"], unique=False)
