"""What experiments measured of a channel, and what happened to a campaign: planned, noted, closed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables, unless the desk was made in one go by a version that had them."""
    if sa.inspect(op.get_bind()).has_table("lift_experiments"):
        return
    op.create_table(
        "lift_experiments",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="In the bank's own words."),
        sa.Column(
            "population", sa.Text(), nullable=False, comment="Who took part, and how the groups were drawn."
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "estimate",
            sa.Float(),
            nullable=False,
            comment="The share of the population's wins that would not have come without the channel.",
        ),
        sa.Column("low", sa.Float(), nullable=False, comment="Lower end of its 95 % interval."),
        sa.Column("high", sa.Float(), nullable=False, comment="Upper end of its 95 % interval."),
        sa.Column("source", sa.Text(), nullable=False, comment="Where the result can be read."),
        sa.Column("replaces", sa.Integer(), comment="The entry that this one corrects."),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["replaces"], ["lift_experiments.experiment_id"]),
        sa.PrimaryKeyConstraint("experiment_id"),
        comment="Results of lift experiments; appended, a correction names the entry it replaces.",
    )
    op.create_table(
        "campaign_steps",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False, comment="planned, analysed, closed or reopened."),
        sa.Column("note", sa.Text(), nullable=False, comment="The plan, the analysis, or why."),
        sa.Column("budget", sa.Float(), comment="Of a plan: what may be spent, in HKD."),
        sa.Column("expected_wins", sa.Integer(), comment="Of a plan: contracts it should win."),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("step_id"),
        comment="What happened to a campaign; appended, the latest plan and the latest state count.",
    )
    op.create_index("steps_of_campaign", "campaign_steps", ["campaign_id"], unique=False)
