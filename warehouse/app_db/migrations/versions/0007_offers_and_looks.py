"""What customers were offered, and on which days experiments are read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables, unless the desk was made in one go with them."""
    if sa.inspect(op.get_bind()).has_table("offers"):
        return
    op.create_table(
        "offers",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=True, comment="The alert it was made on, if any."),
        sa.Column(
            "customer_id", sa.Text(), nullable=False, comment="Copied, so that the row rule can narrow it."
        ),
        sa.Column("rm_id", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("offer", sa.Text(), nullable=False, comment="The offer's code."),
        sa.Column(
            "cost",
            sa.Float(),
            nullable=True,
            comment="What it costs the bank if taken, in HKD; empty when not known.",
        ),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"]),
        sa.PrimaryKeyConstraint("offer_id"),
        comment="What a customer was offered; appended, never changed. The answer is the alert's outcome.",
    )
    op.create_index("offers_of_customer", "offers", ["customer_id", "offered_at"], unique=False)
    op.create_table(
        "experiment_looks",
        sa.Column("experiment", sa.Text(), nullable=False),
        sa.Column("look", sa.Integer(), autoincrement=False, nullable=False, comment="1 for the first."),
        sa.Column("look_on", sa.Date(), nullable=False, comment="The day up to which outcomes count."),
        sa.Column(
            "after_the_fact",
            sa.Boolean(),
            nullable=False,
            comment="Whether outcomes of that day were there already when the look was planned.",
        ),
        sa.Column("planned_by", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("experiment", "look"),
        comment="On which days an experiment is read: planned beforehand, never changed, and no other day counts.",
    )
