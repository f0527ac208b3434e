"""Snoozing, moving, escalating and correcting alerts; rules in versions; where messages go and went."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables, unless the desk was made in one go by a version that had them.

    An alert of before was worked by the RM who looked after its customer.
    """
    if sa.inspect(op.get_bind()).has_table("rule_versions"):
        return
    for table, columns in (
        (
            "alerts",
            (
                sa.Column(
                    "customer_rm_id",
                    sa.Text(),
                    comment="Who looks after the customer; another RM may work the alert.",
                ),
                sa.Column(
                    "snoozed_until",
                    sa.Date(),
                    comment="Out of the queue until this day; the day it is due stays.",
                ),
                sa.Column(
                    "escalated_on", sa.Date(), comment="The day it was overdue and its team lead was told."
                ),
            ),
        ),
        (
            "alert_steps",
            (
                sa.Column("customer_rm_id", sa.Text()),
                sa.Column("until", sa.Date(), comment="For a snooze: the day the alert comes back."),
                sa.Column(
                    "corrects", sa.Integer(), comment="For a correction: the step that was taken back."
                ),
            ),
        ),
    ):
        for column in columns:
            op.add_column(table, column)
        op.execute(f"UPDATE {table} SET customer_rm_id = rm_id")
    if op.get_bind().dialect.name == "postgresql":
        # SQLite keeps no comments.
        op.alter_column(
            "alerts",
            "rm_id",
            comment="Who works it; empty while it waits in the pool.",
            existing_type=sa.Text(),
            existing_nullable=True,
        )
    op.create_table(
        "rule_versions",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="Which rule; its latest version counts."),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column(
            "conditions",
            sa.Text(),
            nullable=False,
            comment="JSON: attribute and threshold, all of a closed set.",
        ),
        sa.Column("within_capacity", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="proposed, live or retired."),
        sa.Column(
            "would_flag",
            sa.Integer(),
            comment="How many customers it flagged when it went live, as was shown.",
        ),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version_id"),
        comment="What raises an alert, in versions; appended, never changed. No text of it is ever run.",
    )
    op.create_index("versions_of_rule", "rule_versions", ["code", "version_id"], unique=False)
    op.create_table(
        "destinations",
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False, comment="Whose view it carries."),
        sa.Column("what", sa.Text(), nullable=False, comment="weekly or new_alerts."),
        sa.Column(
            "variable", sa.Text(), nullable=False, comment="The environment variable that holds the address."
        ),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), comment="Since when nothing is sent there."),
        sa.ForeignKeyConstraint(["username"], ["users.username"]),
        sa.PrimaryKeyConstraint("destination_id"),
        comment="Where messages go. The address itself is a secret and never stands here.",
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("for_day", sa.Date(), nullable=False, comment="The day of the data it tells about."),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column(
            "said",
            sa.Text(),
            nullable=False,
            comment="What happened, in a sentence; never the address or the text.",
        ),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["destination_id"], ["destinations.destination_id"]),
        sa.PrimaryKeyConstraint("delivery_id"),
        comment="Every message sent, or not sent; appended.",
    )
    op.create_index(
        "deliveries_of_destination", "deliveries", ["destination_id", "what", "for_day"], unique=False
    )
